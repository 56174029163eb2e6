use nalgebra::{DMatrix, DVector, SVector, dvector};
use num_dual::DualNum;

use super::{GenericField, SparseAutodiff};
use crate::dynamics::{
    Autodiff, Differentiable, Dynamics, GenericDynamics, Jacobian, Jvp, Neighbourhood, Scalar, SecondOrderVjp,
};
use crate::state::{Pattern, SparseMatrix};

/// `yᵢ' = p₀ sin(t yᵢ₋₁) + p_{i mod P} yᵢ² yᵢ₊₁ + t² yᵢ`, around a ring.
#[derive(Clone, Copy)]
struct Ring;

impl GenericField for Ring {
    fn eval<T: Scalar>(&self, t: T, y: &[T], p: &[T], dy: &mut [T]) {
        let n = y.len();
        for i in 0..n {
            let (before, after) = (y[(i + n - 1) % n], y[(i + 1) % n]);
            dy[i] = p[0] * DualNum::sin(&(t * before)) + p[i % p.len()] * y[i] * y[i] * after + t * t * y[i];
        }
    }
}

/// Its exact Jacobian.
fn jacobian(t: f64, y: &DVector<f64>, p: &DVector<f64>) -> DMatrix<f64> {
    let n = y.len();
    let mut matrix = DMatrix::zeros(n, n);
    for i in 0..n {
        let (before, after, p_i) = ((i + n - 1) % n, (i + 1) % n, p[i % p.len()]);
        matrix[(i, before)] += p[0] * t * (t * y[before]).cos();
        matrix[(i, i)] += 2.0 * p_i * y[i] * y[after] + t * t;
        matrix[(i, after)] += p_i * y[i] * y[i];
    }
    matrix
}

fn slope_in_time(t: f64, y: &DVector<f64>, p: &DVector<f64>) -> DVector<f64> {
    let n = y.len();
    DVector::from_fn(n, |i, _| {
        let before = y[(i + n - 1) % n];
        p[0] * before * (t * before).cos() + 2.0 * t * y[i]
    })
}

fn by_params(t: f64, y: &DVector<f64>, p: &DVector<f64>) -> DMatrix<f64> {
    let n = y.len();
    let mut matrix = DMatrix::zeros(n, p.len());
    for i in 0..n {
        matrix[(i, 0)] += (t * y[(i + n - 1) % n]).sin();
        matrix[(i, i % p.len())] += y[i] * y[i] * y[(i + 1) % n];
    }
    matrix
}

/// The number of parameters is below, at and above the number of directions of an evaluation.
fn points() -> impl Iterator<Item = (f64, DVector<f64>, DVector<f64>)> {
    [(5, 1), (40, 7), (40, 8), (41, 9), (300, 20)].into_iter().map(|(n, count)| {
        let y = DVector::from_fn(n, |i, _| 0.2 + (3.0 * i as f64).sin());
        let p = DVector::from_fn(count, |i, _| 1.0 - (i as f64).cos() / 2.0);
        (0.7, y, p)
    })
}

#[test]
fn derivatives_are_those_of_the_closed_form() {
    let near = Neighbourhood::of_step(1.0);
    for (t, y, p) in points() {
        let n = y.len();
        let model = SparseAutodiff::new(Ring, p.clone(), t, &y);
        assert_eq!(model.pattern().len(), 3 * n);
        let (dense, expected) = (model.jacobian(t, &y, near), jacobian(t, &y, &p));
        assert!((&dense - &expected).amax() < 1e-14 * expected.amax());
        let mut sparse = SparseMatrix::zeros(model.pattern().clone());
        model.sparse_jacobian(t, &y, near, &mut sparse);
        assert!(sparse.entries().all(|(i, j, x)| x == dense[(i, j)]));
        let mut found = DVector::zeros(n);
        model.time_derivative(t, &y, near, &mut found);
        assert!((&found - slope_in_time(t, &y, &p)).amax() < 1e-14);
        let v = DVector::from_fn(n, |i, _| (i as f64).cos());
        model.jvp(t, &y, &v, &mut found);
        assert!((&found - &expected * &v).amax() < 1e-13);

        let (mut ybar, mut pbar) = (v.clone(), p.clone());
        let tbar = model.vjp(t, &y, &v, &mut ybar, &mut pbar);
        assert!((ybar - &v - expected.tr_mul(&v)).amax() < 1e-13);
        assert!((pbar - &p - by_params(t, &y, &p).tr_mul(&v)).amax() < 1e-12);
        assert!((tbar - slope_in_time(t, &y, &p).dot(&v)).abs() < 1e-12);
    }
}

/// The derivative along a direction of the closed forms, by central differences of order 6.
#[test]
fn second_derivatives_are_those_of_the_closed_form() {
    for (t, y, p) in points() {
        let n = y.len();
        let model = SparseAutodiff::new(Ring, p.clone(), t, &y);
        let (v, w) = (DVector::from_fn(n, |i, _| (i as f64).cos()), DVector::from_fn(n, |i, _| (2.0 * i as f64).sin()));
        let tau = 0.4;
        let (mut ybar, mut pbar) = (DVector::zeros(n), DVector::zeros(p.len()));
        let tbar = model.vjp_along(t, &y, (&v, tau), &w, &mut ybar, &mut pbar);
        let along = |step: f64| {
            let (t, y) = (t + step * tau, &y + &v * step);
            let time = slope_in_time(t, &y, &p).dot(&w);
            (jacobian(t, &y, &p).tr_mul(&w), by_params(t, &y, &p).tr_mul(&w), time)
        };
        let h = 0.01;
        let (mut y_expected, mut p_expected, mut t_expected) = (DVector::zeros(n), DVector::zeros(p.len()), 0.0);
        for (k, weight) in [(1.0, 0.75), (2.0, -0.15), (3.0, 1.0 / 60.0)] {
            for sign in [1.0, -1.0] {
                let (y, p, t) = along(sign * k * h);
                let weight = sign * weight / h;
                y_expected += y * weight;
                p_expected += p * weight;
                t_expected += t * weight;
            }
        }
        assert!((ybar - &y_expected).amax() < 1e-11 * y_expected.amax().max(1.0));
        assert!((pbar - &p_expected).amax() < 1e-11 * p_expected.amax().max(1.0));
        assert!((tbar - t_expected).abs() < 1e-10 * t_expected.abs().max(1.0));
    }
}

/// The same field with a static size.
impl GenericDynamics<40, 7> for Ring {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 40>, p: &SVector<T, 7>) -> SVector<T, 40> {
        let mut dy = *y;
        GenericField::eval(self, t, y.as_slice(), p.as_slice(), dy.as_mut_slice());
        dy
    }
}

#[test]
fn a_model_of_static_size_agrees() {
    let (t, y, p) = points().nth(1).unwrap();
    let near = Neighbourhood::of_step(1.0);
    let model = SparseAutodiff::new(Ring, p.clone(), t, &y);
    let small = Autodiff::<_, 40, 7>::new(Ring, SVector::from_column_slice(p.as_slice()));
    let y_small = SVector::from_column_slice(y.as_slice());
    let found = model.jacobian(t, &y, near);
    let expected = small.jacobian(t, &y_small, Neighbourhood::of_step(1.0));
    assert!((0..40).all(|i| (0..40).all(|j| (found[(i, j)] - expected[(i, j)]).abs() < 1e-14)));
}

/// A pattern without some places of the Jacobian gives the same derivatives.
#[test]
fn a_pattern_that_is_too_small_does_not_change_derivatives() {
    let (t, y, p) = points().nth(3).unwrap();
    let n = y.len();
    let near = Neighbourhood::of_step(1.0);
    for missing in 0..3 * n {
        let places = (0..n).flat_map(|i| [(i, i), (i, (i + 1) % n), ((i + 1) % n, i)]);
        let pattern =
            Pattern::new(n, places.enumerate().filter(|&(k, _)| k != missing).map(|(_, place)| place)).unwrap();
        let model = SparseAutodiff::with_pattern(Ring, p.clone(), pattern);
        assert!((model.jacobian(t, &y, near) - jacobian(t, &y, &p)).amax() < 1e-13, "{missing}");
    }
}

#[test]
fn an_entry_outside_the_pattern_of_a_matrix_is_recorded() {
    let (t, y, p) = points().nth(1).unwrap();
    let n = y.len();
    let model = SparseAutodiff::new(Ring, p, t, &y);
    let mut band = SparseMatrix::zeros(Pattern::banded(n, 1, 1));
    model.sparse_jacobian(t, &y, Neighbourhood::of_step(1.0), &mut band);
    assert_eq!(band.check(), Err(crate::error::Error::NotInPattern { row: n - 1, column: 0 }));
}

#[test]
fn a_state_of_another_dimension_has_no_slope() {
    let (t, y, p) = points().next().unwrap();
    let model = SparseAutodiff::new(Ring, p, t, &y);
    let short = dvector![1.0, 2.0];
    let mut dy = dvector![0.0, 0.0];
    model.eval(t, &short, &mut dy);
    assert!(dy.iter().all(|x| x.is_nan()));
    assert!(model.failure(t, &short).is_some() && model.failure(t, &y).is_none());
    assert!(model.jacobian(t, &short, Neighbourhood::of_step(1.0))[(0, 0)].is_nan());
}
