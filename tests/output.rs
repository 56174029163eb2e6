//! What is kept of a solve: curves, values of a map, several of them together; and solves that are paused and resumed.

use allocation_counter::measure;
use nalgebra::{DVector, Vector2};
use rheos::integrate::{Flow, Observer, Step};
use rheos::problems::LotkaVolterra;
use rheos::solution::{Interpolated, Trajectory};
use rheos::{
    Adams, Bdf, Bosh3, CarpenterKennedy, CashKarp, Controller, Counted, Curve, Dense, Dop853, Dopri5, Dopri8, Dynamics,
    Ending, Error, Esdirk547, Euler, Fehlberg45, Fixed, Heun, Ivp, Jacobian, Midpoint, Pid, RadauIIA5, Result,
    ReversibleHeun, Rk4, Rodas4, Solver, Span, Stepper, TrBdf2, Tsit5, Vern6, Vern7, Vern8, Vern9, Williamson3, ode,
    solve,
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
        let pid = Pid::new(1e-7, 1e-7);
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
        assert_eq!(error.to_string(), "the solution is known from t = 0 to t = 1, but was asked for at t = 2");
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
            .solve(Dopri5, Pid::new(1e-6, 1e-6).max_steps(7))
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
            let control = Pid::new(1e-6, 1e-6);
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
            .solve(Dopri5, Pid::new(1e-9, 1e-9))
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
        let control = Pid::new(1e-6, 1e-6);
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

mod stepping {
    use super::*;

    /// All steps, to the bit.
    #[derive(Default, PartialEq, Debug, Clone)]
    struct Steps(Vec<(u64, u64, [u64; 2])>);

    impl<F: Dynamics<State = Plane>, S: Solver<F>> Observer<F, S> for Steps {
        fn observe(&mut self, step: Step<'_, F, S>) -> Result<Flow<Plane>> {
            self.0.push((step.t0.to_bits(), step.t1.to_bits(), [step.y1[0].to_bits(), step.y1[1].to_bits()]));
            Ok(Flow::On)
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
        check(Dopri5, Pid::new(1e-7, 1e-7));
        check(Dopri5, Pid::new(1e-6, 1e-6).coefficients(0.0, 1.0, 0.0).safety(1.0));
        check(Dop853, Pid::new(1e-9, 1e-9).coefficients(0.2, 0.4, 0.05));
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
        check(Dopri5, Pid::new(1e-7, 1e-7));
        check(Vern7, Pid::new(1e-7, 1e-7));
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
        let pid = Pid::new(1e-6, 1e-6);
        let nan = Vector2::new(f64::NAN, 0.0);
        assert_eq!(refused(start(nan, (0.0, 1.0), pid)), Error::NonFiniteInitialState);
        let error = refused(start(swing(0.0), (0.0, f64::INFINITY), pid));
        assert!(matches!(error, Error::InvalidArgument { name: "t1", .. }));
        let error = refused(start(swing(0.0), (0.0, 1.0), Pid::new(0.0, 1.0)));
        assert!(matches!(error, Error::InvalidArgument { name: "rtol", .. }));
    }

    #[test]
    fn a_failure_leaves_the_last_good_state() {
        let explodes = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y);
        let control = Pid::new(1e-8, 1e-8).max_steps(20);
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
        let control = Pid::new(1e-7, 1e-7);
        let (_, whole) = uninterrupted(Dopri5, control);
        let mut stepper = Ivp::new(&f, y0, 0.0..10.0).start(Dopri5, control).unwrap();
        for _ in 0..5 {
            stepper.step().unwrap();
        }
        let paused = stepper.paused().clone();
        stepper.advance_to(9.0).unwrap();
        let first = Stepper::resume(&f, Dopri5, control, paused.clone()).finish().unwrap();
        // The other one under another model: the same state, another future.
        let mut other = model().0;
        rheos::Parametric::set_params(&mut other, &nalgebra::vector![1.0, 1.0, 1.0, 1.0]);
        let second = Stepper::resume(&other, Dopri5, control, paused).finish().unwrap();
        assert_eq!(first, whole);
        assert!((second.last() - first.last()).norm() > 1e-3);
    }

    #[test]
    fn the_evaluations_are_all_counted() {
        let (f, y0) = model();
        let counted = Counted::new(f);
        let mut stepper = Ivp::new(&counted, y0, 0.0..10.0).start(Tsit5, Pid::new(1e-6, 1e-6)).unwrap();
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
        use rheos::{Adams, AdamsMoulton};

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
                stepper = Stepper::resume(&f, solver, control, serde_json::from_str(&text).unwrap());
            }
            assert_eq!(steps, expected);
            assert_eq!(stepper.finish().unwrap(), whole);
        }

        #[test]
        fn resumed_solves_take_the_same_steps_to_the_bit() {
            check(Dopri5, Pid::new(1e-7, 1e-7), 1);
            check(Dopri5, Pid::new(1e-6, 1e-6).coefficients(0.0, 1.0, 0.0).safety(1.0), 3);
            check(Dop853, Pid::new(1e-9, 1e-9).coefficients(0.2, 0.4, 0.05), 2);
            check(Vern9, Pid::new(1e-9, 1e-9), 1);
            check(Dopri5, Predictive::new(1e-7, 1e-7), 2);
            check(Adams, Pid::new(1e-8, 1e-8), 3);
            check(AdamsMoulton::<4>, Fixed::steps(200), 7);
            check(Rk4, Fixed::steps(77), 5);
            check(Rk4, Fixed::step(0.3), 1);
            check(CarpenterKennedy, Fixed::steps(33), 4);
        }

        #[test]
        fn states_of_all_kinds_can_be_written() {
            type Mixed = (DVector<f64>, [f32; 3], rheos::Passive<f64>);
            let f = ode(|t, y: &Mixed, dy: &mut Mixed| {
                dy.0.copy_from(&y.0);
                dy.1 = y.1.map(|y| 0.5 * y);
                dy.2.0 = t;
            });
            let y0: Mixed = (DVector::from_vec(vec![1.0, 2.0]), [1.0, 2.0, 3.0], rheos::Passive(0.1));
            let control = Pid::new(1e-5, 1e-5);
            let whole = solve(&f, y0.clone(), 0.0..1.0, Tsit5, control).unwrap();
            let mut stepper = Ivp::new(&f, y0, 0.0..1.0).start(Tsit5, control).unwrap();
            stepper.step().unwrap();
            let text = serde_json::to_string(stepper.paused()).unwrap();
            let resumed = Stepper::resume(&f, Tsit5, control, serde_json::from_str(&text).unwrap());
            assert_eq!(resumed.finish().unwrap(), whole);
        }

        #[test]
        fn a_workspace_of_another_method_is_refused() {
            let (f, y0) = model();
            let stepper = Ivp::new(&f, y0, 0.0..10.0).start(Rk4, Fixed::steps(3)).unwrap();
            let text = serde_json::to_string(stepper.paused()).unwrap();
            type Other = <Dopri5 as Solver<Model>>::Workspace;
            type Memory = <Fixed as Controller<Model, Dopri5>>::Memory;
            let error = serde_json::from_str::<rheos::Paused<Plane, Other, Memory>>(&text).unwrap_err();
            assert!(error.to_string().contains("one slope per stage"), "{error}");
        }
    }
}

/// The derivative of the interpolant, which gradients of event times rest on.
mod slopes {
    use super::*;
    use rheos::solver::StepStart;
    use rheos::{
        AdamsBashforth, AdamsMoulton, Alf, Auto, Coupled, FixedBdf, GaussLegendre4, GaussLegendre6, RadauIIA3,
        RadauIIA9, Rodas5P, Trapezoid,
    };

    /// Compares it with differences of the interpolant in every step, and counts the steps.
    struct Compare(u32);

    impl<S: Dense<Swing>> Observer<Swing, S> for Compare {
        fn observe(&mut self, step: Step<'_, Swing, S>) -> Result<Flow<Plane>> {
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
            Ok(Flow::On)
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

    /// Their first steps are those of another method.
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
