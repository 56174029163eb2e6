//! Models whose block is refined.

use super::Refine;
use crate::dynamics::Parametric;
use crate::error::Result;
use crate::nn::{Feedforward, Sequence};

/// The block is refined.
impl<B: Refine, R: Parametric + Clone> Refine for Sequence<B, R> {
    fn resolution(&self) -> Result<usize> {
        self.block.resolution()
    }

    fn refined(&self) -> Result<Self> {
        Ok(Self { block: self.block.refined()?, readout: self.readout.clone() })
    }

    fn coarsened(&self) -> Result<Self> {
        Ok(Self { block: self.block.coarsened()?, readout: self.readout.clone() })
    }

    fn refined_gradient(&self, (block, readout): &Self::Params) -> Result<Self::Params> {
        Ok((self.block.refined_gradient(block)?, readout.clone()))
    }
}

/// The block is refined.
impl<E: Parametric + Clone, B: Refine, R: Parametric + Clone> Refine for Feedforward<E, B, R> {
    fn resolution(&self) -> Result<usize> {
        self.block.resolution()
    }

    fn refined(&self) -> Result<Self> {
        let (encoder, readout) = (self.encoder.clone(), self.readout.clone());
        Ok(Self { encoder, block: self.block.refined()?, readout, depth: self.depth })
    }

    fn coarsened(&self) -> Result<Self> {
        let (encoder, readout) = (self.encoder.clone(), self.readout.clone());
        Ok(Self { encoder, block: self.block.coarsened()?, readout, depth: self.depth })
    }

    fn refined_gradient(&self, (encoder, block, readout): &Self::Params) -> Result<Self::Params> {
        Ok((encoder.clone(), self.block.refined_gradient(block)?, readout.clone()))
    }
}
