//! Vectors with targets.

use super::target::SampleTarget;
use super::vector_objective::VectorObjective;
use crate::error::{Error, Result};

/// Vectors of `N` numbers, each with a target: the class `usize`, counted from 0, or numbers `[f64; O]`.
///
/// Together with a loss they are an [`Objective`](super::Objective) for every [`Feedforward`](crate::nn::Feedforward) on
/// batches of any size. The sibling for sequences is [`SequenceData`](super::SequenceData).
///
/// ```
/// use rheos::nn::{Autonomous, Feedforward, Linear, Mlp, Net, Residual};
/// use rheos::train::{Adam, CrossEntropy, Trainer, VectorData, uniform};
///
/// // Is a point of the square inside the disc?
/// let mut draw = uniform(1);
/// let points: Vec<[f64; 2]> = (0..256).map(|_| [2.0 * draw() - 1.0, 2.0 * draw() - 1.0]).collect();
/// let inside = points.iter().map(|[x, y]| usize::from(x * x + y * y < 0.64)).collect();
/// let (train, test) = VectorData::new(points, inside)?.split(192);
///
/// let block = Residual(Autonomous(Net::dynamic(Mlp::<f64, 4, 16, 4>::uniform(&mut draw))));
/// let encoder = Net::dynamic(Linear::<f64, 2, 4>::uniform(&mut draw));
/// let mut model = Feedforward::new(encoder, block, Net::dynamic(Linear::<f64, 4, 2>::uniform(&mut draw)));
/// Trainer::new(&mut model, &train.objective(CrossEntropy::new(2)), Adam::new(0.02)).epochs(40).fit()?;
/// assert!(test.error_rate(&model)? < 0.15);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct VectorData<const N: usize, Y> {
    inputs: Vec<[f64; N]>,
    targets: Vec<Y>,
}

impl<const N: usize, Y: SampleTarget> VectorData<N, Y> {
    /// The vectors, with one target for each.
    ///
    /// # Errors
    /// * [`Error::LengthMismatch`] unless there is one target for each vector;
    /// * [`Error::InvalidEntry`] for a vector or a target with a number that is infinite or NaN, by its index.
    pub fn new(inputs: Vec<[f64; N]>, targets: Vec<Y>) -> Result<Self> {
        if targets.len() != inputs.len() {
            return Err(Error::LengthMismatch { name: "targets", found: targets.len(), expected: inputs.len() });
        }
        for (index, (input, target)) in inputs.iter().zip(&targets).enumerate() {
            let bad = input.iter().find(|x| !x.is_finite()).map(|x| ("inputs", *x));
            if let Some((name, value)) = bad.or_else(|| target.not_finite().map(|(_, y)| ("targets", y))) {
                return Err(Error::InvalidEntry { name, index, value, expected: "finite" });
            }
        }
        Ok(Self { inputs, targets })
    }
}

impl<const N: usize, Y> VectorData<N, Y> {
    /// The number of vectors.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there are no vectors.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// The vectors, in order.
    #[must_use]
    pub fn inputs(&self) -> &[[f64; N]] {
        &self.inputs
    }

    /// The targets, in order.
    #[must_use]
    pub fn targets(&self) -> &[Y] {
        &self.targets
    }

    /// The first `n` vectors, and the others.
    #[must_use]
    pub fn split(mut self, n: usize) -> (Self, Self) {
        let n = n.min(self.len());
        let rest = Self { inputs: self.inputs.split_off(n), targets: self.targets.split_off(n) };
        (self, rest)
    }

    /// The training objective with this loss.
    pub const fn objective<L>(&self, loss: L) -> VectorObjective<'_, N, Y, L> {
        VectorObjective::new(self, loss)
    }
}
