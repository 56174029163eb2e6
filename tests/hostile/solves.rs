//! Solves of initial value problems.

use rheos::integrate::{Observer, Step, StepAction};
use rheos::solution::{Curve, Trajectory};
use rheos::solver::Dense;
use rheos::state::{Span, Tolerance};
use rheos::{Controller, Dopri5, Dynamics, Ivp, Result, Solver, State, solve, solve_ivp};

use crate::case::{Case, for_all_cases};
use crate::fields::{Hostile, Lengthen};
use crate::methods::{ENDS, FAMILIES, Plane};
use crate::{control, draw, events, outputs};

/// Each family of methods, with outputs, events and jumps.
#[test]
fn solves() {
    for_all_cases("solves", |case| case.one_of(FAMILIES)(case));
}

/// A second area of the same, since there are so many ways.
#[test]
fn more_solves() {
    for_all_cases("more solves", |case| case.one_of(FAMILIES)(case));
}

/// Every method, with the end alone.
#[test]
fn ends() {
    for_all_cases("ends", |case| case.one_of(ENDS)(case));
}

/// The solve for which no method is chosen.
#[test]
fn default_solves() {
    for_all_cases("default solves", |case| {
        let f = Hostile::draw(case);
        let (y0, span) = (Hostile::<Plane>::start(case), draw::span(case));
        let (rtol, atol) = (draw::number(case, "rtol", &[1e-3, 1e-6]), draw::number(case, "atol", &[1e-3, 1e-6]));
        if let Ok(solution) = solve_ivp(&f, y0, span, Tolerance { rtol, atol }) {
            case.succeed();
            outputs::check_end(case, span, &solution);
        }
    });
}

/// A solve of which the end is kept, without events.
pub fn attempt_end<F, S, C>(case: &mut Case, (f, y0, span): (&F, F::State, Span), solver: S, control: C)
where
    F: Dynamics,
    S: Solver<F>,
    C: Controller<F, S>,
{
    let finite = y0.all_finite();
    match solve(f, y0, span, solver, control) {
        Ok(solution) => {
            accepted(case, finite);
            outputs::check_end(case, span, &solution);
        }
        Err(failure) => check_partial(case, finite, failure.partial.last()),
    }
}

/// A solve of a problem with hostile outputs, events, jumps and observers.
pub fn attempt<F, S, C>(case: &mut Case, (f, y0, span): (&F, F::State, Span), solver: S, control: C)
where
    F: Dynamics<State: Lengthen>,
    S: Dense<F>,
    C: Controller<F, S>,
{
    let finite = y0.all_finite();
    let jumps = if case.once_in(3) { draw::times(case, "jumps_at", span) } else { Vec::new() };
    let times = draw::times(case, "outputs", span);
    let mut meddler = events::meddler(case);
    let mut beside = Beside::draw(case, span, &y0);
    let mut ivp = Ivp::new(f, y0, span).jumps_at(&jumps).event(events::draw(case));
    for _ in 0..case.one_of(&[0, 0, 0, 1, 2]) {
        ivp = ivp.event(events::draw(case));
    }
    let ivp = ivp.observe(&mut meddler).observe(&mut beside);
    let solved = match case.pick("kept", &["save_at", "land_on"]) {
        "save_at" => ivp.save_at(&times).solve(solver, control),
        _ => ivp.land_on(&times).solve(solver, control),
    };
    match solved {
        Ok(solution) => {
            accepted(case, finite);
            outputs::check_outputs(case, (span, &times), &solution, State::all_finite);
            beside.check(case, span, (solution.last_time(), solution.last()));
        }
        Err(failure) => {
            check_partial(case, finite, failure.partial.last());
            if let Beside::Curve(curve) = &beside
                && finite
                && span.t0.is_finite()
            {
                outputs::ask_curve(case, curve);
            }
        }
    }
}

/// The results saved besides the outputs.
#[derive(Debug)]
enum Beside<Y> {
    Nothing,
    Steps(Trajectory<Y>),
    Curve(Curve<Y>),
}

impl<Y: State> Beside<Y> {
    fn draw(case: &mut Case, span: Span, y0: &Y) -> Self {
        match case.pick("beside", &["nothing", "steps", "a curve"]) {
            "nothing" => Self::Nothing,
            "steps" => Self::Steps(Trajectory::new(case.pick("every", &[1, 1, 2, 7, 0, usize::MAX]), span.t0, y0)),
            _ => Self::Curve(Curve::new(span.t0, y0)),
        }
    }

    /// Checks the results of a solve that ended at `end`.
    fn check(&self, case: &mut Case, span: Span, end: (f64, &Y)) {
        match self {
            Self::Nothing => {}
            Self::Steps(steps) => outputs::check_steps(case, span, (&steps.t, &steps.y)),
            Self::Curve(curve) => outputs::check_curve(case, span, end, curve),
        }
    }
}

impl<F: Dynamics, S: Dense<F>> Observer<F, S> for Beside<F::State> {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        match self {
            Self::Nothing => Ok(StepAction::On),
            Self::Steps(steps) => steps.observe(step),
            Self::Curve(curve) => curve.observe(step),
        }
    }
}

/// The other ways to keep a solution.
#[test]
fn kept() {
    for_all_cases("kept", |case| {
        let f = Hostile::draw(case);
        let (y0, span) = (Hostile::<Plane>::start(case), draw::span(case));
        let (times, control) = (draw::times(case, "outputs", span), control::any(case, span, &y0));
        let (finite, ivp) = (y0.all_finite(), Ivp::new(&f, y0, span).event(events::draw(case)));
        match case.pick("kept", &["save_map", "save_every", "dense"]) {
            "save_map" => {
                if let Ok(solution) = ivp.save_map(&times, |_, y| y[0]).solve(Dopri5, control) {
                    accepted(case, finite);
                    outputs::check_outputs(case, (span, &times), &solution, |x| x.is_finite());
                }
            }
            "save_every" => {
                let every = case.pick("every", &[1, 1, 2, 7, 0, usize::MAX]);
                if let Ok(solution) = ivp.save_every(every).solve(Dopri5, control) {
                    accepted(case, finite);
                    outputs::check_end(case, span, &solution);
                    outputs::check_steps(case, span, (&solution.t, &solution.y));
                }
            }
            _ => {
                if let Ok(solution) = ivp.dense().solve(Dopri5, control) {
                    accepted(case, finite);
                    outputs::check_end(case, span, &solution);
                    outputs::check_curve(case, span, (solution.last_time(), solution.last()), &solution.y);
                }
            }
        }
    });
}

/// Takes note of a solve that came to its end.
fn accepted(case: &mut Case, started_finite: bool) {
    case.succeed();
    case.check(started_finite, "an initial state that is not finite is refused");
}

/// Checks the last good state of a solve that failed.
fn check_partial<Y: State>(case: &mut Case, started_finite: bool, last: &Y) {
    case.check_with(!started_finite || last.all_finite(), "the last good state of a failure is finite", || {
        format!("{:?}", last.coordinates())
    });
}
