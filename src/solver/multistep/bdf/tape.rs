//! The transpose of a BDF step.
//!
//! Let `Q` be the polynomial through the new state and the last `k`, and `P` the one through the last `k + 1` without
//! the new one. The step solves `Q'(t₁) − κ (y₁ − P(t₁)) Σ 1 / (t₁ − tᵢ) = f(t₁, y₁)`, where the sum is over the points
//! of `Q`. Apart from `f` it is linear in the states. In units of the step the left side is `Σ αᵢ yᵢ / h`. So the
//! multiplier `λ` of the equation satisfies `(I − a Jᵀ) μ = ȳ₁` with `λ = a μ` and `a = h / α₁`, and adds `−αᵢ μ / α₁`
//! to the cotangents of earlier states.

use std::collections::VecDeque;

use crate::dynamics::Differentiable;
use crate::error::{Error, Result};
use crate::solver::implicit::TransposedSolver;
use crate::solver::multistep::lagrange::{M, Nodes, dot};
use crate::solver::{OutputCotangent, Past, StepCotangent, StepStart};
use crate::state::State;

/// The cotangent of a point from later steps.
struct Carried<Y> {
    /// The cotangent of its state.
    bar: Y,
    /// The derivative of the loss with respect to its time.
    time: f64,
}

/// The tape of the BDF methods, with the tape of their starting method.
pub struct BackwardTape<F: Differentiable, L: TransposedSolver<F>, S> {
    /// The cotangents of the start of the step and of earlier points, newest first.
    carried: VecDeque<Carried<F::State>>,
    transposed: L::Transposed,
    trace: F::Trace,
    slope: F::State,
    /// The multiplier `λ` of the equation.
    multiplier: F::State,
    /// The state before the start of the solve.
    before: F::State,
    scratch: F::State,
    pub(super) starter: S,
    pub(super) evaluations: u64,
}

impl<F: Differentiable, L: TransposedSolver<F>, S> BackwardTape<F, L, S> {
    /// A tape for a method that looks back on `looks_back` points.
    pub(super) fn new(linear: &L, looks_back: usize, f: &F, y0: &F::State, starter: S) -> Self {
        let carried = |_| Carried { bar: y0.zeros_like(), time: 0.0 };
        Self {
            carried: (0..=looks_back).map(carried).collect(),
            transposed: linear.transposed(f, y0),
            trace: F::Trace::default(),
            slope: y0.zeros_like(),
            multiplier: y0.zeros_like(),
            before: y0.zeros_like(),
            scratch: y0.zeros_like(),
            starter,
            evaluations: 0,
        }
    }

    /// Pulls cotangents back through the step to the last point of `past`.
    ///
    /// # Errors
    /// [`Error::SingularMatrix`] if the transposed equations were not solved.
    pub(super) fn pull_back(
        &mut self,
        (linear, f): (&L, &F),
        past: Past<'_, F::State>,
        kappa: f64,
        outputs: &mut [OutputCotangent<'_, F::State>],
        (ybar, pbar): (&mut F::State, &mut F::Params),
    ) -> Result<StepCotangent> {
        let StepStart { t, h, .. } = past.step();
        let end = past.point(0);
        let k = past.note.formula;
        // The explicit polynomial may reach back to the state before the start.
        let reaches_out = kappa != 0.0 && past.known() == k;
        let time = |i: usize| if i < past.known() { past.point(i + 1).0 } else { past.times[0] - past.note.lead };
        let place = |i: usize| (time(i) - t) / h;
        let implicit = Nodes::new((0..k).map(place).chain([1.0]));

        let mut moved = StepCotangent::default();
        for output in outputs {
            moved.end += self.pull_output(past, &implicit, output, ybar);
        }
        let a = h / ((1.0 - kappa) * implicit.slopes(k)[k]);
        linear.solve_transposed(&mut self.transposed, f, end, a, ybar).map_err(|failure| failure.at(t, h))?;
        self.multiplier.assign(ybar);
        self.multiplier.scale_by(a);
        moved.end += self.pull_slope(f, end, pbar);
        // From here on the multiplier belongs to M Q'.
        if let Some(mass) = f.mass() {
            if reaches_out {
                let expected = "0, that is Bdf, for a gradient with a mass matrix";
                return Err(Error::InvalidArgument { name: "kappa", value: kappa, expected });
            }
            self.scratch.assign(&self.multiplier);
            mass.multiply_transposed(&self.scratch, &mut self.multiplier);
        }
        if reaches_out {
            self.put_before(f, past);
        }
        moved.end += self.pull_implicit(past, &implicit);
        if kappa != 0.0 {
            moved.end += self.pull_correction(past, kappa, &implicit, &Nodes::new((0..=k).map(place)));
        }
        if reaches_out {
            moved.start += self.pull_before(f, past, pbar);
        }
        moved.start += self.leave(ybar);
        Ok(moved)
    }

    /// Pulls back an output, a value of `Q`. Returns the derivative with respect to the end of the step.
    fn pull_output(
        &mut self,
        past: Past<'_, F::State>,
        nodes: &Nodes,
        output: &mut OutputCotangent<'_, F::State>,
        ybar: &mut F::State,
    ) -> f64 {
        let (h, k, w) = (past.step().h, nodes.len() - 1, output.cotangent);
        let (weights, derivative) = (nodes.at(output.theta), nodes.derivative(&self.values(past, k, Some(w))));
        for (i, carried) in self.carried.iter_mut().take(k).enumerate() {
            carried.add(weights[i], w, -weights[i] * derivative[i] / h);
        }
        ybar.add_scaled(weights[k], w);
        // Q' is interpolated from its values at the nodes.
        output.time = dot(&weights, &derivative) / h;
        -weights[k] * derivative[k] / h
    }

    /// Pulls back the slope in the equation. Returns the derivative with respect to its time.
    fn pull_slope(&mut self, f: &F, (t, y): (f64, &F::State), pbar: &mut F::Params) -> f64 {
        f.eval_traced(t, y, &mut self.slope, &mut self.trace);
        self.evaluations += 1;
        // Its cotangent of y₁ is in the matrix of the transposed equations.
        self.scratch.set_zeros();
        f.vjp_traced(&mut self.trace, t, y, &self.multiplier, &mut self.scratch, pbar)
    }

    /// Pulls back `−λ Q'(t₁)` to the earlier points. Returns the derivative with respect to the end of the step.
    fn pull_implicit(&mut self, past: Past<'_, F::State>, nodes: &Nodes) -> f64 {
        let (h, k) = (past.step().h, nodes.len() - 1);
        let slopes = nodes.slopes(k);
        let derivative = nodes.derivative(&self.values(past, k, None));
        let times: [f64; M] = std::array::from_fn(|i| slopes[i] * derivative[i] / (h * h));
        for (i, carried) in self.carried.iter_mut().take(k).enumerate() {
            carried.add(-slopes[i] / h, &self.multiplier, times[i]);
        }
        // A common shift of all times changes nothing.
        -times[..k].iter().sum::<f64>()
    }

    /// Pulls back `λ κ (y₁ − P(t₁)) Σ 1 / (t₁ − tᵢ)` to the earlier points. Returns the derivative with respect to the end
    /// of the step.
    fn pull_correction(&mut self, past: Past<'_, F::State>, kappa: f64, implicit: &Nodes, explicit: &Nodes) -> f64 {
        let (h, k) = (past.step().h, implicit.len() - 1);
        let v = self.values(past, k + 1, None);
        let (predicted, derivative) = (explicit.at(1.0), explicit.derivative(&v));
        let sum = kappa * implicit.slopes(k)[k];
        let correction = -kappa * dot(&predicted, &v);
        let times: [f64; M] = std::array::from_fn(|i| {
            let nearness = if i < k { explicit.nearness(i) } else { 0.0 };
            (sum * predicted[i] * derivative[i] + correction * nearness * nearness) / (h * h)
        });
        for (i, carried) in self.carried.iter_mut().take(k + 1).enumerate() {
            carried.add(-sum * predicted[i] / h, &self.multiplier, times[i]);
        }
        -times[..=k].iter().sum::<f64>()
    }

    /// The products of `w`, or of the multiplier, with the states at the last points before the end of the step,
    /// relative to the last node. A common part of the states does not count.
    fn values(&mut self, past: Past<'_, F::State>, count: usize, w: Option<&F::State>) -> [f64; M] {
        let mut values = [0.0; M];
        let (difference, w) = (&mut self.scratch, w.unwrap_or(&self.multiplier));
        for (i, value) in values[..count].iter_mut().enumerate() {
            difference.assign(if i < past.known() { past.point(i + 1).1 } else { &self.before });
            difference.add_scaled(-1.0, past.point(0).1);
            *value = w.inner(difference);
        }
        values
    }

    /// Recomputes the state before the start of the solve, along the slope at the start.
    fn put_before(&mut self, f: &F, past: Past<'_, F::State>) {
        let (t, y0) = past.point(1);
        f.eval_traced(t, y0, &mut self.slope, &mut self.trace);
        self.evaluations += 1;
        self.before.assign(y0);
        self.before.add_scaled(-past.note.lead, &self.slope);
    }

    /// Pulls that state back to the start of the solve. Returns the derivative with respect to its time.
    fn pull_before(&mut self, f: &F, past: Past<'_, F::State>, pbar: &mut F::Params) -> f64 {
        let (t, y0) = past.point(1);
        let [start, before] = [0, 1].map(|i| std::mem::take(&mut self.carried[i].time));
        self.scratch.set_zeros();
        self.scratch.add_scaled(-past.note.lead, &self.carried[1].bar);
        let (first, rest) = self.carried.make_contiguous().split_at_mut(1);
        first[0].bar.add_scaled(1.0, &rest[0].bar);
        rest[0].bar.set_zeros();
        let slope = f.vjp_traced(&mut self.trace, t, y0, &self.scratch, &mut first[0].bar, pbar);
        start + before + slope
    }

    /// Leaves the step at its start: sets `ybar` to the cotangent of the state there, from this and later steps.
    /// Returns the derivative with respect to that time.
    pub(super) fn leave(&mut self, ybar: &mut F::State) -> f64 {
        let start = &mut self.carried[0];
        ybar.assign(&start.bar);
        start.bar.set_zeros();
        let time = std::mem::take(&mut start.time);
        self.carried.rotate_left(1);
        time
    }

    /// Leaves a step of the starting method. `ybar` already holds the cotangent of the state at its start, from this
    /// step alone.
    pub(super) fn leave_starting_step(&mut self, ybar: &mut F::State) -> f64 {
        self.carried[0].bar.add_scaled(1.0, ybar);
        self.leave(ybar)
    }
}

impl<Y: State> Carried<Y> {
    fn add(&mut self, weight: f64, w: &Y, time: f64) {
        self.bar.add_scaled(weight, w);
        self.time += time;
    }
}
