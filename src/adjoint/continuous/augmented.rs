//! The augmented system: the adjoint equation together with the equation itself.

use std::cell::RefCell;

use crate::dynamics::{Differentiable, Dynamics};
use crate::state::{Passive, State};

/// The augmented system of Chen, Rubanova, Bettencourt & Duvenaud, *Neural Ordinary Differential Equations* (2018),
/// algorithm 1, with the state `(y, a, p̄)`:
///
/// `dy/dt = f`, `da/dt = −(∂f/∂y)ᵀ a`, `dp̄/dt = −(∂f/∂θ)ᵀ a`.
///
/// `p̄` is a quadrature variable: it is excluded from the error norm, so it does not affect the step size.
pub struct Augmented<'f, F: Differentiable> {
    field: &'f F,
    /// Scratch space for evaluations, which take `&self`.
    scratch: RefCell<Scratch<F>>,
}

struct Scratch<F: Differentiable> {
    trace: F::Trace,
    /// `−a`: as the pullback is linear, this avoids negating a gradient of the size of the parameters.
    minus_a: Option<F::State>,
}

impl<'f, F: Differentiable> Augmented<'f, F> {
    /// The augmented system of `field`.
    pub fn new(field: &'f F) -> Self {
        Self { field, scratch: RefCell::new(Scratch { trace: F::Trace::default(), minus_a: None }) }
    }
}

impl<F: Differentiable> Dynamics for Augmented<'_, F> {
    type State = (F::State, F::State, Passive<F::Params>);
    const HAS_MASS: bool = F::HAS_MASS;

    // The shape of the output of the field is checked before the forward pass.
    fn keeps_shape(&self) -> bool {
        true
    }

    fn jumps(&self) -> &[f64] {
        self.field.jumps()
    }

    #[inline]
    fn eval(&self, t: f64, (y, a, _): &Self::State, (dy, da, dp): &mut Self::State) {
        let Scratch { trace, minus_a } = &mut *self.scratch.borrow_mut();
        let minus_a = minus_a.get_or_insert_with(|| a.zeros_like());
        minus_a.set_zeros();
        minus_a.add_scaled(-1.0, a);

        self.field.eval_traced(t, y, dy, trace);
        da.set_zeros();
        dp.set_zeros();
        self.field.vjp_traced(trace, t, y, minus_a, da, &mut dp.0);
    }
}
