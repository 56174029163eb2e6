//! Derivatives by an adjoint.

use nalgebra::{DMatrix, DVector};

use super::traits::{Slope, SlopeAt};
use super::{Functions, OutputCotangent, Scenario, Simulation};
use crate::adjoint::{Adjoint, Directions};
use crate::control::Controller;
use crate::dynamics::Differentiable;
use crate::error::{Error, Result};
use crate::solution::{Ivp, check_times};
use crate::solver::Dense;
use crate::state::State;

/// A model that is differentiated by an adjoint, for many unknowns: one backward pass for each measurement, or one for a
/// loss, whatever the number of unknowns.
#[derive(Debug, Clone)]
pub struct Backward<F: Differentiable, S, C, A> {
    field: F,
    /// A state of the shape of the initial one.
    like: F::State,
    solver: S,
    control: C,
    adjoint: A,
}

impl<F, S, C, A> Backward<F, S, C, A>
where
    F: Differentiable + Clone,
    S: Clone + Dense<F>,
    C: Clone + Controller<F, S>,
    A: Clone + Adjoint<F, S, C>,
{
    /// A field with a state of the shape of its initial states, a solver, a controller and an adjoint.
    pub const fn new(field: F, like: F::State, solver: S, control: C, adjoint: A) -> Self {
        Self { field, like, solver, control, adjoint }
    }

    fn at(&self, scenario: &Scenario<'_>) -> Result<(F, F::State)> {
        Ok((self.with_params(scenario.params)?, read("y0", &self.like, scenario.y0)?))
    }

    fn with_params(&self, params: &DVector<f64>) -> Result<F> {
        let mut field = self.field.clone();
        field.set_params(&read("params", &field.params(), params)?);
        Ok(field)
    }
}

impl<F, S, C, A> Simulation for Backward<F, S, C, A>
where
    F: Differentiable + Clone,
    S: Clone + Dense<F>,
    C: Clone + Controller<F, S>,
    A: Clone + Adjoint<F, S, C>,
{
    fn dimension(&self) -> usize {
        self.like.coordinates().len()
    }

    fn params(&self) -> Vec<f64> {
        self.field.params().coordinates()
    }

    fn states(&self, scenario: &Scenario<'_>) -> Result<Vec<DVector<f64>>> {
        let (field, y0) = self.at(scenario)?;
        let problem = Ivp::new(&field, y0, check_times(scenario.times)?).save_at(scenario.times);
        let solution = problem.solve(self.solver.clone(), self.control.clone())?;
        Ok(solution.y.iter().map(coordinates).collect())
    }

    fn derivatives(
        &self,
        scenario: &Scenario<'_>,
        directions: &Directions,
        functions: &mut Functions<'_>,
    ) -> Result<DMatrix<f64>> {
        let (field, y0) = self.at(scenario)?;
        let problem = Ivp::new(&field, y0, check_times(scenario.times)?).save_at(scenario.times);
        let run = problem.forward(self.solver.clone(), self.control.clone(), self.adjoint.clone())?;
        let functions = functions(&run.y.iter().map(coordinates).collect::<Vec<_>>())?;
        let mut rows = DMatrix::zeros(functions.len(), directions.y0.ncols());
        for (mut row, function) in rows.row_iter_mut().zip(&functions) {
            let mut cotangents: Vec<F::State> = run.y.iter().map(State::zeros_like).collect();
            for OutputCotangent { output, cotangent } in function {
                let cotangent = read("cotangent", &self.like, cotangent)?;
                cotangents[*output].add_scaled(1.0, &cotangent);
            }
            let found = run.backward(&cotangents)?;
            row += coordinates(&found.y0).tr_mul(&directions.y0);
            row += coordinates(&found.params).tr_mul(&directions.params);
        }
        Ok(rows)
    }

    fn slope(&self, at: &SlopeAt<'_>) -> Result<Slope> {
        if F::HAS_MASS {
            return Err(Error::InvalidArgument {
                name: "mass matrix",
                value: 1.0,
                expected: "absent where slopes are fitted",
            });
        }
        let (field, y) = (self.with_params(at.params)?, read("y", &self.like, at.y)?);
        let mut slope = y.zeros_like();
        field.eval(at.t, &y, &mut slope);
        let value = coordinates(&slope);
        let mut derivatives = DMatrix::zeros(value.len(), at.dparams.ncols());
        for (i, mut row) in derivatives.row_iter_mut().enumerate() {
            let unit = DVector::from_fn(value.len(), |k, _| if k == i { 1.0 } else { 0.0 });
            let (mut ybar, mut pbar) = (y.zeros_like(), field.params().zeros_like());
            field.vjp(at.t, &y, &read("unit", &y, &unit)?, &mut ybar, &mut pbar);
            row += coordinates(&pbar).tr_mul(at.dparams);
        }
        Ok(Slope { value, derivatives })
    }
}

fn coordinates<Y: State>(y: &Y) -> DVector<f64> {
    DVector::from_vec(y.coordinates())
}

/// A state of the shape of `like` with these coordinates.
fn read<Y: State>(name: &'static str, like: &Y, coordinates: &DVector<f64>) -> Result<Y> {
    let mut y = like.clone();
    match y.read_coordinates(coordinates.as_slice()) {
        Some([]) => Ok(y),
        _ => Err(Error::LengthMismatch { name, found: coordinates.len(), expected: like.coordinates().len() }),
    }
}
