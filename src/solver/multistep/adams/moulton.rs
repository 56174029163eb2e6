//! The Adams methods with a corrector.

use super::uniform::{UniformWorkspace, check, uniform_workspace};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::kept_states::KeptStates;
use crate::solver::{Dense, Method, Solver, StepStart};
use crate::state::State;

/// The Adams–Bashforth–Moulton predictor–corrector pair of order `K`, 1 to 6: two evaluations per step, output of order
/// `K`.
///
/// A step predicts with the explicit method of order `K`, evaluates the slope there, corrects once by the implicit
/// method of order `K`, and evaluates again: the mode PECE. It has errors several times smaller, and a larger stability
/// region, than [`AdamsBashforth`](crate::solver::multistep::AdamsBashforth) of the same order. It starts in the same
/// way, and its coefficients follow the actual grid. Use it with [`Fixed`](crate::control::Fixed) steps;
/// [`Adams`](crate::solver::multistep::Adams) chooses its own steps.
///
/// F. R. Moulton (1926); Hairer, Nørsett & Wanner I, sections III.1 and III.5.
///
/// ```
/// use rheos::solver::multistep::AdamsMoulton;
/// use rheos::{Fixed, ode, solve};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let solution = solve(&decay, 1.0, 0.0..1.0, AdamsMoulton::<4>, Fixed::steps(100))?;
/// assert!((solution.last() - (-1.0_f64).exp()).abs() < 2e-10);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AdamsMoulton<const K: usize>;

impl<const K: usize> Method for AdamsMoulton<K> {
    const ORDER: u32 = {
        check::<K>();
        K as u32
    };
    const NAME: &'static str = [
        "Adams–Moulton 1",
        "Adams–Moulton 2",
        "Adams–Moulton 3",
        "Adams–Moulton 4",
        "Adams–Moulton 5",
        "Adams–Moulton 6",
    ][K - 1];
}

impl<F: Dynamics, const K: usize> Solver<F> for AdamsMoulton<K> {
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
        // The last evaluation of a step is the first of the next.
        if ws.predict(f, StepStart { t, h, y0 }, y1) {
            f.eval(t + h, y1, &mut ws.slope);
            ws.evaluations += 1;
            let weight = ws.correct();
            y1.add_scaled(h * weight, &ws.newest);
        }
        Ok(())
    }

    uniform_workspace!();
}

impl<F: Dynamics, const K: usize> Dense<F> for AdamsMoulton<K> {
    const DENSE_ORDER: u32 = K as u32;
    const DENSE_DEGREE: usize = K + 1;

    fn interpolate(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        ws.interpolate(f, step, theta, true, out);
    }

    fn slope(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, theta: f64, out: &mut F::State) {
        ws.slope(f, step, theta, true, out);
    }
}
