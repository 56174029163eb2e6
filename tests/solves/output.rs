//! Outputs of a solve: curves, values of a map, several of them together; and solves that are paused and resumed.

use allocation_counter::measure;
use nalgebra::{DVector, Vector2};
use rheos::dynamics::problems::LotkaVolterra;
use rheos::dynamics::{Counted, Jacobian};
use rheos::integrate::{Observer, Step, StepAction};
use rheos::solution::{Curve, Ending, Interpolated, Stepper, Trajectory};
use rheos::solver::Dense;
use rheos::solver::explicit::{
    Bosh3, CarpenterKennedy, CashKarp, Dop853, Dopri8, Fehlberg45, Heun, Midpoint, Vern6, Vern8, Vern9, Williamson3,
};
use rheos::solver::implicit::{Esdirk547, TrBdf2};
use rheos::solver::multistep::Adams;
use rheos::solver::reversible::ReversibleHeun;
use rheos::solver::rosenbrock::Rodas4;
use rheos::state::Span;
use rheos::{
    Bdf, Controller, Dopri5, Dynamics, Error, Euler, Fixed, Ivp, Pid, RadauIIA5, Result, Rk4, Solver, Tsit5, Vern7,
    ode, solve,
};

type Plane = Vector2<f64>;
type Model = rheos::Autodiff<LotkaVolterra, 2, 4>;

/// An oscillator that is driven: `y(t) = sin t + cos t / 10` and its derivative.
struct Swing;

impl Dynamics for Swing {
    type State = Plane;
    fn eval(&self, t: f64, y: &Plane, dy: &mut Plane) {
        *dy = Vector2::new(y[1], -2.0 * y[0] + t.sin() + 0.1 * t.cos());
    }
}

impl Jacobian for Swing {}

fn swing(t: f64) -> Plane {
    Vector2::new(t.sin() + 0.1 * t.cos(), t.cos() - 0.1 * t.sin())
}

fn grid(t0: f64, t1: f64, n: u32) -> Vec<f64> {
    (0..=n).map(|i| if i == n { t1 } else { t0 + (t1 - t0) * f64::from(i) / f64::from(n) }).collect()
}

mod curves {
    use super::*;

    /// The curve against the method's own interpolant, which save times read, and against the solution.
    #[track_caller]
    fn check<S: Dense<Swing> + Copy>(
        solver: S,
        control: impl Controller<Swing, S> + Copy,
        (t0, t1): (f64, f64),
        tolerance: f64,
    ) {
        let times = grid(t0, t1, 777);
        let problem = || Ivp::new(&Swing, swing(t0), t0..t1);
        let saved = problem().save_at(&times).solve(solver, control).unwrap();
        let steps = problem().save_every(1).solve(solver, control).unwrap();
        let curve = problem().dense().solve(solver, control).unwrap();
        assert_eq!((curve.last(), &curve.t), (saved.last(), &vec![t0, t1]));
        let curve = curve.y;
        assert_eq!(curve.knots(), steps.t);
        assert_eq!(curve.span(), Span { t0, t1 });
        // At the ends of the steps it is the state, to the bit.
        for (t, y) in steps.t.iter().zip(&steps.y) {
            assert_eq!(curve.at(*t).unwrap(), *y, "at {t}");
            assert!((curve.before(*t).unwrap() - y).norm() <= 0.0);
        }
        for (t, y) in times.iter().zip(&saved.y) {
            let found = curve.at(*t).unwrap();
            assert!((found - y).norm() < tolerance, "{} at {t}: {found} for {y}", S::NAME);
            assert!((found - swing(*t)).norm() < 1e-3, "{} at {t}: {found}", S::NAME);
        }
    }

    #[test]
    fn they_are_the_interpolant_of_every_method() {
        let fixed = Fixed::steps(60);
        let rounding = 2e-14;
        let span = (0.5, 4.5);
        check(Euler, Fixed::steps(8000), span, rounding);
        check(Midpoint, Fixed::steps(600), span, rounding);
        check(Heun, Fixed::steps(600), span, rounding);
        check(Rk4, fixed, span, rounding);
        check(Bosh3, Fixed::steps(100), span, rounding);
        let pid = Pid::tolerance(1e-7);
        check(CashKarp, pid.max_step(0.1), span, rounding);
        check(Fehlberg45, pid.max_step(0.1), span, rounding);
        check(Dopri5, pid, span, rounding);
        check(Tsit5, pid, span, rounding);
        check(Dop853, pid, span, rounding);
        check(Dopri8, pid.max_step(0.1), span, rounding);
        // The largest coefficients of these interpolants cancel each other, so that they are rounded to the last digit of
        // those times θ² (1 − θ)² ≤ 1/16.
        let cancelling = |largest: f64| rounding + f64::EPSILON * largest / 16.0;
        check(Vern6, pid, span, cancelling(32_682.0));
        check(Vern7, pid, span, cancelling(321.0));
        check(Vern8, pid, span, cancelling(194_566.0));
        check(Vern9, pid, span, cancelling(1334.0));
        check(Vern9, pid, (4.5, 0.5), cancelling(1334.0));
        check(Dopri5, pid, (4.5, 0.5), rounding);
        // Implicit and multistep methods.
        check(Esdirk547, pid, span, rounding);
        check(TrBdf2, Fixed::steps(600), span, rounding);
        check(RadauIIA5, pid, span, rounding);
        check(Rodas4, pid, span, rounding);
        check(ReversibleHeun, Fixed::steps(600), span, rounding);
        check(Adams, pid, span, rounding);
        check(Bdf, pid, span, rounding);
    }

    #[test]
    fn an_interpolant_that_is_no_polynomial_is_met_to_its_order() {
        fn error<S: Dense<Swing> + Copy>(solver: S, n: usize) -> f64 {
            let times = grid(0.5, 4.5, 777);
            let problem = || Ivp::new(&Swing, swing(0.5), 0.5..4.5);
            let saved = problem().save_at(&times).solve(solver, Fixed::steps(n)).unwrap();
            let curve = problem().dense().solve(solver, Fixed::steps(n)).unwrap().y;
            let gaps = times.iter().zip(&saved.y).map(|(t, y)| (curve.at(*t).unwrap() - y).norm());
            gaps.fold(0.0, f64::max)
        }
        fn check<S: Dense<Swing> + Copy>(solver: S) {
            let order = (error(solver, 40) / error(solver, 80)).log2();
            let expected = f64::from(S::DENSE_ORDER) + 1.0;
            assert!((order - expected).abs() < 0.3, "{}: {order} for {expected}", S::NAME);
        }
        check(CarpenterKennedy);
        check(Williamson3);
    }

    #[test]
    fn the_slope_is_the_derivative_of_the_curve() {
        for (t0, t1) in [(0.0, 5.0), (5.0, 0.0)] {
            let curve = Ivp::new(&Swing, swing(t0), t0..t1).dense().solve(Dop853, Fixed::steps(10)).unwrap().y;
            // In the middle between two knots, so that the differences stay on one polynomial.
            for &t in grid(t0, t1, 20).iter().skip(1).step_by(2) {
                let slope = curve.slope(t).unwrap();
                let (d, at) = (1e-3, |t: f64| curve.at(t).unwrap());
                let difference = (8.0 * (at(t + d) - at(t - d)) - (at(t + 2.0 * d) - at(t - 2.0 * d))) / (12.0 * d);
                assert!((slope - difference).norm() < 1e-11, "{t}: {slope} for {difference}");
            }
        }
    }

    #[test]
    fn the_slope_is_the_field_to_the_order_of_the_interpolant() {
        fn error<S: Dense<Swing>>(solver: S, n: usize) -> f64 {
            let curve = Ivp::new(&Swing, swing(0.0), 0.0..5.0).dense().solve(solver, Fixed::steps(n)).unwrap().y;
            let gap = |&t: &f64| {
                let mut field = Plane::zeros();
                Swing.eval(t, &swing(t), &mut field);
                (curve.slope(t).unwrap() - field).norm()
            };
            grid(0.0, 5.0, 777).iter().map(gap).fold(0.0, f64::max)
        }
        fn check<S: Dense<Swing> + Copy>(solver: S, n: usize) {
            let order = (error(solver, n) / error(solver, 2 * n)).log2();
            assert!((order - f64::from(S::DENSE_ORDER)).abs() < 0.3, "{}: {order}", S::NAME);
        }
        check(Bosh3, 40);
        check(Dopri5, 20);
        check(Tsit5, 80);
        check(Dop853, 10);
        check(Rk4, 40);
    }

    #[test]
    fn outside_they_say_where_they_are_known() {
        for (t0, t1) in [(0.0, 1.0), (1.0, 0.0)] {
            let curve = Ivp::new(&Swing, swing(t0), t0..t1).dense().solve(Rk4, Fixed::steps(3)).unwrap().y;
            for time in [-0.1, 1.1, f64::INFINITY, f64::NEG_INFINITY] {
                let expected = Error::OutsideSolution { time, t0, t1 };
                assert_eq!(curve.at(time), Err(expected.clone()));
                assert_eq!(curve.before(time), Err(expected.clone()));
                assert_eq!(curve.slope(time), Err(expected));
            }
            assert!(matches!(curve.at(f64::NAN), Err(Error::OutsideSolution { .. })));
            for t in [0.0, 0.3, 1.0] {
                assert!(curve.at(t).is_ok() && curve.slope(t).is_ok() && curve.before(t).is_ok());
            }
        }
        let error = Error::OutsideSolution { time: 2.0, t0: 0.0, t1: 1.0 };
        assert_eq!(error.to_string(), "t = 2 lies outside the solution, which covers t = 0 to t = 1");
    }

    #[test]
    fn a_failed_first_step_leaves_the_start() {
        // The only step of Dop853 fails itself, or in the stage at 7/9 of its interpolant.
        for broken in [0.0..2.0, 1.775..1.78] {
            let f = ode(move |t, _y: &f64, dy: &mut f64| *dy = if broken.contains(&t) { f64::NAN } else { 1.0 });
            let failure = Ivp::new(&f, 2.0, 1.0..2.0).dense().solve(Dop853, Fixed::steps(1)).unwrap_err();
            assert!(matches!(failure.error, Error::NonFinite { .. }), "{failure}");
            let curve = &failure.partial.y;
            assert_eq!((curve.at(1.0), curve.before(1.0)), (Ok(2.0), Ok(2.0)));
            assert!(curve.slope(1.0).is_err());
        }
    }

    #[test]
    fn a_solve_of_no_steps_is_known_at_its_start() {
        let curve = Ivp::new(&Swing, swing(0.5), 0.5..0.5).dense().solve(Rk4, Fixed::steps(3)).unwrap().y;
        assert_eq!((curve.at(0.5), curve.before(0.5)), (Ok(swing(0.5)), Ok(swing(0.5))));
        assert!(curve.slope(0.5).is_err() && curve.at(0.6).is_err());
        let failure = Ivp::new(&Swing, swing(0.5), 0.5..1.0).dense().solve(Rk4, Fixed::steps(0)).unwrap_err();
        assert_eq!(failure.partial.y.at(0.5), Ok(swing(0.5)));
        assert_eq!((failure.partial.t, failure.partial.ending), (vec![0.5, 0.5], Ending::Failure));
    }

    #[test]
    fn of_a_failed_solve_they_are_known_to_the_last_good_step() {
        let failure = Ivp::new(&Swing, swing(0.0), 0.0..9.0)
            .dense()
            .solve(Dopri5, Pid::tolerance(1e-6).max_steps(7))
            .unwrap_err();
        assert_eq!(failure.error, Error::MaxSteps { t: failure.partial.last_time(), steps: 7 });
        let curve = &failure.partial.y;
        assert_eq!(curve.span().t1, failure.partial.last_time());
        assert!((curve.at(0.5 * curve.span().t1).unwrap() - swing(0.5 * curve.span().t1)).norm() < 1e-5);
    }

    #[test]
    fn an_interpolant_that_is_not_finite_ends_the_curve_before_its_step() {
        // Dop853 has stages for the interpolant alone at c = 0.1, 0.2 and 7/9: in the fifth step, the last is at 0.682.
        let broken = ode(|t, _y: &f64, dy: &mut f64| *dy = if t > 0.68 && t < 0.685 { f64::NAN } else { 1.0 });
        let failure = Ivp::new(&broken, 0.0, 0.0..1.0).dense().solve(Dop853, Fixed::steps(7)).unwrap_err();
        assert!(matches!(failure.error, Error::NonFinite { .. }), "{failure}");
        let curve = &failure.partial.y;
        assert_eq!(curve.span().t1, failure.partial.last_time());
        assert!((curve.at(0.4).unwrap() - 0.4).abs() < 1e-15);
    }

    #[test]
    fn they_take_the_memory_of_the_degree_and_the_states_alone_take_none() {
        let f = ode(|_t, y: &[f64; 8], dy: &mut [f64; 8]| *dy = y.map(|y| -y));
        let kept = |n: usize| {
            let mut curve = None;
            let info = measure(|| {
                curve = Ivp::new(&f, [1.0; 8], 0.0..1.0).dense().solve(Dopri5, Fixed::steps(n)).ok();
            });
            assert_eq!(curve.map(|curve| curve.y.knots().len()), Some(n + 1));
            info.bytes_current as usize
        };
        // Dopri5 has degree 4, so five states and a time per step; vectors grow by doubling.
        for n in [100, 1000] {
            let least = n * (5 * 64 + 8);
            assert!((least..=2 * least + 1000).contains(&kept(n)), "{n}: {} of {least}", kept(n));
        }
    }
}

mod values {
    use super::*;

    #[test]
    fn a_map_sees_the_states_that_would_be_saved() {
        for (t0, t1) in [(0.0, 3.0), (3.0, 0.0)] {
            let times = grid(t0, t1, 50);
            let problem = || Ivp::new(&Swing, swing(t0), t0..t1);
            let control = Pid::tolerance(1e-6);
            let states = problem().save_at(&times).solve(Tsit5, control).unwrap();
            let mut calls = 0;
            let values = problem()
                .save_map(&times, |t, y| {
                    calls += 1;
                    (t.to_bits(), format!("{:?}", y[0]))
                })
                .solve(Tsit5, control)
                .unwrap();
            let expected: Vec<_> =
                times.iter().zip(&states.y).map(|(t, y)| (t.to_bits(), format!("{:?}", y[0]))).collect();
            assert_eq!((&values.t, &values.y, calls), (&times, &expected, 51));
            let same = (states.stats, states.last_time(), states.last());
            assert_eq!((values.stats, values.last_time(), values.last()), same);
        }
    }

    #[test]
    fn a_failed_solve_keeps_the_values_before() {
        let explodes = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y);
        let failure = Ivp::new(&explodes, 1.0, 0.0..2.0)
            .save_map(&[0.0, 0.5, 0.75, 1.5], |_t, y| 1.0 / y)
            .solve(Dopri5, Pid::tolerance(1e-9))
            .unwrap_err();
        assert_eq!(failure.partial.t, [0.0, 0.5, 0.75]);
        for (value, expected) in failure.partial.y.iter().zip([1.0, 0.5, 0.25]) {
            assert!((value - expected).abs() < 1e-8);
        }
    }

    #[test]
    fn times_out_of_order_are_refused() {
        let problem = |times| Ivp::new(&Swing, swing(0.0), 0.0..1.0).save_map(times, |t, _y| t);
        let error = problem(&[0.5, 0.2]).solve(Rk4, Fixed::steps(2)).unwrap_err().error;
        assert_eq!(error, Error::UnsortedTimes { index: 1, time: 0.2, previous: 0.5 });
        let error = problem(&[1.5]).solve(Rk4, Fixed::steps(2)).unwrap_err().error;
        assert_eq!(error, Error::TimeOutsideSpan { index: 0, time: 1.5, t0: 0.0, t1: 1.0 });
    }

    #[test]
    fn large_states_leave_nothing_behind_but_their_values() {
        let f = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
            dy.copy_from(y);
            dy.neg_mut();
        });
        let times = grid(0.0, 1.0, 99);
        let mut solution = None;
        let info = measure(|| {
            let problem = Ivp::new(&f, DVector::from_element(1000, 1.0), 0.0..1.0);
            solution = problem.save_map(&times, |_t, y| y[0]).solve(Rk4, Fixed::steps(10)).ok();
        });
        let solution = solution.unwrap();
        assert!(solution.y.iter().zip(&times).all(|(y, t)| (y - (-t).exp()).abs() < 1e-5));
        // The last state, 100 numbers in a vector that may have doubled, and their times.
        assert!(info.bytes_current as usize <= 8 * (1000 + 128 + 100), "{info:?}");
    }
}

mod together {
    use super::*;

    #[test]
    fn observers_beside_save_times_see_what_they_see_alone() {
        let control = Pid::tolerance(1e-6);
        let problem = || Ivp::new(&Swing, swing(0.0), 0.0..5.0);
        let (few, many) = (grid(0.0, 5.0, 5), grid(0.0, 5.0, 40));
        let mut third = Trajectory::new(3, 0.0, &swing(0.0));
        let mut curve = Curve::new(0.0, &swing(0.0));
        let mut more = Interpolated::new(&many, 0.0, &swing(0.0));
        let all = problem()
            .save_at(&few)
            .observe(&mut third)
            .observe(&mut curve)
            .observe(&mut more)
            .solve(Dopri5, control)
            .unwrap();
        let alone = problem().save_at(&few).solve(Dopri5, control).unwrap();
        assert_eq!(all, alone);
        let alone = problem().save_every(3).solve(Dopri5, control).unwrap();
        assert_eq!((third.t, third.y), (alone.t, alone.y));
        assert_eq!(curve, problem().dense().solve(Dopri5, control).unwrap().y);
        assert_eq!(more.y, problem().save_at(&many).solve(Dopri5, control).unwrap().y);
    }
}

/// Solves over fields that jump at known times: every output is there, whatever is how close to what.
mod declared_jumps {
    use super::*;

    struct Random(u64);

    impl Random {
        fn unit(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 53) as f64
        }

        fn below(&mut self, n: usize) -> usize {
            (self.unit() * n as f64) as usize
        }
    }

    /// The times of the steps, each of which must start where the last one ended.
    struct Ends(f64);

    impl<F: Dynamics, S: Solver<F>> Observer<F, S> for Ends {
        fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
            assert_eq!(step.t0, self.0, "steps have no gaps");
            assert!(step.is_after(step.t1, step.t0));
            self.0 = step.t1;
            Ok(StepAction::On)
        }
    }

    /// Solves `y' = 2t` in every way of keeping it, and compares it with `t²`.
    #[track_caller]
    fn check<S, C>(solver: S, control: C, (t0, t1): (f64, f64), jumps: &[f64], times: &[f64])
    where
        S: Dense<rheos::dynamics::Ode<f64, fn(f64, &f64, &mut f64)>> + Copy,
        C: Controller<rheos::dynamics::Ode<f64, fn(f64, &f64, &mut f64)>, S> + Copy,
    {
        let f = ode((|t, _y, dy| *dy = 2.0 * t) as fn(f64, &f64, &mut f64));
        let square = |t: f64| t * t;
        let right = |how: &str, t: f64, y: f64| {
            let bound = 1e-13 * (1.0 + t0 * t0 + t1 * t1);
            assert!((y - square(t)).abs() < bound, "{how}: {y} at {t} in {t0}..{t1} over {jumps:?}");
        };
        let mut ends = Ends(t0);
        let problem = || Ivp::new(&f, square(t0), t0..t1).jumps_at(jumps);
        let saved = problem().save_at(times).observe(&mut ends).solve(solver, control).unwrap();
        assert_eq!(ends.0, t1);
        let landed = problem().land_on(times).solve(solver, control).unwrap();
        let mapped = problem().save_map(times, |_t, y| *y).solve(solver, control).unwrap();
        for (how, solution) in [("save_at", &saved), ("land_on", &landed), ("save_map", &mapped)] {
            assert_eq!((solution.t.as_slice(), solution.y.len()), (times, times.len()), "{t0}..{t1} over {jumps:?}");
            assert_eq!((solution.last_time(), solution.ending), (t1, Ending::Span));
            times.iter().zip(&solution.y).for_each(|(&t, &y)| right(how, t, y));
            right(how, t1, *solution.last());
        }
        let every = problem().save_every(1).solve(solver, control).unwrap();
        assert_eq!(every.last_time(), t1);
        every.t.iter().zip(&every.y).for_each(|(&t, &y)| right("save_every", t, y));
        let curve = problem().dense().solve(solver, control).unwrap();
        assert_eq!((curve.t, curve.y.span()), (vec![t0, t1], Span { t0, t1 }));
        for &t in times {
            right("dense", t, curve.y.at(t).unwrap());
            right("dense", t, curve.y.before(t).unwrap());
        }
    }

    #[test]
    fn a_grid_of_outputs_that_meets_a_jump_but_for_rounding() {
        let times: Vec<f64> = (0..=20).map(|i| f64::from(i) * 0.1).collect();
        assert!(times[3] != 0.3);
        let reversed: Vec<f64> = times.iter().rev().copied().collect();
        for jumps in [[0.3], [times[3]], [0.7], [1.9]] {
            for (span, times) in [((0.0, 2.0), &times), ((2.0, 0.0), &reversed)] {
                check(Dopri5, Pid::tolerance(1e-8), span, &jumps, times);
                check(Rk4, Fixed::steps(7), span, &jumps, times);
                check(Vern7, Pid::tolerance(1e-8), span, &jumps, times);
            }
        }
    }

    #[test]
    fn a_jump_a_rounding_error_from_the_end() {
        let t1: f64 = 0.1 * 3.0;
        for jump in [0.3, t1, t1.next_up()] {
            check(Dopri5, Pid::tolerance(1e-8), (0.0, t1), &[jump], &[0.0, 0.3, t1]);
            check(Rk4, Fixed::steps(3), (0.0, t1), &[jump], &[0.0, 0.3, t1]);
            check(Rk4, Fixed::steps(3), (t1, 0.0), &[jump], &[t1, 0.3, 0.0]);
        }
    }

    /// Jumps and outputs beside one another, beside the ends of the solve and at zero.
    #[test]
    fn anything_beside_anything() {
        let mut random = Random(3);
        for case in 0..3000 {
            let t0 = [0.0, -1.0, 1e6, -1e-6][case % 4] * random.unit();
            let length = [1.0, -1.0, 1e-3, -10.0][(case / 4) % 4] * (0.1 + random.unit());
            let t1 = t0 + length;
            let marks = [t0, t1, 0.0, t0 + 0.5 * length, t0 + random.unit() * length];
            let some = |random: &mut Random, n: usize| -> Vec<f64> {
                let mut one = || {
                    let mark = marks[random.below(marks.len())];
                    let step = if random.unit() < 0.5 { f64::next_up } else { f64::next_down };
                    (0..random.below(5)).fold(mark, |t, _| step(t))
                };
                (0..n).map(|_| one()).collect()
            };
            let n = 1 + random.below(5);
            let jumps = some(&mut random, n);
            let mut times = some(&mut random, 8);
            times.extend([t0, t1]);
            let direction = length.signum();
            times.retain(|&t| (t - t0) * direction >= 0.0 && (t1 - t) * direction >= 0.0);
            times.sort_by(|a, b| (a * direction).total_cmp(&(b * direction)));
            if case % 2 == 0 {
                check(Dopri5, Pid::tolerance(1e-6), (t0, t1), &jumps, &times);
            } else {
                check(Rk4, Fixed::steps(3), (t0, t1), &jumps, &times);
            }
        }
    }

    #[test]
    fn a_span_too_short_for_a_step_is_checked_and_kept() {
        let t0: f64 = 0.7;
        for t1 in [t0.next_up(), t0.next_up().next_up().next_up(), t0.next_down().next_down()] {
            let middle = 0.5 * (t0 + t1);
            for jumps in [vec![t0], vec![t1], vec![middle], vec![t0, t1, middle]] {
                check(Dopri5, Pid::tolerance(1e-8), (t0, t1), &jumps, &[t0, middle, t1]);
                check(Rk4, Fixed::steps(4), (t0, t1), &jumps, &[t0, middle, t1, t1]);
                let problem = |y0| Ivp::new(&Swing, y0, t0..t1).jumps_at(&jumps);
                let error = problem(Vector2::new(f64::NAN, 0.0)).solve(Rk4, Fixed::steps(4)).unwrap_err().error;
                assert_eq!(error, Error::NonFiniteInitialState);
                let error = problem(swing(t0)).solve(Rk4, Fixed::steps(0)).unwrap_err().error;
                assert!(matches!(error, Error::InvalidArgument { name: "n", .. }), "{error}");
                let error = problem(swing(t0)).solve(Dopri5, Pid::tolerance(0.0).atol(1e-6)).unwrap_err().error;
                assert!(matches!(error, Error::InvalidArgument { name: "rtol", .. }), "{error}");
                let outside = problem(swing(t0)).save_at(&[0.8]).solve(Rk4, Fixed::steps(4)).unwrap_err().error;
                assert!(matches!(outside, Error::TimeOutsideSpan { .. }), "{outside}");
            }
        }
    }

    /// The second method of two goes on from the very place.
    #[test]
    fn a_second_method_keeps_the_outputs_as_well() {
        let f = ode(|t, _y: &f64, dy: &mut f64| *dy = 2.0 * t);
        let times: Vec<f64> = (0..=20).map(|i| f64::from(i) * 0.1).collect();
        for budget in 1..20 {
            let first = (Dopri5, Pid::tolerance(1e-8).max_step(0.09).max_steps(budget));
            let solution = Ivp::new(&f, 0.0, 0.0..2.0)
                .jumps_at(&[0.3, 0.6, 0.6000000000000001])
                .land_on(&times)
                .solve_or(first, (Dopri5, Pid::tolerance(1e-8)))
                .unwrap()
                .solution;
            assert_eq!(solution.t, times);
            times.iter().zip(&solution.y).for_each(|(t, y)| assert!((y - t * t).abs() < 1e-12));
        }
    }

    /// The budget of an adaptive solve covers all its pieces.
    #[test]
    fn the_budget_of_steps_is_for_the_whole_solve() {
        let f = ode(|t, _y: &f64, dy: &mut f64| *dy = 2.0 * t);
        let problem = || Ivp::new(&f, 0.0, 0.0..2.0).jumps_at(&[0.5, 1.0, 1.5]);
        let control = Pid::tolerance(1e-6).max_step(0.1);
        let needed = problem().solve(Dopri5, control).unwrap().stats.accepted;
        assert!(problem().solve(Dopri5, control.max_steps(needed)).is_ok());
        let error = problem().solve(Dopri5, control.max_steps(needed - 1)).unwrap_err().error;
        assert!(matches!(error, Error::MaxSteps { t, steps } if t > 1.5 && steps == needed - 1), "{error}");
    }
}

mod stepping {
    use super::*;

    /// All steps, to the bit.
    #[derive(Default, PartialEq, Debug, Clone)]
    struct Steps(Vec<(u64, u64, [u64; 2])>);

    impl<F: Dynamics<State = Plane>, S: Solver<F>> Observer<F, S> for Steps {
        fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<Plane>> {
            self.0.push((step.t0.to_bits(), step.t1.to_bits(), [step.y1[0].to_bits(), step.y1[1].to_bits()]));
            Ok(StepAction::On)
        }
    }

    fn model() -> (Model, Plane) {
        LotkaVolterra::problem()
    }

    fn uninterrupted<S: Solver<Model>>(
        solver: S,
        control: impl Controller<Model, S>,
    ) -> (Steps, rheos::Solution<Plane>) {
        let (f, y0) = model();
        let mut steps = Steps::default();
        let solution = Ivp::new(&f, y0, 0.0..10.0).observe(&mut steps).solve(solver, control).unwrap();
        (steps, solution)
    }

    #[test]
    fn step_by_step_is_the_whole_solve() {
        fn check<S: Solver<Model> + Copy>(solver: S, control: impl Controller<Model, S> + Copy) {
            let (expected, whole) = uninterrupted(solver, control);
            let (f, y0) = model();
            let mut stepper = Ivp::new(&f, y0, 0.0..10.0).start(solver, control).unwrap();
            let mut steps = Steps::default();
            let mut count = 0;
            while stepper.step_with(&mut steps).unwrap() {
                count += 1;
                assert_eq!(steps.0.len(), count, "one at a time");
                assert_eq!(stepper.stats().accepted as usize, count);
            }
            assert_eq!(steps, expected);
            assert!(stepper.is_done() && !stepper.step().unwrap());
            assert_eq!((stepper.time(), stepper.state(), stepper.stats()), (10.0, whole.last(), whole.stats));
            assert_eq!(stepper.finish().unwrap(), whole);
        }
        check(Dopri5, Pid::tolerance(1e-7));
        check(Dopri5, Pid::tolerance(1e-6).coefficients(0.0, 1.0, 0.0).safety(1.0));
        check(Dop853, Pid::tolerance(1e-9).coefficients(0.2, 0.4, 0.05));
        check(Rk4, Fixed::steps(77));
        check(Rk4, Fixed::step(0.3));
        check(CarpenterKennedy, Fixed::steps(33));
    }

    #[test]
    fn advancing_lands_where_stops_are_forced() {
        fn check<S: Dense<Model> + Copy>(solver: S, control: impl Controller<Model, S> + Copy) {
            let (f, y0) = model();
            let stops = [0.0, 1.0, 2.5, 2.5, 7.125];
            let landed = Ivp::new(&f, y0, 0.0..10.0).land_on(&stops).solve(solver, control).unwrap();
            let mut stepper = Ivp::new(&f, y0, 0.0..10.0).start(solver, control).unwrap();
            for (t, y) in stops.iter().zip(&landed.y) {
                stepper.advance_to(*t).unwrap();
                assert_eq!((stepper.time(), stepper.state()), (*t, y));
            }
            let end = stepper.finish().unwrap();
            assert_eq!((end.last(), end.stats), (landed.last(), landed.stats));
        }
        check(Dopri5, Pid::tolerance(1e-7));
        check(Vern7, Pid::tolerance(1e-7));
        check(Rk4, Fixed::steps(80));
        check(Rk4, Fixed::step(0.3));
    }

    #[test]
    fn advancing_out_of_a_plan_goes_back_to_the_grid() {
        let clock = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
        let mut stepper = Ivp::new(&clock, 0.0, 0.0..1.0).start(Rk4, Fixed::steps(4)).unwrap();
        stepper.step().unwrap();
        stepper.advance_to(0.6).unwrap();
        let mut kept = Trajectory::new(1, 0.6, stepper.state());
        stepper.advance_to_with(1.0, &mut kept).unwrap();
        assert_eq!(kept.t, [0.6, 0.75, 1.0]);
        assert_eq!(stepper.stats().accepted, 5);
    }

    #[test]
    fn times_behind_and_beyond_are_refused() {
        for (t0, t1) in [(0.0, 2.0), (2.0, 0.0)] {
            let mut stepper = Ivp::new(&Swing, swing(t0), t0..t1).start(Rk4, Fixed::steps(8)).unwrap();
            stepper.advance_to(1.0).unwrap();
            for t in [t0, 0.5 * (t0 + 1.0), 3.0, -1.0, f64::NAN] {
                let Err(Error::InvalidArgument { name: "t", value, .. }) = stepper.advance_to(t) else { panic!("{t}") };
                assert!(value == t || t.is_nan());
            }
            stepper.advance_to(1.0).unwrap();
            assert_eq!(stepper.time(), 1.0);
        }
    }

    #[test]
    fn arguments_are_checked_at_the_start() {
        let refused = |error: Result<Stepper<'_, Swing, _, _>>| error.err().expect("an error");
        let start = |y0, span: (f64, f64), control| Ivp::new(&Swing, y0, span).start(Dopri5, control);
        let pid = Pid::tolerance(1e-6);
        let nan = Vector2::new(f64::NAN, 0.0);
        assert_eq!(refused(start(nan, (0.0, 1.0), pid)), Error::NonFiniteInitialState);
        let error = refused(start(swing(0.0), (0.0, f64::INFINITY), pid));
        assert!(matches!(error, Error::InvalidArgument { name: "t1", .. }));
        let error = refused(start(swing(0.0), (0.0, 1.0), Pid::tolerance(0.0).atol(1.0)));
        assert!(matches!(error, Error::InvalidArgument { name: "rtol", .. }));
    }

    #[test]
    fn a_failure_leaves_the_last_good_state() {
        let explodes = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y);
        let control = Pid::tolerance(1e-8).max_steps(20);
        let whole = solve(&explodes, 1.0, 0.0..2.0, Dopri5, control).unwrap_err();
        let mut stepper = Ivp::new(&explodes, 1.0, 0.0..2.0).start(Dopri5, control).unwrap();
        let error = loop {
            match stepper.step() {
                Ok(more) => assert!(more),
                Err(error) => break error,
            }
        };
        assert_eq!(error, whole.error);
        assert_eq!((stepper.time(), stepper.state()), (whole.partial.last_time(), whole.partial.last()));
        assert!((stepper.state() * (1.0 - stepper.time()) - 1.0).abs() < 1e-6);
        let failure = stepper.finish().unwrap_err();
        assert_eq!((failure.error, failure.partial.last()), (whole.error, whole.partial.last()));
        assert_eq!(failure.partial.ending, Ending::Failure);
    }

    #[test]
    fn a_paused_solve_has_several_continuations() {
        let (f, y0) = model();
        let control = Pid::tolerance(1e-7);
        let (_, whole) = uninterrupted(Dopri5, control);
        let mut stepper = Ivp::new(&f, y0, 0.0..10.0).start(Dopri5, control).unwrap();
        for _ in 0..5 {
            stepper.step().unwrap();
        }
        let paused = stepper.paused();
        stepper.advance_to(9.0).unwrap();
        let resume = |f, paused| Ivp::new(f, y0, 0.0..10.0).resume(Dopri5, control, paused).unwrap();
        let first = resume(&f, paused.clone()).finish().unwrap();
        // The other one under another model: the same state, another future.
        let mut other = model().0;
        rheos::Parametric::set_params(&mut other, &nalgebra::vector![1.0, 1.0, 1.0, 1.0]);
        let second = resume(&other, paused).finish().unwrap();
        assert_eq!(first, whole);
        assert!((second.last() - first.last()).norm() > 1e-3);
    }

    #[test]
    fn the_evaluations_are_all_counted() {
        let (f, y0) = model();
        let counted = Counted::new(f);
        let mut stepper = Ivp::new(&counted, y0, 0.0..10.0).start(Tsit5, Pid::tolerance(1e-6)).unwrap();
        assert_eq!(stepper.stats().evaluations, counted.evaluations());
        while stepper.step().unwrap() {
            assert_eq!(stepper.stats().evaluations, counted.evaluations());
        }
    }

    #[cfg(feature = "serde")]
    mod written_down {
        use serde::Serialize;
        use serde::de::DeserializeOwned;

        use rheos::control::Predictive;
        use rheos::solver::multistep::{Adams, AdamsMoulton};

        use super::*;

        /// Pauses after every `each` steps, writes the solve down, drops it, and reads it back.
        fn check<S, C>(solver: S, control: C, each: usize)
        where
            S: Solver<Model, Workspace: Serialize + DeserializeOwned> + Copy,
            C: Controller<Model, S, Memory: Serialize + DeserializeOwned> + Copy,
        {
            let (expected, whole) = uninterrupted(solver, control);
            let (f, y0) = model();
            let mut steps = Steps::default();
            let mut stepper = Ivp::new(&f, y0, 0.0..10.0).start(solver, control).unwrap();
            while !stepper.is_done() {
                for _ in 0..each {
                    stepper.step_with(&mut steps).unwrap();
                }
                let text = serde_json::to_string(&stepper.pause()).unwrap();
                let paused = serde_json::from_str(&text).unwrap();
                stepper = Ivp::new(&f, y0, 0.0..10.0).resume(solver, control, paused).unwrap();
            }
            assert_eq!(steps, expected);
            assert_eq!(stepper.finish().unwrap(), whole);
        }

        #[test]
        fn resumed_solves_take_the_same_steps_to_the_bit() {
            check(Dopri5, Pid::tolerance(1e-7), 1);
            check(Dopri5, Pid::tolerance(1e-6).coefficients(0.0, 1.0, 0.0).safety(1.0), 3);
            check(Dop853, Pid::tolerance(1e-9).coefficients(0.2, 0.4, 0.05), 2);
            check(Vern9, Pid::tolerance(1e-9), 1);
            check(Dopri5, Predictive::tolerance(1e-7), 2);
            check(Adams, Pid::tolerance(1e-8), 3);
            check(AdamsMoulton::<4>, Fixed::steps(200), 7);
            check(Rk4, Fixed::steps(77), 5);
            check(Rk4, Fixed::step(0.3), 1);
            check(CarpenterKennedy, Fixed::steps(33), 4);
        }

        #[test]
        fn states_of_all_kinds_can_be_written() {
            type Mixed = (DVector<f64>, [f32; 3], rheos::state::Passive<f64>);
            let f = ode(|t, y: &Mixed, dy: &mut Mixed| {
                dy.0.copy_from(&y.0);
                dy.1 = y.1.map(|y| 0.5 * y);
                dy.2.0 = t;
            });
            let y0: Mixed = (DVector::from_vec(vec![1.0, 2.0]), [1.0, 2.0, 3.0], rheos::state::Passive(0.1));
            let control = Pid::tolerance(1e-5);
            let whole = solve(&f, y0.clone(), 0.0..1.0, Tsit5, control).unwrap();
            let mut stepper = Ivp::new(&f, y0.clone(), 0.0..1.0).start(Tsit5, control).unwrap();
            stepper.step().unwrap();
            let text = serde_json::to_string(&stepper.paused()).unwrap();
            let problem = Ivp::new(&f, y0, 0.0..1.0);
            let resumed = problem.resume(Tsit5, control, serde_json::from_str(&text).unwrap()).unwrap();
            assert_eq!(resumed.finish().unwrap(), whole);
        }

        #[test]
        fn a_workspace_of_another_method_is_refused() {
            let (f, y0) = model();
            let stepper = Ivp::new(&f, y0, 0.0..10.0).start(Rk4, Fixed::steps(3)).unwrap();
            let text = serde_json::to_string(&stepper.paused()).unwrap();
            type Other = <Dopri5 as Solver<Model>>::Workspace;
            type Memory = <Fixed as Controller<Model, Dopri5>>::Memory;
            let error = serde_json::from_str::<rheos::solution::Paused<Plane, Other, Memory>>(&text).unwrap_err();
            assert!(error.to_string().contains("one slope per stage"), "{error}");
        }
    }
}

/// The derivative of the interpolant, which gradients of event times rest on.
mod slopes {
    use super::*;
    use rheos::Rodas5P;
    use rheos::solver::Auto;
    use rheos::solver::StepStart;
    use rheos::solver::implicit::{GaussLegendre4, GaussLegendre6, RadauIIA3, RadauIIA9, Trapezoid};
    use rheos::solver::multistep::{AdamsBashforth, AdamsMoulton, FixedBdf};
    use rheos::solver::reversible::{Alf, Coupled};

    /// Compares it with differences of the interpolant in every step, and counts the steps.
    struct Compare(u32);

    impl<S: Dense<Swing>> Observer<Swing, S> for Compare {
        fn observe(&mut self, step: Step<'_, Swing, S>) -> Result<StepAction<Plane>> {
            self.0 += 1;
            let (solver, start) = (step.solver, StepStart { t: step.t0, h: step.h, y0: step.y0 });
            let mut at = |theta| {
                let mut y = Plane::zeros();
                solver.interpolate(step.field, step.workspace, start, theta, &mut y);
                y
            };
            let thetas = [0.2, 0.5, 0.9];
            let expected = thetas.map(|theta| {
                // Central differences, extrapolated to order 8.
                let mut d: Vec<Plane> =
                    [0.08, 0.04, 0.02, 0.01].map(|x| (at(theta + x) - at(theta - x)) / (2.0 * x)).into();
                for factor in [4.0, 16.0, 64.0] {
                    d = d.windows(2).map(|pair| (factor * pair[1] - pair[0]) / (factor - 1.0)).collect();
                }
                d[0] / start.h
            });
            for (theta, expected) in thetas.into_iter().zip(expected) {
                let mut slope = Plane::zeros();
                solver.slope(step.field, step.workspace, start, theta, &mut slope);
                let error = (slope - expected).norm();
                assert!(error < 1e-11, "{}, step {}, {theta}: {slope} {expected} {error:e}", S::NAME, self.0);
            }
            Ok(StepAction::On)
        }
    }

    fn check<S: Dense<Swing>>(solver: S) {
        let mut compare = Compare(0);
        Ivp::new(&Swing, swing(0.3), 0.3..2.7).observe(&mut compare).solve(solver, Fixed::steps(12)).unwrap();
        assert_eq!(compare.0, 12);
    }

    #[test]
    fn of_one_step_methods() {
        check(Euler);
        check(Rk4);
        check(Bosh3);
        check(Dopri5);
        check(Tsit5);
        check(Dop853);
        check(Vern9);
        check(Williamson3);
        check(Trapezoid);
        check(Esdirk547);
        check(TrBdf2);
        check(RadauIIA3);
        check(RadauIIA5);
        check(RadauIIA9);
        check(GaussLegendre4);
        check(GaussLegendre6);
        check(Rodas4);
        check(Rodas5P);
        check(ReversibleHeun);
        check(Alf);
        check(Coupled::new(Dopri5));
        check(Auto::new(Vern7, Rodas5P));
    }

    /// Another method makes their first steps.
    #[test]
    fn of_multistep_methods() {
        check(AdamsBashforth::<2>);
        check(AdamsBashforth::<5>);
        check(AdamsMoulton::<3>);
        check(FixedBdf::<1>::new());
        check(FixedBdf::<4>::new());
        check(Adams);
        check(Bdf);
    }
}

/// Solves with outputs, events and jumps that are paused after every step and taken up again.
mod paused {
    use super::*;
    use rheos::solution::keep::{Keep, Pausable, Watch};
    use rheos::solution::{EventRecord, Events};
    use rheos::solution::{Paused, PausedSolve};
    use rheos::{Event, Solution};

    type Field = rheos::dynamics::Ode<f64, fn(f64, &f64, &mut f64)>;

    /// `y' = ±1 − y/2`, which jumps at 1 and 2.
    const FIELD: fn(f64, &f64, &mut f64) =
        |t, y, dy| *dy = if (1.0..2.0).contains(&t.abs()) { -1.0 } else { 1.0 } - 0.5 * y;

    const JUMPS: [f64; 4] = [1.0, 1.0000000000000002, 2.0, -2.0];
    const TIMES: [f64; 8] = [0.0, 0.4, 1.0, 1.0, 1.0000000000000002, 1.7, 2.0, 2.9];

    /// Doses at a jump and elsewhere, a level that is passed several times, and the second dose of those once more.
    fn with_events<K>(problem: Ivp<'_, Field, K>) -> Ivp<'_, Field, K, Events<'_, f64>> {
        problem
            .event(Event::rising(|t, _y: &f64| t - 1.0).reset(|_t, y| *y += 3.0))
            .event(Event::crossing(|_t, y: &f64| y - 2.0).samples(3))
            .event(Event::rising(|t, _y: &f64| (7.0 * t).sin()).reset(|_t, y| *y *= 0.5))
    }

    /// Goes through `text` after every step, whatever the length of a step.
    #[track_caller]
    fn check<'a, S, C, K, E>(
        problem: impl Fn() -> Ivp<'a, Field, K, E>,
        (solver, control): (S, C),
        text: impl Fn(PausedSolve<'a, Field, S, C, K, E>) -> PausedSolve<'a, Field, S, C, K, E>,
    ) -> Solution<f64, K::Kept>
    where
        S: Solver<Field> + Copy,
        C: Controller<Field, S> + Copy,
        K: Pausable<'a, Field, S> + Keep<'a, Field, S, Kept: PartialEq + std::fmt::Debug>,
        E: Watch<Field, S>,
    {
        let whole = problem().solve(solver, control).unwrap();
        let mut stepper = problem().start(solver, control).unwrap();
        let mut steps = 0;
        while stepper.step().unwrap() {
            steps += 1;
            stepper = problem().resume(solver, control, text(stepper.pause())).unwrap();
        }
        assert_eq!(steps, whole.stats.accepted);
        assert_eq!(stepper.finish().unwrap(), whole);
        whole
    }

    /// All ways of keeping, with and without jumps and events.
    macro_rules! check_all {
        ($field:expr, $method:expr, $text:expr) => {{
            let plain = |n: i32| Ivp::new($field, 0.5, 0.0..3.0).jumps_at(if n > 0 { &JUMPS } else { &[] });
            for n in 0..2 {
                check(|| plain(n), $method, $text);
                check(|| with_events(plain(n)), $method, $text);
                check(|| plain(n).save_at(&TIMES), $method, $text);
                let saved = check(|| with_events(plain(n).save_at(&TIMES)), $method, $text);
                assert!(saved.t == TIMES && saved.hits.len() > 4);
                let landed = check(|| with_events(plain(n).land_on(&TIMES)), $method, $text);
                assert_eq!(landed.t, TIMES);
                check(|| with_events(plain(n).save_map(&TIMES, |t, y| (t, 2.0 * y))), $method, $text);
                check(|| with_events(plain(n).save_every(3)), $method, $text);
                check(|| plain(n).dense(), $method, $text);
                check(|| with_events(plain(n).dense()), $method, $text);
                let ended =
                    || with_events(plain(n).save_at(&TIMES)).event(Event::rising(|t, _y: &f64| t - 1.5).terminal());
                assert_eq!(check(ended, $method, $text).ending, Ending::Event(3));
            }
        }};
    }

    #[test]
    fn as_a_value_they_go_on_to_the_bit() {
        let f = ode(FIELD);
        check_all!(&f, (Dopri5, Pid::tolerance(1e-6)), |paused| paused);
        check_all!(&f, (Dop853, Pid::tolerance(1e-9)), |paused| paused);
        check_all!(&f, (Rk4, Fixed::steps(7)), |paused| paused);
        check_all!(&f, (Rodas4, Pid::tolerance(1e-6)), |paused| paused);
        check_all!(&f, (Esdirk547, Pid::tolerance(1e-6)), |paused| paused);
        check_all!(&f, (Bdf, Pid::tolerance(1e-5)), |paused| paused);
        check_all!(&f, (Adams, Pid::tolerance(1e-6)), |paused| paused);
    }

    #[test]
    fn landing_elsewhere_on_the_way_keeps_outputs_and_events() {
        let f = ode(FIELD);
        let problem = || with_events(Ivp::new(&f, 0.5, 0.0..3.0).jumps_at(&JUMPS).save_at(&TIMES));
        let method = (Dopri5, Pid::tolerance(1e-9));
        let whole = problem().solve(method.0, method.1).unwrap();
        let mut stepper = problem().start(method.0, method.1).unwrap();
        for t in [0.1, 1.0_f64.next_down(), 1.0, 1.0, 1.0_f64.next_up(), 1.3, 2.0_f64.next_up(), 2.5] {
            stepper.advance_to(t).unwrap();
            assert_eq!(stepper.time(), t);
        }
        let stepped = stepper.finish().unwrap();
        assert_eq!((&stepped.t, stepped.hits.len()), (&whole.t, whole.hits.len()));
        let close = |a: &f64, b: &f64| assert!((a - b).abs() < 1e-7, "{a} for {b}");
        stepped.y.iter().zip(&whole.y).for_each(|(a, b)| close(a, b));
        stepped.hits.iter().zip(&whole.hits).for_each(|(a, b)| close(&a.t, &b.t));
        close(stepped.last(), whole.last());
    }

    #[test]
    fn a_budget_that_is_used_up_stays_used_up() {
        let f = ode(FIELD);
        let control = Pid::tolerance(1e-9);
        let problem = || Ivp::new(&f, 0.5, 0.0..3.0);
        let mut stepper = problem().start(Dopri5, control).unwrap();
        for _ in 0..10 {
            stepper.step().unwrap();
        }
        for budget in [0, 3, 9] {
            let resumed = problem().resume(Dopri5, control.max_steps(budget), stepper.paused()).unwrap();
            let error = resumed.finish().unwrap_err().error;
            assert!(matches!(error, Error::MaxSteps { steps, .. } if steps == budget), "{error}");
        }
    }

    /// The value fits one problem.
    #[test]
    fn another_problem_is_refused() {
        let f = ode(FIELD);
        let method = (Rk4, Fixed::steps(6));
        let problem = || Ivp::new(&f, 0.5, 0.0..3.0).jumps_at(&JUMPS);
        let mut stepper = problem().save_at(&TIMES).start(method.0, method.1).unwrap();
        stepper.advance_to(1.5).unwrap();
        let paused = || stepper.paused();
        let error = |result: Result<_>| match result.map(|_: Stepper<'_, Field, _, _, _, _>| ()) {
            Err(Error::InvalidPaused { reason }) => reason,
            other => panic!("{other:?}"),
        };
        assert!(problem().save_at(&TIMES).resume(method.0, method.1, paused()).is_ok());
        let fewer = problem().save_at(&TIMES[1..]).resume(method.0, method.1, paused());
        assert!(error(fewer).contains("one output for each output time"));
        let unbroken = Ivp::new(&f, 0.5, 0.0..3.0).save_at(&TIMES).resume(method.0, method.1, paused());
        assert!(error(unbroken).contains("jumps"));
        let longer = Ivp::new(&f, 0.5, 0.0..4.0).jumps_at(&JUMPS).save_at(&TIMES);
        assert!(error(longer.resume(method.0, method.1, paused())).contains("span"));
        let Paused { .. } = paused();
        let _: Vec<EventRecord<f64>> = stepper.finish().unwrap().hits;
    }

    #[cfg(feature = "serde")]
    mod written_down {
        use serde::Serialize;
        use serde::de::DeserializeOwned;
        use serde_json::Value;

        use super::*;

        fn through_text<T: Serialize + DeserializeOwned>(value: T) -> T {
            serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap()
        }

        #[test]
        fn as_text_they_go_on_to_the_bit() {
            let f = ode(FIELD);
            check_all!(&f, (Dopri5, Pid::tolerance(1e-6)), through_text);
            check_all!(&f, (Rk4, Fixed::steps(7)), through_text);
        }

        /// All values that differ from `value` in one place.
        fn corrupted(value: &Value) -> Vec<Value> {
            let mut all: Vec<Value> = match value {
                Value::Number(_) => {
                    ["0", "1", "-1", "7", "1e300", "-1e-300", "0.3", "18446744073709551615", "4294967295"]
                        .map(|text| serde_json::from_str(text).unwrap())
                        .into()
                }
                Value::Null => vec![Value::from(0), Value::from(0.5)],
                Value::Bool(b) => vec![Value::from(!b)],
                Value::Array(list) => vec![
                    Value::from(list.iter().skip(1).cloned().collect::<Vec<_>>()),
                    Value::from(list.iter().chain(list.first()).cloned().collect::<Vec<_>>()),
                    Value::from(list.iter().rev().cloned().collect::<Vec<_>>()),
                ],
                _ => vec![],
            };
            all.push(Value::Null);
            match value {
                Value::Array(list) => {
                    for (i, inner) in list.iter().enumerate() {
                        all.extend(corrupted(inner).into_iter().map(|bad| {
                            let mut list = list.clone();
                            list[i] = bad;
                            Value::from(list)
                        }));
                    }
                }
                Value::Object(map) => {
                    // The workspaces of methods are another matter.
                    for (key, inner) in map.iter().filter(|(key, _)| *key != "workspace") {
                        all.extend(corrupted(inner).into_iter().map(|bad| {
                            let mut map = map.clone();
                            map.insert(key.clone(), bad);
                            Value::from(map)
                        }));
                    }
                }
                _ => {}
            }
            all
        }

        /// Whatever is changed in the text, it is refused or solved to some end: no panic, no endless loop, and `Ok` only
        /// with every output and at the end of the span.
        fn check_corrupted<'a, S, C, K>(
            problem: impl Fn() -> Ivp<'a, Field, K, Events<'a, f64>>,
            (solver, control): (S, C),
            steps: usize,
        ) where
            S: Dense<Field> + Copy,
            C: Controller<Field, S> + Copy,
            K: Pausable<'a, Field, S>,
            PausedSolve<'a, Field, S, C, K, Events<'a, f64>>: Serialize + DeserializeOwned,
        {
            let mut stepper = problem().start(solver, control).unwrap();
            for _ in 0..steps {
                stepper.step().unwrap();
            }
            let good = serde_json::to_value(stepper.pause()).unwrap();
            let (mut refused, mut ended) = (0, 0);
            for bad in corrupted(&good) {
                let Ok(paused) = serde_json::from_value(bad) else {
                    refused += 1;
                    continue;
                };
                match problem().resume(solver, control, paused) {
                    Err(_) => refused += 1,
                    Ok(stepper) => {
                        ended += 1;
                        if let Ok(solution) = stepper.finish()
                            && solution.ending == Ending::Span
                        {
                            assert!(solution.last_time() == 3.0 && solution.last().is_finite());
                        }
                    }
                }
            }
            assert!(refused > 50 && ended > 5, "{refused} refused, {ended} ended");
        }

        #[test]
        fn corrupted_texts_are_refused_or_harmless() {
            let f = ode(FIELD);
            let plain = || Ivp::new(&f, 0.5, 0.0..3.0).jumps_at(&JUMPS);
            for steps in [0, 1, 4, 9] {
                let adaptive = (Dopri5, Pid::tolerance(1e-4).max_steps(1000));
                check_corrupted(|| with_events(plain().save_at(&TIMES)), adaptive, steps);
                check_corrupted(|| with_events(plain().dense()), adaptive, steps);
                let fixed = (Rk4, Fixed::steps(12).max_steps(1000));
                check_corrupted(|| with_events(plain().land_on(&TIMES)), fixed, steps);
                check_corrupted(|| with_events(plain().save_every(2)), fixed, steps);
            }
        }
    }
}
