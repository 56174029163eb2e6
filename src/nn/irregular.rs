//! ODE blocks for samples with gaps of their own.

use super::ode_block::{Flown, cotangent_of};
use super::{Block, Gap, Hidden, OdeBlock, Phase, Samples, TimeInvariant, TimeRescaled};
use crate::adjoint::Adjoint;
use crate::control::Controller;
use crate::dynamics::{Differentiable, Dynamics, Parametric};
use crate::error::Result;
use crate::solver::Solver;
use crate::state::{Passive, State};

/// An [`OdeBlock`] in which each sample flows for its own gap, as for irregularly sampled series.
///
/// One solve carries all samples from 0 to 1 in rescaled time ([`TimeRescaled`]), with common steps. The field is
/// [`TimeInvariant`], since the samples are at different times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IrregularOdeBlock<F, S, C, A>(pub(super) OdeBlock<TimeRescaled<F>, S, C, A>);

impl<F, S, C, A> IrregularOdeBlock<F, S, C, A>
where
    F: Differentiable<State: Phase + Samples> + TimeInvariant,
    S: Solver<TimeRescaled<F>>,
    C: Controller<TimeRescaled<F>, S>,
    A: Adjoint<TimeRescaled<F>, S, C>,
{
    /// The block. Steps are in units of the gap: `Fixed::steps(4)` makes four steps for every sample.
    pub const fn new(field: F, solver: S, control: C, adjoint: A) -> Self {
        Self(OdeBlock { field: TimeRescaled(field), solver, control, adjoint })
    }
}

impl<F: Parametric, S, C, A> Parametric for IrregularOdeBlock<F, S, C, A> {
    type Params = F::Params;
    fn params(&self) -> F::Params {
        self.0.params()
    }
    fn set_params(&mut self, params: &F::Params) {
        self.0.set_params(params);
    }
}

impl<F, S, C, A> Block for IrregularOdeBlock<F, S, C, A>
where
    F: Differentiable<State: Phase<Hidden: Hidden> + Samples> + TimeInvariant,
    S: Solver<TimeRescaled<F>>,
    C: Controller<TimeRescaled<F>, S>,
    A: Adjoint<TimeRescaled<F>, S, C>,
{
    type Input = <F::State as Phase>::Input;
    type Hidden = <F::State as Phase>::Hidden;
    /// The record of the solve, and a zero of its state.
    type Record = (Flown<A::Record, RescaledState<F>>, RescaledState<F>);

    fn forward(&self, x: &Self::Input, h: &Self::Hidden, gap: Gap<'_>) -> Result<(Self::Hidden, Self::Record)> {
        let start = F::State::join(h, x);
        let start = (start.clone(), Passive(gap.of_samples(&start)?));
        let flown = self.0.flow(&start, 1.0)?;
        Ok((flown.end.0.clone().split().0, (flown, start.zeros_like())))
    }

    fn backward(
        &self,
        (record, (zero, no_gaps)): Self::Record,
        hbar: Self::Hidden,
        pbar: &mut Self::Params,
    ) -> Result<(Self::Input, Self::Hidden)> {
        let w = cotangent_of(zero, &hbar)?;
        let (bar, _) = self.0.flow_back(record, (w, no_gaps), pbar)?;
        let (hbar, xbar) = bar.split();
        Ok((xbar, hbar))
    }
}

/// A state of the field with the gaps of its samples.
type RescaledState<F> = (<F as Dynamics>::State, Passive<<<F as Dynamics>::State as Samples>::Weights>);
