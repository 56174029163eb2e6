//! Gradients, with and without events.

use rheos::solver::{Embedded, Reverse};
use rheos::*;

use crate::case::{Case, for_all_cases};
use crate::control::{self, Backward, Forward};
use crate::fields::{Hostile, HostilePair, Row};
use crate::methods::{Attempt, Many, Plane};
use crate::{draw, events, outputs};

/// Each adjoint with methods of each family.
const ADJOINTS: &[Attempt] = &[
    |case| discrete::<Plane, _>(case, Dopri5),
    |case| discrete::<Many, _>(case, Tsit5),
    |case| discrete::<Many, _>(case, Kvaerno3),
    |case| discrete::<Plane, _>(case, RadauIIA3),
    |case| discrete::<Plane, _>(case, Rodas3),
    |case| discrete::<Plane, _>(case, Bdf),
    |case| discrete::<Many, _>(case, Adams),
    |case| discrete::<Plane, _>(case, DefaultSolver::default()),
    |case| discrete::<Plane, _>(case, Kvaerno3.with(Krylov::new())),
    |case| {
        let f = Hostile::draw(case);
        let solver = CarpenterKennedy::new();
        discrete_on_grid(case, (f, Hostile::<Plane>::start), solver);
    },
    |case| {
        let f = SplitField::new(Hostile::draw(case), Hostile::draw(case));
        discrete_on_grid(case, (f, Hostile::<Plane>::start), KenCarp3);
    },
    |case| {
        let f = HostilePair::draw(case);
        discrete_on_grid(case, (f, HostilePair::start), Leapfrog);
    },
    reversible,
    reversible_pair,
    continuous::<Plane>,
    continuous::<Many>,
];

#[test]
fn gradients() {
    for_all_cases("gradients", |case| case.one_of(ADJOINTS)(case));
}

#[test]
fn gradients_with_events() {
    for_all_cases("gradients with events", gradient_across_events);
}

/// How many states are kept.
fn checkpoints(case: &mut Case) -> Checkpoints {
    use Checkpoints::{All, Every, Slots};
    let many = usize::MAX;
    case.pick(
        "checkpoints",
        &[All, Every(1), Every(3), Slots(1), Slots(4), Every(0), Slots(0), Every(many), Slots(many)],
    )
}

fn discrete_adjoint(case: &mut Case) -> Discrete {
    let adjoint = if case.once_in(3) { Discrete::landing() } else { Discrete::new() };
    adjoint.checkpoints(checkpoints(case))
}

fn discrete<Y, S>(case: &mut Case, solver: S)
where
    Y: Row,
    S: Embedded<Hostile<Y>> + Reverse<Hostile<Y>>,
{
    case.note_method::<S>();
    let f = Hostile::draw(case);
    let y0 = Hostile::<Y>::start(case);
    let (control, adjoint) = (control::forward(case), discrete_adjoint(case));
    attempt(case, (&f, y0), solver, control, &adjoint);
}

fn discrete_on_grid<F, S>(case: &mut Case, (f, start): (F, fn(&mut Case) -> F::State), solver: S)
where
    F: Differentiable,
    S: Reverse<F>,
{
    case.note_method::<S>();
    let y0 = start(case);
    let (control, adjoint) = (control::grid(case, (0.0..1.0).into()), discrete_adjoint(case));
    attempt(case, (&f, y0), solver, control, &adjoint);
}

fn reversible(case: &mut Case) {
    let f = Hostile::draw(case);
    let y0 = Hostile::<Many>::start(case);
    let control = control::forward(case);
    let adjoint = if case.once_in(3) { ReversibleAdjoint::landing() } else { ReversibleAdjoint::new() };
    match case.below(3) {
        0 => attempt(case, (&f, y0), ReversibleHeun, control, &adjoint),
        1 => attempt(case, (&f, y0), Alf, control, &adjoint),
        _ => attempt(case, (&f, y0), Coupled::new(Bosh3), control, &adjoint),
    }
}

fn reversible_pair(case: &mut Case) {
    let f = HostilePair::draw(case);
    let y0 = HostilePair::start(case);
    let control = control::grid(case, (0.0..1.0).into());
    attempt(case, (&f, y0), Yoshida4, control, &ReversibleAdjoint::new());
}

/// A controller of the way back.
fn backward(case: &mut Case) -> Backward {
    control::forward(case)
}

fn continuous<Y: Row>(case: &mut Case) {
    let f = Hostile::<Y>::draw(case);
    let y0 = Hostile::<Y>::start(case);
    let (control, back) = (control::forward(case), backward(case));
    let landing = case.once_in(3);
    match case.pick("adjoint", &["Backsolve", "Interpolating", "Quadrature::gauss", "Quadrature::kronrod"]) {
        "Backsolve" => {
            let limit = draw::number(case, "drift_limit", &[0.01, 1.0, f64::INFINITY]);
            let adjoint = Backsolve::new(Dopri5, back).drift_limit(limit);
            attempt(case, (&f, y0), Dopri5, control, &if landing { adjoint.landing() } else { adjoint });
        }
        "Interpolating" => {
            let adjoint = Interpolating::new(Dopri5, back);
            attempt(case, (&f, y0), Dopri5, control, &if landing { adjoint.landing() } else { adjoint });
        }
        kind => {
            let adjoint = match kind {
                "Quadrature::gauss" => Quadrature::gauss(Dopri5, back),
                _ => Quadrature::kronrod(Dopri5, back, draw::number(case, "tolerance", &[1e-3, 1e-6, 1e-12])),
            };
            attempt(case, (&f, y0), Dopri5, control, &if landing { adjoint.landing() } else { adjoint });
        }
    }
}

/// One cotangent like each of `y`; at times too few or too many, or hostile ones.
fn cotangents<Y: State>(case: &mut Case, y: &[Y]) -> Vec<Y> {
    let hostile = case.once_in(6);
    let mut cotangents: Vec<Y> = y.to_vec();
    let mut all = Vec::new();
    for cotangent in &mut cotangents {
        let n = cotangent.coordinates().len();
        let value =
            |case: &mut Case| if hostile && case.once_in(4) { case.one_of(&draw::ABSURD) } else { case.unit() - 0.5 };
        let values: Vec<f64> = (0..n).map(|_| value(case)).collect();
        let _ = cotangent.read_coordinates(&values);
        all.extend(values);
    }
    case.note("cotangents", &all);
    if case.once_in(12) {
        let count = case.pick("number of cotangents", &[0, 1, 2]);
        cotangents.truncate(count);
    }
    cotangents
}

/// What a gradient must be.
fn check_gradient<Y: State, P: State>(case: &mut Case, (y0, params, times): (&Y, &P, &[f64]), expected: usize) {
    case.succeed();
    case.check_with(y0.all_finite(), "dL/dy0 is finite", || format!("{:?}", y0.coordinates()));
    case.check_with(params.all_finite(), "dL/dθ is finite", || format!("{:?}", params.coordinates()));
    case.check_with(times.iter().all(|t| t.is_finite()), "dL/dt is finite", || format!("{times:?}"));
    case.check(times.len() == expected, "there is a derivative for each time");
}

fn attempt<F, S, C, A>(case: &mut Case, (f, y0): (&F, F::State), solver: S, control: C, adjoint: &A)
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    let times = draw::times_of_gradient(case);
    let mut fits = true;
    let found = gradient(f, solver, control, adjoint, &times, &y0, |y| {
        let cotangents = cotangents(case, y);
        fits = cotangents.len() == y.len() && cotangents.iter().all(State::all_finite);
        cotangents
    });
    if let Ok(found) = found {
        check_gradient(case, (&found.y0, &found.params, &found.times), times.len());
        case.check(fits, "cotangents that are not finite, or too few, are refused");
        case.check(found.y.len() == times.len(), "there is a state for each time");
        case.check(found.y.iter().all(State::all_finite), "states are finite");
        case.check(found.drift.is_finite(), "the drift is finite");
        case.check(y0.fits(&found.y0), "dL/dy0 has the shape of y0");
    }
}

fn gradient_across_events(case: &mut Case) {
    let mut problem = Hybrid::new(Hostile::<Plane>::draw(case));
    for _ in 0..case.one_of(&[1, 1, 2]) {
        problem = problem.event(events::differentiable(case));
    }
    let y0 = Hostile::<Plane>::start(case);
    let (control, back) = (control::forward(case), backward(case));
    match case.pick("adjoint", &["Discrete", "Backsolve", "Interpolating", "Quadrature"]) {
        "Discrete" => {
            let adjoint = discrete_adjoint(case);
            across(case, &problem, y0, control, &adjoint);
        }
        "Backsolve" => across(case, &problem, y0, control, &Backsolve::new(Dopri5, back)),
        "Interpolating" => across(case, &problem, y0, control, &Interpolating::new(Dopri5, back)),
        _ => across(case, &problem, y0, control, &Quadrature::kronrod(Dopri5, back, 1e-6)),
    }
}

fn across<A>(case: &mut Case, problem: &Hybrid<'_, Hostile<Plane>>, y0: Plane, control: Forward, adjoint: &A)
where
    A: EventAdjoint<Hostile<Plane>, Dopri5, Forward>,
{
    let times = draw::times_of_gradient(case);
    let found = gradient_with_events(problem, Dopri5, control, adjoint, &times, &y0, |y, hits, bar| {
        let of_hits: Vec<Plane> = hits.iter().map(|hit| hit.before).collect();
        let (before, after) = (cotangents(case, &of_hits), cotangents(case, &of_hits));
        bar.y = cotangents(case, y);
        for (hit, (before, after)) in bar.hits.iter_mut().zip(before.into_iter().zip(after)) {
            let t = draw::number(case, "cotangent of the time", &[0.0, 1.0, -0.3]);
            *hit = HitCotangent { t, before, after };
        }
        if case.once_in(12) {
            bar.hits.pop();
        }
    });
    if let Ok(found) = found {
        check_gradient(case, (&found.y0, &found.params, &found.times), times.len());
        case.check(found.y.iter().all(State::all_finite), "states are finite");
        let span = Span { t0: times[0], t1: times[times.len() - 1] };
        outputs::check_hits(case, span, &found.hits);
    }
}
