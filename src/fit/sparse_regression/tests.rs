//! Sparse regressions of known combinations.

use super::{Library, SparseRegression};
use crate::error::Error;
use crate::train::uniform;

/// Scattered points, with the targets `2 − 3 x y² + 0.5 y` and `4 x`.
fn data(points: usize) -> (Vec<[f64; 2]>, Vec<[f64; 2]>) {
    let mut rng = uniform(1);
    let points: Vec<[f64; 2]> = (0..points).map(|_| [4.0 * rng() - 1.0, 2.0 * rng() - 1.5]).collect();
    let targets = points.iter().map(|[x, y]| [2.0 - 3.0 * x * y * y + 0.5 * y, 4.0 * x]).collect();
    (points, targets)
}

#[test]
fn the_terms_and_only_they_are_found() {
    let (points, targets) = data(60);
    let library = Library::monomials(&["x", "y"], 3).with("sin(x)", |p| p[0].sin());
    let found = SparseRegression::new(0.02).fit(&library, &points, &targets).unwrap();
    assert_eq!(found.to_string(), "2.000 + 0.500 y - 3.000 x y^2\n4.000 x");
    assert!(found.residuals.iter().all(|residual| *residual < 1e-13), "{:?}", found.residuals);
    let terms: Vec<_> = found.terms(0).collect();
    let expected = [("1", 2.0), ("y", 0.5), ("x y^2", -3.0)];
    assert!(terms.iter().zip(expected).all(|((a, x), (b, y))| *a == b && (x - y).abs() < 1e-12), "{terms:?}");
    let values = found.values(&[2.0, -1.0]);
    assert!((values[0] + 4.5).abs() < 1e-12 && (values[1] - 8.0).abs() < 1e-12, "{values:?}");
    // A threshold above the share of 0.5 y drops it.
    let found = SparseRegression::new(0.2).fit(&library, &points, &targets).unwrap();
    assert_eq!(found.terms(0).map(|(name, _)| name).collect::<Vec<_>>(), ["1", "x y^2"]);
    assert!(found.residuals[0] > 0.05);
}

/// Noise of 2 % of the targets: the terms stay, the coefficients move.
#[test]
fn noise_below_the_threshold_is_tolerated() {
    let (points, mut targets) = data(200);
    let mut rng = uniform(2);
    targets.iter_mut().for_each(|z| *z = z.map(|z| z + 0.3 * (rng() - 0.5)));
    let library = Library::monomials(&["x", "y"], 3);
    let found = SparseRegression::new(0.05).ridge(1e-4).fit(&library, &points, &targets).unwrap();
    let names = |k| found.terms(k).map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!((names(0), names(1)), (vec!["1", "y", "x y^2"], vec!["x"]));
    assert!(found.terms(0).zip([2.0, 0.5, -3.0]).all(|((_, c), e)| (c - e).abs() < 0.05));
    // The coefficients have no ridge: they are the least-squares fit of these terms.
    let three = Library::empty(2).with("1", |_| 1.0).with("y", |p| p[1]).with("x y^2", |p| p[0] * p[1] * p[1]);
    let plain = SparseRegression::new(0.0).fit(&three, &points, &targets).unwrap();
    for ((_, a), (_, b)) in plain.terms(0).zip(found.terms(0)) {
        assert!((a - b).abs() < 1e-12, "{a} {b}");
    }
}

/// Points in other units, up to powers near the ends of the range of numbers.
#[test]
fn units_do_not_matter() {
    let (points, targets) = data(60);
    let library = Library::monomials(&["x", "y"], 3);
    let (x, y, z) = (1e90, 1e-70, 1e80);
    let others: Vec<_> = points.iter().map(|p| [x * p[0], y * p[1]]).collect();
    let scaled: Vec<_> = targets.iter().map(|t| t.map(|t| z * t)).collect();
    let found = SparseRegression::new(0.02).fit(&library, &others, &scaled).unwrap();
    let expected = [("1", 2.0 * z), ("y", 0.5 * z / y), ("x y^2", -3.0 * z / x / y / y)];
    let terms: Vec<_> = found.terms(0).collect();
    assert_eq!(terms.len(), 3);
    for ((a, found), (b, expected)) in terms.iter().zip(expected) {
        assert!(*a == b && (found / expected - 1.0).abs() < 1e-11, "{a} {found} {expected}");
    }
}

#[test]
fn formulas_are_readable() {
    let points: Vec<f64> = (1..20).map(f64::from).collect();
    let targets: Vec<[f64; 2]> = points.iter().map(|x| [-0.9 * x + 1.0, 1e-5 * x * x - 2e5]).collect();
    let found = SparseRegression::new(1e-12).fit(&Library::monomials(&["x"], 2), &points, &targets).unwrap();
    assert_eq!(found.formula(0), "1.000 - 0.900 x");
    assert_eq!(found.formula(1), "-2.00e5 + 1.00e-5 x^2");
    assert_eq!(found.formula(2), "");
}

#[test]
fn wrong_arguments_are_refused() {
    let (points, targets) = data(20);
    let library = Library::monomials(&["x", "y"], 2);
    let fit = SparseRegression::new(0.1);
    for threshold in [-0.1, 1.0, f64::NAN] {
        let found = SparseRegression::new(threshold).fit(&library, &points, &targets).unwrap_err();
        assert!(matches!(found, Error::InvalidArgument { name: "threshold", .. }), "{found}");
    }
    let found = fit.ridge(f64::NAN).fit(&library, &points, &targets).unwrap_err();
    assert!(matches!(found, Error::InvalidArgument { name: "ridge", .. }), "{found}");
    let found = fit.fit(&library, &points, &targets[1..]).unwrap_err();
    assert_eq!(found, Error::LengthMismatch { name: "targets", found: 19, expected: 20 });
    let found = fit.fit(&library, &points[..5], &targets[..5]).unwrap_err();
    assert_eq!(found, Error::LengthMismatch { name: "points", found: 5, expected: 6 });
    let found = fit.fit(&Library::monomials(&["x"], 2), &points, &targets).unwrap_err();
    assert_eq!(found, Error::ShapeMismatch { name: "points", index: 0, found: 2, expected: 1 });
    let found = fit.fit::<[f64; 2], f64>(&Library::monomials(&["x", "y"], 0), &[], &[]).unwrap_err();
    assert_eq!(found, Error::LengthMismatch { name: "points", found: 0, expected: 1 });
    let mut spoilt = targets.clone();
    spoilt[4][1] = f64::NAN;
    let found = fit.fit(&library, &points, &spoilt).unwrap_err();
    assert!(matches!(found, Error::InvalidEntry { name: "targets", index: 4, .. }), "{found}");
    let found = fit.fit(&library.clone().with("log(x)", |p| p[0].ln()), &points, &targets).unwrap_err();
    assert!(matches!(found, Error::InvalidEntry { name: "terms", .. }), "{found}");
}

#[test]
fn dependent_terms_and_empty_results_are_errors() {
    let (points, mut targets) = data(30);
    let library = Library::monomials(&["x", "y"], 1);
    let twice = library.clone().with("2 x - y", |p| 2.0 * p[0] - p[1]);
    let found = SparseRegression::new(0.1).fit(&twice, &points, &targets).unwrap_err();
    assert!(matches!(found, Error::DependentTerms { terms: 4, .. }), "{found}");
    let zero = library.clone().with("0", |_| 0.0);
    let found = SparseRegression::new(0.0).fit(&zero, &points, &targets).unwrap_err();
    assert_eq!(found, Error::DependentTerms { term: "0".to_owned(), terms: 4 });
    targets.iter_mut().for_each(|z| z[1] = 0.0);
    let found = SparseRegression::new(0.01).fit(&library, &points, &targets).unwrap_err();
    assert_eq!(found, Error::NoTerms { target: 1, threshold: 0.01 });
    // A target that no term describes.
    let found = SparseRegression::new(0.9).fit(&Library::empty(2).with("x", |p| p[0]), &points, &targets).unwrap_err();
    assert!(matches!(found, Error::NoTerms { target: 0, .. }), "{found}");
}
