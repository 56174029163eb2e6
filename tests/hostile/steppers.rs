//! Solves that are driven from outside, solves by two methods, and ensembles.

use rheos::solution::{Ending, Ensemble};
use rheos::solver::implicit::Kvaerno3;
use rheos::solver::multistep::Adams;
use rheos::solver::{DefaultSolver, Dense, Embedded};
use rheos::{Bdf, Dopri5, Fixed, Ivp, Rk4, Rodas5P, State};

use crate::case::{Case, for_all_cases};
use crate::fields::Hostile;
use crate::methods::{Attempt, Many, Plane};
use crate::{control, draw, events, outputs};

const METHODS: &[Attempt] = &[
    |case| drive(case, Dopri5),
    |case| drive(case, Kvaerno3),
    |case| drive(case, Rodas5P),
    |case| drive(case, Bdf),
    |case| drive(case, Adams),
    |case| drive(case, DefaultSolver::default()),
];

#[test]
fn steppers() {
    for_all_cases("steppers", |case| case.one_of(METHODS)(case));
}

#[test]
fn ensembles_and_rescues() {
    for_all_cases("ensembles", |case| if case.once_in(2) { ensemble(case) } else { rescue(case) });
}

/// Drives a solve in a hostile order, with pauses.
fn drive<S>(case: &mut Case, solver: S)
where
    S: Embedded<Hostile<Many>> + Dense<Hostile<Many>> + Clone,
{
    case.note_method::<S>();
    let f = Hostile::draw(case);
    let (y0, span) = (Hostile::<Many>::start(case), draw::span(case));
    let jumps = if case.once_in(3) { draw::times(case, "jumps_at", span) } else { Vec::new() };
    let (times, event) = (draw::times(case, "outputs", span), events::draw(case));
    let problem = || Ivp::new(&f, y0.clone(), span).jumps_at(&jumps).save_at(&times).event(event.clone());
    let control = control::pid(case);
    let Ok(mut stepper) = problem().start(solver.clone(), control) else { return };
    for _ in 0..case.below(12) {
        let before = stepper.time();
        match case
            .pick("action", &["step", "step", "advance_to", "advance_to", "resume", "resume with another control"])
        {
            "step" => {
                let _ = stepper.step();
            }
            "advance_to" => {
                let t = if case.once_in(3) { case.pick("to", &draw::ABSURD) } else { draw::time(case, span, false) };
                case.note("to", &t);
                if stepper.advance_to(t).is_ok() && !stepper.is_done() {
                    case.check_with(stepper.time() == t, "a stepper lands", || format!("{:e}", stepper.time()));
                }
            }
            action => {
                let control = if action == "resume" { control } else { control::pid(case) };
                match problem().resume(solver.clone(), control, stepper.pause()) {
                    Ok(resumed) => stepper = resumed,
                    Err(_) => return,
                }
            }
        }
        case.check(!span.is_after(before, stepper.time()), "a stepper does not go back");
        case.check(stepper.state().all_finite(), "the state of a stepper is finite");
    }
    if let Ok(solution) = stepper.finish() {
        case.succeed();
        outputs::check_outputs(case, (span, &times), &solution, State::all_finite);
    }
}

/// Each sample must be as its own solve is.
fn ensemble(case: &mut Case) {
    let f = Hostile::draw(case);
    let span = draw::span(case);
    let starts: Vec<Plane> = (0..case.below(5)).map(|_| Hostile::<Plane>::start(case)).collect();
    let times = draw::times(case, "outputs", span);
    let control = control::pid(case);
    let ensemble = Ensemble::new(&f, &starts, span).save_at(&times);
    let threads = case.pick("threads", &[0, 1, 2, usize::MAX]);
    let outcomes = ensemble.solve_on(threads, Dopri5, control);
    case.check(outcomes.len() == starts.len(), "there is an outcome for each start");
    for (outcome, start) in outcomes.iter().zip(&starts) {
        if let Ok(solution) = outcome {
            case.succeed();
            case.check(start.all_finite(), "an initial state that is not finite is refused");
            outputs::check_outputs(case, (span, &times), solution, State::all_finite);
        }
    }
}

/// A second method takes over where the first gives up.
fn rescue(case: &mut Case) {
    let f = Hostile::draw(case);
    let (y0, span) = (Hostile::<Plane>::start(case), draw::span(case));
    let jumps = if case.once_in(3) { draw::times(case, "jumps_at", span) } else { Vec::new() };
    let times = draw::times(case, "outputs", span);
    let first = control::pid(case);
    let second = Fixed::steps(case.pick("second", &[1, 20, 0])).max_steps(300);
    let problem = Ivp::new(&f, y0, span).jumps_at(&jumps).save_at(&times).event(events::draw(case));
    if let Ok(rescued) = problem.solve_or((Dopri5, first), (Rk4, second)) {
        case.succeed();
        outputs::check_outputs(case, (span, &times), &rescued.solution, State::all_finite);
        let ended = rescued.solution.ending != Ending::Failure;
        case.check(ended, "a solve that is rescued has not failed");
    }
}
