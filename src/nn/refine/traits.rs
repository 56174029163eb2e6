//! The trait of a model that can be refined.

use crate::dynamics::Parametric;
use crate::error::Result;

/// A model with a resolution in time that can be doubled and halved: the number of blocks of a residual network, or of the
/// steps of a neural ODE.
///
/// The prolongation halves the step and keeps the function `θ(t)` of the weights: Chang et al., *Multi-level residual
/// networks from dynamical systems view* (2018), arXiv:1710.10348. The restriction of a prolongation is the model
/// itself. [`MultiLevel`](crate::train::MultiLevel) trains with them.
///
/// ```
/// use rheos::nn::{Mlp, Net, Refine, ResidualStack};
/// use rheos::train::uniform;
///
/// let mut rng = uniform(1);
/// let block = |_| Net::<Mlp<f64, 2, 8, 2>>::dynamic(Mlp::uniform(&mut rng)).field();
/// let stack = ResidualStack::new((0..4).map(block).collect(), 0.25)?;
/// let fine = stack.refined()?;
/// assert_eq!((fine.resolution()?, fine.step(), fine.depth()), (8, 0.125, 1.0));
/// assert!(fine.blocks()[2] == stack.blocks()[1] && fine.blocks()[3] == stack.blocks()[1]);
/// assert!(fine.coarsened()? == stack);
/// # Ok::<(), rheos::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no resolution in time that could be refined",
    note = "a `ResidualStack`, an `OdeBlock` with `Fixed` steps, and a `Feedforward` or `Sequence` of one have; for recurrent networks \
            on data of finer sampling, use `MultiLevel::sampled`"
)]
pub trait Refine: Parametric + Sized {
    /// The number of blocks or steps.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::error::Error::InvalidArgument) if the number is not known, as for
    /// [`Fixed::step`](crate::Fixed::step).
    fn resolution(&self) -> Result<usize>;

    /// The prolongation: the model with twice the resolution.
    ///
    /// # Errors
    /// The errors of a model that cannot be refined.
    fn refined(&self) -> Result<Self>;

    /// The restriction: the model with half the resolution. Blocks are averaged in pairs, except for
    /// [`Frozen`](crate::formula::Frozen) numbers: the first block gives its own.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::error::Error::InvalidArgument) for an odd number of blocks or steps.
    fn coarsened(&self) -> Result<Self>;

    /// A gradient with respect to the parameters of the [refined](Self::refined) model, predicted from a gradient of this
    /// model. The step is halved, and so is the derivative with respect to the weights of a block.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`](crate::error::Error::LengthMismatch) for a gradient of another shape.
    fn refined_gradient(&self, gradient: &Self::Params) -> Result<Self::Params>;
}
