//! A second method for where the first one gives up.

use super::ivp::{check, conclude, keep::Keep};
use super::{Failure, Ivp, Solution};
use crate::control::Controller;
use crate::integrate::{Integration, Jump, Observer, Reached};
use crate::{Dynamics, Halt, Result, Solver, Span};

/// The solution by one method or by two.
#[derive(Debug, Clone, PartialEq)]
pub struct Rescued<Y> {
    /// The solution; its cost is that of both methods.
    pub solution: Solution<Y>,
    /// Where and why the first method gave up, and what it had cost. `None` if it did not.
    pub halt: Option<Halt>,
}

impl<F: Dynamics, K> Ivp<'_, F, K> {
    /// Solves it by the method and controller `first`. Where they give up, `second` goes on from the last good state.
    ///
    /// An argument that is not valid is not mended: the second method is asked only if the first has tried a step.
    ///
    /// ```
    /// use rheos::{Dopri5, Fixed, Ivp, Pid, Rk4, ode};
    ///
    /// let field = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let rescued = Ivp::new(&field, 1.0, 0.0..1.0)
    ///     .solve_or((Dopri5, Pid::new(1e-8, 1e-8).max_steps(3)), (Rk4, Fixed::step(0.01)))?;
    /// assert!((rescued.solution.last() - (-1.0_f64).exp()).abs() < 1e-7);
    /// assert_eq!(rescued.halt.map(|halt| halt.stats.accepted), Some(3));
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// The failure of the second method, with what both have computed.
    pub fn solve_or<S1, C1, S2, C2>(
        self,
        first: (S1, C1),
        second: (S2, C2),
    ) -> Result<Rescued<F::State>, Box<Failure<F::State>>>
    where
        S1: Solver<F>,
        C1: Controller<F, S1>,
        S2: Solver<F>,
        C2: Controller<F, S2>,
        K: Keep<F, S1> + Keep<F, S2, Observer = <K as Keep<F, S1>>::Observer>,
        <K as Keep<F, S1>>::Observer: Observer<F, S2>,
    {
        let Self { f, y0, span, keep } = self;
        let mut observer = Keep::<F, S1>::observer(&keep, span, &y0);
        let jumps = match check::<F, S1, K>(&keep, span) {
            Ok(jumps) => jumps,
            Err(error) => {
                let refused = Reached::refused(span.t0, y0, error);
                return Ok(Rescued { solution: conclude::<F, S1, K>(&keep, observer, span, refused)?, halt: None });
            }
        };
        let stops = Keep::<F, S1>::stops(&keep);
        let integration = Integration { field: f, solver: &first.0, control: &first.1, span, stops };
        let workspace = first.0.workspace(f, &y0);
        let mut reached = integration.run_pieces(&jumps, y0, workspace, &mut observer).without_workspace();

        let halt = reached.outcome.clone().err().filter(|halt| halt.stats.accepted + halt.stats.rejected > 0);
        if let Some(halt) = &halt {
            let (span, jumps, stops) = rest(span, halt.t, jumps, stops);
            let integration = Integration { field: f, solver: &second.0, control: &second.1, span, stops };
            let workspace = second.0.workspace(f, &reached.y);
            let Reached { y, outcome, .. } = integration.run_pieces(&jumps, reached.y, workspace, &mut observer);
            let outcome = match outcome {
                Ok(stats) => Ok(halt.stats + stats),
                Err(second) => Err(Halt { stats: halt.stats + second.stats, ..second }),
            };
            reached = Reached { y, outcome, ..reached };
        }
        let solution = conclude::<F, S2, K>(&keep, observer, span, reached)?;
        Ok(Rescued { solution, halt })
    }
}

/// What of the span, the jumps and the stops lies behind `t`.
fn rest(span: Span, t: f64, mut jumps: Vec<Jump>, stops: &[f64]) -> (Span, Vec<Jump>, &[f64]) {
    jumps.retain(|jump| span.is_after(jump.time, t));
    let passed = stops.partition_point(|&stop| span.is_after(t, stop));
    (Span { t0: t, t1: span.t1 }, jumps, &stops[passed..])
}
