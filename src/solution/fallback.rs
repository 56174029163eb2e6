//! A fallback method.

use super::ivp::conclude;
use super::keep::{Keep, Watch};
use super::{Failure, Ivp, Solution};
use crate::control::Controller;
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::integrate::{Integration, Observer, Reached, Termination};
use crate::solver::Solver;
use crate::state::Span;

/// The solution by a method with a fallback.
#[derive(Debug, Clone, PartialEq)]
pub struct Rescued<Y, K = Vec<Y>> {
    /// The solution, with the cost of both methods.
    pub solution: Solution<Y, K>,
    /// The halt of the first method: place, reason and cost. `None` if it succeeded.
    pub halt: Option<Termination>,
}

/// The solution by a method with a fallback, or the failure of the fallback.
pub type RescueResult<Y, K> = Result<Rescued<Y, K>, Box<Failure<Y, K>>>;

impl<'a, F: Dynamics, K, E, O> Ivp<'a, F, K, E, O> {
    /// Solves by the method and controller `first`; if they fail, `second` continues from the last good state.
    ///
    /// An invalid argument is an error: `second` is used only if `first` has tried a step.
    ///
    /// ```
    /// use rheos::{Dopri5, Fixed, Ivp, Pid, Rk4, ode};
    ///
    /// let field = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let rescued = Ivp::new(&field, 1.0, 0.0..1.0)
    ///     .solve_or((Dopri5, Pid::tolerance(1e-8).max_steps(3)), (Rk4, Fixed::step(0.01)))?;
    /// assert!((rescued.solution.last() - (-1.0_f64).exp()).abs() < 1e-7);
    /// assert_eq!(rescued.halt.map(|halt| halt.stats.accepted), Some(3));
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// The failure of the second method, with the partial solution of both.
    pub fn solve_or<S1, C1, S2, C2, R>(self, first: (S1, C1), second: (S2, C2)) -> RescueResult<F::State, R>
    where
        S1: Solver<F>,
        C1: Controller<F, S1>,
        S2: Solver<F>,
        C2: Controller<F, S2>,
        K: Keep<'a, F, S1, Kept = R> + Keep<'a, F, S2, Kept = R, Observer = <K as Keep<'a, F, S1>>::Observer>,
        <K as Keep<'a, F, S1>>::Observer: Observer<F, S2>,
        E: Watch<F, S1> + Watch<F, S2>,
        O: Observer<F, S1> + Observer<F, S2>,
    {
        let checked = self.check::<S1>();
        let Self { f, y0, span, jumps, keep, events, observers } = self;
        let (times, stops) = (Keep::<F, S1>::times(&keep), Keep::<F, S1>::stops(&keep));
        let mut watching = ((events, observers), Keep::<F, S1>::observer(keep, span, &y0));
        if let Err(error) = checked {
            let refused = Reached::refused(span.t0, y0, error);
            let ((events, _), keeper) = watching;
            let solution = conclude::<F, S1, K, E>((span, times), keeper, events, refused)?;
            return Ok(Rescued { solution, halt: None });
        }
        let integration = Integration { field: f, solver: &first.0, control: &first.1, span, stops, jumps };
        let workspace = first.0.workspace(f, &y0);
        let mut reached = integration.run(y0, workspace, &mut watching).without_workspace();

        let halt = reached.outcome.clone().err().filter(|halt| halt.stats.accepted + halt.stats.rejected > 0);
        if let Some(halt) = &halt {
            let rest = Span { t0: halt.t, t1: span.t1 };
            let stops = &stops[stops.partition_point(|&stop| span.is_after(halt.t, stop))..];
            let integration = Integration { field: f, solver: &second.0, control: &second.1, span: rest, stops, jumps };
            let workspace = second.0.workspace(f, &reached.y);
            let after = integration.run(reached.y, workspace, &mut watching).without_workspace();
            let outcome = match after.outcome {
                Ok(stats) => Ok(halt.stats + stats),
                Err(second) => Err(Termination { stats: halt.stats + second.stats, ..second }),
            };
            reached = Reached { outcome, stiffness: reached.stiffness, ..after };
        }
        let ((events, _), keeper) = watching;
        let solution = conclude::<F, S2, K, E>((span, times), keeper, events, reached)?;
        Ok(Rescued { solution, halt })
    }
}
