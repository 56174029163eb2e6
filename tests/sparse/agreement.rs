//! Banded and sparse linear systems give the solutions of dense ones.

use nalgebra::{DVector, dvector};
use rheos::dynamics::problems::stiff::{Brusselator1d, Brusselator2d, MedicalAkzoNobel};
use rheos::dynamics::{GenericField, Jacobian, Neighbourhood, SparseAutodiff, differences};
use rheos::solver::implicit::{Banded, Esdirk547, Lu};
use rheos::state::{Pattern, SparseMatrix};
use rheos::{Bdf, Error, Parametric, Pid, RadauIIA5, Rodas5P, Scalar, solve};

/// The largest difference of the ends by `$method` with `$linear` and with [`Lu`].
macro_rules! difference {
    ($problem:expr, $end:expr, $linear:expr, $($method:expr),*) => {{
        let control = Pid::tolerance(1e-7);
        [$({
            let (field, y0) = &$problem;
            let dense = solve(field, y0.clone(), 0.0..$end, $method.with(Lu), control).unwrap();
            let other = solve(field, y0.clone(), 0.0..$end, $method.with($linear), control).unwrap();
            assert!(other.stats.accepted.abs_diff(dense.stats.accepted) <= 2, "{}", stringify!($method));
            (other.last() - dense.last()).amax()
        }),*]
    }};
}

#[test]
fn a_band_gives_the_solution_of_the_dense_system() {
    let found = difference!(Brusselator1d::problem(20), 2.0, Banded::new(2, 2), Bdf, RadauIIA5, Rodas5P, Esdirk547);
    assert!(found.iter().all(|x| *x < 1e-6), "{found:?}");
    let found = difference!(MedicalAkzoNobel::problem(20), 8.0, Banded::new(2, 2), Bdf, RadauIIA5);
    assert!(found.iter().all(|x| *x < 1e-6), "{found:?}");
}

#[cfg(feature = "sparse")]
#[test]
fn a_sparse_system_gives_the_solution_of_the_dense_system() {
    use rheos::solver::implicit::Sparse;
    let problem = Brusselator2d::problem(5);
    let linear = Sparse::new(problem.0.pattern().clone());
    let found = difference!(problem, 1.5, linear.clone(), Bdf, RadauIIA5, Rodas5P, Esdirk547);
    assert!(found.iter().all(|x| *x < 1e-6), "{found:?}");
}

#[test]
fn the_band_of_the_medical_problem_has_all_of_its_jacobian() {
    let (field, y) = MedicalAkzoNobel::problem(9);
    let y = y.map(|y| 0.3 + y / 2.0);
    let near = Neighbourhood::of_step(1e-3);
    let mut band = SparseMatrix::zeros(Pattern::banded(18, 2, 2));
    field.sparse_jacobian(0.0, &y, near, &mut band);
    let (dense, measured) = (field.jacobian(0.0, &y, near), differences(&field, 0.0, &y, near));
    for i in 0..18 {
        for j in 0..18 {
            assert_eq!(band.get(i, j), dense[(i, j)]);
        }
    }
    assert!((dense - measured).amax() < 1e-6);
}

/// A ring, of which a band misses two places.
struct Ring;

impl GenericField for Ring {
    fn eval<T: Scalar>(&self, _t: T, y: &[T], p: &[T], dy: &mut [T]) {
        let n = y.len();
        (0..n).for_each(|i| dy[i] = p[0] * (y[(i + 1) % n] - y[i]));
    }
}

#[test]
fn a_place_outside_the_band_is_an_error() {
    for unit in [1e-30, 1.0, 1e30] {
        let y0 = DVector::from_fn(30, |i, _| unit * i as f64);
        let ring = SparseAutodiff::new(Ring, dvector![3.0], 0.0, &y0);
        let found = solve(&ring, y0, 0.0..1.0, Bdf.with(Banded::new(0, 1)), Pid::tolerance(1e-6).atol(1e-6 * unit));
        let error = found.unwrap_err().error;
        assert_eq!(error, Error::NotInPattern { row: 29, column: 0 }, "{unit}");
    }
}

/// `uᵢ' = −k uᵢ` before the threshold of `u₀`; behind it, every coordinate depends on the last one.
struct Threshold;

impl GenericField for Threshold {
    fn eval<T: Scalar>(&self, _t: T, y: &[T], p: &[T], dy: &mut [T]) {
        let last = y[y.len() - 1];
        for (y_i, dy) in y.iter().zip(dy.iter_mut()) {
            *dy = p[0] * (if y[0].re() > 0.5 { -*y_i } else { last - *y_i });
        }
    }
}

/// The branch is taken within the solve, where the pattern of the start is too small.
#[test]
fn a_dependence_that_begins_in_a_solve_is_an_error_and_not_a_wrong_number() {
    let y0 = DVector::from_element(12, 1.0);
    let model = SparseAutodiff::new(Threshold, dvector![1.0], 0.0, &y0);
    assert_eq!(model.pattern(), &Pattern::banded(12, 0, 0));
    let control = Pid::tolerance(1e-6);
    let found = solve(&model, y0.clone(), 0.0..3.0, Rodas5P.with(Banded::new(0, 0)), control);
    let error = found.unwrap_err().error;
    assert!(matches!(error, Error::NotInPattern { column: 11, .. }), "{error}");
    // The dense matrix has room for it.
    let found = solve(&model, y0, 0.0..3.0, Rodas5P.with(Lu), control).unwrap();
    assert!((found.last()[11] - 0.5).abs() < 1e-3, "{}", found.last()[11]);
}

#[test]
fn states_and_parameters_of_another_length_are_errors() {
    let (mut field, y0) = Brusselator1d::problem(4);
    let short = DVector::from_element(6, 1.0);
    let found = solve(&field, short, 0.0..1.0, Bdf, Pid::tolerance(1e-6)).unwrap_err().error;
    assert_eq!(found, Error::LengthMismatch { name: "y", found: 6, expected: 8 });
    field.set_params(&dvector![1.0]);
    let found = solve(&field, y0, 0.0..1.0, Bdf, Pid::tolerance(1e-6)).unwrap_err().error;
    assert!(matches!(found, Error::NonFinite { .. }), "{found}");
}
