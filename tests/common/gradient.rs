//! Gradients over the span of the output times, and how many steps they go back over.

use rheos::adjoint::Gradient;
use rheos::solution::keep;
use rheos::{Adjoint, Controller, Differentiable, Ivp, Result, Solver};

/// The solve from the first of `times` to the last, with outputs at them all.
pub fn over<'a, F: Differentiable>(f: &'a F, y0: &F::State, times: &'a [f64]) -> Ivp<'a, F, keep::At<'a>> {
    Ivp::new(f, y0.clone(), (times[0], times[times.len() - 1])).save_at(times)
}

/// The same, with steps that end at the times.
pub fn landing_on<'a, F: Differentiable>(f: &'a F, y0: &F::State, times: &'a [f64]) -> Ivp<'a, F, keep::Landing<'a>> {
    Ivp::new(f, y0.clone(), (times[0], times[times.len() - 1])).land_on(times)
}

/// The gradient of a loss that turns the outputs into cotangents.
pub fn gradient<'a, F, K, S, C, A>(
    problem: Ivp<'a, F, K>,
    solver: S,
    control: C,
    adjoint: A,
    loss: impl FnOnce(&[F::State]) -> Vec<F::State>,
) -> Result<Gradient<F::State, F::Params>>
where
    F: Differentiable,
    K: keep::States<'a>,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    let run = problem.forward(solver, control, adjoint)?;
    run.backward(&loss(&run.y))
}

/// `β(s, r) = (s + r)! / (s! r!)` of Griewank & Walther 2000.
pub fn reversible(slots: u64, r: u64) -> u64 {
    (1..=r).fold(1, |beta, i| beta * (slots + i) / i)
}
