//! The models under comparison, all made of the same parts.

use nalgebra::SMatrix;
use rheos::adjoint::InterpolatingAdjoint;
use rheos::formula::{Formula, Static};
use rheos::nn::{AutonomousField, Driven, Elman, LayerField, LeakyField, Mlp, Net, OdeBlock, TimeRescaled};
use rheos::{BacksolveAdjoint, DiscreteAdjoint, Dopri5, Fixed, Parametric, Pid, Rk4, State};

use crate::count::Counting;

/// A source of uniform numbers in `[0, 1)`.
pub type Uniform<'a> = dyn FnMut() -> f64 + 'a;

/// The tolerances of the adaptive solves: tighter ones do not change the errors that the tables show.
pub const TOLERANCE: Pid = Pid::tolerance(1e-4);

/// Ways to solve and differentiate.
pub type ByRk4<F> = OdeBlock<F, Rk4, Fixed, DiscreteAdjoint>;
/// Adaptive steps, exact gradient.
pub type ByDopri5<F> = OdeBlock<F, Dopri5, Pid, DiscreteAdjoint>;
/// Adaptive steps, adjoint equation.
pub type ByBacksolve<F> = OdeBlock<F, Dopri5, Pid, BacksolveAdjoint<Dopri5, Pid>>;
/// Adaptive steps, adjoint equation along the kept solution.
pub type ByInterpolating<F> = OdeBlock<F, Dopri5, Pid, InterpolatingAdjoint<Dopri5, Pid>>;

/// One step of the classical method per observation, so that the residual network differs by the method alone.
pub fn rk4<F>(field: F) -> ByRk4<F> {
    OdeBlock { field, solver: Rk4, control: Fixed::steps(1), adjoint: DiscreteAdjoint::new() }
}

/// Dormand–Prince with the discrete adjoint.
pub fn dopri5<F>(field: F) -> ByDopri5<F> {
    OdeBlock { field, solver: Dopri5, control: TOLERANCE, adjoint: DiscreteAdjoint::new() }
}

/// Dormand–Prince with the continuous adjoint, which solves the state backwards as well.
pub fn backsolve<F>(field: F) -> ByBacksolve<F> {
    OdeBlock { field, solver: Dopri5, control: TOLERANCE, adjoint: BacksolveAdjoint::new(Dopri5, TOLERANCE) }
}

/// Dormand–Prince with the continuous adjoint along the solution of the forward pass.
pub fn interpolating<F>(field: F) -> ByInterpolating<F> {
    OdeBlock { field, solver: Dopri5, control: TOLERANCE, adjoint: InterpolatingAdjoint::new(Dopri5, TOLERANCE) }
}

/// A formula on batches of `B` samples.
pub type Batched<P, const B: usize> = Net<P, Static<B>>;

/// A formula on batches of `B` samples whose evaluations are counted.
pub type Counted<P, const B: usize> = Counting<Batched<P, B>>;

/// Counts the evaluations of a formula.
pub fn counted<P: Formula<Store = f64>, const B: usize>(params: P) -> Counted<P, B> {
    Counting(Net::new(params))
}

/// A counted Elman cell.
pub type Cell<const I: usize, const H: usize, const B: usize> = Counted<Elman<f64, I, H>, B>;

/// A cell with random weights.
pub fn cell<const I: usize, const H: usize, const B: usize>(rng: &mut Uniform<'_>) -> Cell<I, H, B> {
    counted(Elman::uniform(rng))
}

/// The cell as a flow with the input held.
pub fn driven<const I: usize, const H: usize, const B: usize>(rng: &mut Uniform<'_>) -> Driven<Cell<I, H, B>> {
    Driven(cell(rng))
}

/// The cell as a flow towards its own value, `dh/dt = g(h, x) − h`.
pub fn relaxed<const I: usize, const H: usize, const B: usize>(rng: &mut Uniform<'_>) -> LeakyField<Cell<I, H, B>> {
    LeakyField(cell(rng))
}

/// A network with one hidden layer as the flow between two observations, with a gap for every sample.
pub type Between<const N: usize, const H: usize, const B: usize> =
    TimeRescaled<LayerField<Counted<Mlp<f64, N, H, N>, B>>>;

/// Such a flow with random weights.
pub fn between<const N: usize, const H: usize, const B: usize>(rng: &mut Uniform<'_>) -> Between<N, H, B> {
    TimeRescaled(counted(Mlp::uniform(rng)).field())
}

/// The number of parameters.
pub fn size<M: Parametric>(model: &M) -> usize {
    model.params().coordinates().len()
}

/// A matrix with a sample in each column, from a function of `(component, sample)`.
pub fn columns<const N: usize, const B: usize>(entry: impl FnMut(usize, usize) -> f64) -> SMatrix<f64, N, B> {
    SMatrix::from_fn(entry)
}
