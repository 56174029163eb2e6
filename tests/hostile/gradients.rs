//! Gradients, with and without events.

use rheos::adjoint::{Checkpoints, Cotangents, EventCotangent, Gradient, InterpolatingAdjoint, QuadratureAdjoint};
use rheos::dynamics::GenericSplit;
use rheos::solution::{Ending, EventRecord, keep};
use rheos::solver::explicit::{Bosh3, CarpenterKennedy};
use rheos::solver::implicit::{BlockDiagonal, KenCarp3, Krylov, Kvaerno3, RadauIIA3};
use rheos::solver::multistep::Adams;
use rheos::solver::reversible::{Alf, Coupled, ReversibleHeun};
use rheos::solver::rosenbrock::Rodas3;
use rheos::solver::symplectic::{Leapfrog, Yoshida4};
use rheos::solver::{DefaultSolver, Embedded, StepVjp};
use rheos::state::Span;
use rheos::*;

use crate::case::{Case, for_all_cases};
use crate::control::Backward;
use crate::fields::{Hostile, HostilePair, Row};
use crate::methods::{Attempt, Many, Plane};
use crate::{control, draw, events, outputs};

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
    |case| discrete::<Plane, _>(case, RadauIIA3.with(Krylov::new().preconditioned(BlockDiagonal::new(2)))),
    |case| {
        let f = Hostile::draw(case);
        let solver = CarpenterKennedy::new();
        discrete_on_grid(case, (f, Hostile::<Plane>::start), solver);
    },
    |case| {
        let f = GenericSplit::new(Hostile::draw(case), Hostile::draw(case));
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
    use rheos::adjoint::Checkpoints::{All, Every, Slots};
    let many = usize::MAX;
    case.pick(
        "checkpoints",
        &[All, Every(1), Every(3), Slots(1), Slots(4), Every(0), Slots(0), Every(many), Slots(many)],
    )
}

fn discrete_adjoint(case: &mut Case) -> DiscreteAdjoint {
    DiscreteAdjoint::new().checkpoints(checkpoints(case))
}

fn discrete<Y, S>(case: &mut Case, solver: S)
where
    Y: Row,
    S: Embedded<Hostile<Y>> + StepVjp<Hostile<Y>>,
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
    S: StepVjp<F>,
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
    let adjoint = ReversibleAdjoint::new();
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
    match case
        .pick("adjoint", &["Backsolve", "Interpolating", "QuadratureAdjoint::gauss", "QuadratureAdjoint::kronrod"])
    {
        "Backsolve" => {
            let limit = draw::number(case, "drift_limit", &[0.01, 1.0, f64::INFINITY]);
            let adjoint = BacksolveAdjoint::new(Dopri5, back).drift_limit(limit);
            attempt(case, (&f, y0), Dopri5, control, &adjoint);
        }
        "Interpolating" => {
            let adjoint = InterpolatingAdjoint::new(Dopri5, back);
            attempt(case, (&f, y0), Dopri5, control, &adjoint);
        }
        kind => {
            let adjoint = match kind {
                "QuadratureAdjoint::gauss" => QuadratureAdjoint::gauss(Dopri5, back),
                _ => QuadratureAdjoint::kronrod(Dopri5, back, draw::number(case, "tolerance", &[1e-3, 1e-6, 1e-12])),
            };
            attempt(case, (&f, y0), Dopri5, control, &adjoint);
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

/// The properties of every gradient.
fn check_gradient<Y: State, P: State>(case: &mut Case, y0: &Y, found: &Gradient<Y, P>, times: usize) {
    let Gradient { y0: bar, params, times: of_times, t0, t1, jumps, drift, .. } = found;
    case.succeed();
    case.check_with(bar.all_finite(), "dL/dy0 is finite", || format!("{:?}", bar.coordinates()));
    case.check_with(params.all_finite(), "dL/dθ is finite", || format!("{:?}", params.coordinates()));
    case.check_with(of_times.iter().all(|t| t.is_finite()), "dL/dt is finite", || format!("{of_times:?}"));
    case.check_with(jumps.iter().chain([t0, t1]).all(|t| t.is_finite()), "so it is for jumps and ends", || {
        format!("{jumps:?} {t0} {t1}")
    });
    case.check(of_times.len() == times, "there is a derivative for each time");
    case.check(drift.is_finite(), "the drift is finite");
    case.check(y0.fits(bar), "dL/dy0 has the shape of y0");
}

/// Jumps of the field that are not there, some of them in places where no step fits.
const JUMPS: [&[f64]; 6] =
    [&[], &[], &[0.5], &[0.0, 1.0], &[0.25, 0.250_000_000_000_000_06, 0.75], &[f64::NAN, f64::INFINITY]];

/// The span of output times, or another where there are none.
fn span(times: &[f64]) -> Span {
    Span { t0: times.first().copied().unwrap_or(0.0), t1: times.last().copied().unwrap_or(1.0) }
}

/// A method, its steps and an adjoint.
type With<'a, S, C, A> = (S, C, &'a A);

fn attempt<F, S, C, A>(case: &mut Case, (f, y0): (&F, F::State), solver: S, control: C, adjoint: &A)
where
    F: Differentiable,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    let times = draw::times_of_gradient(case);
    let jumps = case.one_of(&JUMPS);
    case.note("jumps", &jumps);
    let problem = Ivp::new(f, y0, span(&times)).jumps_at(jumps);
    with_outputs(case, problem, &times, (solver, control, adjoint));
}

/// Keeps the end, or the states at the times.
fn with_outputs<'a, F, E, S, C, A>(
    case: &mut Case,
    problem: Ivp<'a, F, keep::End, E>,
    times: &'a [f64],
    with: With<'_, S, C, A>,
) where
    F: Differentiable,
    E: rheos::solution::HaveDerivatives<'a, F>,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    let all = span(times);
    match case.pick("outputs", &["the end", "interpolated", "interpolated", "landed on"]) {
        "the end" => judge(case, problem, (&[], all), with),
        "interpolated" => judge(case, problem.save_at(times), (times, all), with),
        _ => judge(case, problem.land_on(times), (times, all), with),
    }
}

fn judge<'a, F, K, E, S, C, A>(
    case: &mut Case,
    problem: Ivp<'a, F, K, E>,
    (times, span): (&[f64], Span),
    (solver, control, adjoint): With<'_, S, C, A>,
) where
    F: Differentiable,
    K: keep::States<'a>,
    E: rheos::solution::HaveDerivatives<'a, F>,
    S: Solver<F>,
    C: Controller<F, S>,
    A: Adjoint<F, S, C>,
{
    let Ok(run) = problem.forward(solver, control, adjoint) else { return };
    case.check(run.y.iter().all(State::all_finite), "states are finite");
    case.check(run.t.len() == run.y.len(), "there is a time for each state");
    let all = times.is_empty() || run.y.len() == times.len() || matches!(run.ending, Ending::Event(_));
    case.check(all, "there is a state for each time");
    outputs::check_hits(case, span, &run.hits);
    // More than once, with other cotangents.
    for _ in 0..2 {
        let bar = Cotangents { y: cotangents(case, &run.y), hits: of_hits(case, &run.hits) };
        let finite =
            |hit: &EventCotangent<F::State>| hit.t.is_finite() && hit.before.all_finite() && hit.after.all_finite();
        let fits = (bar.y.len(), bar.hits.len()) == (run.y.len(), run.hits.len())
            && bar.y.iter().all(State::all_finite)
            && bar.hits.iter().all(finite);
        if let Ok(found) = run.backward(&bar) {
            let Some(like) = run.y.first().or(run.hits.first().map(|hit| &hit.before)) else { continue };
            check_gradient(case, like, &found, times.len());
            case.check(fits, "cotangents that are not finite, or too few, are refused");
        }
    }
}

/// A cotangent for each hit, or one too few.
fn of_hits<Y: State>(case: &mut Case, hits: &[EventRecord<Y>]) -> Vec<EventCotangent<Y>> {
    let states: Vec<Y> = hits.iter().map(|hit| hit.before.clone()).collect();
    let (before, after) = (cotangents(case, &states), cotangents(case, &states));
    let both = before.into_iter().zip(after);
    let mut bars: Vec<EventCotangent<Y>> = both
        .map(|(before, after)| {
            let t = draw::number(case, "cotangent of the time", &[0.0, 1.0, -0.3]);
            EventCotangent { t, before, after }
        })
        .collect();
    if case.once_in(12) {
        bars.pop();
    }
    bars
}

fn gradient_across_events(case: &mut Case) {
    let f = Hostile::<Plane>::draw(case);
    let first = events::differentiable(case);
    let second = case.once_in(3).then(|| events::differentiable(case));
    let y0 = Hostile::<Plane>::start(case);
    let times = draw::times_of_gradient(case);
    let jumps = case.one_of(&JUMPS);
    case.note("jumps", &jumps);
    let problem = Ivp::new(&f, y0, span(&times)).jumps_at(jumps).event(first);
    let problem = if let Some(second) = second { problem.event(second) } else { problem };
    let (control, back) = (control::forward(case), backward(case));
    match case.pick("adjoint", &["Discrete", "Reversible", "Backsolve", "Interpolating", "Quadrature"]) {
        "Discrete" => {
            let adjoint = discrete_adjoint(case);
            with_outputs(case, problem, &times, (Dopri5, control, &adjoint));
        }
        "Reversible" => {
            with_outputs(case, problem, &times, (Coupled::new(Bosh3), control, &ReversibleAdjoint::new()));
        }
        "Backsolve" => with_outputs(case, problem, &times, (Dopri5, control, &BacksolveAdjoint::new(Dopri5, back))),
        "Interpolating" => {
            with_outputs(case, problem, &times, (Dopri5, control, &InterpolatingAdjoint::new(Dopri5, back)))
        }
        _ => with_outputs(case, problem, &times, (Dopri5, control, &QuadratureAdjoint::kronrod(Dopri5, back, 1e-6))),
    }
}
