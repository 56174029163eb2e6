//! Fixed points.

use rheos::adjoint::SteadyState;
use rheos::solver::implicit::{Krylov, TransposedSolver};

use crate::case::{Case, for_all_cases};
use crate::draw;
use crate::fields::{Hostile, Row};
use crate::methods::{Attempt, Many, Plane};

const KINDS: &[Attempt] = &[
    |case| {
        let method = method(case);
        attempt::<Plane, _>(case, method);
    },
    |case| {
        let method = method(case);
        attempt::<Many, _>(case, method);
    },
    |case| {
        let method = method(case).with(Krylov::new());
        attempt::<Many, _>(case, method);
    },
];

#[test]
fn steady_states() {
    for_all_cases("steady states", |case| case.one_of(KINDS)(case));
}

fn method(case: &mut Case) -> SteadyState {
    let tolerance = draw::number(case, "tolerance", &[1e-3, 1e-6, 1e-12]);
    let mut method = SteadyState::new(tolerance).max_steps(case.pick("max_steps", &[200, 1000, 1, 0]));
    if case.once_in(3) {
        method = method.first_step(draw::number(case, "first_step", &[1e-3, 0.1, 100.0]));
    }
    method
}

/// Solves, and differentiates at the solution or somewhere else.
fn attempt<Y: Row, L: TransposedSolver<Hostile<Y>>>(case: &mut Case, method: SteadyState<L>) {
    let f = Hostile::<Y>::draw(case);
    let start = Hostile::<Y>::start(case);
    let t = draw::number(case, "t", &[0.0, 0.4, 2.0]);
    let solved = method.solve(&f, t, start.clone());
    let rest = match solved {
        Ok(rest) => {
            case.succeed();
            case.check(rest.all_finite(), "a rest point is finite");
            rest
        }
        Err(_) => start,
    };
    let n = if case.once_in(10) { 1 } else { rest.row().len().max(1) };
    let ybar = Y::of(&draw::coordinates(case, "ybar", n));
    let mut params = 0.0;
    if let Ok(time) = method.backward(&f, t, &rest, &ybar, &mut params) {
        case.check_with(time.is_finite() && params.is_finite(), "the gradient is finite", || {
            format!("{time} {params}")
        });
        case.check(ybar.all_finite() && rest.fits(&ybar), "a cotangent that does not fit is refused");
    }
}
