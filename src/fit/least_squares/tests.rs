//! Minimisations of known problems.

use nalgebra::{DMatrix, DVector, dvector};

use super::{Information, LeastSquares, LevenbergMarquardt, Linearised};
use crate::error::{Error, Result};

/// A problem of closures.
struct Closures<R, J> {
    residuals: R,
    jacobian: J,
}

impl<R, J> LeastSquares for Closures<R, J>
where
    R: Fn(&DVector<f64>) -> Result<DVector<f64>>,
    J: Fn(&DVector<f64>) -> DMatrix<f64>,
{
    fn residuals(&self, x: &DVector<f64>) -> Result<DVector<f64>> {
        (self.residuals)(x)
    }
    fn linearise(&self, x: &DVector<f64>) -> Result<Linearised> {
        Ok(Linearised { residuals: self.residuals(x)?, jacobian: (self.jacobian)(x) })
    }
}

/// Meyer's function, no. 10 of Moré, Garbow & Hillstrom, *Testing unconstrained optimization software* (1981), a fit of
/// `x₁ exp(x₂/(t + x₃))`. Its minimum has the sum of squares 87.9458….
const MEYER: [f64; 16] = [
    34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0, 7030.0, 6005.0, 5147.0, 4427.0,
    3820.0, 3307.0, 2872.0,
];

fn meyer(unit: f64) -> impl LeastSquares {
    let time = |i: usize| 45.0 + 5.0 * (i + 1) as f64;
    let model = move |x: &DVector<f64>, i: usize| unit * x[0] * (x[1] / (time(i) + x[2])).exp();
    Closures {
        residuals: move |x: &DVector<f64>| Ok(DVector::from_fn(16, |i, _| model(x, i) - unit * MEYER[i])),
        jacobian: move |x: &DVector<f64>| {
            DMatrix::from_fn(16, 3, |i, j| {
                let (value, time) = (model(x, i), time(i) + x[2]);
                [value / x[0], value / time, -value * x[1] / (time * time)][j]
            })
        },
    }
}

/// Moré, Garbow & Hillstrom give 87.9458 in six digits.
#[test]
fn a_badly_scaled_problem_is_solved() {
    for unit in [1.0, 1e-6, 1e8] {
        let found = LevenbergMarquardt::new().minimise(&meyer(unit), dvector![0.02, 4000.0, 250.0]).unwrap();
        assert!((found.sum_of_squares / (unit * unit) - 87.9458).abs() < 1e-4, "{}", found.sum_of_squares);
        assert!(
            (found.x - dvector![0.00560963, 6181.35, 345.224]).component_div(&dvector![1e-8, 1e-2, 1e-3]).amax() < 1.0
        );
    }
}

/// The step depends on the units of the coordinates by rounding only.
#[test]
fn units_of_the_coordinates_do_not_matter() {
    let scaled = |units: DVector<f64>| {
        let inner = meyer(1.0);
        let (a, b) = (units.clone(), units.clone());
        let problem = Closures {
            residuals: |x: &DVector<f64>| inner.residuals(&x.component_div(&a)),
            jacobian: |x: &DVector<f64>| {
                let mut found = inner.linearise(&x.component_div(&b)).unwrap().jacobian;
                for (mut column, unit) in found.column_iter_mut().zip(&b) {
                    column /= *unit;
                }
                found
            },
        };
        let found = LevenbergMarquardt::new().minimise(&problem, dvector![0.02, 4000.0, 250.0].component_mul(&units));
        let found = found.unwrap();
        (found.x.component_div(&units), found.iterations)
    };
    let (expected, iterations) = scaled(dvector![1.0, 1.0, 1.0]);
    let powers_of_two = scaled(dvector![1024.0, 1.0 / 4096.0, 2.0]);
    assert_eq!(powers_of_two, (expected.clone(), iterations));
    let (found, _) = scaled(dvector![1e9, 1e-6, 3.0]);
    assert!((found.component_div(&expected) - dvector![1.0, 1.0, 1.0]).amax() < 1e-6);
}

/// `ln x` is undefined below 0, where the first step leads; its zero is a problem without residuals.
#[test]
fn an_error_rejects_the_step() {
    let problem = Closures {
        residuals: |x: &DVector<f64>| {
            let value = x[0];
            let expected = "positive";
            (value > 0.0).then(|| dvector![value.ln()]).ok_or(Error::InvalidEntry {
                name: "x",
                index: 0,
                value,
                expected,
            })
        },
        jacobian: |x: &DVector<f64>| DMatrix::from_element(1, 1, 1.0 / x[0]),
    };
    let found = LevenbergMarquardt::new().minimise(&problem, dvector![30.0]).unwrap();
    assert!(found.failed > 0 && (found.x[0] - 1.0).abs() < 1e-8, "{found:?}");
    let failure = LevenbergMarquardt::new().minimise(&problem, dvector![-1.0]).unwrap_err();
    assert!(failure.partial.is_none());
    assert!(matches!(failure.error, Error::InvalidEntry { name: "x", .. }));
}

/// Freudenstein and Roth's function, no. 2 of Moré, Garbow & Hillstrom, has a local minimum of 48.9842….
#[test]
fn a_local_minimum_is_a_minimum() {
    let problem = Closures {
        residuals: |x: &DVector<f64>| {
            let (a, b) = (x[0], x[1]);
            Ok(dvector![a - 13.0 + ((5.0 - b) * b - 2.0) * b, a - 29.0 + ((b + 1.0) * b - 14.0) * b])
        },
        jacobian: |x: &DVector<f64>| {
            let b = x[1];
            DMatrix::from_row_slice(2, 2, &[1.0, (10.0 - 3.0 * b) * b - 2.0, 1.0, (3.0 * b + 2.0) * b - 14.0])
        },
    };
    let found = LevenbergMarquardt::new().minimise(&problem, dvector![0.5, -2.0]).unwrap();
    assert!((found.sum_of_squares - 48.9842).abs() < 1e-4, "{found:?}");
    let found = LevenbergMarquardt::new().minimise(&problem, dvector![6.0, 5.0]).unwrap();
    assert!(found.sum_of_squares < 1e-20 && (&found.x - dvector![5.0, 4.0]).amax() < 1e-9, "{found:?}");
}

#[test]
fn a_budget_is_an_error_with_the_best_point() {
    let failure = LevenbergMarquardt::new().max_iterations(3).minimise(&meyer(1.0), dvector![0.02, 4000.0, 250.0]);
    let failure = failure.unwrap_err();
    let best = failure.partial.as_ref().unwrap();
    assert!(matches!(failure.error, Error::FitNotConverged { iterations: 3, decrease } if decrease > 1e-6));
    assert!(best.iterations == 3 && best.sum_of_squares < 1.7e9, "{best:?}");
    for tolerance in [-1.0, 1.0, f64::NAN] {
        let refused = LevenbergMarquardt::new().tolerance(tolerance).minimise(&meyer(1.0), dvector![1.0, 1.0, 1.0]);
        assert!(matches!(refused.unwrap_err().error, Error::InvalidArgument { name: "tolerance", .. }));
    }
    let refused = LevenbergMarquardt::new().minimise(&meyer(1.0), dvector![1.0, f64::NAN, 1.0]).unwrap_err();
    assert!(matches!(refused.error, Error::InvalidEntry { name: "x", index: 1, .. }));
}

/// A derivative of the wrong sign: no step decreases the sum.
#[test]
fn a_wrong_derivative_is_no_minimum() {
    let problem = Closures {
        residuals: |x: &DVector<f64>| Ok(dvector![x[0], 1.0]),
        jacobian: |_: &DVector<f64>| DMatrix::from_column_slice(2, 1, &[-1.0, 0.0]),
    };
    let failure = LevenbergMarquardt::new().minimise(&problem, dvector![3.0]).unwrap_err();
    assert!(matches!(failure.error, Error::FitNotConverged { iterations: 0, .. }), "{failure}");
}

/// The inverse by its definition, and a column that is a multiple of another.
#[test]
fn the_information_is_inverted() {
    let jacobian = DMatrix::from_fn(7, 3, |i, j| [1.0, 1e-6, 1e5][j] * ((3 * i + j * j + i * j) as f64).sin());
    let name = |j: usize| format!("p{j}");
    let inverse = Information::new(&jacobian, name).unwrap().inverse().clone();
    let product = jacobian.tr_mul(&jacobian) * inverse;
    let units = [1.0, 1e-6, 1e5];
    for (i, j) in (0..3).flat_map(|i| (0..3).map(move |j| (i, j))) {
        let expected = if i == j { 1.0 } else { 0.0 };
        assert!((product[(i, j)] * units[j] / units[i] - expected).abs() < 1e-10);
    }
    let dependent = DMatrix::from_fn(7, 3, |i, j| if j == 2 { 2.0 * (i as f64).sin() } else { ((i + j) as f64).sin() });
    // sin(i + 1) is no multiple of sin i, so one of the two equal columns is named.
    let Err(Error::NotIdentifiable { parameter }) = Information::new(&dependent, name) else { panic!() };
    assert!(parameter == "p0" || parameter == "p2");
    let without = DMatrix::from_fn(7, 2, |i, j| if j == 1 { 0.0 } else { i as f64 });
    assert_eq!(Information::new(&without, name), Err(Error::NotIdentifiable { parameter: "p1".into() }));
}

/// A start far up an exponential: the column of `x₀` falls by many decades on the way, but it keeps its effect. The minimum
/// is the weighted mean of the linear problem in `exp x₀`: `(2 + 0.55)/1.25`, with the sum `0.008`.
#[test]
fn a_column_that_falls_keeps_its_effect() {
    let problem = Closures {
        residuals: |x: &DVector<f64>| Ok(dvector![x[0].exp() - 2.0, 0.5 * x[0].exp() - 1.1, x[1] - 1.0]),
        jacobian: |x: &DVector<f64>| {
            let e = x[0].exp();
            DMatrix::from_row_slice(3, 2, &[e, 0.0, 0.5 * e, 0.0, 0.0, 1.0])
        },
    };
    for start in [3.0, 20.0, 25.0, 30.0, 40.0] {
        let found = LevenbergMarquardt::new().minimise(&problem, dvector![start, 3.0]).unwrap();
        assert!((found.x - dvector![2.04_f64.ln(), 1.0]).amax() < 1e-6, "{start}");
        assert!((found.sum_of_squares - 0.008).abs() < 1e-12, "{start}");
    }
}

/// The end of a domain: `exp x₀` goes to 0, and so does its effect.
#[test]
fn a_coordinate_without_an_end_converges() {
    let model = |x: &DVector<f64>, i: usize| (-x[0].exp() * i as f64).exp() * x[1];
    let problem = Closures {
        residuals: |x: &DVector<f64>| Ok(DVector::from_fn(8, |i, _| model(x, i + 1) - 1.0 - 0.01 * (i + 1) as f64)),
        jacobian: |x: &DVector<f64>| {
            DMatrix::from_fn(8, 2, |i, j| {
                let value = model(x, i + 1);
                [-value * x[0].exp() * (i + 1) as f64, value / x[1]][j]
            })
        },
    };
    let found = LevenbergMarquardt::new().minimise(&problem, dvector![0.0, 0.5]).unwrap();
    // The mean of 1.01, …, 1.08, and its deviations.
    assert!(found.x[0] < -20.0 && (found.x[1] - 1.045).abs() < 1e-9, "{found:?}");
    assert!((found.sum_of_squares - 42e-4).abs() < 1e-12);
}

/// The squares of these derivatives overflow or vanish.
#[test]
fn extreme_units_are_solved_or_refused() {
    let problem = |unit: f64, of_residuals: f64| Closures {
        residuals: move |x: &DVector<f64>| {
            let x = x[0] * unit;
            Ok(dvector![x.exp() - 2.0, x - 0.7] * of_residuals)
        },
        jacobian: move |x: &DVector<f64>| {
            DMatrix::from_column_slice(2, 1, &[(x[0] * unit).exp() * unit, unit]) * of_residuals
        },
    };
    let expected = LevenbergMarquardt::new().minimise(&problem(1.0, 1.0), dvector![1.0]).unwrap();
    for unit in [1e-200, 1e-160, 1e100, 1e160, 1e200] {
        let found = LevenbergMarquardt::new().minimise(&problem(unit, 1.0), dvector![1.0 / unit]).unwrap();
        assert!((found.x[0] * unit - expected.x[0]).abs() < 1e-12, "{unit:e}");
    }
    let found = LevenbergMarquardt::new().minimise(&problem(1.0, 1e140), dvector![1.0]).unwrap();
    assert!((found.x - &expected.x).amax() < 1e-12);
    for unit in [1e-200, 1e-155, 1e155] {
        let refused = LevenbergMarquardt::new().minimise(&problem(1.0, unit), dvector![1.0]).unwrap_err();
        assert!(matches!(refused.error, Error::InvalidArgument { name: "sum of squares", .. }), "{unit:e}");
    }
}
