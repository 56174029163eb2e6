//! Every method resumes to the bit, and refuses corrupted workspaces.

use nalgebra::vector;
use rheos::control::Predictive;
use rheos::dynamics::separable;
use rheos::solver::explicit::{Bosh3, CarpenterKennedy, Dop853, Vern9};
use rheos::solver::implicit::{
    Banded, BlockDiagonal, Esdirk547, GaussLegendre4, GaussLegendre6, ImexEuler, ImplicitMidpoint, KenCarp3, KenCarp5,
    Krylov, Kvaerno3, Radau, RadauIIA3, Sdirk4, TrBdf2,
};
use rheos::solver::multistep::{Adams, AdamsBashforth, AdamsMoulton, FixedBdf, Ndf};
use rheos::solver::reversible::{Alf, Coupled, DampedAlf, ReversibleHeun};
use rheos::solver::rosenbrock::{Rodas3, Rodas4};
use rheos::solver::symplectic::{BlanesMoan4, Leapfrog, SymplecticEuler};
use rheos::solver::{Auto, DefaultSolver, Embedded};
use rheos::state::Tolerances;
use rheos::*;

use super::corrupted::check_corrupted;
use super::problems::{EASY, Heap, START, STIFF, Stumbles, heap_start, split};
use super::{PausedEvery, bits, check_pauses, problem, through_text};

fn check<'a, F, S, C>(problem: (&'a F, &F::State), solver: S, control: C)
where
    F: Dynamics,
    S: Solver<F> + Copy,
    C: Controller<F, S> + Copy,
    PausedEvery<'a, F, S, C>: serde::Serialize + serde::de::DeserializeOwned,
{
    check_pauses(problem, (solver, control));
    check_corrupted(problem, (solver, control));
}

fn pid(tolerance: f64) -> Pid {
    Pid::tolerance(tolerance).max_steps(800)
}

fn fixed(steps: usize) -> Fixed {
    Fixed::steps(steps).max_steps(800)
}

#[test]
fn explicit() {
    check((&STIFF, &START), Rk4, fixed(60));
    check((&Heap, &heap_start()), Dopri5, pid(1e-4));
    check((&STIFF, &START), Vern9, pid(1e-7));
    check((&STIFF, &START), Dop853, pid(1e-4));
    check((&Heap, &heap_start()), CarpenterKennedy, fixed(60));
    check((&STIFF, &START), Bosh3, Predictive::tolerance(1e-4).max_steps(800));
}

#[test]
fn multistep() {
    check((&Heap, &heap_start()), Adams, pid(1e-4));
    check((&STIFF, &START), Adams, pid(1e-8));
    check((&Heap, &heap_start()), AdamsBashforth::<3>, fixed(200));
    check((&EASY, &START), AdamsMoulton::<4>, fixed(20));
    check((&Heap, &heap_start()), Bdf, pid(1e-4));
    check((&STIFF, &START), Ndf, pid(1e-7));
    check((&STIFF, &START), Bdf.with(Krylov::new()), pid(1e-4));
    check((&Heap, &heap_start()), FixedBdf::<3>::new(), fixed(40));
}

#[test]
fn diagonally_implicit() {
    check((&STIFF, &START), ImplicitMidpoint, fixed(40));
    check((&Heap, &heap_start()), Sdirk4, pid(1e-4));
    check(
        (&STIFF, &START),
        TrBdf2,
        Pid::tolerances(Tolerances { rtol: vector![1e-4, 1e-5], atol: vector![1e-4, 1e-6] }).max_steps(800),
    );
    check((&STIFF, &START), Esdirk547, pid(1e-7));
    check((&Heap, &heap_start()), Kvaerno3.with(Krylov::new()), pid(1e-4));
    check((&STIFF, &START), Kvaerno3.with(Krylov::new().preconditioned(BlockDiagonal::new(1))), pid(1e-4));
}

#[test]
fn collocation() {
    check((&STIFF, &START), RadauIIA3, pid(1e-4));
    check((&Heap, &heap_start()), RadauIIA5, pid(1e-6));
    check((&STIFF, &START), RadauIIA5.with(Krylov::new()), pid(1e-4));
    check((&STIFF, &START), RadauIIA5.with(Krylov::new().preconditioned(BlockDiagonal::new(2))), pid(1e-4));
    check((&STIFF, &START), Radau, pid(1e-7));
    check((&Heap, &heap_start()), Radau, pid(1e-4));
    check((&Heap, &heap_start()), RadauIIA5.with(Banded::new(2, 2)), pid(1e-4));
    check((&Heap, &heap_start()), Bdf.with(Banded::new(2, 2)), pid(1e-6));
    check((&Heap, &heap_start()), Rodas5P.with(Banded::new(2, 2)), pid(1e-4));
    check((&STIFF, &START), GaussLegendre4, fixed(40));
    check((&Heap, &heap_start()), GaussLegendre6, pid(1e-4));
}

#[test]
fn rosenbrock() {
    check((&STIFF, &START), Rodas4, fixed(40));
    check((&Heap, &heap_start()), Rodas5P, pid(1e-6));
    check((&STIFF, &START), Rodas3, Pid::tolerance(1e-4).atol(1e-18).max_steps(800));
}

#[test]
fn one_or_the_other() {
    check((&STIFF, &START), DefaultSolver::default(), pid(1e-5));
    check((&Heap, &heap_start()), Auto::new(Bosh3, Rodas5P), pid(1e-4));
}

#[test]
fn reversible() {
    check((&EASY, &START), ReversibleHeun, pid(1e-3));
    check((&EASY, &START), Alf, fixed(30));
    check((&EASY, &START), DampedAlf::new(0.8).unwrap(), fixed(30));
    check((&EASY, &START), Coupled::new(Rk4), fixed(30));
    check((&EASY, &START), Coupled::new(Dopri5), pid(1e-6));
}

#[test]
fn fields_in_parts() {
    let field = split();
    check((&field, &START), ImexEuler, fixed(40));
    check((&field, &START), KenCarp3, pid(1e-4));
    check((&field, &START), KenCarp5, pid(1e-6));
    let pendulum = separable(|_, p: &f64, dq: &mut f64| *dq = *p, |t, q: &f64, dp: &mut f64| *dp = t - q.sin());
    check((&pendulum, &(1.0, 0.0)), Leapfrog, fixed(20));
    check((&pendulum, &(1.0, 0.0)), SymplecticEuler, fixed(20));
    check((&pendulum, &(1.0, 0.0)), BlanesMoan4, fixed(20));
}

/// Where a method tried in vain it leaves numbers that are not finite, for which text has no word; the next step needs none
/// of them.
#[test]
fn what_was_tried_in_vain_is_not_written() {
    fn check<S>(solver: S)
    where
        S: Embedded<Stumbles> + Copy,
        for<'a> PausedEvery<'a, Stumbles, S, Pid>: serde::Serialize + serde::de::DeserializeOwned,
    {
        let control = pid(1e-6);
        let solution = |pauses: bool| {
            let field = Stumbles::default();
            let mut stepper = problem(&field, START).start(solver, control).unwrap();
            if pauses {
                stepper = problem(&field, START).resume(solver, control, through_text(stepper.pause())).unwrap();
            }
            bits(&stepper.finish().unwrap())
        };
        assert_eq!(solution(true), solution(false));
    }
    check(Dopri5);
    check(Vern9);
    check(Adams);
    check(Bdf);
    check(TrBdf2);
    check(RadauIIA5);
    check(Rodas5P);
    check(DefaultSolver::default());
}
