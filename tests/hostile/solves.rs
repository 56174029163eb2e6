//! Solves of initial value problems.

use rheos::{Controller, Dense, Dynamics, Failure, Ivp, Solver, Span, State, solve, solve_ivp};

use crate::case::{Case, for_all_cases};
use crate::fields::{Hostile, Lengthen};
use crate::methods::{ENDS, FAMILIES, Plane};
use crate::{draw, events, outputs};

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
        if let Ok(solution) = solve_ivp(&f, y0, span, rtol, atol) {
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

/// A solve of a problem with hostile outputs, events and jumps.
pub fn attempt<F, S, C>(case: &mut Case, (f, y0, span): (&F, F::State, Span), solver: S, control: C)
where
    F: Dynamics<State: Lengthen>,
    S: Dense<F>,
    C: Controller<F, S>,
{
    let finite = y0.all_finite();
    let jumps = if case.once_in(3) { draw::times(case, "jumps_at", span) } else { Vec::new() };
    let mut ivp = Ivp::new(f, y0, span).jumps_at(&jumps).event(events::draw(case));
    for _ in 0..case.one_of(&[0, 0, 0, 1, 2]) {
        ivp = ivp.event(events::draw(case));
    }
    let mut meddler = events::meddler(case);
    let ivp = ivp.observe(&mut meddler);
    let (times, every) = (draw::times(case, "outputs", span), case.one_of(&[1, 1, 2, 7, 0, usize::MAX]));
    let last = |failure: Box<Failure<F::State, _>>| failure.partial.last().clone();
    let solved = match case.pick("kept", &["save_at", "land_on", "save_map", "save_every", "dense"]) {
        "save_at" => ivp.save_at(&times).solve(solver, control).map_err(last).map(|solution| {
            outputs::check_outputs(case, (span, &times), &solution, State::all_finite);
        }),
        "land_on" => ivp.land_on(&times).solve(solver, control).map_err(last).map(|solution| {
            outputs::check_outputs(case, (span, &times), &solution, State::all_finite);
        }),
        "save_map" => {
            let map = |_: f64, y: &F::State| y.coordinates();
            ivp.save_map(&times, map).solve(solver, control).map_err(|failure| failure.partial.last().clone()).map(
                |solution| {
                    let finite = |y: &Vec<f64>| y.iter().all(|x| x.is_finite());
                    outputs::check_outputs(case, (span, &times), &solution, finite);
                },
            )
        }
        "save_every" => {
            case.note("every", &every);
            let solved = ivp.save_every(every).solve(solver, control).map_err(last);
            solved.map(|solution| outputs::check_steps(case, span, &solution))
        }
        _ => match ivp.dense().solve(solver, control) {
            Ok(solution) => {
                outputs::check_end(case, span, &solution);
                let end = (solution.last_time(), solution.last());
                outputs::check_curve(case, span, end, &solution.y);
                Ok(())
            }
            Err(failure) => {
                if finite {
                    outputs::ask_curve(case, &failure.partial.y);
                }
                Err(failure.partial.last().clone())
            }
        },
    };
    match solved {
        Ok(()) => accepted(case, finite),
        Err(last) => check_partial(case, finite, &last),
    }
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
