//! The trait of fields of any size.

use crate::dynamics::Scalar;

/// A vector field of any number of components and parameters, written over a generic scalar.
///
/// Wrapped in [`SparseAutodiff`](crate::dynamics::SparseAutodiff) it implements [`Dynamics`](crate::Dynamics),
/// [`Differentiable`](crate::Differentiable) and [`Jacobian`](crate::dynamics::Jacobian), with exact sparse derivatives.
/// For a static number of components see [`GenericDynamics`](crate::GenericDynamics).
///
/// ```
/// use nalgebra::{DVector, dvector};
/// use rheos::Scalar;
/// use rheos::dynamics::{GenericField, detect_pattern};
/// use rheos::state::Pattern;
///
/// /// `uᵢ' = κ (uᵢ₋₁ − 2 uᵢ + uᵢ₊₁)` with zeros beyond the ends.
/// struct Diffusion;
///
/// impl GenericField for Diffusion {
///     fn eval<T: Scalar>(&self, _t: T, u: &[T], p: &[T], du: &mut [T]) {
///         let at = |i: usize| u.get(i).copied().unwrap_or(T::zero());
///         for i in 0..u.len() {
///             du[i] = p[0] * (at(i.wrapping_sub(1)) - u[i] * 2.0 + at(i + 1));
///         }
///     }
/// }
///
/// let found = detect_pattern(&Diffusion, 0.0, &DVector::zeros(50), &dvector![0.1]);
/// assert_eq!(found, Pattern::banded(50, 1, 1));
/// ```
pub trait GenericField {
    /// Writes `f(t, y, p)` into `dy`, which is as long as `y` and has arbitrary contents.
    fn eval<T: Scalar>(&self, t: T, y: &[T], p: &[T], dy: &mut [T]);

    /// The times at which the function, or a derivative of it, jumps; see [`Dynamics::jumps`](crate::Dynamics::jumps).
    fn jumps(&self) -> &[f64] {
        &[]
    }
}

impl<M: GenericField> GenericField for &M {
    fn eval<T: Scalar>(&self, t: T, y: &[T], p: &[T], dy: &mut [T]) {
        M::eval(self, t, y, p, dy);
    }
    fn jumps(&self) -> &[f64] {
        M::jumps(self)
    }
}
