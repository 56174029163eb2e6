//! Steps chosen by an error estimate.

use super::initial_step::initial_step;
use super::{Controller, Plan, Trial, Verdict};
use crate::extrema::{larger, smaller};
use crate::{Dynamics, Embedded, Error, Result, Span, State, Tolerance};

/// A proportional–integral–derivative controller of the step size.
///
/// A step is accepted if the root mean square of its error, in units of `atol + rtol max(|y0|, |y1|)`, is at most 1.
/// With `εₙ` the norms of the last errors and `k` the order of the estimate, the next step is `h` times
/// `safety εₙ^(−(P+I+D)/k) εₙ₋₁^((P+2D)/k) εₙ₋₂^(−D/k)`, kept within `[min_factor, max_factor]`.
///
/// The default is the PI controller of the code DOPRI5 (`P = 0.2`, `I = 0.65`): Hairer, Nørsett & Wanner, *Solving
/// Ordinary Differential Equations II*, section IV.2; the form with `P, I, D` is that of Söderlind, *Digital filters
/// in adaptive time-stepping*, ACM TOMS 29 (2003).
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct Pid {
    tolerance: Tolerance,
    proportional: f64,
    integral: f64,
    derivative: f64,
    safety: f64,
    min_factor: f64,
    max_factor: f64,
    first_step: Option<f64>,
    min_step: f64,
    max_step: f64,
    max_steps: u64,
}

impl Pid {
    /// The default controller at the tolerances `rtol > 0` (relative) and `atol > 0` (in units of the state).
    pub const fn new(rtol: f64, atol: f64) -> Self {
        Self {
            tolerance: Tolerance { rtol, atol },
            proportional: 0.2,
            integral: 0.65,
            derivative: 0.0,
            safety: 0.9,
            min_factor: 0.2,
            max_factor: 10.0,
            first_step: None,
            min_step: 0.0,
            max_step: f64::INFINITY,
            max_steps: 100_000,
        }
    }

    /// The coefficients `P`, `I`, `D`; `(0, 1, 0)` is the elementary controller.
    pub const fn coefficients(mut self, proportional: f64, integral: f64, derivative: f64) -> Self {
        self.proportional = proportional;
        self.integral = integral;
        self.derivative = derivative;
        self
    }

    /// The factor on the predicted step, in `(0, 1]`; 0.9 by default.
    pub const fn safety(mut self, safety: f64) -> Self {
        self.safety = safety;
        self
    }

    /// The least (in `(0, 1)`) and largest (above 1) change of the step; 0.2 and 10 by default.
    pub const fn factors(mut self, min: f64, max: f64) -> Self {
        self.min_factor = min;
        self.max_factor = max;
        self
    }

    /// The length of the first step; by default it is estimated from the field.
    pub const fn first_step(mut self, h: f64) -> Self {
        self.first_step = Some(h);
        self
    }

    /// The smallest step; asking for a smaller one ends the solve. Zero by default: the resolution of `t`.
    pub const fn min_step(mut self, h: f64) -> Self {
        self.min_step = h;
        self
    }

    /// The longest step; unlimited by default.
    pub const fn max_step(mut self, h: f64) -> Self {
        self.max_step = h;
        self
    }

    /// The budget of steps, accepted and rejected together; 100 000 by default.
    pub const fn max_steps(mut self, steps: u64) -> Self {
        self.max_steps = steps;
        self
    }

    /// The tolerances.
    #[must_use]
    pub const fn tolerance(&self) -> Tolerance {
        self.tolerance
    }

    fn validate(&self) -> Result<()> {
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let checks = [
            ("rtol", self.tolerance.rtol, positive(self.tolerance.rtol), "positive and finite"),
            ("atol", self.tolerance.atol, positive(self.tolerance.atol), "positive and finite"),
            ("safety", self.safety, self.safety > 0.0 && self.safety <= 1.0, "in (0, 1]"),
            ("min_factor", self.min_factor, self.min_factor > 0.0 && self.min_factor < 1.0, "in (0, 1)"),
            ("max_factor", self.max_factor, self.max_factor > 1.0, "above 1"),
            (
                "first_step",
                self.first_step.unwrap_or(1.0),
                positive(self.first_step.unwrap_or(1.0)),
                "positive and finite",
            ),
            ("min_step", self.min_step, self.min_step >= 0.0 && self.min_step.is_finite(), "finite and not negative"),
            ("max_step", self.max_step, self.max_step > self.min_step, "above `min_step`"),
            ("proportional", self.proportional, self.proportional.is_finite(), "finite"),
            ("integral", self.integral, self.integral.is_finite(), "finite"),
            ("derivative", self.derivative, self.derivative.is_finite(), "finite"),
        ];
        match checks.into_iter().find(|(_, _, valid, _)| !valid) {
            Some((name, value, _, expected)) => Err(Error::InvalidArgument { name, value, expected }),
            None => Ok(()),
        }
    }

    /// The smallest step from `t`: what the user set, or the resolution of the time.
    fn floor(&self, t: f64) -> f64 {
        larger(self.min_step, larger(16.0 * f64::EPSILON * t.abs(), f64::MIN_POSITIVE))
    }

    /// Rejects a step in favour of one of length `h`, or fails where that is too short.
    fn shorten(&self, memory: &mut PidMemory, t: f64, h: f64, error: impl FnOnce(f64, f64) -> Error) -> Verdict {
        memory.h = h;
        memory.rejected = true;
        let min = self.floor(t);
        if h >= min { Verdict::Reject } else { Verdict::Fail(error(h, min)) }
    }

    /// `safety` times the powers of the error norms, given the logarithms of their squares, for an estimate of order
    /// `k`.
    ///
    /// In single precision, which is plenty for a choice: nothing else can happen until the next step size is known.
    #[inline(always)]
    fn factor(&self, log_sq: [f32; 3], k: f64) -> f64 {
        let weight = |c: f64| (0.5 * c * (1.0 / k)) as f32;
        let past = weight(self.proportional + 2.0 * self.derivative) * log_sq[1] - weight(self.derivative) * log_sq[2];
        let now = weight(self.proportional + self.integral + self.derivative) * log_sq[0];
        let factor = self.safety * f64::from((past - now).exp2());
        larger(self.min_factor, smaller(self.max_factor, factor))
    }
}

/// What [`Pid`] knows of the steps so far.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PidMemory {
    span: Span,
    /// The length of the next step.
    h: f64,
    /// Logarithms (base 2) of the squared error norms of the last two accepted steps, newest first.
    previous: [f32; 2],
    rejected: bool,
}

impl<F: Dynamics, S: Embedded<F>> Controller<F, S> for Pid {
    type Memory = PidMemory;

    fn begin(&self, f: &F, solver: &S, ws: &mut S::Workspace, span: Span, y0: &F::State) -> Result<PidMemory> {
        self.validate()?;
        let h = match self.first_step {
            Some(h) => h,
            None if span.length() == 0.0 => 0.0,
            None => initial_step(f, solver, ws, span, y0, &self.tolerance),
        };
        solver.tolerate(ws, &self.tolerance);
        let h = h.clamp(self.floor(span.t0), self.max_step.max(self.floor(span.t0)));
        Ok(PidMemory { span, h, previous: [0.0; 2], rejected: false })
    }

    #[inline(always)]
    fn plan(&self, memory: &mut PidMemory, t: f64, end: f64) -> Plan {
        let left = (end - t).abs();
        // Do not leave a sliver: stretch the last step a little, or halve the two that are left.
        Plan::step_to(if smaller(1.01 * memory.h, (1.0 + 1e-12) * self.max_step) >= left {
            end
        } else if memory.h * 2.0 > left {
            t + 0.5 * (end - t)
        } else {
            t + memory.h * memory.span.direction()
        })
    }

    #[inline(always)]
    fn judge(&self, memory: &mut PidMemory, solver: &S, ws: &mut S::Workspace, trial: Trial<'_, F::State>) -> Verdict {
        let tried = trial.h.abs();
        // The mean square, which is as good as its root and a dozen nanoseconds sooner there.
        let error = solver.error_sq(ws, trial.h, trial.y0, trial.y1, &self.tolerance);
        let finite = error.is_finite() && trial.y1.all_finite();

        if finite && error <= 1.0 {
            // An error of zero must not forbid every later step.
            let log_sq = (larger(error, 1e-20) as f32).log2();
            let [before, long_before] = memory.previous;
            let mut factor = solver
                .next_factor(ws, trial.h, trial.y0, trial.y1, &self.tolerance)
                .unwrap_or_else(|| self.factor([log_sq, before, long_before], f64::from(S::ERROR_ORDER)));
            if memory.rejected {
                factor = smaller(factor, 1.0);
            }
            // A step cut short by the end of the span says nothing against the longer one that was planned. Rounding in
            // `t + h` is not a cut.
            let next = if tried < 0.99 * memory.h { larger(memory.h, tried * factor) } else { tried * factor };
            memory.h = larger(smaller(next, self.max_step), self.floor(trial.t + trial.h));
            memory.previous = [log_sq, before];
            memory.rejected = false;
            return Verdict::Accept;
        }

        let factor = if finite {
            // Shorter by a tenth at least: an error just above 1 must not ask for the same step again.
            (self.safety * error.powf(-0.5 / f64::from(solver.error_order(ws)))).min(0.9).max(self.min_factor)
        } else {
            self.min_factor
        };
        self.shorten(memory, trial.t, tried * factor, |h, min| {
            if finite {
                Error::StepSizeUnderflow { t: trial.t, h, min }
            } else {
                Error::NonFinite { t: trial.t, h: trial.h }
            }
        })
    }

    /// A quarter of the step: the equations of an implicit method are easier there.
    fn failed(&self, memory: &mut PidMemory, t: f64, h: f64, error: Error) -> Verdict {
        self.shorten(memory, t, 0.25 * h.abs(), |_, _| error)
    }

    fn max_steps(&self) -> u64 {
        self.max_steps
    }
}
