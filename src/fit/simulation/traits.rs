//! The trait of a differentiable solve.

use nalgebra::{DMatrix, DVector};

use crate::adjoint::Directions;
use crate::error::Result;

/// One solve: a start, the parameters of the model, and the times of the outputs. The solve starts at the first of them.
#[derive(Debug, Clone, Copy)]
pub struct Scenario<'a> {
    /// The times of the outputs, in the order of integration.
    pub times: &'a [f64],
    /// The state at the first time.
    pub y0: &'a DVector<f64>,
    /// The parameters of the model.
    pub params: &'a DVector<f64>,
}

/// The derivative of a function of the outputs with respect to one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputCotangent {
    /// The index of the output.
    pub output: usize,
    /// The derivative with respect to the state there.
    pub cotangent: DVector<f64>,
}

/// Functions of the outputs: called with the states, it returns for each function its derivatives with respect to the outputs
/// on which it depends.
pub type Functions<'a> = dyn FnMut(&[DVector<f64>]) -> Result<Vec<Vec<OutputCotangent>>> + 'a;

/// A model with a solver, as a [`Fit`](crate::fit::Fit) sees it.
///
/// [`Forward`](super::Forward) is for few parameters, [`Backward`](super::Backward) for many. States and parameters are
/// given by their [coordinates](crate::State::coordinates).
pub trait Simulation {
    /// The number of coordinates of the state.
    fn dimension(&self) -> usize;

    /// The parameters of the model, as it was made.
    fn params(&self) -> Vec<f64>;

    /// The states at the times of the scenario.
    ///
    /// # Errors
    /// Every error of the solve.
    fn states(&self, scenario: &Scenario<'_>) -> Result<Vec<DVector<f64>>>;

    /// Derivatives of functions of the outputs along directions in the initial state and the parameters: a row for each
    /// function, a column for each direction.
    ///
    /// # Errors
    /// Every error of the solve, of its derivatives, and of `functions`.
    fn derivatives(
        &self,
        scenario: &Scenario<'_>,
        directions: &Directions,
        functions: &mut Functions<'_>,
    ) -> Result<DMatrix<f64>>;

    /// The slope `f(t, y)` at a state, with its derivatives along the columns of `dparams` in the parameters.
    ///
    /// # Errors
    /// An error of the model.
    fn slope(&self, at: &SlopeAt<'_>) -> Result<Slope>;
}

/// A point at which a slope is asked for.
#[derive(Debug, Clone, Copy)]
pub struct SlopeAt<'a> {
    /// The time.
    pub t: f64,
    /// The state.
    pub y: &'a DVector<f64>,
    /// The parameters of the model.
    pub params: &'a DVector<f64>,
    /// Directions in the parameters, a column each.
    pub dparams: &'a DMatrix<f64>,
}

/// A slope with its derivatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Slope {
    /// The slope.
    pub value: DVector<f64>,
    /// Its derivatives, a column for each direction.
    pub derivatives: DMatrix<f64>,
}
