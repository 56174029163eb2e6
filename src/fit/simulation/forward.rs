//! Derivatives by forward sensitivities.

use nalgebra::{DMatrix, DVector};

use super::traits::{Slope, SlopeAt};
use super::{Functions, OutputCotangent, Scenario, Sensitive, Simulation};
use crate::adjoint::Directions;
use crate::error::Result;

/// A model that is differentiated by forward sensitivities, for few unknowns.
///
/// The model is an [`Autodiff`](crate::Autodiff), one [with a mass matrix](crate::dynamics::WithMass), or a
/// [`SparseAutodiff`](crate::dynamics::SparseAutodiff). Four directions are solved together, so the cost grows with the
/// number of unknowns.
#[derive(Debug, Clone)]
pub struct Forward<M, S, C> {
    pub(super) model: M,
    pub(super) solver: S,
    pub(super) control: C,
}

impl<M: Sensitive<S, C>, S, C> Forward<M, S, C> {
    /// A model with a solver and a controller.
    pub const fn new(model: M, solver: S, control: C) -> Self {
        Self { model, solver, control }
    }
}

impl<M: Sensitive<S, C>, S, C> Simulation for Forward<M, S, C> {
    fn dimension(&self) -> usize {
        self.model.dimension()
    }

    fn params(&self) -> Vec<f64> {
        self.model.initial_params()
    }

    fn states(&self, scenario: &Scenario<'_>) -> Result<Vec<DVector<f64>>> {
        self.model.states(&self.solver, &self.control, scenario)
    }

    fn derivatives(
        &self,
        scenario: &Scenario<'_>,
        directions: &Directions,
        functions: &mut Functions<'_>,
    ) -> Result<DMatrix<f64>> {
        let found = self.model.states_along(&self.solver, &self.control, scenario, directions)?;
        let functions = functions(&found.y)?;
        let mut rows = DMatrix::zeros(functions.len(), directions.y0.ncols());
        for (mut row, function) in rows.row_iter_mut().zip(&functions) {
            for OutputCotangent { output, cotangent } in function {
                row += cotangent.tr_mul(&found.derivatives[*output]);
            }
        }
        Ok(rows)
    }

    fn slope(&self, at: &SlopeAt<'_>) -> Result<Slope> {
        self.model.slope(at)
    }
}
