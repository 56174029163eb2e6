//! The tolerances of the stiff problems, and the time that a solve of one may take.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::clock::{Library, Measured, seconds};
use crate::stiff::StiffProblem;

/// A solve that has not ended after this time has failed.
const LONGEST: Duration = Duration::from_secs(5);
/// After a solve that took longer, stricter tolerances are left out.
const SLOW: Duration = Duration::from_secs(1);

/// Counts evaluations, and ends a solve that takes too long by a panic, which [`stiff_curve`] catches.
pub struct Watch {
    evaluations: Cell<u64>,
    begun: Cell<Instant>,
}

impl Watch {
    fn restart(&self) {
        self.evaluations.set(0);
        self.begun.set(Instant::now());
    }

    /// An evaluation of the field.
    #[inline(always)]
    pub fn evaluated<const N: usize>(&self) {
        let evaluations = self.evaluations.get() + 1;
        self.evaluations.set(evaluations);
        if N >= 100 || evaluations % 256 == 0 {
            self.look();
        }
    }

    /// Looks at the time.
    pub fn look(&self) {
        assert!(self.begun.get().elapsed() < LONGEST, "stopped after {} s", LONGEST.as_secs());
    }
}

/// 1e-2 to 1e-10; every second in a quick run.
fn tolerances() -> impl Iterator<Item = f64> {
    let quick = std::env::var("PEERS_QUICK").is_ok_and(|value| !value.is_empty());
    (2..=10).step_by(if quick { 2 } else { 1 }).map(|digits| format!("1e-{digits}").parse().unwrap_or(f64::NAN))
}

/// A solve that is ready: the state at the end, or the reason why it was not reached.
pub type Solve<'w> = Box<dyn Fn() -> Result<Vec<f64>, String> + 'w>;

/// The work–precision curve of one method: `solve(tol, watch)`.
pub fn stiff_curve<P: StiffProblem<N>, const N: usize>(
    library: Library,
    method: &str,
    solve: impl Fn(f64, &Watch) -> Result<Vec<f64>, String> + Copy + 'static,
) {
    prepared_curve::<P, N>(library, method, |tol, watch| Ok(Box::new(move || solve(tol, watch))));
}

/// The same with some preparation of each tolerance, which is not timed.
pub fn prepared_curve<P: StiffProblem<N>, const N: usize>(
    library: Library,
    method: &str,
    prepare: impl for<'w> Fn(f64, &'w Watch) -> Result<Solve<'w>, String>,
) {
    curve(P::NAME, library, method, prepare);
}

/// The same of a problem with this name.
pub fn curve(
    problem: &str,
    library: Library,
    method: &str,
    prepare: impl for<'w> Fn(f64, &'w Watch) -> Result<Solve<'w>, String>,
) {
    for tol in tolerances() {
        let watch = Watch { evaluations: Cell::new(0), begun: Cell::new(Instant::now()) };
        let outcome: Result<Measured, String> = prepare(tol, &watch).and_then(|solve| {
            let run = || {
                watch.restart();
                catch_unwind(AssertUnwindSafe(&solve)).unwrap_or_else(|reason| Err(message(&*reason)))
            };
            let y = run()?;
            let evaluations = watch.evaluations.get();
            Ok((seconds(run), evaluations, y))
        });
        library.print(problem, method, tol, outcome);
        if watch.begun.get().elapsed() > SLOW {
            break;
        }
    }
}

/// The message of a panic.
fn message(reason: &(dyn std::any::Any + Send)) -> String {
    let message = reason.downcast_ref::<String>().map(String::as_str);
    message.or_else(|| reason.downcast_ref::<&str>().copied()).unwrap_or("panicked").chars().take(60).collect()
}
