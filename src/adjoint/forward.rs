//! The forward pass of a solve that is to be differentiated.

use crate::adjoint::{Adjoint, Asked, Run, RunResult};
use crate::control::Controller;
use crate::dynamics::{Differentiable, Dynamics};
use crate::solution::{HaveDerivatives, Ivp, keep};
use crate::solver::Solver;

impl<'a, F: Dynamics, K, E, O> Ivp<'a, F, K, E, O> {
    /// Solves the problem and records it for the adjoint.
    ///
    /// The [`Run`] has the outputs, hits and statistics; [`Run::backward`] is the backward pass. The outputs are the
    /// end state, or the states at the times of [`save_at`](Self::save_at) or [`land_on`](Self::land_on). Events must
    /// be [`DifferentiableEvent`](crate::solution::DifferentiableEvent)s.
    ///
    /// ```
    /// use rheos::{DiscreteAdjoint, Ivp, Pid, Tsit5, ode};
    ///
    /// // A dose of y0 at t = 0, half of which is left after one unit of time.
    /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y * 2.0_f64.ln())
    ///     .with_vjp(|_t, _y, w, ybar| { *ybar -= w * 2.0_f64.ln(); 0.0 });
    /// let run = Ivp::new(&decay, 3.0, 0.0..2.0).forward(Tsit5, Pid::tolerance(1e-9), DiscreteAdjoint::new())?;
    /// assert!((run.y[0] - 0.75).abs() < 1e-7);
    /// assert!((run.backward(&[1.0])?.y0 - 0.25).abs() < 1e-7);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// A [`Failure`](crate::solution::Failure) with the reason and the solution up to the failure.
    pub fn forward<S, C, A>(self, solver: S, control: C, adjoint: A) -> RunResult<'a, F, S, C, A>
    where
        F: Differentiable,
        S: Solver<F>,
        C: Controller<F, S>,
        K: keep::States<'a>,
        E: HaveDerivatives<'a, F>,
        O: keep::Unobserved,
        A: Adjoint<F, S, C>,
    {
        let Self { f: field, y0, span, jumps, keep, events, .. } = self;
        let asked = Asked { field, y0, span, outputs: keep.outputs(), jumps, events: events.into_events() };
        Run::new(asked, solver, control, adjoint)
    }
}
