//! Exact pullbacks of fields of any size, and their derivatives along a direction.

use nalgebra::{DVector, SVector};
use num_dual::Derivative;

use super::linearisation::Point;
use super::{GenericField, SparseAutodiff};
use crate::dynamics::tangent::derivative;
use crate::dynamics::{Differentiable, Dual, Scalar, SecondOrderVjp};

/// By the sparse Jacobian, and one evaluation for each eight parameters and the time.
impl<M: GenericField> Differentiable for SparseAutodiff<M> {
    type Trace = ();

    fn vjp(&self, t: f64, y: &DVector<f64>, w: &DVector<f64>, ybar: &mut DVector<f64>, pbar: &mut DVector<f64>) -> f64 {
        if !self.has_dimension_of(y.len()) {
            ybar.fill(f64::NAN);
            return f64::NAN;
        }
        let point = self.at(t, y);
        let pattern = self.pattern_at(&point);
        point.pull_back(&pattern, w.as_slice(), ybar.as_mut_slice(), pbar.as_mut_slice())
    }
}

/// Exact, by dual numbers over dual numbers.
impl<M: GenericField> SecondOrderVjp for SparseAutodiff<M> {
    fn vjp_along(
        &self,
        t: f64,
        y: &DVector<f64>,
        (v, tau): (&DVector<f64>, f64),
        w: &DVector<f64>,
        ybar: &mut DVector<f64>,
        pbar: &mut DVector<f64>,
    ) -> f64 {
        if !self.has_dimension_of(y.len()) {
            ybar.fill(f64::NAN);
            return f64::NAN;
        }
        let here = self.at(t, y);
        let pattern = self.pattern_at(&here);
        let moving: Vec<_> = here.y.iter().zip(v.iter()).map(|(&y, &v)| along(y, v)).collect();
        let [params, w] = [here.params, w.as_slice()].map(fixed);
        let (mut y_moved, mut p_moved) = (fixed(&vec![0.0; here.y.len()]), fixed(&vec![0.0; here.params.len()]));
        let point = Point { field: here.field, t: along(t, tau), y: &moving, params: &params };
        let t_moved = point.pull_back(&pattern, &w, &mut y_moved, &mut p_moved);
        ybar.iter_mut().zip(&y_moved).for_each(|(bar, x)| *bar += derivative(x, 0));
        pbar.iter_mut().zip(&p_moved).for_each(|(bar, x)| *bar += derivative(x, 0));
        derivative(&t_moved, 0)
    }
}

/// The number `x` with the derivative `dx`.
fn along(x: f64, dx: f64) -> Dual<1> {
    Dual::new(x, Derivative::some(SVector::from([dx])))
}

/// Numbers without derivatives.
fn fixed<T: Scalar>(x: &[f64]) -> Vec<T> {
    x.iter().map(|&x| T::from(x)).collect()
}
