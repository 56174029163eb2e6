//! The adjoint equation beside the equation it belongs to.

use std::cell::RefCell;

use crate::state::Passive;
use crate::{Differentiable, Dynamics, State};

/// The augmented system of Chen, Rubanova, Bettencourt & Duvenaud, *Neural Ordinary Differential Equations* (2018),
/// algorithm 1, for the state `(y, a, p̄)`:
///
/// `dy/dt = f`, `da/dt = −(∂f/∂y)ᵀ a`, `dp̄/dt = −(∂f/∂θ)ᵀ a`.
///
/// `p̄` is a quadrature: nothing depends on it, so it has no say in the step size.
pub struct Augmented<'f, F: Differentiable> {
    field: &'f F,
    /// Reused by every evaluation, which is why evaluations need a cell.
    trace: RefCell<F::Trace>,
}

impl<'f, F: Differentiable> Augmented<'f, F> {
    /// The augmented system of `field`.
    pub fn new(field: &'f F) -> Self {
        Self { field, trace: RefCell::default() }
    }
}

impl<F: Differentiable> Dynamics for Augmented<'_, F> {
    type State = (F::State, F::State, Passive<F::Params>);

    #[inline]
    fn eval(&self, t: f64, (y, a, _): &Self::State, (dy, da, dp): &mut Self::State) {
        let trace = &mut *self.trace.borrow_mut();
        self.field.eval_traced(t, y, dy, trace);
        da.set_zeros();
        dp.set_zeros();
        self.field.vjp_traced(trace, t, y, a, da, &mut dp.0);
        da.scale_by(-1.0);
        dp.scale_by(-1.0);
    }
}
