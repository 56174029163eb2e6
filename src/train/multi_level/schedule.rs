//! The levels of a training.

use super::refiner::Refiner;
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::nn::Refine;
use crate::train::Optimiser;

/// Multi-level training: a model is trained at a coarse resolution in time, then refined and trained further, level by
/// level. Chang et al., *Multi-level residual networks from dynamical systems view* (2018), arXiv:1710.10348.
///
/// The early levels are cheap, since the cost of an epoch is proportional to the depth. Three kinds of model have levels:
///
/// | model | at each level | |
/// |---|---|---|
/// | [`ResidualStack`](crate::nn::ResidualStack) | every block is copied, the step halved | [`new`](Self::new) |
/// | [`OdeBlock`](crate::nn::OdeBlock) with [`Fixed::steps`](crate::Fixed::steps), also of a field of weights `θ(t)` | the step is halved | [`new`](Self::new) |
/// | any model of sequences, on data of finer sampling | the model stays | [`sampled`](Self::sampled) |
///
/// A function trains each level, as a rule by a [`Trainer`](crate::train::Trainer). Its schedule begins anew at every level,
/// so the learning rate is cyclic. A checkpoint or a log needs a file of its own for every level.
///
/// ```
/// use rheos::nn::{Feedforward, Linear, Mlp, Net, ResidualStack};
/// use rheos::train::{Adam, Cosine, MultiLevel, SquaredError, Trainer, VectorData, uniform};
///
/// // Points of the plane, and the same points turned by a right angle.
/// let mut rng = uniform(1);
/// let points: Vec<[f64; 2]> = (0..64).map(|_| [2.0 * rng() - 1.0, 2.0 * rng() - 1.0]).collect();
/// let turned = points.iter().map(|[x, y]| [-y, *x]).collect();
/// let data = VectorData::new(points, turned)?;
///
/// // A residual network of two blocks.
/// let block = |_| Net::<Mlp<f64, 4, 8, 4>>::dynamic(Mlp::uniform(&mut rng)).field();
/// let block = ResidualStack::new((0..2).map(block).collect(), 0.5)?;
/// let encoder = Net::dynamic(Linear::<f64, 2, 4>::uniform(&mut rng));
/// let readout = Net::dynamic(Linear::<f64, 4, 2>::uniform(&mut rng));
/// let mut model = Feedforward::new(encoder, block, readout);
///
/// let loss = data.objective(SquaredError);
/// let levels = MultiLevel::new(&mut model, Adam::new(0.02)).level(2, 40).level(4, 20).level(8, 20);
/// let report = levels.train(|level, model, adam| {
///     let trainer = Trainer::new(model, &loss, adam).epochs(level.epochs);
///     trainer.schedule(|steps| Cosine::new(0.02, steps)).fit_with_optimiser()
/// })?;
/// let losses = report.epochs().map(|epoch| epoch.loss).collect::<Vec<_>>();
/// assert_eq!((losses.len(), model.block.blocks().len()), (80, 8));
/// assert!(losses[79] < 0.01 * losses[0]);
/// # Ok::<(), rheos::Error>(())
/// ```
#[must_use = "a training runs by `train`"]
pub struct MultiLevel<'a, M: Parametric, O> {
    pub(super) model: &'a mut M,
    pub(super) optimiser: O,
    pub(super) levels: Vec<(usize, usize)>,
    pub(super) memory: OptimiserMemory,
    pub(super) refiner: Option<Refiner<M>>,
}

/// The memory of the optimiser, such as the moments of Adam, at the start of a finer level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OptimiserMemory {
    /// Empty, as at the start of the training.
    #[default]
    Reset,
    /// Prolonged with the model, see [`Refine::refined_gradient`].
    Prolonged,
}

/// A level of a training.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Its index, from 0 for the coarsest.
    pub index: usize,
    /// The number of blocks or steps.
    pub resolution: usize,
    /// The number of epochs.
    pub epochs: usize,
    /// The ratio of the finest resolution to this one: 4, 2, 1 for three levels.
    pub stride: usize,
}

impl<'a, M: Refine, O: Optimiser> MultiLevel<'a, M, O> {
    /// A training of `model`, given at the coarsest resolution. Add the levels by [`level`](Self::level).
    pub const fn new(model: &'a mut M, optimiser: O) -> Self {
        Self::with(model, optimiser, Some(Refiner::new()))
    }
}

impl<'a, M: Parametric, O: Optimiser> MultiLevel<'a, M, O> {
    /// A training of a model that stays the same, on data of finer and finer sampling: recurrent networks and neural ODEs.
    ///
    /// The training function chooses the data of each level, as by
    /// [`SequenceData::every`](crate::train::SequenceData::every) of [`Level::stride`]. A block with time reads the longer
    /// gaps. The weights of a cell without time belong to one sampling, and have to adapt to the next.
    pub const fn sampled(model: &'a mut M, optimiser: O) -> Self {
        Self::with(model, optimiser, None)
    }

    const fn with(model: &'a mut M, optimiser: O, refiner: Option<Refiner<M>>) -> Self {
        Self { model, optimiser, levels: Vec::new(), memory: OptimiserMemory::Reset, refiner }
    }

    /// Adds a level of this resolution, twice the resolution of the level before, for this many epochs. The first
    /// level has the resolution of the model; for [`sampled`](Self::sampled) data it is a number in proportion to their
    /// sampling rate.
    pub fn level(mut self, resolution: usize, epochs: usize) -> Self {
        self.levels.push((resolution, epochs));
        self
    }

    /// The memory of the optimiser at the start of a finer level; [`OptimiserMemory::Reset`] by default.
    pub const fn memory(mut self, memory: OptimiserMemory) -> Self {
        self.memory = memory;
        self
    }

    /// Checks the levels.
    pub(super) fn checked_levels(&self) -> Result<Vec<Level>> {
        let Some(&(finest, _)) = self.levels.last() else {
            return Err(Error::InvalidArgument { name: "levels", value: 0.0, expected: "at least 1" });
        };
        let mut expected = match &self.refiner {
            Some(refiner) => refiner.resolution(self.model)?,
            None => self.levels[0].0,
        };
        let mut levels = Vec::with_capacity(self.levels.len());
        for (index, &(resolution, epochs)) in self.levels.iter().enumerate() {
            let wrong =
                |name, value: usize, expected| Err(Error::InvalidEntry { name, index, value: value as f64, expected });
            if resolution == 0 {
                return wrong("levels", resolution, "a resolution of at least 1");
            }
            if resolution != expected {
                let of_model = "the resolution of the model at the first level";
                let double = "twice the resolution of the level before";
                return wrong("levels", resolution, if index == 0 { of_model } else { double });
            }
            if epochs == 0 {
                return wrong("epochs", epochs, "at least 1");
            }
            levels.push(Level { index, resolution, epochs, stride: finest / resolution });
            expected = resolution.saturating_mul(2);
        }
        Ok(levels)
    }
}
