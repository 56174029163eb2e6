//! ODE blocks.

use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix};

use super::{Block, Gap, Hidden};
use crate::adjoint::{Adjoint, Problem, check_argument, check_fits};
use crate::control::Controller;
use crate::dynamics::{Differentiable, Parametric};
use crate::error::Result;
use crate::solver::Solver;
use crate::state::{Element, Passive, State};

/// An ODE block: carries the hidden state along a flow for the time of the gap, eq. (2) of Chen et al. 2018 as a
/// [`Block`].
///
/// `solver` and `control` integrate `field`, and `adjoint` differentiates the solve. The state of the field consists of
/// hidden state and input, see [`Phase`]. The time of the field runs from 0 to the gap in every call; a negative gap runs
/// backwards. Parameters that vary with time, as in [`PiecewiseConstant`](crate::dynamics::PiecewiseConstant), begin anew in
/// every call. All samples have the same gap; for a gap of each sample see [`IrregularOdeBlock`](super::IrregularOdeBlock).
///
/// With `Euler`, `Fixed::step(1.0)` and a gap of 1 this is the residual block, bit for bit, values and gradients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OdeBlock<F, S, C, A> {
    /// The vector field.
    pub field: F,
    /// The method.
    pub solver: S,
    /// The step-size controller.
    pub control: C,
    /// The adjoint.
    pub adjoint: A,
}

impl<F, S, C, A> OdeBlock<F, S, C, A>
where
    F: Differentiable<State: Phase<Hidden: Hidden>>,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    /// The block. If its parts do not fit each other, this does not compile, and the message names the part.
    pub fn new(field: F, solver: S, control: C, adjoint: A) -> Self {
        Self { field, solver, control, adjoint }
    }
}

impl<F, S, C, A> OdeBlock<F, S, C, A>
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    /// The solve over the time `dt`.
    fn problem(&self, dt: f64) -> Problem<'_, F, S, C> {
        Problem::new(&self.field, &self.solver, &self.control, 0.0..dt)
    }

    /// The flow from `start` over the time `dt`.
    pub(super) fn flow(&self, start: &F::State, dt: f64) -> Result<Flown<A::Record, F::State>> {
        let mut forward = self.adjoint.forward(&self.problem(dt), start)?;
        let end = forward.y.pop().unwrap_or_else(|| start.clone());
        Ok(Flown { record: forward.record, end, dt })
    }

    /// The cotangent of the start of a flow, given the cotangent `w` of its end.
    pub(super) fn flow_back(
        &self,
        Flown { record, dt, .. }: Flown<A::Record, F::State>,
        w: F::State,
        pbar: &mut F::Params,
    ) -> Result<F::State> {
        let pullback = self.adjoint.backward(&self.problem(dt), &record, (&[w]).into(), pbar)?;
        Ok(pullback.y0)
    }
}

/// A recorded flow.
#[derive(Debug, Clone)]
pub struct Flown<R, Y> {
    /// The record of the adjoint.
    record: R,
    pub(super) end: Y,
    dt: f64,
}

/// The cotangent of a state, given the cotangent of its hidden part and a zero of the state.
pub(super) fn cotangent_of<Y: Phase>(zero: Y, hbar: &Y::Hidden) -> Result<Y> {
    let (h, x) = zero.split();
    check_fits("hbar", hbar, &h)?;
    check_argument("hbar", hbar)?;
    Ok(Y::join(hbar, &x))
}

/// A state that consists of a moving hidden state and a constant input.
pub trait Phase: State {
    /// The hidden state.
    type Hidden: State;
    /// The input.
    type Input: State;

    /// Joins the two parts.
    fn join(h: &Self::Hidden, x: &Self::Input) -> Self;

    /// Splits them.
    fn split(self) -> (Self::Hidden, Self::Input);
}

impl<H: State, X: State> Phase for (H, Passive<X>) {
    type Hidden = H;
    type Input = X;
    fn join(h: &H, x: &X) -> Self {
        (h.clone(), Passive(x.clone()))
    }
    fn split(self) -> (H, X) {
        (self.0, self.1.0)
    }
}

/// The state of a [`SeparableField`](super::SeparableField): the input is held beside the positions.
impl<Q: State, X: State, T: Element, R: Dim, C: Dim> Phase for ((Q, Passive<X>), OMatrix<T, R, C>)
where
    DefaultAllocator: Allocator<R, C>,
{
    type Hidden = (Q, OMatrix<T, R, C>);
    type Input = X;
    fn join((q, p): &Self::Hidden, x: &X) -> Self {
        ((q.clone(), Passive(x.clone())), p.clone())
    }
    fn split(self) -> (Self::Hidden, X) {
        ((self.0.0, self.1), self.0.1.0)
    }
}

/// A matrix is a hidden state without input.
impl<T: Element, R: Dim, C: Dim> Phase for OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    type Hidden = Self;
    type Input = ();
    fn join(h: &Self, (): &()) -> Self {
        h.clone()
    }
    fn split(self) -> (Self, ()) {
        (self, ())
    }
}

impl<F: Parametric, S, C, A> Parametric for OdeBlock<F, S, C, A> {
    type Params = F::Params;
    fn params(&self) -> F::Params {
        self.field.params()
    }
    fn set_params(&mut self, params: &F::Params) {
        self.field.set_params(params);
    }
}

impl<F, S, C, A> Block for OdeBlock<F, S, C, A>
where
    F: Differentiable<State: Phase<Hidden: Hidden>>,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    type Input = <F::State as Phase>::Input;
    type Hidden = <F::State as Phase>::Hidden;
    type Record = Flown<A::Record, F::State>;

    fn forward(&self, x: &Self::Input, h: &Self::Hidden, gap: Gap<'_>) -> Result<(Self::Hidden, Self::Record)> {
        let flown = self.flow(&F::State::join(h, x), gap.common_to(h)?)?;
        Ok((flown.end.clone().split().0, flown))
    }

    fn backward(
        &self,
        record: Self::Record,
        hbar: Self::Hidden,
        pbar: &mut Self::Params,
    ) -> Result<(Self::Input, Self::Hidden)> {
        let w = cotangent_of(record.end.zeros_like(), &hbar)?;
        let (hbar, xbar) = self.flow_back(record, w, pbar)?.split();
        Ok((xbar, hbar))
    }
}
