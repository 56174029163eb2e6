//! The asynchronous leapfrog method.
//!
//! U. Mutze, *An asynchronous leapfrog method II* (2013), arXiv:1311.6602; damped, and for gradients, in J. Zhuang,
//! N. C. Dvornek, S. Tatikonda, J. S. Duncan, *MALI: a memory efficient and reverse accurate integrator for neural ODEs*,
//! ICLR 2021, arXiv:2102.04668, section 3 and appendix A.

use super::slopes::{estimate, point, pull_points};
use super::{Reversal, ReverseStep, Reversible, StepEnd};
use crate::dynamics::{Bars, Differentiable, Dynamics};
use crate::error::{Error, Result};
use crate::solver::kept_states::{KeptStates, Use, are_counts, show};
use crate::solver::{Dense, Embedded, Method, OutputCotangent, Probe, Solver, StepCotangent, StepStart};
use crate::state::{Span, State};

/// Asynchronous leapfrog, as [`Alf`](type@Alf) of order 2 and as [`DampedAlf`] of order 1.
///
/// Besides the solution it carries a velocity `v`, which is reflected at the slope of the midpoint:
/// `u = f(t + h/2, y₀ + h v₀/2)`, `v₁ = v₀ + 2 η (u − v₀)`, `y₁ = y₀ + h (v₀ + v₁)/2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AsynchronousLeapfrog<const ORDER: u32> {
    eta: f64,
}

/// Asynchronous leapfrog without damping (`η = 1`): order 2, one evaluation per step.
///
/// It is symmetric and algebraically reversible, with an error estimate of order 1 and dense output of order 2.
///
/// It is stable on the imaginary axis up to `i` only. If the field contracts, `v` oscillates about the slope.
pub type Alf = AsynchronousLeapfrog<2>;
/// The method [`Alf`](type@Alf) as a value.
pub const Alf: Alf = AsynchronousLeapfrog { eta: 1.0 };

/// Asynchronous leapfrog with damping, `1/2 < η < 1`: order 1, more stable than [`Alf`](type@Alf).
///
/// It is algebraically reversible. Its error of order 1 is proportional to `(1 − η)/(2 η)`.
pub type DampedAlf = AsynchronousLeapfrog<1>;

impl DampedAlf {
    /// The method with the damping `eta`, in `(1/2, 1)`.
    ///
    /// Undoing `n` steps multiplies rounding errors by `(2 η − 1)^(−n)`, so near 1/2 only few steps can be undone.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] if `eta` is outside this interval.
    pub fn new(eta: f64) -> Result<Self> {
        if eta > 0.5 && eta < 1.0 {
            Ok(Self { eta })
        } else {
            Err(Error::InvalidArgument { name: "eta", value: eta, expected: "in (1/2, 1)" })
        }
    }
}

impl<const ORDER: u32> AsynchronousLeapfrog<ORDER> {
    /// `v₁ = (1 − 2 η) v₀ + 2 η u`.
    fn reflect<Y: State>(&self, v: &Y, u: &Y, out: &mut Y) {
        out.set_zeros();
        out.add_scaled(1.0 - 2.0 * self.eta, v);
        out.add_scaled(2.0 * self.eta, u);
    }

    /// `v₀` from `v₁`.
    fn reflect_back<Y: State>(&self, v: &Y, u: &Y, out: &mut Y) {
        let past = 1.0 / (1.0 - 2.0 * self.eta);
        out.set_zeros();
        out.add_scaled(past, v);
        out.add_scaled(-2.0 * self.eta * past, u);
    }
}

/// The velocities at both ends of a step, and its midpoint.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AlfWorkspace<Y> {
    velocity: Y,
    next_velocity: Y,
    midpoint: Y,
    slope: Y,
    /// Whether `velocity` belongs to the start of the next step.
    started: bool,
    evaluations: u64,
}

impl<Y: State> AlfWorkspace<Y> {
    /// Starts with the slope as velocity.
    fn start<F: Dynamics<State = Y>>(&mut self, f: &F, t: f64, y0: &Y) {
        if !self.started {
            f.eval(t, y0, &mut self.velocity);
            self.evaluations += 1;
            self.started = true;
        }
    }

    fn find_midpoint(&mut self, half: f64, y: &Y) {
        self.midpoint.assign(y);
        self.midpoint.add_scaled(half, &self.velocity);
        self.evaluations += 1;
    }
}

impl<Y: State> KeptStates<Y> for AlfWorkspace<Y> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        see(&mut self.velocity, Use::needed_if(self.started));
        show(see, Use::Free, [&mut self.next_velocity, &mut self.midpoint, &mut self.slope]);
    }
}

impl<const ORDER: u32> Method for AsynchronousLeapfrog<ORDER> {
    const ORDER: u32 = ORDER;
    const NAME: &'static str = if ORDER == 2 { "ALF" } else { "Damped ALF" };
}

impl<F: Dynamics, const ORDER: u32> Solver<F> for AsynchronousLeapfrog<ORDER> {
    type Workspace = AlfWorkspace<F::State>;

    fn workspace(&self, _f: &F, y0: &F::State) -> Self::Workspace {
        AlfWorkspace {
            velocity: y0.zeros_like(),
            next_velocity: y0.zeros_like(),
            midpoint: y0.zeros_like(),
            slope: y0.zeros_like(),
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
        ws.find_midpoint(0.5 * h, y0);
        f.eval(t + 0.5 * h, &ws.midpoint, &mut ws.slope);
        self.reflect(&ws.velocity, &ws.slope, &mut ws.next_velocity);
        point(1.0, y0, h, [&ws.velocity, &ws.next_velocity], y1);
        Ok(())
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        ws.velocity.replace_by(&mut ws.next_velocity);
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

impl<F: Dynamics, const ORDER: u32> Embedded<F> for AsynchronousLeapfrog<ORDER> {
    const ERROR_ORDER: u32 = 2;

    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State {
        estimate(h, [&ws.velocity, &ws.next_velocity], &mut ws.midpoint);
        &ws.midpoint
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
        let h = h(&ws.velocity);
        ws.find_midpoint(h, y);
        f.eval(t + h, &ws.midpoint, &mut ws.slope);
        Probe { h, start: &ws.velocity, end: &ws.slope }
    }
}

impl<F: Dynamics, const ORDER: u32> Dense<F> for AsynchronousLeapfrog<ORDER> {
    const DENSE_ORDER: u32 = ORDER;
    const DENSE_DEGREE: usize = 2;

    /// The parabola with the velocities at both ends.
    fn interpolate(
        &self,
        _f: &F,
        ws: &mut Self::Workspace,
        StepStart { h, y0, .. }: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        point(theta, y0, h, [&ws.velocity, &ws.next_velocity], out);
    }
}

impl<F: Dynamics, const ORDER: u32> Reversible<F> for AsynchronousLeapfrog<ORDER> {
    fn step_back(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepEnd { t, h, y1 }: StepEnd<'_, F::State>,
        y0: &mut F::State,
    ) -> Result<()> {
        ws.start(f, t + h, y1);
        ws.find_midpoint(-0.5 * h, y1);
        f.eval(t + 0.5 * h, &ws.midpoint, &mut ws.slope);
        self.reflect_back(&ws.velocity, &ws.slope, &mut ws.next_velocity);
        point(1.0, y1, -h, [&ws.next_velocity, &ws.velocity], y0);
        ws.velocity.replace_by(&mut ws.next_velocity);
        Ok(())
    }
}

/// The cotangent of the velocity.
pub struct AlfCotangent<F: Differentiable> {
    /// Cotangents of the velocities at the start and at the end of a step.
    velocity_bars: [F::State; 2],
    slope_bar: F::State,
    midpoint_bar: F::State,
    y0: F::State,
    trace: F::Trace,
}

impl<F: Differentiable, const ORDER: u32> ReverseStep<F> for AsynchronousLeapfrog<ORDER> {
    type Cotangent = AlfCotangent<F>;

    fn cotangent(&self, _f: &F, y: &F::State) -> Self::Cotangent {
        AlfCotangent {
            velocity_bars: [y.zeros_like(), y.zeros_like()],
            slope_bar: y.zeros_like(),
            midpoint_bar: y.zeros_like(),
            y0: y.zeros_like(),
            trace: F::Trace::default(),
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
        let AlfCotangent { velocity_bars, slope_bar, midpoint_bar, y0, trace } = carried;
        let h = step.length();
        let middle = step.t0 + 0.5 * h;
        ws.find_midpoint(-0.5 * h, y);
        f.eval_traced(middle, &ws.midpoint, &mut ws.slope, trace);
        self.reflect_back(&ws.velocity, &ws.slope, &mut ws.next_velocity);
        let velocities = [&ws.next_velocity, &ws.velocity];
        point(1.0, y, -h, velocities, y0);

        let mut cotangent = pull_points(h, ybar, outputs, velocities, velocity_bars);
        let [start_bar, end_bar] = velocity_bars;
        slope_bar.set_zeros();
        slope_bar.add_scaled(2.0 * self.eta, end_bar);
        midpoint_bar.set_zeros();
        let time = f.vjp_traced(trace, middle, &ws.midpoint, slope_bar, midpoint_bar, pbar);
        cotangent += StepCotangent { start: 0.5 * time, end: 0.5 * time };
        cotangent += StepCotangent::from_length(0.5 * midpoint_bar.inner(&ws.next_velocity));
        start_bar.add_scaled(1.0 - 2.0 * self.eta, end_bar);
        start_bar.add_scaled(0.5 * h, midpoint_bar);
        ybar.add_scaled(1.0, midpoint_bar);
        for output in outputs {
            ybar.add_scaled(1.0, output.cotangent);
        }

        // The start of this step is the end of the previous one.
        end_bar.replace_by(start_bar);
        start_bar.set_zeros();
        y.replace_by(y0);
        ws.velocity.replace_by(&mut ws.next_velocity);
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
        f.vjp(t0, &at.y, &at.carried.velocity_bars[1], ybar, pbar)
    }
}
