//! What every result of a solve must be.

use rheos::solution::{Curve, Ending, EventRecord};
use rheos::state::Span;
use rheos::{Error, Solution, State};

use crate::case::Case;
use crate::draw;

/// Checks the end of a solution, its events and its arguments.
pub fn check_end<Y: State, K>(case: &mut Case, span: Span, solution: &Solution<Y, K>) {
    let (t, Span { t0, t1 }) = (solution.last_time(), span);
    case.check(t0.is_finite() && t1.is_finite(), "the span of a solve is finite");
    case.check_with(solution.last().all_finite(), "the last state is finite", || {
        format!("{:?}", solution.last().coordinates())
    });
    match solution.ending {
        Ending::Span => case.check_with(t == t1, "a solve ends at the end", || format!("at {t:e}")),
        Ending::Event(_) | Ending::Observer => {
            case.check_with(is_in(span, t), "a solve ends in its span", || format!("at {t:e}"));
        }
        ending => case.check_with(false, "a solution has not failed", || format!("{ending:?}")),
    }
    check_hits(case, span, &solution.hits);
}

/// Checks events.
pub fn check_hits<Y: State>(case: &mut Case, span: Span, hits: &[EventRecord<Y>]) {
    let finite = hits.iter().all(|hit| hit.before.all_finite() && hit.state().all_finite());
    case.check(finite, "the states of events are finite");
    case.check(hits.iter().all(|hit| is_in(span, hit.t)), "events are in the span");
    case.check(is_ordered(span, hits.iter().map(|hit| hit.t)), "events are in order");
}

fn is_in(Span { t0, t1 }: Span, t: f64) -> bool {
    (t0 <= t && t <= t1) || (t1 <= t && t <= t0)
}

fn is_ordered(span: Span, times: impl Iterator<Item = f64>) -> bool {
    let times: Vec<f64> = times.collect();
    times.windows(2).all(|pair| !span.is_after(pair[0], pair[1]) && !pair[0].is_nan() && !pair[1].is_nan())
}

/// Checks that a solution has an output at each of the times it came to, as finite as `is_finite` finds.
pub fn check_outputs<Y: State, R>(
    case: &mut Case,
    (span, times): (Span, &[f64]),
    solution: &Solution<Y, Vec<R>>,
    is_finite: impl Fn(&R) -> bool,
) {
    check_end(case, span, solution);
    case.check(draw::are_valid(span, times), "output times that are not of the span are refused");
    let came_to = solution.last_time();
    let passed = times.iter().take_while(|&&time| !span.is_after(time, came_to)).count();
    let found = || format!("{:?} of {passed}", solution.t);
    case.check_with(solution.y.len() == passed, "there is one output for each time", found);
    case.check_with(solution.t == times[..passed], "outputs are at their times", found);
    case.check(solution.y.iter().all(is_finite), "outputs are finite");
}

/// Checks a list of steps, or of every other one.
pub fn check_steps<Y: State>(case: &mut Case, span: Span, (times, states): (&[f64], &[Y])) {
    case.check(times.len() == states.len(), "there is one state for each time");
    case.check(times.first() == Some(&span.t0), "the first step is the start");
    case.check(is_ordered(span, times.iter().copied()), "steps are in order");
    case.check(states.iter().all(State::all_finite), "the states of steps are finite");
}

/// Checks a curve, with questions inside it and outside.
pub fn check_curve<Y: State>(case: &mut Case, span: Span, end: (f64, &Y), curve: &Curve<Y>) {
    let covered = curve.span();
    case.check_with((covered.t0, covered.t1) == (span.t0, end.0), "a curve covers the solve", || {
        format!("{covered:?}")
    });
    case.check(is_ordered(span, curve.knots().iter().copied()), "knots are in order");
    case.check(curve.end().all_finite(), "the end of a curve is finite");
    case.check(curve.end().coordinates() == end.1.coordinates(), "a curve ends where the solve does");
    ask_curve(case, curve);
}

/// Asks a curve for values.
pub fn ask_curve<Y: State>(case: &mut Case, curve: &Curve<Y>) {
    let covered = curve.span();
    // A polynomial may overflow where its values do not.
    let at_knots: Vec<Y> = curve.knots().iter().flat_map(|&t| [curve.at(t), curve.before(t)]).flatten().collect();
    let large = at_knots.len() < 2 * curve.knots().len()
        || at_knots.iter().flat_map(State::coordinates).any(|x| x.abs() > 1e300);
    let mut asked = draw::times(case, "asked", covered);
    asked.extend(curve.knots().iter().copied().take(20));
    for t in asked {
        let inside = is_in(covered, t);
        for (name, value) in [("at", curve.at(t)), ("before", curve.before(t)), ("slope", curve.slope(t))] {
            let value = value.map(|y| y.all_finite());
            // Before the first step there is no slope, and the slope of a step may overflow.
            let promised = match &value {
                Ok(finite) => inside && *finite,
                Err(_) => !inside || name == "slope" || large && value == Err(Error::NonFinite { t, h: 0.0 }),
            };
            case.check_with(promised, "a curve has finite values inside and none outside", || {
                format!("{name} {t:e}: {value:?}")
            });
        }
    }
}
