//! The Adams method of variable order.

use super::order::{AdamsOrder, HIGHEST};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::kept_states::{KeptStates, Use, are_counts, show};
use crate::solver::multistep::differences::Differences;
use crate::solver::multistep::weights::integrals;
use crate::solver::{Dense, Embedded, Method, Past, Probe, Solver, StepStart};
use crate::state::{ErrorNorm, State};

/// The number of stored differences: one more than the highest order.
const N: usize = HIGHEST + 1;

/// The Adams method of variable order 1 to 12, for nonstiff problems.
///
/// It suits tight tolerances and expensive fields. It takes two evaluations per step at any order, and chooses the
/// order that allows the longest next step.
///
/// A step predicts with the explicit method of order `k`, corrects once by the implicit one of order `k + 1`, and
/// evaluates again: the mode PECE, with local extrapolation. The error estimate is the difference of the corrections of
/// the orders `k` and `k + 1`; it would allow orders up to 13. The coefficients follow the actual grid. A solve starts
/// with order 1. It raises the order and doubles the step until an error is too large. The output is the polynomial
/// that the corrector integrates, of degree `k + 1`.
///
/// The method and the choice of its order and step follow the codes STEP, DEABM and ode113. Under
/// [`Fixed`](crate::control::Fixed) steps there is no error estimate, and the order stays at its initial value: 2 with
/// its correction. Use [`AdamsMoulton`](crate::solver::multistep::AdamsMoulton) there.
///
/// L. F. Shampine, M. K. Gordon, *Computer Solution of Ordinary Differential Equations* (1975); Hairer, Nørsett & Wanner I,
/// sections III.5 and III.7.
///
/// ```
/// use rheos::solver::multistep::Adams;
/// use rheos::{Pid, ode, solve};
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let solution = solve(&decay, 1.0, 0.0..10.0, Adams, Pid::tolerance(1e-10))?;
/// assert!((solution.last() - (-10.0_f64).exp()).abs() < 1e-10);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Adams;

/// The workspace of [`Adams`].
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AdamsWorkspace<Y> {
    /// The differences of the slopes.
    slopes: Differences<Y, N>,
    /// The slope at the end of the step.
    slope: Y,
    /// The difference of order `k` with the slope at the predicted point.
    newest: Y,
    scratch: Y,
    /// The integrals `gⱼ(1)`.
    #[cfg_attr(feature = "serde", serde(with = "crate::solver::array"))]
    integrals: [f64; N],
    pub(super) order: AdamsOrder,
    evaluations: u64,
}

impl<Y: State> AdamsWorkspace<Y> {
    /// Evaluates the first slope of a solve.
    fn start<F: Dynamics<State = Y>>(&mut self, f: &F, t: f64, y: &Y) {
        if self.slopes.len() == 0 {
            f.eval(t, y, &mut self.slope);
            self.slopes.advance(&mut self.slope, N);
            self.evaluations += 1;
        }
    }

    /// Rebuilds the history from the slopes at the last points of `past`.
    pub(super) fn recall<F: Dynamics<State = Y>>(&mut self, f: &F, past: Past<'_, Y>) {
        self.slopes.recall(past, N, |point, slope| f.eval(point.0, point.1, slope));
        self.order = AdamsOrder::new();
        self.evaluations += past.states.len() as u64;
    }

    /// The factor of the difference `newest` in the error of the corrector of order `k`.
    fn error_constant(&self, h: f64) -> f64 {
        let k = self.order.current();
        h * (self.integrals[k - 1] - self.integrals[k])
    }

    /// The mean square of the difference of order `j < k` at the end of the step, the slope predicted there.
    fn lower_sq(&mut self, j: usize, y0: &Y, y1: &Y, norm: &impl ErrorNorm<Y>) -> f64 {
        let k = self.order.current();
        let (beta, phi) = (&self.slopes.aimed().beta, self.slopes.known());
        self.scratch.combine(&self.newest, 1.0, &beta[j..k], &phi[j..k]);
        norm.mean_sq(&self.scratch, y0, y1)
    }

    /// The mean square of the difference of order `k + 1` at the end of the step, if it is known.
    fn higher_sq(&mut self, y0: &Y, y1: &Y, norm: &impl ErrorNorm<Y>) -> Option<f64> {
        let count = self.order.current() + 1;
        let (beta, phi) = (&self.slopes.aimed().beta, self.slopes.known());
        if phi.len() < count {
            return None;
        }
        self.scratch.combine(&self.slope, -1.0, &beta[..count], &phi[..count]);
        Some(norm.mean_sq(&self.scratch, y0, y1))
    }
}

impl<Y: State> KeptStates<Y> for AdamsWorkspace<Y> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        self.slopes.each(see);
        show(see, Use::Free, [&mut self.slope, &mut self.newest, &mut self.scratch]);
    }
}

impl Method for Adams {
    const ORDER: u32 = 2;
    const NAME: &'static str = "Adams";
}

impl<F: Dynamics> Solver<F> for Adams {
    type Workspace = AdamsWorkspace<F::State>;

    fn workspace(&self, _: &F, y0: &F::State) -> Self::Workspace {
        AdamsWorkspace {
            slopes: Differences::new(y0),
            slope: y0.zeros_like(),
            newest: y0.zeros_like(),
            scratch: y0.zeros_like(),
            integrals: [0.0; N],
            order: AdamsOrder::new(),
            evaluations: 0,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.slopes.clear();
        ws.order = AdamsOrder::new();
    }

    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        ws.start(f, t, y0);
        let k = ws.order.begin();
        ws.slopes.aim(h);
        let (aim, phi) = (ws.slopes.aimed(), &ws.slopes.known()[..k]);
        ws.integrals = integrals(&aim.distance, 1.0, k + 1);
        y1.combine(y0, h, &aim.weigh(&ws.integrals)[..k], phi);
        f.eval(t + h, y1, &mut ws.slope);
        ws.newest.combine(&ws.slope, -1.0, &aim.beta[..k], phi);
        y1.add_scaled(h * ws.integrals[k], &ws.newest);
        f.eval(t + h, y1, &mut ws.slope);
        ws.evaluations += 2;
        Ok(())
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        let most = N.min(ws.order.current() + 2);
        ws.slopes.advance(&mut ws.slope, most);
        ws.order.accept();
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations
    }

    fn settle(&self, ws: &mut Self::Workspace, _: &F::State) {
        ws.scrub();
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        let differences_fit = ws.slopes.fit(y);
        differences_fit && ws.fit(y) && ws.order.is_possible(ws.slopes.len()) && are_counts(&[ws.evaluations])
    }
}

impl<F: Dynamics> Embedded<F> for Adams {
    /// The order of the estimate in the first step, of order 1.
    const ERROR_ORDER: u32 = 2;

    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
        let factor = ws.error_constant(h);
        ws.scratch.assign(&ws.newest);
        ws.scratch.scale_by(factor);
        &ws.scratch
    }

    fn error_sq(
        &self,
        ws: &mut Self::Workspace,
        h: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> f64 {
        let k = ws.order.current();
        let newest = norm.mean_sq(&ws.newest, y0, y1);
        let lower = if k > 1 { ws.lower_sq(k - 1, y0, y1, norm) } else { f64::INFINITY };
        let lowest = if k > 2 { ws.lower_sq(k - 2, y0, y1, norm) } else { 0.0 };
        ws.order.judge(ws.slopes.aimed(), h, [newest, lower, lowest]);
        ws.error_constant(h).powi(2) * newest
    }

    fn error_order(&self, ws: &Self::Workspace) -> u32 {
        ws.order.current() as u32 + 1
    }

    fn next_factor(
        &self,
        ws: &mut Self::Workspace,
        h: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> Option<f64> {
        let higher = if ws.order.may_rise(ws.slopes.aimed()) { ws.higher_sq(y0, y1, norm) } else { None };
        Some(ws.order.choose(h, higher))
    }

    fn probe<'w>(
        &self,
        f: &F,
        ws: &'w mut Self::Workspace,
        t: f64,
        y: &F::State,
        h: impl FnOnce(&F::State) -> f64,
    ) -> Probe<'w, F::State> {
        ws.start(f, t, y);
        let start = &ws.slopes.known()[0];
        let h = h(start);
        ws.scratch.assign(y);
        ws.scratch.add_scaled(h, start);
        f.eval(t + h, &ws.scratch, &mut ws.slope);
        ws.evaluations += 1;
        Probe { h, start, end: &ws.slope }
    }
}

impl<F: Dynamics> Dense<F> for Adams {
    /// The order of the interpolant at order 1; in general one more than the order of the step.
    const DENSE_ORDER: u32 = 2;
    /// The degree at the highest order.
    const DENSE_DEGREE: usize = HIGHEST + 1;

    fn interpolate(
        &self,
        _: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        let k = ws.order.current();
        let aim = ws.slopes.aimed();
        let integrals = integrals(&aim.distance, theta, k + 1);
        out.combine(step.y0, step.h, &aim.weigh(&integrals)[..k], &ws.slopes.known()[..k]);
        out.add_scaled(step.h * integrals[k], &ws.newest);
    }
}
