//! Blocks: their number in a stack, or the steps of a solve.

use super::Refine;
use super::lists::{doubled, halves, means_of_pairs};
use crate::control::Fixed;
use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::nn::{Encoded, IrregularOdeBlock, OdeBlock, ResidualStack};

/// Every block is copied; the copy follows it.
impl<F: Parametric + Clone> Refine for ResidualStack<F> {
    fn resolution(&self) -> Result<usize> {
        Ok(self.blocks().len())
    }

    fn refined(&self) -> Result<Self> {
        self.with(doubled(self.blocks()), self.step() / 2.0)
    }

    fn coarsened(&self) -> Result<Self> {
        self.with(means_of_pairs("blocks", self.blocks())?, self.step() * 2.0)
    }

    fn refined_gradient(&self, gradient: &Self::Params) -> Result<Self::Params> {
        halves(gradient, self.blocks().len())
    }
}

/// The resolution is the number of steps. A field whose weights vary with time is refined, and keeps its number of steps for
/// each piece; any other field keeps its weights, and the steps are halved.
impl<F: Refine, S: Clone, A: Clone> Refine for OdeBlock<F, S, Fixed, A> {
    fn resolution(&self) -> Result<usize> {
        let expected = "`Fixed::steps`, since the number of steps of a given length depends on the gap";
        let steps = self.control.count();
        let steps = steps.ok_or(Error::InvalidArgument { name: "control", value: f64::NAN, expected })?;
        Ok(steps.saturating_mul(self.field.resolution()?))
    }

    fn refined(&self) -> Result<Self> {
        let field = self.field.refined()?;
        let keeps = self.keeps_steps(&field)?;
        Ok(self.with(field, if keeps { self.control } else { self.control.refined() }))
    }

    fn coarsened(&self) -> Result<Self> {
        let field = self.field.coarsened()?;
        let keeps = self.keeps_steps(&field)?;
        Ok(self.with(field, if keeps { self.control } else { self.control.coarsened()? }))
    }

    fn refined_gradient(&self, gradient: &Self::Params) -> Result<Self::Params> {
        self.field.refined_gradient(gradient)
    }
}

impl<F, S: Clone, A: Clone> OdeBlock<F, S, Fixed, A> {
    fn with(&self, field: F, control: Fixed) -> Self {
        Self { field, solver: self.solver.clone(), control, adjoint: self.adjoint.clone() }
    }
}

impl<F: Refine, S, A> OdeBlock<F, S, Fixed, A> {
    /// Whether the control stays the same, since it counts the steps in each piece of a field that was refined to `field`.
    fn keeps_steps(&self, field: &F) -> Result<bool> {
        Ok(self.control.count().is_some() && field.resolution()? != self.field.resolution()?)
    }
}

/// The steps for the gap of each sample.
impl<F: Parametric + Clone, S: Clone, A: Clone> Refine for IrregularOdeBlock<F, S, Fixed, A> {
    fn resolution(&self) -> Result<usize> {
        self.0.resolution()
    }

    fn refined(&self) -> Result<Self> {
        Ok(Self(self.0.refined()?))
    }

    fn coarsened(&self) -> Result<Self> {
        Ok(Self(self.0.coarsened()?))
    }

    fn refined_gradient(&self, gradient: &Self::Params) -> Result<Self::Params> {
        self.0.refined_gradient(gradient)
    }
}

/// The first block is refined: the flow of an ODE-RNN, whose second block is a cell.
impl<A: Refine, B: Parametric + Clone> Refine for (A, B) {
    fn resolution(&self) -> Result<usize> {
        self.0.resolution()
    }

    fn refined(&self) -> Result<Self> {
        Ok((self.0.refined()?, self.1.clone()))
    }

    fn coarsened(&self) -> Result<Self> {
        Ok((self.0.coarsened()?, self.1.clone()))
    }

    fn refined_gradient(&self, (first, second): &Self::Params) -> Result<Self::Params> {
        Ok((self.0.refined_gradient(first)?, second.clone()))
    }
}

/// The block is refined.
impl<E: Parametric + Clone, B: Refine> Refine for Encoded<E, B> {
    fn resolution(&self) -> Result<usize> {
        self.1.resolution()
    }

    fn refined(&self) -> Result<Self> {
        Ok(Self(self.0.clone(), self.1.refined()?))
    }

    fn coarsened(&self) -> Result<Self> {
        Ok(Self(self.0.clone(), self.1.coarsened()?))
    }

    fn refined_gradient(&self, (encoder, block): &Self::Params) -> Result<Self::Params> {
        Ok((encoder.clone(), self.1.refined_gradient(block)?))
    }
}
