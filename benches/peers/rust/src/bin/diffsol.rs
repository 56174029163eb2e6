//! diffsol's explicit method on the classical problems. Building the problem is not timed; making the solver is.

use std::cell::Cell;
use std::error::Error;

use diffsol::{NalgebraMat, OdeBuilder, OdeSolverMethod, OdeSolverStopReason};
use rheos_peers::clock::{Library, Measured, seconds};
use rheos_peers::problems::{Problem, Visit, each, tolerances};

const DIFFSOL: Library = Library { name: "diffsol", version: "0.18.0" };

/// One solve with the tolerance `tol`.
fn measure<P: Problem<N>, const N: usize>(tol: f64) -> Result<Measured, Box<dyn Error>> {
    let evaluations = Cell::new(0);
    let problem = OdeBuilder::<NalgebraMat<f64>>::new()
        .rtol(tol)
        .atol([tol; N])
        .rhs(|y, _p, _t, dy| {
            evaluations.set(evaluations.get() + 1);
            if let (Ok(y), Ok(dy)) = (y.try_into(), dy.try_into()) {
                P::rhs(y, dy);
            }
        })
        .init(|_p, _t, y| y.copy_from_slice(&P::start()), N)
        .build()?;
    // Step by step, since `solve` also stores every state.
    let run = || -> Result<Vec<f64>, Box<dyn Error>> {
        let mut solver = problem.tsit45()?;
        solver.set_stop_time(P::END)?;
        while !matches!(solver.step()?, OdeSolverStopReason::TstopReached) {}
        Ok(solver.state().y.batch_as_slice(0).to_vec())
    };
    evaluations.set(0);
    let y = run()?;
    let count = evaluations.get();
    Ok((seconds(run), count, y))
}

struct Diffsol;

impl Visit for Diffsol {
    fn visit<P: Problem<N>, const N: usize>(&mut self) {
        for tol in tolerances() {
            DIFFSOL.print(P::NAME, "Tsit45", tol, measure::<P, N>(tol).map_err(|error| error.to_string()));
        }
    }
}

fn main() {
    each(&mut Diffsol);
}
