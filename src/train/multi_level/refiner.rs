//! Prolongation of a model and of gradients.

use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::nn::Refine;
use crate::state::State;
use crate::train::Optimiser;

/// The functions of [`Refine`], for a training whose model need not have them.
pub(super) struct Refiner<M: Parametric> {
    resolution: fn(&M) -> Result<usize>,
    refined: fn(&M) -> Result<M>,
    gradient: fn(&M, &M::Params) -> Result<M::Params>,
}

impl<M: Refine> Refiner<M> {
    pub(super) const fn new() -> Self {
        Self { resolution: M::resolution, refined: M::refined, gradient: M::refined_gradient }
    }
}

impl<M: Parametric> Refiner<M> {
    pub(super) fn resolution(&self, model: &M) -> Result<usize> {
        (self.resolution)(model)
    }

    /// The model with this resolution, twice its own.
    pub(super) fn refined(&self, model: &M, resolution: usize) -> Result<M> {
        let fine = (self.refined)(model)?;
        let found = (self.resolution)(&fine)?;
        if found != resolution {
            let expected = "twice the resolution after a refinement";
            return Err(Error::InvalidArgument { name: "model", value: found as f64, expected });
        }
        Ok(fine)
    }

    /// The optimiser for the refined model.
    pub(super) fn prolong<O: Optimiser>(&self, model: &M, optimiser: &mut O) -> Result<()> {
        let mut gradient = model.params();
        let expected = gradient.coordinates().len();
        optimiser.map_memory(&mut |numbers| match gradient.read_coordinates(numbers) {
            Some([]) => Ok((self.gradient)(model, &gradient)?.coordinates()),
            _ => Err(Error::LengthMismatch { name: "memory", found: numbers.len(), expected }),
        })
    }
}
