//! Lesion studies of residual networks.

use crate::error::{Error, Result};
use crate::nn::ResidualStack;

/// A measure of a residual network of `K` blocks, intact and after lesions; made by [`lesions`].
#[derive(Debug, Clone, PartialEq)]
pub struct Lesions {
    /// The measure of the intact network.
    pub intact: f64,
    /// The measure without block `k`, for `k = 0, …, K − 1`; empty for a single block, which has no rest.
    pub removed: Vec<f64>,
    /// The measure with the blocks `k` and `k + 1` swapped, for `k = 0, …, K − 2`.
    pub swapped: Vec<f64>,
}

/// A lesion study: a measure of a residual network, such as its test error, without each block and with each pair of
/// neighbours swapped. Chang et al., *Multi-level residual networks from dynamical systems view* (2018), arXiv:1710.10348;
/// Veit, Wilber & Belongie, *Residual networks behave like ensembles of relatively shallow networks* (2016).
///
/// If the network is close to a flow with slowly varying weights, a lesion changes little: removing a block shortens the time
/// by one step `h`, and neighbours commute up to `h²`. The [relative updates](ResidualStack::relative_updates) show how close
/// it is.
///
/// `measure` is called `2 K` times for two blocks or more, with a stack of the same step. The blocks behind a removed one move
/// forward by one step, for fields that read the time. For a network with an encoder and a readout, `measure` puts the stack
/// between them:
///
/// ```
/// use rheos::analysis::lesions;
/// use rheos::nn::{Feedforward, Linear, Mlp, Net, ResidualStack};
/// use rheos::train::{VectorData, uniform};
///
/// let mut draw = uniform(1);
/// let points: Vec<[f64; 2]> = (0..100).map(|_| [2.0 * draw() - 1.0, 2.0 * draw() - 1.0]).collect();
/// let outside = points.iter().map(|[x, y]| usize::from(x.hypot(*y) > 0.8)).collect();
/// let data = VectorData::new(points, outside)?;
///
/// let blocks = (0..8).map(|_| Net::<Mlp<f64, 4, 8, 4>>::dynamic(Mlp::uniform(&mut draw)).field()).collect();
/// let encoder = Net::dynamic(Linear::<f64, 2, 4>::uniform(&mut draw));
/// let readout = Net::dynamic(Linear::<f64, 4, 2>::uniform(&mut draw));
/// let mut model = Feedforward::new(encoder, ResidualStack::new(blocks, 0.125)?, readout);
/// let stack = model.block.clone();
/// let study = lesions(&stack, |stack| {
///     model.block = stack.clone();
///     data.error_rate(&model)
/// })?;
/// assert_eq!((study.removed.len(), study.swapped.len()), (8, 7));
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// - The errors of `measure`.
/// - A measure that is not finite: [`Error::InvalidArgument`] for the `intact` network, and [`Error::InvalidEntry`] for an entry
///   of `removed` or `swapped`.
/// - [`Error::LengthMismatch`] if the parameters that were set last are not as many as the blocks.
pub fn lesions<F: Clone>(
    stack: &ResidualStack<F>,
    mut measure: impl FnMut(&ResidualStack<F>) -> Result<f64>,
) -> Result<Lesions> {
    let blocks = stack.blocks().len();
    let expected = "finite, the measure of a network";
    let all: Vec<usize> = (0..blocks).collect();
    let intact = measure(&stack.reordered(&all)?)?;
    if !intact.is_finite() {
        return Err(Error::InvalidArgument { name: "intact", value: intact, expected });
    }
    let mut of_lesion = |name, index, lesioned: &ResidualStack<F>| {
        let value = measure(lesioned)?;
        if value.is_finite() { Ok(value) } else { Err(Error::InvalidEntry { name, index, value, expected }) }
    };
    let mut removed = Vec::with_capacity(blocks);
    // A single block cannot be removed.
    for k in all.iter().copied().filter(|_| blocks > 1) {
        removed.push(of_lesion("removed", k, &stack.without(k)?)?);
    }
    let mut swapped = Vec::with_capacity(blocks.saturating_sub(1));
    for k in 1..blocks {
        let mut order = all.clone();
        order.swap(k - 1, k);
        swapped.push(of_lesion("swapped", k - 1, &stack.reordered(&order)?)?);
    }
    Ok(Lesions { intact, removed, swapped })
}
