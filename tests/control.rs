//! Step size controllers: tolerances by coordinate, laws, limits.

use nalgebra::{DVector, Dyn, OMatrix, SMatrix, SVector, U2, vector};
use rheos::state::{ErrorNorm, StoredNorm, Tolerances};
use rheos::{Dopri5, Error, Passive, Pid, State, Tolerance, ode, solve};

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
        let one = solve(&orbit, y0, 0.0..10.0, Dopri5, Pid::new(1e-7, 1e-9)).unwrap();
        let each = Pid::each(vector![1e-7, 1e-7], vector![1e-9, 1e-9]);
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
        let each = Pid::each(vector![1e-6, 1e-3], vector![1e-14, 1.0]);
        let with_each = error(solve(&field, y0, span.clone(), Dopri5, each).unwrap().last());
        let with_one = error(solve(&field, y0, span, Dopri5, Pid::new(1e-3, 1.0)).unwrap().last());
        assert!(with_each < 1e-5, "{with_each}");
        assert!(with_one > 1e-2, "{with_one}: the coordinate is too easy to show anything");
    }

    #[test]
    fn a_wrong_coordinate_is_named() {
        let decay = ode(|_t, y: &SVector<f64, 3>, dy: &mut SVector<f64, 3>| *dy = -y);
        let solve = |rtol, atol| {
            let failure = solve(&decay, vector![1.0, 2.0, 3.0], 0.0..1.0, Dopri5, Pid::each(rtol, atol)).unwrap_err();
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
        let failure = solve(&decay, of(3), 0.0..1.0, Dopri5, Pid::each(of(3), of(2))).unwrap_err();
        assert_eq!(failure.error, Error::LengthMismatch { name: "atol", found: 2, expected: 3 });
    }

    /// Where a coordinate with a relative tolerance alone starts at zero and stays there, nothing is in the way.
    #[test]
    fn a_relative_tolerance_alone_allows_what_is_exactly_zero() {
        let field = ode(|_t, y: &SVector<f64, 2>, dy: &mut SVector<f64, 2>| *dy = vector![0.0 * y[0], -y[1]]);
        let control = Pid::each(vector![1e-6, 1e-8], vector![0.0, 0.0]);
        let end = *solve(&field, vector![0.0, 1.0], 0.0..1.0, Dopri5, control).unwrap().last();
        assert_eq!(end[0], 0.0);
        assert!((end[1] - (-1.0_f64).exp()).abs() < 1e-8);
    }
}
