//! Sensitivities of large systems, against closed forms, dense sensitivities and adjoints.

use crate::common::gradient::{gradient, over};
use crate::common::numbers;
use nalgebra::{DMatrix, DVector, dvector};
use rheos::adjoint::{Directions, sensitivities_along};
use rheos::dynamics::problems::stiff::Brusselator1d;
use rheos::dynamics::{GenericField, SparseAutodiff};
use rheos::solver::implicit::{Banded, Esdirk547, Lu};
use rheos::{Bdf, DiscreteAdjoint, Error, Fixed, Pid, RadauIIA5, Rodas5P, Scalar, Tsit5};
use serde_json::Value;

/// `uᵢ' = κ (N + 1)² (uᵢ₋₁ − 2 uᵢ + uᵢ₊₁) + s t`.
struct Heat;

impl GenericField for Heat {
    fn eval<T: Scalar>(&self, t: T, u: &[T], p: &[T], du: &mut [T]) {
        let n = u.len();
        let scale = p[0] * ((n + 1) as f64).powi(2);
        let at = |i: usize| if i < n { u[i] } else { T::zero() };
        for i in 0..n {
            du[i] = scale * (at(i.wrapping_sub(1)) - u[i] * 2.0 + at(i + 1)) + p[1] * t;
        }
    }
}

/// The mode `k` decays at the rate `4 κ (N + 1)² sin²(kπ / (2 (N + 1)))`, so `u = a e^{−κλt}` for `s = 0`.
#[test]
fn sensitivities_of_the_heat_equation_are_those_of_its_modes() {
    let (n, kappa, unit) = (12, 0.3, 1e-8);
    let angle = std::f64::consts::PI / (n + 1) as f64;
    let mode = |k: f64| DVector::from_fn(n, |i, _| unit * (k * angle * (i + 1) as f64).sin());
    let rate = |k: f64| (2.0 * (n + 1) as f64 * (k * angle / 2.0).sin()).powi(2);
    // All modes are in the solution, so the steps are short enough for each of them.
    let y0 = mode(1.0) + mode(2.0) + mode(3.0);
    let model = SparseAutodiff::new(Heat, dvector![kappa, 0.0], 0.0, &y0);
    // Five directions: two solves. The last two are a direction of the state and the same of a state and a parameter.
    let directions = Directions {
        y0: DMatrix::from_columns(&[&y0 * 0.0, mode(1.0), mode(2.0), mode(3.0), mode(3.0)]),
        params: DMatrix::from_row_slice(2, 5, &[1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
    };
    let (times, control) = ([0.0, 0.1, 0.5], Pid::tolerance(1e-10).atol(1e-10 * unit));
    macro_rules! check {
        ($($method:expr),*) => {$(
            let found = sensitivities_along(&model, $method, control, &times, &y0, &directions).unwrap();
            for (t, (y, derivatives)) in times.into_iter().zip(found.y.iter().zip(&found.derivatives)) {
                let decayed = |k: f64| mode(k) * (-kappa * rate(k) * t).exp();
                let modes = [1.0, 2.0, 3.0];
                let by_kappa: DVector<f64> = modes.iter().map(|&k| decayed(k) * (-rate(k) * t)).sum();
                let expected = [by_kappa.clone(), decayed(1.0), decayed(2.0), decayed(3.0), decayed(3.0) + by_kappa * 2.0];
                let solution: DVector<f64> = modes.iter().map(|&k| decayed(k)).sum();
                assert!((y - solution).amax() < 1e-8 * unit);
                for (k, expected) in expected.into_iter().enumerate() {
                    let error = (derivatives.column(k) - expected).amax();
                    assert!(error < 1e-7 * unit, "{} at {t}, direction {k}: {error:e}", stringify!($method));
                }
            }
        )*};
    }
    let band = Banded::new(1, 1);
    check!(RadauIIA5.with(band), Rodas5P.with(band), Esdirk547.with(band), RadauIIA5.with(Lu));
    check!(Bdf.with(band));
    #[cfg(feature = "sparse")]
    {
        let sparse = rheos::solver::implicit::Sparse::new(model.pattern().clone());
        check!(RadauIIA5.with(sparse.clone()), Rodas5P.with(sparse.clone()), Bdf.with(sparse.clone()));
    }
}

/// The sensitivity to the source is the integral of the propagator.
#[test]
fn a_parameter_that_enters_with_the_time_is_followed() {
    let (n, kappa) = (1, 0.3);
    let y0 = DVector::zeros(n);
    let model = SparseAutodiff::new(Heat, dvector![kappa, 0.7], 0.0, &y0);
    let found =
        sensitivities_along(&model, Tsit5, Pid::tolerance(1e-11), &[0.0, 0.8], &y0, &Directions::of_params(&model))
            .unwrap();
    // u' = −a u + s t from 0 with a = 8 κ: u = s (t / a − (1 − e^{−at}) / a²)
    let (a, t): (f64, f64) = (8.0 * kappa, 0.8);
    let by_source = t / a - (1.0 - (-a * t).exp()) / (a * a);
    assert!((found.derivatives[1][(0, 1)] - by_source).abs() < 1e-10);
}

/// H. H. Robertson's reaction with any number of components.
struct Reaction;

impl GenericField for Reaction {
    fn eval<T: Scalar>(&self, _t: T, y: &[T], p: &[T], dy: &mut [T]) {
        let [decay, pairing, back] = [p[0] * y[0], p[1] * y[1] * y[1], p[2] * y[1] * y[2]];
        dy[0] = back - decay;
        dy[1] = decay - back - pairing;
        dy[2] = pairing;
    }
}

/// Against the variational equation by SciPy, of `tests/reference/sensitivities.json`.
#[test]
fn sensitivities_of_a_stiff_reaction_are_those_of_the_reference() {
    let root: Value = serde_json::from_str(include_str!("../reference/sensitivities.json")).unwrap();
    let (p, y0) = (dvector![0.04, 3e7, 1e4], dvector![1.0, 0.0, 0.0]);
    let model = SparseAutodiff::new(Reaction, p.clone(), 0.0, &y0);
    // Relative changes of the parameters, and changes of the initial state.
    let mut directions =
        Directions { y0: DMatrix::zeros(3, 6), params: DMatrix::from_diagonal(&p).resize_horizontally(6, 0.0) };
    directions.y0.view_mut((0, 3), (3, 3)).fill_with_identity();
    let control = Pid::tolerance(1e-9).atol(1e-14);
    macro_rules! check {
        ($($method:expr),*) => {$(
            let found = sensitivities_along(&model, $method, control, &[0.0, 0.4, 40.0], &y0, &directions).unwrap();
            for (found, expected) in found.derivatives[1..].iter().zip(root["robertson"].as_array().unwrap()) {
                for (columns, name) in [(0..3, "by_params"), (3..6, "by_y0")] {
                    let expected = DMatrix::from_row_slice(3, 3, &numbers(&expected[name]));
                    let error = found.columns_range(columns) - &expected;
                    for (error, expected) in error.row_iter().zip(expected.row_iter()) {
                        let error = error.amax() / expected.amax();
                        assert!(error < 1e-6, "{} {name}: {error:e}", stringify!($method));
                    }
                }
            }
        )*};
    }
    check!(RadauIIA5, RadauIIA5.with(Banded::new(2, 2)), Rodas5P, Esdirk547.with(Banded::new(2, 2)));
}

#[test]
fn forwards_and_backwards_give_the_same_derivatives() {
    let (model, y0) = Brusselator1d::problem(8);
    let (times, control) = ([0.0, 0.1, 0.3], Fixed::steps(30));
    let w: Vec<_> = (0..3).map(|t| DVector::from_fn(16, |i, _| (i as f64 + 5.0 * f64::from(t)).sin())).collect();
    macro_rules! check {
        ($($method:expr),*) => {$(
            let name = stringify!($method);
            let backward =
                gradient(over(&model, &y0, &times), $method, control, DiscreteAdjoint::new(), |_| w.clone()).unwrap();
            let pull = |directions: &Directions| -> DVector<f64> {
                let found = sensitivities_along(&model, $method, control, &times, &y0, directions).unwrap();
                found.derivatives.iter().zip(&w).map(|(d, w)| d.tr_mul(w)).sum()
            };
            let params = pull(&Directions::of_params(&model));
            let size = backward.params.amax();
            assert!((&params - &backward.params).amax() < 1e-9 * size, "{name}: {params} {}", backward.params);
            let start = pull(&Directions::in_y0(&model, DMatrix::identity(16, 16)));
            assert!((&start - &backward.y0).amax() < 1e-9 * backward.y0.amax(), "{name}: {start} {}", backward.y0);
        )*};
    }
    let band = Banded::new(2, 2);
    check!(Tsit5, Rodas5P.with(band), Esdirk547.with(band));
    check!(Rodas5P.with(Lu), RadauIIA5.with(Lu));
    #[cfg(feature = "sparse")]
    {
        let sparse = rheos::solver::implicit::Sparse::new(model.pattern().clone());
        check!(Rodas5P.with(sparse.clone()), Esdirk547.with(sparse.clone()));
    }
}

#[test]
fn bad_directions_are_named() {
    let (model, y0) = Brusselator1d::problem(3);
    let solve =
        |directions: &Directions| sensitivities_along(&model, Tsit5, Fixed::steps(3), &[0.0, 0.001], &y0, directions);
    let good = Directions::of_params(&model);
    let short = Directions { y0: DMatrix::zeros(5, 3), ..good.clone() };
    let expected = Error::LengthMismatch { name: "directions.y0", found: 5, expected: 6 };
    assert_eq!(solve(&short).unwrap_err(), expected);
    let unequal = Directions { y0: DMatrix::zeros(6, 2), ..good.clone() };
    assert!(matches!(solve(&unequal), Err(Error::LengthMismatch { name: "directions.params", found: 3, expected: 2 })));
    let mut infinite = good.clone();
    infinite.params[(1, 0)] = f64::INFINITY;
    assert!(matches!(solve(&infinite), Err(Error::InvalidEntry { name: "directions.params", index: 1, .. })));
    // Without directions, the solution alone.
    let none = Directions::in_y0(&model, DMatrix::zeros(6, 0));
    let found = solve(&none).unwrap();
    assert_eq!((found.derivatives[1].shape(), found.y), ((6, 0), solve(&good).unwrap().y));
}
