//! Step size controllers: tolerances by coordinate, laws, limits.

use std::cell::Cell;

use nalgebra::{DVector, Dyn, OMatrix, SMatrix, SVector, U2, vector};
use rheos::control::{Accepted, Filter, Gustafsson, LastStep, MinStep, Predictive, StepLaw};
use rheos::dynamics::Ode;
use rheos::dynamics::problems::VanDerPol;
use rheos::solution::Ensemble;
use rheos::solver::explicit::Vern9;
use rheos::solver::implicit::Esdirk547;
use rheos::state::{ErrorNorm, Passive, StoredNorm, Tolerance, Tolerances};
use rheos::{Autodiff, Controller, Dopri5, Error, Fixed, Ivp, Pid, Rk4, State, Stats, Tsit5, ode, solve};

/// The error norm by its definition.
fn norm_by_hand(e: &[f64], y0: &[f64], y1: &[f64], rtol: &[f64], atol: &[f64]) -> f64 {
    let ratio = |i: usize| e[i] / (atol[i] + rtol[i] * y0[i].abs().max(y1[i].abs()));
    ((0..e.len()).map(|i| ratio(i).powi(2)).sum::<f64>() / e.len() as f64).sqrt()
}

mod tolerances_by_coordinate {
    use super::*;

    const E: [f64; 6] = [0.5, -0.25, 1.0, -2.0, 0.125, 4.0];
    const Y0: [f64; 6] = [1.0, -3.0, 0.5, 8.0, 0.0, -2.0];
    const Y1: [f64; 6] = [-2.0, 1.0, 0.25, 6.0, -4.0, 2.5];
    const RTOL: [f64; 6] = [0.5, 0.25, 0.125, 0.0, 1.0, 2.0];
    const ATOL: [f64; 6] = [0.0, 1.0, 0.5, 0.25, 2.0, 0.0];

    #[track_caller]
    fn check<Y: State>(shape: &Y) {
        let filled = |numbers: &[f64; 6]| {
            let mut y = shape.zeros_like();
            assert_eq!(y.read_coordinates(numbers), Some(&[][..]));
            y
        };
        let [e, y0, y1, rtol, atol] = [E, Y0, Y1, RTOL, ATOL].each_ref().map(filled);
        let expected = norm_by_hand(&E, &Y0, &Y1, &RTOL, &ATOL);
        let tolerances = Tolerances { rtol, atol };
        assert!(tolerances.validate(&y0).is_ok());
        let name = std::any::type_name::<Y>();
        for found in [tolerances.norm(&e, &y0, &y1), tolerances.stored().norm(&e, &y0, &y1)] {
            assert!((found - expected).abs() < 1e-14 * expected, "{name}: {found} and {expected}");
        }
    }

    /// A state of the user's own, which inherits the norm.
    #[derive(Clone)]
    struct Own(SVector<f64, 6>);

    impl State for Own {
        fn zeros_like(&self) -> Self {
            Self(self.0.zeros_like())
        }
        fn set_zeros(&mut self) {
            self.0.set_zeros();
        }
        fn add_scaled(&mut self, a: f64, x: &Self) {
            self.0.add_scaled(a, &x.0);
        }
        fn scale_by(&mut self, a: f64) {
            self.0.scale_by(a);
        }
        fn inner(&self, x: &Self) -> f64 {
            self.0.inner(&x.0)
        }
        fn count(&self) -> usize {
            6
        }
        fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
            self.0.weighted_sq(&y0.0, &y1.0, tol)
        }
        fn all_finite(&self) -> bool {
            self.0.all_finite()
        }
        fn write_coordinates(&self, out: &mut Vec<f64>) {
            self.0.write_coordinates(out);
        }
        fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
            self.0.read_coordinates(from)
        }
    }

    #[test]
    fn every_state_measures_each_coordinate_in_its_own_unit() {
        check(&SVector::<f64, 6>::zeros());
        check(&SVector::<f32, 6>::zeros());
        check(&SMatrix::<f64, 2, 3>::zeros());
        check(&DVector::<f64>::zeros(6));
        check(&OMatrix::<f64, U2, Dyn>::zeros(3));
        check(&[0.0_f64; 6]);
        check(&vec![0.0_f32; 6]);
        check(&(SVector::<f64, 4>::zeros(), 0.0_f64, [0.0_f32]));
        check(&Own(SVector::zeros()));
    }

    #[test]
    fn passive_parts_have_no_say() {
        let (one, many) = (|x: f64| (x, Passive(1e9 * x)), |x| (x, Passive(x)));
        let tolerances = Tolerances { rtol: many(1e-3), atol: many(1e-3) };
        let alone = Tolerances { rtol: 1e-3, atol: 1e-3 };
        assert_eq!(tolerances.norm(&one(0.5), &one(1.0), &one(2.0)), alone.norm(&0.5, &1.0, &2.0));
    }

    #[test]
    fn equal_tolerances_take_the_steps_of_one_tolerance() {
        let orbit = ode(|_t, y: &SVector<f64, 2>, dy: &mut SVector<f64, 2>| *dy = vector![y[1], -y[0].sin()]);
        let y0 = vector![1.0, 0.0];
        let one = solve(&orbit, y0, 0.0..10.0, Dopri5, Pid::tolerance(1e-7).atol(1e-9)).unwrap();
        let each = Pid::tolerances(Tolerances { rtol: vector![1e-7, 1e-7], atol: vector![1e-9, 1e-9] });
        let each = solve(&orbit, y0, 0.0..10.0, Dopri5, each).unwrap();
        assert_eq!(one.last(), each.last());
        assert_eq!(one.stats, each.stats);
        let stored: StoredNorm<SVector<f64, 2>> = Tolerance { rtol: 1e-7, atol: 1e-9 }.stored();
        assert_eq!(solve(&orbit, y0, 0.0..10.0, Dopri5, Pid::with_norm(stored)).unwrap(), one);
    }

    /// A tiny coordinate beside a large one: one tolerance for both leaves the tiny one without a correct digit.
    #[test]
    fn a_small_coordinate_keeps_its_digits() {
        let field = ode(|t: f64, y: &SVector<f64, 2>, dy: &mut SVector<f64, 2>| {
            *dy = vector![-1e-8 * (5.0 * t).sin() + 0.0 * y[0], 0.1 * y[1]];
        });
        let exact = 1e-8 * ((5.0 * 3.0_f64).cos() - 1.0) / 5.0 + 1e-8;
        let error = |y: &SVector<f64, 2>| ((y[0] - exact) / exact).abs();
        let (y0, span) = (vector![1e-8, 1e3], 0.0..3.0);
        let each = Pid::tolerances(Tolerances { rtol: vector![1e-6, 1e-3], atol: vector![1e-14, 1.0] });
        let with_each = error(solve(&field, y0, span.clone(), Dopri5, each).unwrap().last());
        let with_one = error(solve(&field, y0, span, Dopri5, Pid::tolerance(1e-3).atol(1.0)).unwrap().last());
        assert!(with_each < 1e-5, "{with_each}");
        assert!(with_one > 1e-2, "{with_one}: the coordinate is too easy to show anything");
    }

    #[test]
    fn a_wrong_coordinate_is_named() {
        let decay = ode(|_t, y: &SVector<f64, 3>, dy: &mut SVector<f64, 3>| *dy = -y);
        let solve = |rtol, atol| {
            let failure =
                solve(&decay, vector![1.0, 2.0, 3.0], 0.0..1.0, Dopri5, Pid::tolerances(Tolerances { rtol, atol }))
                    .unwrap_err();
            assert_eq!(failure.partial.stats.evaluations, 0);
            failure.error
        };
        let fine = vector![1e-6, 1e-6, 1e-6];
        let entry = |name, index, value, expected| Error::InvalidEntry { name, index, value, expected };
        let domain = "finite and not negative";
        assert_eq!(solve(vector![1e-6, -1e-6, 1e-6], fine), entry("rtol", 1, -1e-6, domain));
        assert_eq!(solve(fine, vector![0.0, 0.0, f64::INFINITY]), entry("atol", 2, f64::INFINITY, domain));
        assert!(matches!(
            solve(fine, vector![f64::NAN, 0.0, 0.0]),
            Error::InvalidEntry { name: "atol", index: 0, value, .. } if value.is_nan()
        ));
        let both = solve(vector![1e-6, 1e-6, 0.0], vector![0.0, 1e-6, 0.0]);
        assert_eq!(both, entry("atol", 2, 0.0, "positive where `rtol` is zero"));
        assert_eq!(both.to_string(), "`atol[2]` is 0, but it must be positive where `rtol` is zero");
    }

    #[test]
    fn tolerances_of_another_shape_are_refused() {
        let decay = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| dy.copy_from(&-y));
        let of = |n| DVector::from_element(n, 1e-6);
        let failure = solve(&decay, of(3), 0.0..1.0, Dopri5, Pid::tolerances(Tolerances { rtol: of(3), atol: of(2) }))
            .unwrap_err();
        assert_eq!(failure.error, Error::LengthMismatch { name: "atol", found: 2, expected: 3 });
    }

    /// Where a coordinate with a relative tolerance alone starts at zero and stays there, nothing is in the way.
    #[test]
    fn a_relative_tolerance_alone_allows_what_is_exactly_zero() {
        let field = ode(|_t, y: &SVector<f64, 2>, dy: &mut SVector<f64, 2>| *dy = vector![0.0 * y[0], -y[1]]);
        let control = Pid::tolerances(Tolerances { rtol: vector![1e-6, 1e-8], atol: vector![0.0, 0.0] });
        let end = *solve(&field, vector![0.0, 1.0], 0.0..1.0, Dopri5, control).unwrap().last();
        assert_eq!(end[0], 0.0);
        assert!((end[1] - (-1.0_f64).exp()).abs() < 1e-8);
    }
}

mod laws {
    use super::*;

    /// Counts of accepted and rejected steps, and the error at the end.
    fn cost(control: impl Controller<Autodiff<VanDerPol, 2, 1>, Dopri5>) -> (Stats, f64) {
        let (field, y0) = VanDerPol::problem(5.0);
        let exact = *solve(&field, y0, 0.0..12.0, Vern9, Pid::tolerance(1e-13)).unwrap().last();
        let solution = solve(&field, y0, 0.0..12.0, Dopri5, control).unwrap();
        (solution.stats, (solution.last() - exact).norm())
    }

    #[test]
    fn every_law_keeps_the_error_near_the_tolerance() {
        let tolerance = 1e-7;
        let laws = [
            ("PI", cost(Pid::tolerance(tolerance))),
            ("I", cost(Pid::tolerance(tolerance).integral())),
            ("H211PI", cost(Pid::tolerance(tolerance).h211())),
            ("H312PID", cost(Pid::tolerance(tolerance).h312())),
            ("predictive", cost(Predictive::tolerance(tolerance))),
        ];
        for (name, (stats, error)) in laws {
            assert!(error < 100.0 * tolerance, "{name}: {error:e}");
            assert!(stats.accepted < 600, "{name}: {stats:?}");
            assert!(5 * stats.rejected < stats.accepted, "{name}: {stats:?}");
            assert_eq!(stats.forced, 0);
        }
    }

    /// The formula of the filter agrees with Söderlind's table III and its exponents `β₁, β₂, β₃`.
    #[test]
    fn filters_are_those_of_the_literature() {
        let (errors, k) = ([0.3_f64, 0.7, 0.05], 5.0);
        let log_sq = |e: f64| (e * e).log2() as f32;
        let step = Accepted { h: 0.1, log_sq: log_sq(errors[0]), order: k };
        let past = [log_sq(errors[1]), log_sq(errors[2])];
        let table = [
            (Filter::new(0.0, 1.0, 0.0), [1.0, 0.0, 0.0]),
            (Filter::new(0.2, 0.65, 0.0), [0.85, -0.2, 0.0]),
            (Filter::new(-1.0 / 6.0, 1.0 / 3.0, 0.0), [1.0 / 6.0, 1.0 / 6.0, 0.0]),
            (Filter::new(-2.0 / 9.0, 2.0 / 9.0, 1.0 / 18.0), [1.0 / 18.0, 1.0 / 9.0, 1.0 / 18.0]),
        ];
        for (filter, beta) in table {
            let expected: f64 = errors.iter().zip(beta).map(|(e, beta)| e.powf(-beta / k)).product();
            let found = filter.factor(&past, step);
            assert!((found / expected - 1.0).abs() < 1e-6, "{filter:?}: {found} and {expected}");
        }
        assert_eq!(Pid::tolerance(1e-3).h312(), Pid::tolerance(1e-3).coefficients(-2.0 / 9.0, 2.0 / 9.0, 1.0 / 18.0));
    }

    #[test]
    fn the_predictive_law_is_that_of_radau5() {
        let log_sq = |e: f64| (e * e).log2() as f32;
        let accepted = |h, e| Accepted { h, log_sq: log_sq(e), order: 4.0 };
        let mut last = LastStep::default();
        // At first the elementary law.
        let first = Gustafsson.factor(&last, accepted(0.1, 0.4));
        assert!((first - 0.4_f64.powf(-0.25)).abs() < 1e-6);
        Gustafsson.remember(&mut last, accepted(0.1, 0.4));
        // An error that doubles from step to step will do so again.
        let found = Gustafsson.factor(&last, accepted(0.1, 0.8));
        assert!((found - (0.4_f64 / (0.8 * 0.8)).powf(0.25)).abs() < 1e-6, "{found}");
        // One that falls is not trusted beyond the elementary law.
        assert!((Gustafsson.factor(&last, accepted(0.1, 0.1)) - 0.1_f64.powf(-0.25)).abs() < 1e-6);
        // Tiny errors are remembered as 0.01.
        Gustafsson.remember(&mut last, accepted(0.2, 1e-9));
        let found = Gustafsson.factor(&last, accepted(0.1, 0.5));
        assert!((found - 0.5 * (0.01_f64 / 0.25).powf(0.25)).abs() < 1e-6, "{found}");
    }

    /// The purpose of the controller: leaving a transient with an implicit method.
    #[test]
    fn it_rejects_less_on_an_implicit_method() {
        let (field, y0) = VanDerPol::problem(1000.0);
        let exact_enough = 1e-3;
        let run = |control: Predictive| solve(&field, y0, 0.0..1000.0, Esdirk547, control).unwrap();
        let predictive = run(Predictive::tolerance(1e-6));
        let elementary = solve(&field, y0, 0.0..1000.0, Esdirk547, Pid::tolerance(1e-6).integral()).unwrap();
        assert!((predictive.last() - elementary.last()).norm() < exact_enough);
        assert!(predictive.stats.rejected < elementary.stats.rejected, "{:?} {:?}", predictive.stats, elementary.stats);
    }
}

mod the_smallest_step {
    use super::*;

    /// The slope jumps at 0, unknown to the solver.
    fn kink() -> Ode<f64, impl Fn(f64, &f64, &mut f64)> {
        ode(|t: f64, _: &f64, dy: &mut f64| *dy = if t < 0.0 { 0.0 } else { 1e3 * t.cos() })
    }

    #[test]
    fn is_taken_and_counted_on_request() {
        let control = Pid::tolerance(1e-10).min_step(1e-3);
        let failure = solve(&kink(), 0.0, -0.7..1.0, Dopri5, control).unwrap_err();
        assert!(matches!(failure.error, Error::StepSizeUnderflow { min: 1e-3, .. }));
        assert_eq!(failure.partial.stats.forced, 0);

        let solution = solve(&kink(), 0.0, -0.7..1.0, Dopri5, control.at_min_step(MinStep::Accept)).unwrap();
        let Stats { accepted, forced, .. } = solution.stats;
        assert!((1..=3).contains(&forced) && accepted > forced, "{:?}", solution.stats);
        // One step of the smallest length is wrong, by its length times the jump at most.
        let error = (solution.last() - 1e3 * 1.0_f64.sin()).abs();
        assert!(error < 1e3 * 1e-3 && error > 1e-8, "{error}");
    }

    #[test]
    fn does_not_hide_what_is_not_finite() {
        let pole = ode(|t: f64, _: &f64, dy: &mut f64| *dy = if t < 0.5 { 1.0 } else { f64::NAN });
        let control = Pid::tolerance(1e-6).min_step(1e-3).at_min_step(MinStep::Accept);
        let failure = solve(&pole, 0.0, 0.0..1.0, Dopri5, control).unwrap_err();
        assert!(matches!(failure.error, Error::NonFinite { .. }), "{failure}");
        assert!(failure.partial.last_time() > 0.49);
    }

    /// No step of the solve is shorter than the smallest one, but for those that end at the end.
    #[test]
    fn is_kept() {
        let control = Pid::tolerance(1e-10).min_step(1e-3).at_min_step(MinStep::Accept);
        let solution = Ivp::new(&kink(), 0.0, -0.7..1.0).save_every(1).solve(Dopri5, control).unwrap();
        let last = solution.t.len() - 2;
        for pair in solution.t.windows(2).take(last) {
            assert!(pair[1] - pair[0] > 0.499e-3, "{pair:?}");
        }
    }
}

mod jumps {
    use super::*;

    const JUMPS: [f64; 6] = [0.3, 0.7, 1.1, 1.2, 2.0, 2.9];

    /// `y' = −y + s(t)`, where `s` changes between 1 and −1 at the jumps.
    fn forced(t: f64) -> f64 {
        if JUMPS.iter().filter(|&&jump| t >= jump).count() % 2 == 0 { 1.0 } else { -1.0 }
    }

    fn exact(t: f64) -> f64 {
        let (mut at, mut y) = (0.0, 0.5);
        for &end in JUMPS.iter().filter(|&&jump| jump < t).chain([&t]) {
            let s = forced(at);
            y = s + (y - s) * (-(end - at)).exp();
            at = end;
        }
        y
    }

    #[test]
    fn known_jumps_cost_no_accuracy_and_no_rejections() {
        let field = ode(|t: f64, y: &f64, dy: &mut f64| *dy = forced(t) - y);
        let times = [0.0, 0.3, 0.5, 0.7, 0.7, 1.15, 2.0, 3.0];
        for tolerance in [1e-6, 1e-10] {
            let control = Pid::tolerance(tolerance);
            let ivp = || Ivp::new(&field, 0.5, 0.0..3.0);
            let told = ivp().save_at(&times).jumps_at(&JUMPS).solve(Tsit5, control).unwrap();
            let untold = ivp().save_at(&times).solve(Tsit5, control).unwrap();
            let worst = |y: &[f64]| times.iter().zip(y).map(|(&t, y)| (y - exact(t)).abs()).fold(0.0, f64::max);
            assert!(worst(&told.y) < 10.0 * tolerance, "{tolerance}: {:e}", worst(&told.y));
            assert_eq!(told.t, times);
            assert!(told.stats.rejected <= 1, "{:?}", told.stats);
            assert!(untold.stats.rejected > 20, "{:?}", untold.stats);
            // Landing and interpolating agree, at the jumps as well.
            let landed = ivp().land_on(&times).jumps_at(&JUMPS).solve(Tsit5, control).unwrap();
            assert_eq!(landed.t, times);
            assert!(worst(&landed.y) < 10.0 * tolerance);
        }
    }

    /// A step that saw both sides once would have a stage less on its own.
    #[test]
    fn no_stage_sees_the_other_side() {
        let mut seed = 1_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 11) as f64 / (1_u64 << 53) as f64
        };
        for case in 0..2000 {
            let scale = 10_f64.powi(case % 7 - 3);
            let t0 = scale * (random() - 0.5);
            let length = random() * if case % 2 == 0 { 1.0 } else { -1.0 };
            let (jump, t1) = (t0 + length, t0 + 2.0 * length);
            let (sides, at_it) = (Cell::new([0_u32; 2]), Cell::new(false));
            let field = ode(|t: f64, y: &f64, dy: &mut f64| {
                let mut counts = sides.get();
                counts[usize::from((t - jump) * length > 0.0)] += 1;
                sides.set(counts);
                at_it.set(at_it.get() || t == jump);
                *dy = -y;
            });
            let solution = Ivp::new(&field, 1.0, t0..t1).jumps_at(&[jump]).solve(Rk4, Fixed::steps(5)).unwrap();
            assert_eq!(sides.get(), [20, 20], "case {case}: {t0} {jump} {t1}");
            assert!(!at_it.get());
            assert!((solution.last() - (t0 - t1).exp()).abs() < 1e-3 * (t0 - t1).exp());
            assert_eq!(solution.last_time(), t1);
        }
    }

    #[test]
    fn the_end_belongs_to_the_piece_before() {
        let field = ode(|t: f64, _: &f64, dy: &mut f64| *dy = if t < 1.0 { 1.0 } else { f64::NAN });
        let ivp = || Ivp::new(&field, 0.0, 0.0..1.0);
        let control = Pid::tolerance(1e-8);
        assert!(ivp().solve(Dopri5, control).is_err());
        let solution = ivp().save_at(&[0.5, 1.0]).jumps_at(&[1.0]).solve(Dopri5, control).unwrap();
        assert_eq!((solution.t.len(), solution.last_time()), (2, 1.0));
        assert!((solution.y[1] - 1.0).abs() < 1e-12);
        // Backwards it is the start that lies on the jump.
        let back = ode(|t: f64, _: &f64, dy: &mut f64| *dy = if t > 0.0 { 1.0 } else { f64::NAN });
        let solution = Ivp::new(&back, 1.0, 1.0..0.0).jumps_at(&[0.0]).solve(Dopri5, control).unwrap();
        assert!(solution.last().abs() < 1e-12);
    }

    #[test]
    fn order_and_what_is_outside_do_not_matter() {
        let field = ode(|t: f64, y: &f64, dy: &mut f64| *dy = forced(t) - y);
        let control = Pid::tolerance(1e-8);
        let solve = |jumps: &[f64]| Ivp::new(&field, 0.5, 0.0..3.0).jumps_at(jumps).solve(Dopri5, control);
        let mut mixed = vec![-1.0, 0.0, 7.0, 2.9, 0.7, 0.7];
        mixed.extend([0.3, 2.0, 1.2, 1.1]);
        assert_eq!(solve(&mixed).unwrap(), solve(&JUMPS).unwrap());
        assert_eq!(solve(&[]).unwrap(), Ivp::new(&field, 0.5, 0.0..3.0).solve(Dopri5, control).unwrap());
        let error = solve(&[0.5, f64::NAN]).unwrap_err().error;
        assert!(matches!(error, Error::InvalidEntry { name: "jumps", index: 1, .. }));
    }
}

mod a_second_method {
    use super::*;

    #[test]
    fn goes_on_where_the_first_gives_up() {
        let (field, y0) = VanDerPol::problem(1000.0);
        let times = [0.0, 0.01, 0.5, 100.0];
        let ivp = || Ivp::new(&field, y0, 0.0..100.0).save_at(&times);
        let first = (Dopri5, Pid::tolerance(1e-7).max_steps(500));
        let rescued = ivp().solve_or(first, (Esdirk547, Pid::tolerance(1e-7))).unwrap();
        let alone = ivp().solve(Esdirk547, Pid::tolerance(1e-9)).unwrap();
        let halt = rescued.halt.unwrap();
        assert_eq!(halt.error, Error::MaxSteps { t: halt.t, steps: 500 });
        assert!(halt.t > 0.01 && halt.t < 100.0, "{}", halt.t);
        assert_eq!(rescued.solution.t, times);
        for (found, expected) in rescued.solution.y.iter().zip(&alone.y) {
            assert!((found - expected).norm() < 1e-5, "{found} {expected}");
        }
        assert!(rescued.solution.stats.accepted > halt.stats.accepted);
        assert!(rescued.solution.stiffness.is_some());
    }

    #[test]
    fn is_not_asked_without_need_and_mends_no_argument() {
        let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
        let ivp = || Ivp::new(&decay, 1.0, 0.0..1.0);
        let good = Pid::tolerance(1e-8);
        let rescued = ivp().solve_or((Dopri5, good), (Rk4, Fixed::steps(10))).unwrap();
        assert_eq!(rescued.halt, None);
        assert_eq!(rescued.solution, ivp().solve(Dopri5, good).unwrap());
        let bad = Pid::tolerance(-1.0).atol(1e-8);
        let failure = ivp().solve_or((Dopri5, bad), (Rk4, Fixed::steps(10))).unwrap_err();
        assert!(matches!(failure.error, Error::InvalidArgument { name: "rtol", .. }));
    }

    #[test]
    fn may_fail_as_well() {
        let blow_up = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y);
        let second = (Tsit5, Pid::tolerance(1e-8));
        let failure = Ivp::new(&blow_up, 1.0, 0.0..2.0)
            .save_every(1)
            .solve_or((Dopri5, second.1.max_steps(7)), second)
            .unwrap_err();
        assert!((failure.partial.last_time() - 1.0).abs() < 1e-6, "{failure}");
        assert!(failure.partial.stats.accepted > 7 && failure.partial.t.windows(2).all(|t| t[0] < t[1]));
    }
}

mod ensembles {
    use super::*;

    #[test]
    fn samples_do_not_know_of_each_other() {
        let fields: Vec<_> = (1..20).map(|i| VanDerPol::problem(0.5 * f64::from(i)).0).collect();
        let starts: Vec<_> = (1..20).map(|i| vector![2.0 - 0.1 * f64::from(i), 0.3]).collect();
        let times = [0.0, 1.0, 4.0];
        let control = Pid::tolerance(1e-8);
        let ensemble = Ensemble::with_fields(&fields, &starts, 0.0..5.0).unwrap().save_at(&times);
        let alone: Vec<_> = fields
            .iter()
            .zip(&starts)
            .map(|(field, y0)| Ivp::new(field, *y0, 0.0..5.0).save_at(&times).solve(Tsit5, control))
            .collect();
        assert_eq!(ensemble.solve(Tsit5, control), alone);
        for threads in [0, 1, 2, 3, 64] {
            assert_eq!(ensemble.solve_on(threads, Tsit5, control), alone, "{threads} threads");
        }
        // Each has steps of its own.
        let steps = |i: usize| alone[i].as_ref().unwrap().stats.accepted;
        assert!(steps(18) > steps(0) + 20, "{} {}", steps(0), steps(18));
        // Fewer samples change none of the others.
        let some = Ensemble::with_fields(&fields[3..7], &starts[3..7], 0.0..5.0).unwrap().save_at(&times);
        assert_eq!(some.solve_on(2, Tsit5, control), alone[3..7]);
    }

    #[test]
    fn failures_keep_their_place_and_their_part() {
        let blow_up = ode(|_t, y: &f64, dy: &mut f64| *dy = y * y);
        let outcomes = Ensemble::new(&blow_up, &[0.1, 1.0, -1.0], 0.0..2.0).solve_on(2, Dopri5, Pid::tolerance(1e-8));
        assert!((outcomes[0].as_ref().unwrap().last() - 0.125).abs() < 1e-7);
        let failure = outcomes[1].as_ref().unwrap_err();
        assert!((failure.partial.last_time() - 1.0).abs() < 1e-6);
        assert!((outcomes[2].as_ref().unwrap().last() + 1.0 / 3.0).abs() < 1e-7);
        let none: [f64; 0] = [];
        assert!(Ensemble::new(&blow_up, &none, 0.0..2.0).solve_on(2, Rk4, Fixed::steps(2)).is_empty());
    }

    #[test]
    fn there_is_a_field_for_each_state() {
        let fields = [VanDerPol::problem(1.0).0, VanDerPol::problem(2.0).0];
        let error = Ensemble::with_fields(&fields, &[vector![1.0, 0.0]], 0.0..1.0).unwrap_err();
        assert_eq!(error, Error::LengthMismatch { name: "fields", found: 2, expected: 1 });
    }
}
