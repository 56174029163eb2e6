//! Jacobian-vector products.

use super::{Counted, Dynamics};

/// A vector field with exact Jacobian-vector products.
///
/// Newton–Krylov methods can use them instead of differences: `Krylov::new().exact()`.
///
/// ```
/// use nalgebra::Vector2;
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::dynamics::{Jacobian, Jvp, Neighbourhood};
///
/// let (model, y) = VanDerPol::problem(5.0); // an `Autodiff` model has them by dual numbers
/// let v = Vector2::new(0.3, -1.0);
/// let mut product = Vector2::zeros();
/// model.jvp(0.0, &y, &v, &mut product);
/// assert!((product - model.jacobian(0.0, &y, Neighbourhood::of_step(1.0)) * v).norm() < 1e-14);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no exact Jacobian-vector products",
    label = "this has no `jvp(t, y, v, out)`",
    note = "implement `rheos::dynamics::Jvp`, write the field over a generic scalar and wrap it in `rheos::Autodiff`, or \
            use differences: `Krylov::new()` without `exact()`"
)]
pub trait Jvp: Dynamics {
    /// Writes `(∂f/∂y) v` at `(t, y)` into `out`.
    fn jvp(&self, t: f64, y: &Self::State, v: &Self::State, out: &mut Self::State);
}

impl<F: Jvp> Jvp for Counted<F> {
    fn jvp(&self, t: f64, y: &F::State, v: &F::State, out: &mut F::State) {
        self.inner().jvp(t, y, v, out);
    }
}

impl<F: Jvp + ?Sized> Jvp for &F {
    fn jvp(&self, t: f64, y: &F::State, v: &F::State, out: &mut F::State) {
        (**self).jvp(t, y, v, out);
    }
}
