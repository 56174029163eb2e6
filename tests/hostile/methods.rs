//! Every family of methods, as functions that draw a solve.

use nalgebra::{DVector, Vector2};
use rheos::dynamics::GenericSplit;
use rheos::solver::explicit::{
    Bosh3, CarpenterKennedy, CashKarp, Dop853, Dopri8, Fehlberg21, Fehlberg45, Heun, HeunEuler, Midpoint, Ralston,
    Rk38, Ssp33, Vern6, Vern8, Vern9, Williamson3,
};
use rheos::solver::implicit::{
    BlockDiagonal, Esdirk3, Esdirk4, Esdirk5, Esdirk547, GaussLegendre4, GaussLegendre6, ImplicitEuler,
    ImplicitMidpoint, KenCarp4, Krylov, Kvaerno3, Radau, RadauIIA3, RadauIIA9, RadauIIA13, Sdirk2, Sdirk3, Sdirk4,
    TrBdf2, Trapezoid,
};
use rheos::solver::multistep::{Adams, AdamsBashforth, AdamsMoulton, FixedBdf, Ndf};
use rheos::solver::reversible::{Alf, Coupled, ReversibleHeun};
use rheos::solver::rosenbrock::{Rodas3, Rodas4, Rodas4P, Ros3, Ros3P};
use rheos::solver::symplectic::Yoshida4;
use rheos::solver::{DefaultSolver, Dense, Embedded};
use rheos::*;

use crate::case::Case;
use crate::fields::{Hostile, HostilePair, Row};
use crate::{control, draw, solves};

pub type Plane = Vector2<f64>;
pub type Many = DVector<f64>;

/// Something that is drawn and tried.
pub type Attempt = fn(&mut Case);

/// A solve with each family of methods, of states on the stack and on the heap.
pub const FAMILIES: &[Attempt] = &[
    |case| adaptive::<Plane, _>(case, Dopri5),
    |case| adaptive::<Many, _>(case, Tsit5),
    |case| adaptive::<Plane, _>(case, Vern8),
    |case| gridded::<Plane, _>(case, Rk4),
    |case| gridded::<Many, _>(case, CarpenterKennedy::new()),
    |case| adaptive::<Plane, _>(case, Kvaerno3),
    |case| adaptive::<Many, _>(case, Esdirk547),
    |case| adaptive::<Many, _>(case, TrBdf2.with(Krylov::new())),
    |case| gridded::<Plane, _>(case, ImplicitEuler),
    |case| adaptive::<Plane, _>(case, RadauIIA5),
    |case| adaptive::<Many, _>(case, RadauIIA3),
    |case| adaptive::<Plane, _>(case, GaussLegendre4),
    |case| adaptive::<Plane, _>(case, Rodas5P),
    |case| adaptive::<Many, _>(case, Rodas3),
    |case| adaptive::<Plane, _>(case, Bdf),
    |case| adaptive::<Many, _>(case, Ndf),
    |case| adaptive::<Many, _>(case, Adams),
    |case| gridded::<Plane, _>(case, AdamsBashforth::<3>),
    |case| gridded::<Plane, _>(case, AdamsMoulton::<3>),
    |case| gridded::<Many, _>(case, FixedBdf::<3>::new()),
    |case| adaptive::<Plane, _>(case, ReversibleHeun),
    |case| adaptive::<Plane, _>(case, Alf),
    |case| adaptive::<Many, _>(case, Coupled::new(Bosh3)),
    |case| adaptive::<Plane, _>(case, DefaultSolver::default()),
    |case| adaptive::<Many, _>(case, DefaultSolver::default()),
    split,
    symplectic,
];

/// A solve by a method with an error estimate.
fn adaptive<Y, S>(case: &mut Case, solver: S)
where
    Y: Row,
    S: Embedded<Hostile<Y>> + Dense<Hostile<Y>>,
{
    case.note_method::<S>();
    let f = Hostile::draw(case);
    let y0 = Hostile::<Y>::start(case);
    let span = draw::span(case);
    let control = control::any(case, span, &y0);
    solves::attempt(case, (&f, y0, span), solver, control);
}

/// A solve by a method on a grid.
fn gridded<Y, S>(case: &mut Case, solver: S)
where
    Y: Row,
    S: Dense<Hostile<Y>>,
{
    case.note_method::<S>();
    let f = Hostile::draw(case);
    let y0 = Hostile::<Y>::start(case);
    let span = draw::span(case);
    let control = control::grid(case, span);
    solves::attempt(case, (&f, y0, span), solver, control);
}

/// A solve of a field in two parts.
fn split(case: &mut Case) {
    case.note_method::<KenCarp4>();
    let f = GenericSplit::new(Hostile::<Plane>::draw(case), Hostile::<Plane>::draw(case));
    let y0 = Hostile::<Plane>::start(case);
    let span = draw::span(case);
    let control = control::any(case, span, &y0);
    solves::attempt(case, (&f, y0, span), KenCarp4, control);
}

/// A solve of a separable field.
fn symplectic(case: &mut Case) {
    case.note_method::<Yoshida4>();
    let f = HostilePair::draw(case);
    let y0 = HostilePair::start(case);
    let span = draw::span(case);
    let control = control::grid(case, span);
    solves::attempt(case, (&f, y0, span), Yoshida4, control);
}

/// Solves by all other methods, of which the end is kept.
pub const ENDS: &[Attempt] = &[
    |case| end_of_adaptive(case, HeunEuler),
    |case| end_of_adaptive(case, Fehlberg21),
    |case| end_of_adaptive(case, Bosh3),
    |case| end_of_adaptive(case, Fehlberg45),
    |case| end_of_adaptive(case, CashKarp),
    |case| end_of_adaptive(case, Vern6),
    |case| end_of_adaptive(case, Vern7),
    |case| end_of_adaptive(case, Vern9),
    |case| end_of_adaptive(case, Dopri8),
    |case| end_of_adaptive(case, Dop853),
    |case| end_of_adaptive(case, Sdirk4),
    |case| end_of_adaptive(case, Esdirk3),
    |case| end_of_adaptive(case, Esdirk4),
    |case| end_of_adaptive(case, Esdirk5),
    |case| end_of_adaptive(case, RadauIIA9),
    |case| end_of_adaptive(case, RadauIIA13),
    |case| end_of_adaptive(case, Radau),
    |case| end_of_adaptive(case, GaussLegendre6),
    |case| end_of_adaptive(case, Ros3),
    |case| end_of_adaptive(case, Ros3P),
    |case| end_of_adaptive(case, Rodas4),
    |case| end_of_adaptive(case, Rodas4P),
    |case| end_of_adaptive(case, Kvaerno3.with(Krylov::new())),
    |case| end_of_adaptive(case, Bdf.with(Krylov::new())),
    |case| end_of_adaptive(case, Rodas5P.with(Krylov::new())),
    |case| {
        let krylov = krylov(case);
        end_of_adaptive(case, Kvaerno3.with(krylov));
    },
    |case| end_of_adaptive(case, RadauIIA5.with(Krylov::new())),
    |case| {
        let krylov = krylov(case).preconditioned(blocks(case));
        end_of_adaptive(case, RadauIIA3.with(krylov));
    },
    |case| {
        let krylov = Krylov::new().preconditioned(blocks(case));
        end_of_adaptive(case, Bdf.with(krylov));
    },
    |case| {
        let coupling = draw::number(case, "coupling", &[0.99, 0.5]);
        if let Ok(solver) = Coupled::new(Dopri5).coupling(coupling) {
            end_of_adaptive(case, solver);
        }
    },
    |case| end_of_gridded(case, Euler),
    |case| end_of_gridded(case, Midpoint),
    |case| end_of_gridded(case, Ralston),
    |case| end_of_gridded(case, Heun),
    |case| end_of_gridded(case, Rk38),
    |case| end_of_gridded(case, Ssp33),
    |case| end_of_gridded(case, Williamson3::new()),
    |case| end_of_gridded(case, ImplicitMidpoint),
    |case| end_of_gridded(case, Trapezoid),
    |case| end_of_gridded(case, Sdirk2),
    |case| end_of_gridded(case, Sdirk3),
    |case| end_of_gridded(case, AdamsBashforth::<5>),
    |case| end_of_gridded(case, AdamsMoulton::<2>),
    |case| end_of_gridded(case, FixedBdf::<6>::new()),
];

fn end_of_adaptive<S: Embedded<Hostile<Plane>>>(case: &mut Case, solver: S) {
    case.note_method::<S>();
    let f = Hostile::draw(case);
    let y0 = Hostile::<Plane>::start(case);
    let span = draw::span(case);
    let control = control::any(case, span, &y0);
    solves::attempt_end(case, (&f, y0, span), solver, control);
}

fn end_of_gridded<S: Solver<Hostile<Plane>>>(case: &mut Case, solver: S) {
    case.note_method::<S>();
    let f = Hostile::draw(case);
    let y0 = Hostile::<Plane>::start(case);
    let span = draw::span(case);
    let control = control::grid(case, span);
    solves::attempt_end(case, (&f, y0, span), solver, control);
}

/// A linear solver with hostile settings.
fn krylov(case: &mut Case) -> Krylov {
    let dimension = case.pick("dimension", &[0, 1, 30, usize::MAX]);
    let restarts = case.pick("restarts", &[0, 1, 20, usize::MAX]);
    Krylov::new().dimension(dimension).restarts(restarts).tolerance(draw::number(case, "tolerance", &[0.05, 1.0]))
}

/// A preconditioner for pairs with hostile settings.
fn blocks(case: &mut Case) -> BlockDiagonal {
    let block = case.pick("block", &[1, 2, 1, 2, 0, 3, usize::MAX]);
    BlockDiagonal::new(block).apart(case.pick("apart", &[1, 2, 0, usize::MAX]))
}
