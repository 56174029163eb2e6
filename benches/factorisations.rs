//! Counts of linear algebra: the implicit methods on the stiff problems with known ends.
//!
//! `cargo bench --no-default-features --bench factorisations [method] [problem]` prints a line for each solve, and the
//! geometric means over the problems for each method and tolerance.

#[path = "../tests/common/any_size.rs"]
mod any_size;
#[path = "../tests/common/stiff.rs"]
#[expect(dead_code, reason = "a module of the tests")]
mod stiff;

use std::time::Instant;

use any_size::AnySize;
use rheos::Bdf;
use rheos::solver::implicit::{
    Esdirk5, Esdirk547, Kvaerno3, Radau, RadauIIA3, RadauIIA5, RadauIIA9, RadauIIA13, Sdirk4, TrBdf2,
};
use rheos::solver::{Embedded, Method};
use stiff::{Problem, beam, e5, problems, ring_modulator};

/// Solves in more steps are left out.
const MOST: u64 = 30_000;

/// Accepted and rejected steps, Jacobians, factorisations, evaluations, the error and the milliseconds of a solve.
type Counts = [f64; 7];

fn count<S: Embedded<AnySize>>(problem: &Problem, solver: S, rtol: f64) -> Result<Counts, String> {
    let start = Instant::now();
    let (error, stats) = problem.outcome(solver, rtol, MOST)?;
    let ms = 1e3 * start.elapsed().as_secs_f64();
    let counts =
        [stats.accepted, stats.rejected, stats.jacobians, stats.factorisations, stats.evaluations].map(|n| n as f64);
    let [accepted, rejected, jacobians, factorisations, evaluations] = counts;
    Ok([accepted, rejected, jacobians, factorisations, evaluations, error, ms])
}

fn print(rtol: f64, method: &str, problem: &str, [accepted, rejected, jacobians, lus, evaluations, error, ms]: Counts) {
    println!(
        "{rtol:.0e} {method:16} {problem:16} {accepted:8.0} {rejected:6.0} {jacobians:7.0} {lus:7.0} {evaluations:8.0} \
         {:6.3} {:6.3} {error:9.1e} {ms:9.2}",
        jacobians / accepted,
        lus / accepted
    );
}

fn table<S: Embedded<AnySize> + Copy>(solver: S, chosen: &str) {
    let mut all: Vec<Problem> = problems().into_iter().collect();
    all.extend([e5(), ring_modulator(), beam()]);
    for rtol in [1e-4, 1e-6, 1e-8, 1e-10] {
        let mut logs = Vec::new();
        for problem in all.iter().filter(|problem| problem.name.contains(chosen)) {
            match count(problem, solver, rtol) {
                Ok(counts) => {
                    print(rtol, S::NAME, problem.name, counts);
                    logs.push(counts.map(|x| x.max(1e-30).ln()));
                }
                Err(reason) => println!("{rtol:.0e} {:16} {:16} {reason}", S::NAME, problem.name),
            }
        }
        let means = std::array::from_fn(|i| {
            (logs.iter().map(|log: &Counts| log[i]).sum::<f64>() / logs.len().max(1) as f64).exp()
        });
        print(rtol, S::NAME, &format!("mean of {}", logs.len()), means);
    }
}

fn main() {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with("--"));
    let (method, problem) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    println!("rtol method problem accepted rejected jacobians LUs evaluations jacobians/step LUs/step error ms");
    macro_rules! tables {
        ($($solver:expr),+ $(,)?) => {
            $(if named(&$solver).contains(&method) {
                table($solver, &problem);
            })+
        };
    }
    tables!(TrBdf2, Kvaerno3, Sdirk4, Esdirk547, Esdirk5, RadauIIA3, RadauIIA5, RadauIIA9, RadauIIA13, Radau, Bdf);
}

fn named<S: Method>(_: &S) -> &'static str {
    S::NAME
}
