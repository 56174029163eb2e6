//! The reversible Heun method.
//!
//! P. Kidger, J. Foster, X. Li, T. Lyons, *Efficient and accurate gradients for neural SDEs*, NeurIPS 2021,
//! arXiv:2105.13493, algorithms 1 and 2.

use super::StepEnd;
use crate::dynamics::Bars;
use std::mem::swap;

use super::slopes::{estimate, point, pull_points};
use super::{Reversal, ReverseStep, Reversible};
use crate::dynamics::{Differentiable, Dynamics};
use crate::error::Result;
use crate::solver::kept_states::{KeptStates, Use, are_counts, show};
use crate::solver::{Dense, Embedded, Method, OutputCotangent, Probe, Solver, StepCotangent, StepStart};
use crate::state::{Span, State};

/// The reversible Heun method: order 2, one evaluation per step.
///
/// It is symmetric and algebraically reversible, with an error estimate of order 1 and dense output of order 2.
///
/// Besides the solution `y` it carries a second one, `ŷ`, at which the slopes are evaluated:
/// `ŷ₁ = 2 y₀ − ŷ₀ + h f(ŷ₀)`, `y₁ = y₀ + h (f(ŷ₀) + f(ŷ₁)) / 2`. It is stable on the imaginary axis up to `i` only. If
/// the field contracts, `y` and `ŷ` drift apart as fast as the solution decays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReversibleHeun;

/// The second solution with its slope, at the start and at the end of a step.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReversibleHeunWorkspace<Y> {
    hat: Y,
    slope: Y,
    next_hat: Y,
    next_slope: Y,
    estimate: Y,
    /// Whether `hat` and `slope` belong to the start of the next step.
    started: bool,
    evaluations: u64,
}

impl<Y: State> ReversibleHeunWorkspace<Y> {
    /// Starts with the first solution as the second.
    fn start<F: Dynamics<State = Y>>(&mut self, f: &F, t: f64, y0: &Y) {
        if !self.started {
            self.hat.assign(y0);
            f.eval(t, y0, &mut self.slope);
            self.evaluations += 1;
            self.started = true;
        }
    }

    /// The second solution after a step of length `h`, which may be negative.
    fn leap(&mut self, h: f64, y0: &Y) {
        self.next_hat.assign(y0);
        self.next_hat.scale_by(2.0);
        self.next_hat.add_scaled(-1.0, &self.hat);
        self.next_hat.add_scaled(h, &self.slope);
        self.evaluations += 1;
    }

    fn advance(&mut self) {
        self.hat.replace_by(&mut self.next_hat);
        self.slope.replace_by(&mut self.next_slope);
    }
}

impl<Y: State> KeptStates<Y> for ReversibleHeunWorkspace<Y> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        show(see, Use::needed_if(self.started), [&mut self.hat, &mut self.slope]);
        show(see, Use::Free, [&mut self.next_hat, &mut self.next_slope, &mut self.estimate]);
    }
}

impl Method for ReversibleHeun {
    const ORDER: u32 = 2;
    const NAME: &'static str = "Reversible Heun";
}

impl<F: Dynamics> Solver<F> for ReversibleHeun {
    type Workspace = ReversibleHeunWorkspace<F::State>;

    fn workspace(&self, _f: &F, y0: &F::State) -> Self::Workspace {
        let zeros = || y0.zeros_like();
        ReversibleHeunWorkspace {
            hat: zeros(),
            slope: zeros(),
            next_hat: zeros(),
            next_slope: zeros(),
            estimate: zeros(),
            started: false,
            evaluations: 0,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.started = false;
    }

    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        ws.start(f, t, y0);
        ws.leap(h, y0);
        f.eval(t + h, &ws.next_hat, &mut ws.next_slope);
        point(1.0, y0, h, [&ws.slope, &ws.next_slope], y1);
        Ok(())
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        ws.advance();
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations
    }

    fn settle(&self, ws: &mut Self::Workspace, _: &F::State) {
        ws.scrub();
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        ws.fit(y) && are_counts(&[ws.evaluations])
    }
}

impl<F: Dynamics> Embedded<F> for ReversibleHeun {
    const ERROR_ORDER: u32 = 2;

    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
        estimate(h, [&ws.slope, &ws.next_slope], &mut ws.estimate);
        &ws.estimate
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
        let h = h(&ws.slope);
        ws.next_hat.assign(y);
        ws.next_hat.add_scaled(h, &ws.slope);
        f.eval(t + h, &ws.next_hat, &mut ws.next_slope);
        ws.evaluations += 1;
        Probe { h, start: &ws.slope, end: &ws.next_slope }
    }
}

impl<F: Dynamics> Dense<F> for ReversibleHeun {
    const DENSE_ORDER: u32 = 2;

    /// The parabola with the slopes at both ends.
    fn interpolate(
        &self,
        _f: &F,
        ws: &mut Self::Workspace,
        StepStart { h, y0, .. }: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        point(theta, y0, h, [&ws.slope, &ws.next_slope], out);
    }
}

/// The method is symmetric: the step back is the step over `−h`.
impl<F: Dynamics> Reversible<F> for ReversibleHeun {
    fn step_back(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepEnd { t, h, y1 }: StepEnd<'_, F::State>,
        y0: &mut F::State,
    ) -> Result<()> {
        ws.start(f, t + h, y1);
        ws.leap(-h, y1);
        f.eval(t, &ws.next_hat, &mut ws.next_slope);
        point(1.0, y1, -h, [&ws.slope, &ws.next_slope], y0);
        ws.advance();
        Ok(())
    }
}

/// The cotangents of the second solution and of its slope.
pub struct ReversibleHeunCotangent<F: Differentiable> {
    hat_bar: F::State,
    /// Cotangents of the slopes at the start and at the end of a step.
    slope_bars: [F::State; 2],
    y0: F::State,
    /// The trace of the evaluation at the end of the step, if there is one, and then of the evaluation at its start.
    trace: F::Trace,
    next_trace: F::Trace,
    traced: bool,
}

impl<F: Differentiable> ReversibleHeunCotangent<F> {
    /// Adds `(∂f/∂ŷ)ᵀ f̄` at the end of a step to the cotangent of `ŷ` there, and returns the derivative in time.
    fn pull_end(&mut self, f: &F, t: f64, hat: &F::State, pbar: &mut F::Params) -> f64 {
        let w = &self.slope_bars[1];
        if self.traced {
            f.vjp_traced(&mut self.trace, t, hat, w, &mut self.hat_bar, pbar)
        } else {
            f.vjp(t, hat, w, &mut self.hat_bar, pbar)
        }
    }
}

impl<F: Differentiable> ReverseStep<F> for ReversibleHeun {
    type Cotangent = ReversibleHeunCotangent<F>;

    fn cotangent(&self, _f: &F, y: &F::State) -> Self::Cotangent {
        ReversibleHeunCotangent {
            hat_bar: y.zeros_like(),
            slope_bars: [y.zeros_like(), y.zeros_like()],
            y0: y.zeros_like(),
            trace: F::Trace::default(),
            next_trace: F::Trace::default(),
            traced: false,
        }
    }

    fn unwind(
        &self,
        f: &F,
        at: &mut Reversal<F, Self>,
        step: Span,
        outputs: &mut [OutputCotangent<'_, F::State>],
        Bars { y: ybar, params: pbar }: Bars<'_, F>,
    ) -> Result<StepCotangent> {
        let Reversal { y, workspace: ws, carried } = at;
        let (t, h) = (step.t0, step.length());
        ws.leap(-h, y);
        f.eval_traced(t, &ws.next_hat, &mut ws.next_slope, &mut carried.next_trace);
        let slopes = [&ws.next_slope, &ws.slope];
        point(1.0, y, -h, slopes, &mut carried.y0);

        let mut cotangent = pull_points(h, ybar, outputs, slopes, &mut carried.slope_bars);
        cotangent.end += carried.pull_end(f, step.t1, &ws.hat, pbar);
        // ŷ₁ = 2 y₀ − ŷ₀ + h f₀.
        let hat_bar = &mut carried.hat_bar;
        cotangent += StepCotangent::from_length(hat_bar.inner(&ws.next_slope));
        let [start_bar, end_bar] = &mut carried.slope_bars;
        start_bar.add_scaled(h, hat_bar);
        ybar.add_scaled(2.0, hat_bar);
        for output in outputs {
            ybar.add_scaled(1.0, output.cotangent);
        }
        hat_bar.scale_by(-1.0);

        // The start of this step is the end of the previous one.
        end_bar.replace_by(start_bar);
        start_bar.set_zeros();
        swap(&mut carried.trace, &mut carried.next_trace);
        carried.traced = true;
        y.replace_by(&mut carried.y0);
        ws.advance();
        Ok(cotangent)
    }

    fn unwind_start(
        &self,
        f: &F,
        at: &mut Reversal<F, Self>,
        t0: f64,
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> f64 {
        let time = at.carried.pull_end(f, t0, &at.workspace.hat, pbar);
        ybar.add_scaled(1.0, &at.carried.hat_bar);
        time
    }
}
