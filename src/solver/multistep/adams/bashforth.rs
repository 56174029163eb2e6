//! The explicit Adams methods.

use super::uniform::{UniformWorkspace, check, uniform_workspace};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::kept_states::KeptStates;
use crate::solver::{Dense, Method, Solver, StepStart};

/// The explicit Adams method of order `K`, 1 to 6: one evaluation per step, output of order `K`.
///
/// The step integrates the polynomial through the last `K` slopes. [`Vern7`](type@crate::solver::explicit::Vern7), of
/// order 7, makes the first `K − 1` steps, also after a [`reset`](Solver::reset). The coefficients follow the actual
/// grid, so the method keeps its order if the step length changes. Use it with [`Fixed`](crate::control::Fixed) steps;
/// [`Adams`](crate::solver::multistep::Adams) chooses its own steps.
///
/// Higher orders need shorter steps: for `y' = λ y` with `λ < 0` the limit of `h |λ|` is 2 for order 1 (Euler's
/// method), 1, 6/11 and 3/10 for orders 2, 3 and 4.
///
/// J. C. Adams, F. Bashforth (1883); Hairer, Nørsett & Wanner I, sections III.1 and III.5.
///
/// ```
/// use rheos::solver::multistep::AdamsBashforth;
/// use rheos::{Fixed, ode, solve};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let solution = solve(&decay, 1.0, 0.0..1.0, AdamsBashforth::<4>, Fixed::steps(100))?;
/// assert!((solution.last() - (-1.0_f64).exp()).abs() < 2e-9);
/// // 100 of its own, and 10 for each of the three starting steps.
/// assert_eq!(solution.stats.evaluations, 130);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AdamsBashforth<const K: usize>;

impl<const K: usize> Method for AdamsBashforth<K> {
    const ORDER: u32 = {
        check::<K>();
        K as u32
    };
    const NAME: &'static str = [
        "Adams–Bashforth 1",
        "Adams–Bashforth 2",
        "Adams–Bashforth 3",
        "Adams–Bashforth 4",
        "Adams–Bashforth 5",
        "Adams–Bashforth 6",
    ][K - 1];
}

impl<F: Dynamics, const K: usize> Solver<F> for AdamsBashforth<K> {
    type Workspace = UniformWorkspace<F::State, K>;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        UniformWorkspace::new(f, y0)
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.reset();
    }

    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        ws.predict(f, StepStart { t, h, y0 }, y1);
        Ok(())
    }

    uniform_workspace!();
}

impl<F: Dynamics, const K: usize> Dense<F> for AdamsBashforth<K> {
    const DENSE_ORDER: u32 = K as u32;

    fn interpolate(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        ws.interpolate(f, step, theta, false, out);
    }

    fn slope(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, theta: f64, out: &mut F::State) {
        ws.slope(f, step, theta, false, out);
    }
}
