//! rheos on the classical problems.

use nalgebra::SVector;
use rheos::dynamics::Ode;
use rheos::solver::Embedded;
use rheos::solver::explicit::{Dop853, Vern6, Vern8, Vern9};
use rheos::{Dopri5, Pid, Solver, Tsit5, Vern7, ode, solve};
use rheos_peers::clock::{Library, seconds};
use rheos_peers::problems::{Problem, Visit, each, tolerances};

const RHEOS: Library = Library { name: "rheos", version: "0.1.0" };

struct Rheos;

impl Visit for Rheos {
    /// A new method is one line here.
    fn visit<P: Problem<N>, const N: usize>(&mut self) {
        let f = ode(|_t, y: &SVector<f64, N>, dy: &mut SVector<f64, N>| P::rhs(&y.data.0[0], &mut dy.data.0[0]));
        curve::<P, _, _, N>(&f, "Dopri5", Dopri5);
        curve::<P, _, _, N>(&f, "Tsit5", Tsit5);
        curve::<P, _, _, N>(&f, "Vern6", Vern6);
        curve::<P, _, _, N>(&f, "Vern7", Vern7);
        curve::<P, _, _, N>(&f, "Vern8", Vern8);
        curve::<P, _, _, N>(&f, "Vern9", Vern9);
        curve::<P, _, _, N>(&f, "Dop853", Dop853);
    }
}

/// The work–precision curve of one method.
fn curve<P, G, S, const N: usize>(f: &Ode<SVector<f64, N>, G>, method: &str, solver: S)
where
    P: Problem<N>,
    G: Fn(f64, &SVector<f64, N>, &mut SVector<f64, N>),
    S: Embedded<Ode<SVector<f64, N>, G>> + Solver<Ode<SVector<f64, N>, G>> + Copy,
{
    for tol in tolerances() {
        let run = || solve(f, P::start().into(), 0.0..P::END, solver, Pid::tolerance(tol));
        let outcome = match run() {
            Ok(solution) => Ok((seconds(run), solution.stats.evaluations, solution.last().iter().copied().collect())),
            Err(failure) => Err(failure.error.to_string()),
        };
        RHEOS.print(P::NAME, method, tol, outcome);
    }
}

fn main() {
    each(&mut Rheos);
}
