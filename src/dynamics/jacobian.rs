//! The Jacobian of a field.

use super::coloured::coloured_differences;
use super::differences::difference_in_time;
use super::{Counted, Differentiable, Dynamics, Neighbourhood, Ode, OdeWithVjp, differences};
use crate::state::{ElementOf, MatrixOf, MatrixSpace, SparseMatrix, State};

/// A vector field with its derivatives with respect to state and time, for implicit methods.
///
/// Both functions default to finite differences, so `impl Jacobian for Model {}` is enough; override them if the
/// derivatives are known. [`Autodiff`](crate::dynamics::Autodiff) has exact derivatives by dual numbers, a closure has
/// differences. The [`Neighbourhood`] scales the differences; an exact derivative ignores it.
///
/// ```
/// use nalgebra::{Matrix2, Vector2};
/// use rheos::Dynamics;
/// use rheos::dynamics::{Jacobian, Neighbourhood};
///
/// struct VanDerPol { mu: f64 }
///
/// impl Dynamics for VanDerPol {
///     type State = Vector2<f64>;
///     fn eval(&self, _t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
///         *dy = Vector2::new(y[1], self.mu * (1.0 - y[0] * y[0]) * y[1] - y[0]);
///     }
/// }
/// impl Jacobian for VanDerPol {
///     fn jacobian(&self, _t: f64, y: &Vector2<f64>, _: Neighbourhood<Vector2<f64>>) -> Matrix2<f64> {
///         Matrix2::new(0.0, 1.0, -2.0 * self.mu * y[0] * y[1] - 1.0, self.mu * (1.0 - y[0] * y[0]))
///     }
/// }
///
/// let y = Vector2::new(2.0, -0.5);
/// let model = VanDerPol { mu: 1000.0 };
/// let near = Neighbourhood::of_step(1e-4);
/// let error = model.jacobian(0.0, &y, near) - rheos::dynamics::differences(&model, 0.0, &y, near);
/// assert!(error.norm() < 1e-2); // of entries up to 3000
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Jacobian, which an implicit method needs",
    label = "this field does not implement `Jacobian`",
    note = "`impl rheos::dynamics::Jacobian for YourModel {{}}` takes differences; override `jacobian` if you know it, or write the \
            field over a generic scalar and wrap it in `rheos::Autodiff`; for large states use `method.with(Krylov::new())`"
)]
pub trait Jacobian: Dynamics<State: MatrixSpace> {
    /// `∂f/∂y` at `(t, y)`; entry `(i, j)` is `∂fᵢ/∂yⱼ`.
    fn jacobian(&self, t: f64, y: &Self::State, near: Neighbourhood<'_, Self::State>) -> MatrixOf<Self::State> {
        differences(self, t, y, near)
    }

    /// Writes `∂f/∂y` at `(t, y)` into `out`, whose [pattern](SparseMatrix::pattern) has its places. The entries are zero
    /// before the call.
    ///
    /// The default takes central differences of all columns of a [colour](crate::state::Colouring) together: two
    /// evaluations for each colour.
    fn sparse_jacobian(
        &self,
        t: f64,
        y: &Self::State,
        near: Neighbourhood<'_, Self::State>,
        out: &mut SparseMatrix<ElementOf<Self::State>>,
    ) {
        coloured_differences(self, t, y, near, out);
    }

    /// Writes `∂f/∂t` at `(t, y)` into `out`.
    fn time_derivative(&self, t: f64, y: &Self::State, near: Neighbourhood<'_, Self::State>, out: &mut Self::State) {
        difference_in_time(self, t, y, near, out);
    }
}

/// By differences.
impl<Y: MatrixSpace, G: Fn(f64, &Y, &mut Y)> Jacobian for Ode<Y, G> {}

/// By pullbacks, one for each row: as exact as the pullbacks.
impl<Y, G, V> Jacobian for OdeWithVjp<Y, G, V>
where
    Y: MatrixSpace,
    G: Fn(f64, &Y, &mut Y),
    V: Fn(f64, &Y, &Y, &mut Y) -> f64,
{
    fn jacobian(&self, t: f64, y: &Y, _: Neighbourhood<'_, Y>) -> MatrixOf<Y> {
        rows_by_pullback(self, t, y)
    }

    fn time_derivative(&self, t: f64, y: &Y, _: Neighbourhood<'_, Y>, out: &mut Y) {
        time_derivative_by_pullback(self, t, y, out);
    }
}

/// `∂f/∂y`, one pullback for each row.
pub(crate) fn rows_by_pullback<F: Differentiable<State: MatrixSpace>>(
    f: &F,
    t: f64,
    y: &F::State,
) -> MatrixOf<F::State> {
    let (mut w, mut rows, mut unwanted) = (y.zeros_like(), y.zero_matrix(), f.params().zeros_like());
    for i in 0..y.dimension() {
        let mut row = y.zeros_like();
        w.set_coordinate(i, 1.0);
        f.vjp(t, y, &w, &mut row, &mut unwanted);
        w.set_coordinate(i, 0.0);
        F::State::write_column(&mut rows, i, &row);
    }
    F::State::transposed(&rows)
}

/// `∂f/∂t`, one pullback for each coordinate.
pub(crate) fn time_derivative_by_pullback<F: Differentiable<State: MatrixSpace>>(
    f: &F,
    t: f64,
    y: &F::State,
    out: &mut F::State,
) {
    let (mut w, mut ybar, mut pbar) = (y.zeros_like(), y.zeros_like(), f.params().zeros_like());
    for i in 0..y.dimension() {
        w.set_coordinate(i, 1.0);
        out.set_coordinate(i, f.vjp(t, y, &w, &mut ybar, &mut pbar));
        w.set_coordinate(i, 0.0);
    }
}

impl<F: Jacobian> Jacobian for Counted<F> {
    fn jacobian(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> MatrixOf<F::State> {
        self.count_jacobian();
        self.inner().jacobian(t, y, near)
    }
    fn sparse_jacobian(
        &self,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
        out: &mut SparseMatrix<ElementOf<F::State>>,
    ) {
        self.count_jacobian();
        self.inner().sparse_jacobian(t, y, near, out);
    }
    fn time_derivative(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>, out: &mut F::State) {
        self.inner().time_derivative(t, y, near, out);
    }
}

impl<F: Jacobian + ?Sized> Jacobian for &F {
    fn jacobian(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> MatrixOf<F::State> {
        (**self).jacobian(t, y, near)
    }
    fn sparse_jacobian(
        &self,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
        out: &mut SparseMatrix<ElementOf<F::State>>,
    ) {
        (**self).sparse_jacobian(t, y, near, out);
    }
    fn time_derivative(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>, out: &mut F::State) {
        (**self).time_derivative(t, y, near, out);
    }
}
