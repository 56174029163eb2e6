//! Fields whose input is held at a value.

use super::{Driven, LeakyField, TimeInvariant};
use crate::dynamics::{Differentiable, Dynamics, Jacobian, Neighbourhood, Parametric, rows_by_pullback};
use crate::error::Error;
use crate::state::{MatrixOf, MatrixSpace, Passive, State};

/// The field `dh/dt = f(h, x)` of the hidden state alone, with the input `x` held at a value; made by
/// [`Driven::hold`] and [`LeakyField::hold`].
///
/// ```
/// use nalgebra::vector;
/// use rheos::dynamics::{Jacobian, Neighbourhood};
/// use rheos::formula::Static;
/// use rheos::nn::{Ctrnn, Net};
/// use rheos::train::uniform;
/// use rheos::{Dopri5, Pid, solve};
///
/// let cell: Net<_, Static<1>> = Net::new(Ctrnn::<f64, 1, 3>::uniform(&mut uniform(1)));
/// let field = cell.flow().hold(vector![0.5]);
/// let end = solve(&field, vector![0.1, 0.2, 0.3], 0.0..1.0, Dopri5, Pid::tolerance(1e-8))?;
/// let slopes = field.jacobian(0.0, end.last(), Neighbourhood::of_step(1.0)); // of 3 × 3 entries
/// assert!(slopes.iter().all(|x| x.is_finite()));
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldField<F, X> {
    field: F,
    input: X,
}

impl<L> Driven<L> {
    /// The field of the hidden state alone, with the input held at `x`.
    pub const fn hold<X>(self, x: X) -> HeldField<Self, X> {
        HeldField { field: self, input: x }
    }
}

impl<L> LeakyField<L> {
    /// The field of the hidden state alone, with the input held at `x`.
    pub const fn hold<X>(self, x: X) -> HeldField<Self, X> {
        HeldField { field: self, input: x }
    }
}

impl<F, X: State> HeldField<F, X> {
    fn join<H: State>(&self, h: &H) -> (H, Passive<X>) {
        (h.clone(), Passive(self.input.clone()))
    }
}

impl<F: Parametric, X> Parametric for HeldField<F, X> {
    type Params = F::Params;
    fn params(&self) -> F::Params {
        self.field.params()
    }
    fn set_params(&mut self, params: &F::Params) {
        self.field.set_params(params);
    }
    fn fits_params(&self, params: &F::Params) -> bool {
        self.field.fits_params(params)
    }
}

impl<H: State, X: State, F: Dynamics<State = (H, Passive<X>)>> Dynamics for HeldField<F, X> {
    type State = H;
    const HAS_MASS: bool = F::HAS_MASS;

    fn eval(&self, t: f64, h: &H, dh: &mut H) {
        let mut slope = (dh.clone(), Passive(self.input.zeros_like()));
        self.field.eval(t, &self.join(h), &mut slope);
        dh.replace_by(&mut slope.0);
    }
    fn keeps_shape(&self) -> bool {
        self.field.keeps_shape()
    }
    fn jumps(&self) -> &[f64] {
        self.field.jumps()
    }
    fn failure(&self, t: f64, h: &H) -> Option<Error> {
        self.field.failure(t, &self.join(h))
    }
}

impl<H: State, X: State, F: Differentiable<State = (H, Passive<X>)>> Differentiable for HeldField<F, X> {
    type Trace = F::Trace;

    fn vjp(&self, t: f64, h: &H, w: &H, hbar: &mut H, pbar: &mut F::Params) -> f64 {
        let mut bar = (h.zeros_like(), Passive(self.input.zeros_like()));
        let time = self.field.vjp(t, &self.join(h), &self.join_zero(w), &mut bar, pbar);
        hbar.add_scaled(1.0, &bar.0);
        time
    }

    fn eval_traced(&self, t: f64, h: &H, dh: &mut H, trace: &mut F::Trace) {
        let mut slope = (dh.clone(), Passive(self.input.zeros_like()));
        self.field.eval_traced(t, &self.join(h), &mut slope, trace);
        dh.replace_by(&mut slope.0);
    }

    fn vjp_traced(&self, trace: &mut F::Trace, t: f64, h: &H, w: &H, hbar: &mut H, pbar: &mut F::Params) -> f64 {
        let mut bar = (h.zeros_like(), Passive(self.input.zeros_like()));
        let time = self.field.vjp_traced(trace, t, &self.join(h), &self.join_zero(w), &mut bar, pbar);
        hbar.add_scaled(1.0, &bar.0);
        time
    }
}

impl<F, X: State> HeldField<F, X> {
    /// The cotangent of the slope: the input has none.
    fn join_zero<H: State>(&self, w: &H) -> (H, Passive<X>) {
        (w.clone(), Passive(self.input.zeros_like()))
    }
}

/// By pullbacks, one for each row: for a batch of one sample, whose state is a vector.
impl<H: MatrixSpace, X: State, F: Differentiable<State = (H, Passive<X>)>> Jacobian for HeldField<F, X> {
    fn jacobian(&self, t: f64, h: &H, _: Neighbourhood<'_, H>) -> MatrixOf<H> {
        rows_by_pullback(self, t, h)
    }
}

impl<F: TimeInvariant, X> TimeInvariant for HeldField<F, X> where Self: Dynamics {}
