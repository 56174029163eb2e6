//! Linear solvers on the same problems: dense, banded and sparse factorisations, and GMRES.
//!
//! `cargo bench --no-default-features --features sparse --bench structured [name]` prints the milliseconds of solves: the
//! least of three, or of one beyond a second, on the thread's own clock.

#[path = "scaling/clock.rs"]
mod clock;
#[path = "../tests/common/species.rs"]
mod species;

use clock::Clock;
use nalgebra::DVector;
use rheos::dynamics::problems::stiff::Brusselator1d;
#[cfg(feature = "sparse")]
use rheos::dynamics::problems::stiff::Brusselator2d;
use rheos::dynamics::{GenericField, SparseAutodiff};
use rheos::solver::Embedded;
#[cfg(feature = "sparse")]
use rheos::solver::implicit::Sparse;
use rheos::solver::implicit::{Banded, Krylov, Lu};
use rheos::{Bdf, Pid, RadauIIA5, Rodas5P, solve};
use species::Species;

type Problem<M> = (SparseAutodiff<M>, DVector<f64>);

/// The milliseconds of a solve to a tolerance of `10⁻⁵`, and its steps and factorisations.
fn measure<M: GenericField, S: Embedded<SparseAutodiff<M>> + Clone>(
    (field, y0): &Problem<M>,
    end: f64,
    solver: &S,
) -> Result<(f64, u64, u64), String> {
    let clock = Clock::start();
    let mut best = (f64::INFINITY, 0, 0);
    for _ in 0..3 {
        let (start, mut solves) = (clock.seconds(), 0);
        while solves == 0 || clock.seconds() - start < 0.2 {
            let solution = solve(field, y0.clone(), 0.0..end, solver.clone(), Pid::tolerance(1e-5));
            let stats = solution.map_err(|failure| failure.error.to_string())?.stats;
            (best.1, best.2) = (stats.accepted + stats.rejected, stats.factorisations);
            solves += 1;
        }
        best.0 = best.0.min(1e3 * (clock.seconds() - start) / f64::from(solves));
        if best.0 > 1e3 {
            break;
        }
    }
    Ok(best)
}

fn print<M: GenericField, S: Embedded<SparseAutodiff<M>> + Clone>(
    (name, problem, end): (&str, &Problem<M>, f64),
    linear: &str,
    solver: S,
) {
    match measure(problem, end, &solver) {
        Ok((ms, steps, lus)) => println!("{name:<24} {:<11} {linear:<14} {ms:>10.2} {steps:>6} {lus:>6}", S::NAME),
        Err(reason) => println!("{name:<24} {:<11} {linear:<14} {reason}", S::NAME),
    }
}

/// Three methods with each of these linear solvers.
macro_rules! rows {
    ($case:expr, $($name:literal => $linear:expr),* $(,)?) => {
        $(
            print($case, $name, Bdf.with($linear));
            print($case, $name, Rodas5P.with($linear));
            print($case, $name, RadauIIA5.with($linear));
        )*
    };
}

fn main() {
    let chosen = std::env::args().skip(1).find(|word| !word.starts_with("--")).unwrap_or_default();
    println!("{:<24} {:<11} {:<14} {:>10} {:>6} {:>6}", "problem", "method", "solver", "ms", "steps", "LUs");
    for equations in [100, 1000] {
        let name = format!("line Brusselator {equations}");
        if name.contains(&chosen) {
            let problem = Brusselator1d::problem(equations / 2);
            let case = (name.as_str(), &problem, Brusselator1d::END);
            rows!(case, "banded" => Banded::new(2, 2));
            #[cfg(feature = "sparse")]
            rows!(case, "sparse" => Sparse::new(problem.0.pattern().clone()));
            rows!(case,
                "Krylov" => Krylov::new().exact(),
                "Krylov, banded" => Krylov::new().exact().preconditioned(Banded::new(2, 2)),
            );
            // A dense factorisation of a thousand equations takes as long as a whole solve above.
            if equations <= 100 {
                rows!(case, "dense" => Lu);
            } else {
                print(case, "dense", Bdf.with(Lu));
            }
        }
    }
    if "species 200".contains(&chosen) {
        let problem = Species::problem(200);
        let case = ("species 200", &problem, 10.0);
        #[cfg(feature = "sparse")]
        rows!(case, "sparse" => Sparse::new(problem.0.pattern().clone()));
        rows!(case, "dense" => Lu, "Krylov" => Krylov::new().exact());
    }
    #[cfg(feature = "sparse")]
    if "square Brusselator 8192".contains(&chosen) {
        let problem = Brusselator2d::problem(64);
        let case = ("square Brusselator 8192", &problem, Brusselator2d::END);
        rows!(case, "sparse" => Sparse::new(problem.0.pattern().clone()), "Krylov" => Krylov::new().exact());
    }
}
