//! Every adjoint, with its method and its steps.

use std::time::Instant;

use rheos::adjoint::{Checkpoints, InterpolatingAdjoint, QuadratureAdjoint};
use rheos::solver::reversible::{Coupled, ReversibleHeun};
use rheos::{
    Adjoint, Autodiff, BacksolveAdjoint, Controller, Differentiable, DiscreteAdjoint, Dopri5, Fixed, GenericDynamics,
    Ivp, Pid, Result, ReversibleAdjoint, Solver, State, Stats, sensitivities,
};

use crate::problems::Problem;

/// A gradient and its cost.
pub struct Outcome {
    /// Of the initial state and the parameters.
    pub gradient: Vec<f64>,
    /// Forwards and backwards.
    pub stats: [Stats; 2],
    /// Forwards and backwards.
    pub seconds: [f64; 2],
    pub drift: f64,
}

/// An adjoint with its method and its steps.
pub struct Entry<'a> {
    pub family: &'static str,
    pub name: &'static str,
    pub run: Box<dyn Fn() -> Result<Outcome> + 'a>,
}

/// The families of adjoints: the gradient of the computed steps, or a solution of the adjoint equation.
const COMPUTED: &str = "gradient of the steps";
const EQUATION: &str = "adjoint equation";

/// The default limit is for training; here a larger error shall be visible.
const ANY_DRIFT: f64 = f64::INFINITY;

macro_rules! entries {
    ($problem:ident, $control:ident, every $every:expr; $($family:ident, $name:literal: $solver:expr, $adjoint:expr;)+) => {
        vec![$(Entry {
            family: $family,
            name: $name,
            run: Box::new(move || differentiate($problem, $solver, $control, $adjoint)),
        }),+]
    };
    ($problem:ident, $control:ident, $every:expr, $tolerance:expr) => {
        entries! { $problem, $control, every $every;
            COMPUTED, "Discrete, every state": Dopri5, DiscreteAdjoint::new();
            COMPUTED, "Discrete, every √n-th": Dopri5, DiscreteAdjoint::new().checkpoints(Checkpoints::Every($every));
            COMPUTED, "Discrete, 32 slots": Dopri5, DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(32));
            COMPUTED, "Discrete, 8 slots": Dopri5, DiscreteAdjoint::new().checkpoints(Checkpoints::Slots(8));
            COMPUTED, "Reversible, coupled": Coupled::new(Dopri5), ReversibleAdjoint::new().drift_limit(ANY_DRIFT);
            COMPUTED, "Reversible Heun": ReversibleHeun, ReversibleAdjoint::new().drift_limit(ANY_DRIFT);
            EQUATION, "Backsolve": Dopri5, BacksolveAdjoint::new(Dopri5, $control).drift_limit(ANY_DRIFT);
            EQUATION, "Interpolating": Dopri5, InterpolatingAdjoint::new(Dopri5, $control);
            EQUATION, "Quadrature, Gauss": Dopri5, QuadratureAdjoint::gauss(Dopri5, $control);
            EQUATION, "Quadrature, Kronrod": Dopri5, QuadratureAdjoint::kronrod(Dopri5, $control, $tolerance);
        }
    };
}

/// With `steps` equal steps of Dormand and Prince's method, or of the reversible Heun method.
pub fn fixed<F: Differentiable + 'static>(problem: &Problem<F>, steps: usize) -> Vec<Entry<'_>> {
    let control = Fixed::steps(steps);
    entries!(problem, control, steps.isqrt(), 1e-6)
}

/// With steps chosen at the relative and absolute tolerance `rtol`, about `steps` of them.
pub fn adaptive<F: Differentiable + 'static>(problem: &Problem<F>, rtol: f64, steps: usize) -> Vec<Entry<'_>> {
    let control = Pid::tolerance(rtol);
    entries!(problem, control, steps.isqrt(), rtol)
}

/// Differentiates the solve of `problem` with steps from `control` by `adjoint`.
fn differentiate<F, S, C, A>(problem: &Problem<F>, solver: S, control: C, adjoint: A) -> Result<Outcome>
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    let Problem { field, y0, end, w, .. } = problem;
    let begin = Instant::now();
    let run = Ivp::new(field, y0.clone(), 0.0..*end).forward(solver, control, adjoint)?;
    let forward = begin.elapsed().as_secs_f64();

    let begin = Instant::now();
    let found = run.backward(std::slice::from_ref(w))?;
    let seconds = [forward, begin.elapsed().as_secs_f64()];

    let mut gradient = found.y0.coordinates();
    found.params.write_coordinates(&mut gradient);
    Ok(Outcome { gradient, stats: [run.stats, found.stats], seconds, drift: found.drift })
}

/// Adds forward sensitivities, which have no backward pass.
macro_rules! with_sensitivities {
    ($entries:expr, $problem:ident, $control:expr) => {{
        let mut entries = $entries;
        let run = move || {
            let Problem { field, y0, end, w, .. } = $problem;
            let begin = Instant::now();
            let found = sensitivities(field, Dopri5, $control, &[0.0, *end], y0)?;
            let seconds = [begin.elapsed().as_secs_f64(), 0.0];
            let mut gradient = found.y0[1].tr_mul(w).as_slice().to_vec();
            gradient.extend_from_slice(found.params[1].tr_mul(w).as_slice());
            Ok(Outcome { gradient, stats: [found.stats, Stats::default()], seconds, drift: 0.0 })
        };
        let last = entries.partition_point(|entry| entry.family == COMPUTED);
        entries.insert(last, Entry { family: COMPUTED, name: "Forward sensitivities", run: Box::new(run) });
        entries
    }};
}

/// [`fixed`] and forward sensitivities.
pub fn small_fixed<M: GenericDynamics<N, P> + 'static, const N: usize, const P: usize>(
    problem: &Problem<Autodiff<M, N, P>>,
    steps: usize,
) -> Vec<Entry<'_>> {
    with_sensitivities!(fixed(problem, steps), problem, Fixed::steps(steps))
}

/// [`adaptive`] and forward sensitivities.
pub fn small_adaptive<M: GenericDynamics<N, P> + 'static, const N: usize, const P: usize>(
    problem: &Problem<Autodiff<M, N, P>>,
    rtol: f64,
    steps: usize,
) -> Vec<Entry<'_>> {
    with_sensitivities!(adaptive(problem, rtol, steps), problem, Pid::tolerance(rtol))
}
