//! The parts of the models under comparison.

use nalgebra::{Const, Dyn, OMatrix};
use rheos::adjoint::InterpolatingAdjoint;
use rheos::formula::Formula;
use rheos::nn::{AutonomousField, Elman, LayerField, Linear, Mlp, Net, Sequence};
use rheos::{BacksolveAdjoint, Dopri5, Fixed, Parametric, Pid, State};

use crate::count::Counting;

/// A source of uniform numbers in `[0, 1)`.
pub type Uniform<'a> = dyn FnMut() -> f64 + 'a;

/// A batch: `N` numbers for each sample.
pub type Rows<const N: usize> = OMatrix<f64, Const<N>, Dyn>;

/// One step per observation, so that the residual network differs from the neural ODE by the method alone.
pub const ONE_STEP: Fixed = Fixed::steps(1);
/// The tolerance of the adaptive solves: tighter ones do not change the errors that the tables show.
pub const TOLERANCE: Pid = Pid::tolerance(1e-4);
/// The continuous adjoint, which solves the state backwards as well. It may drift, as in Chen et al. 2018: at this tolerance,
/// the smallest of all coordinates of a batch drift by more than a tenth of their size.
pub const BACKSOLVE: BacksolveAdjoint<Dopri5, Pid> =
    BacksolveAdjoint::new(Dopri5, TOLERANCE).drift_limit(f64::INFINITY);
/// The continuous adjoint along the solution of the forward pass.
pub const INTERPOLATING: InterpolatingAdjoint<Dopri5, Pid> = InterpolatingAdjoint::new(Dopri5, TOLERANCE);

/// A formula whose evaluations are counted.
pub type Counted<P> = Counting<Net<P>>;

/// Counts the evaluations of a formula.
pub fn counted<P: Formula<Store = f64>>(params: P) -> Counted<P> {
    Counting(Net::new(params))
}

/// An Elman cell with random weights.
pub fn elman<const I: usize, const H: usize>(rng: &mut Uniform<'_>) -> Counted<Elman<f64, I, H>> {
    counted(Elman::uniform(rng))
}

/// A network with one hidden layer as the flow between two observations.
pub fn between<const H: usize, const F: usize>(rng: &mut Uniform<'_>) -> LayerField<Counted<Mlp<f64, H, F, H>>> {
    counted(Mlp::uniform(rng)).field()
}

/// A block of `H` hidden units with a readout of one number.
pub type Model<B, const H: usize> = Sequence<B, Net<Linear<f64, H, 1>>>;

/// A model around `block` with a random readout.
pub fn with_readout<B, const H: usize>(block: B, rng: &mut Uniform<'_>) -> Model<B, H> {
    Sequence { block, readout: Net::new(Linear::uniform(rng)) }
}

/// The number of parameters.
pub fn size<M: Parametric>(model: &M) -> usize {
    model.params().coordinates().len()
}

/// All windows of a length in a series.
pub fn windows<T: Copy>(series: &[T], length: usize) -> Vec<Vec<T>> {
    series.windows(length).map(<[T]>::to_vec).collect()
}

/// The root mean square.
pub fn rms(errors: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = errors.fold((0.0, 0), |(sum, n), error| (sum + error * error, n + 1));
    (sum / f64::from(n)).sqrt()
}
