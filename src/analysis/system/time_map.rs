//! Flows as maps over a time.

use nalgebra::DMatrix;

use super::{Kind, System};
use crate::analysis::Variational;
use crate::control::Controller;
use crate::dynamics::Jacobian;
use crate::error::Result;
use crate::solution::solve;
use crate::solver::Solver;
use crate::state::Span;

/// The map `x(t₀) ↦ x(t₁)` of a field over a span of time, by a solver: the stroboscopic map of a field with period `t₁ − t₀`, or
/// the flow of an autonomous field.
///
/// Its Jacobian is the derivative of the computed steps, by the [variational equation](Variational). The errors that an analysis
/// gives, such as [`FixedPoint::error`](crate::analysis::FixedPoint::error), belong to the computed map: the error of the solver
/// comes on top.
///
/// ```
/// use nalgebra::{DMatrix, Vector2, vector};
/// use rheos::analysis::{System, TimeMap};
/// use rheos::{Pid, Tsit5, ode};
///
/// let rotation = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[1], y[0]]);
/// let quarter = TimeMap::new(&rotation, 0.0..std::f64::consts::FRAC_PI_2, Tsit5, Pid::tolerance(1e-10));
/// let (x, mut next, mut slopes) = (vector![1.0, 0.0], vector![0.0, 0.0], DMatrix::zeros(2, 2));
/// quarter.eval(&x, &mut next)?;
/// quarter.jacobian(&x, &x, &mut slopes)?;
/// assert!((next - vector![0.0, 1.0]).norm() < 1e-8);
/// assert!((slopes - DMatrix::from_row_slice(2, 2, &[0.0, -1.0, 1.0, 0.0])).norm() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeMap<F, S, C> {
    f: F,
    span: Span,
    solver: S,
    control: C,
}

impl<F, S, C> TimeMap<F, S, C> {
    /// The map of the field `f` over `span`.
    pub fn new(f: F, span: impl Into<Span>, solver: S, control: C) -> Self {
        Self { f, span: span.into(), solver, control }
    }

    /// The field.
    pub const fn field(&self) -> &F {
        &self.f
    }
}

impl<F, S, C> System for TimeMap<F, S, C>
where
    F: Jacobian,
    S: Clone + Solver<F> + for<'f> Solver<Variational<&'f F>>,
    C: Clone + Controller<F, S> + for<'f> Controller<Variational<&'f F>, S>,
{
    type State = F::State;
    const KIND: Kind = Kind::Map;

    fn eval(&self, x: &F::State, out: &mut F::State) -> Result<()> {
        let solution = solve(&self.f, x.clone(), self.span, self.solver.clone(), self.control.clone())?;
        out.clone_from(solution.last());
        Ok(())
    }

    fn jacobian(&self, x: &F::State, _: &F::State, out: &mut DMatrix<f64>) -> Result<()> {
        let variational = Variational::new(&self.f);
        let start = variational.identity(x);
        let solution = solve(&variational, start, self.span, self.solver.clone(), self.control.clone())?;
        out.copy_from(&variational.matrix(solution.last()));
        Ok(())
    }
}
