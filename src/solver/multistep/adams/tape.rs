//! The transpose of an Adams step.
//!
//! A step is an integral of the polynomial `Q` through slopes: `y₁ = y₀ + ∫ Q` over the step, and an output inside is
//! the same integral up to its time. In terms of the slopes, `∫ Q = h Σ Wᵢ fᵢ`, independent of the differences in the
//! step itself. The slope at an accepted point is a function of the state there. Its cotangent is pulled back once, in
//! the last backward step that reads it: the one that starts there.

use std::collections::VecDeque;

use crate::dynamics::Differentiable;
use crate::solver::multistep::lagrange::{M, Nodes, dot};
use crate::solver::{OutputCotangent, Past, StepCotangent, StepStart};
use crate::state::State;

/// The numbers of slopes before the end of a step in its formulas.
#[derive(Debug, Clone, Copy)]
pub(super) struct Formulas {
    /// The number of slopes in the explicit formula.
    pub predictor: usize,
    /// The number in the implicit formula, without the slope at the predicted point; `None` for a method that only
    /// predicts.
    pub corrector: Option<usize>,
}

/// A slope with its cotangent.
struct Slope<F: Differentiable> {
    value: F::State,
    trace: F::Trace,
    /// Whether it has been evaluated.
    is_known: bool,
    /// Its cotangent.
    bar: F::State,
    /// The derivative of the loss with respect to its time, with the values of all slopes fixed.
    time: f64,
}

impl<F: Differentiable> Slope<F> {
    fn new(y0: &F::State) -> Self {
        Self { value: y0.zeros_like(), trace: F::Trace::default(), is_known: false, bar: y0.zeros_like(), time: 0.0 }
    }

    fn clear(&mut self) {
        self.is_known = false;
        self.bar.set_zeros();
        self.time = 0.0;
    }

    fn evaluate(&mut self, f: &F, (t, y): (f64, &F::State)) {
        f.eval_traced(t, y, &mut self.value, &mut self.trace);
        self.is_known = true;
    }

    /// Pulls the cotangent back to the point. Returns the derivative with respect to its time.
    fn pull_back(&mut self, f: &F, (t, y): (f64, &F::State), ybar: &mut F::State, pbar: &mut F::Params) -> f64 {
        self.time + f.vjp_traced(&mut self.trace, t, y, &self.bar, ybar, pbar)
    }
}

/// The slopes of the polynomials of a step.
struct Slopes<F: Differentiable> {
    /// The slopes at the start of the step and at the points before, newest first.
    past: VecDeque<Slope<F>>,
    /// The slope at the predicted point.
    end: Slope<F>,
}

impl<F: Differentiable> Slopes<F> {
    /// The slopes at the first of the `nodes`, and the one at the end of the step if it is the last node.
    fn through(&self, nodes: &Nodes, with_end: bool) -> impl Iterator<Item = &Slope<F>> {
        let past = nodes.len() - usize::from(with_end);
        self.past.range(..past).chain(with_end.then_some(&self.end))
    }

    /// Pulls back the cotangent `w` of `∫ Q` from the start to `θ`. Returns the derivative with respect to the time of `θ`.
    fn pull_integral(&mut self, (nodes, with_end): (&Nodes, bool), h: f64, theta: f64, w: &F::State) -> f64 {
        let mut v = [0.0; M];
        for (v, slope) in v.iter_mut().zip(self.through(nodes, with_end)) {
            *v = w.inner(&slope.value);
        }
        let (weights, derivative) = (nodes.integrals(theta), nodes.derivative(&v));
        let past = nodes.len() - usize::from(with_end);
        let slopes = self.past.range_mut(..past).chain(with_end.then_some(&mut self.end));
        for (i, slope) in slopes.enumerate() {
            slope.bar.add_scaled(h * weights[i], w);
            slope.time -= weights[i] * derivative[i];
        }
        self.past[0].time -= dot(&nodes.at(0.0), &v);
        dot(&nodes.at(theta), &v)
    }
}

/// The tape of the Adams methods, with the tape of their starting method.
pub struct AdamsTape<F: Differentiable, S> {
    slopes: Slopes<F>,
    predicted: F::State,
    predicted_bar: F::State,
    pub(super) starter: S,
    pub(super) evaluations: u64,
}

impl<F: Differentiable, S> AdamsTape<F, S> {
    /// A tape for a method that looks back on `looks_back` points.
    pub(super) fn new(looks_back: usize, y0: &F::State, starter: S) -> Self {
        Self {
            slopes: Slopes { past: (0..=looks_back).map(|_| Slope::new(y0)).collect(), end: Slope::new(y0) },
            predicted: y0.zeros_like(),
            predicted_bar: y0.zeros_like(),
            starter,
            evaluations: 0,
        }
    }

    /// Pulls cotangents back through the step to the last point of `past`.
    pub(super) fn pull_back(
        &mut self,
        f: &F,
        past: Past<'_, F::State>,
        Formulas { predictor, corrector }: Formulas,
        outputs: &mut [OutputCotangent<'_, F::State>],
        (ybar, pbar): (&mut F::State, &mut F::Params),
    ) -> StepCotangent {
        let StepStart { t, h, .. } = past.step();
        let nodes = |count: usize| (1..=count).map(move |i| (past.point(i).0 - t) / h);
        let explicit = Nodes::new(nodes(predictor));
        self.evaluate(f, past, predictor.max(corrector.unwrap_or(0)));
        let implicit = corrector.map(|count| Nodes::new(nodes(count).chain([1.0])));
        if implicit.is_some() {
            self.predict(f, past, &explicit);
        }

        let slopes = &mut self.slopes;
        let integrated = implicit.as_ref().map_or((&explicit, false), |nodes| (nodes, true));
        let mut end = slopes.pull_integral(integrated, h, 1.0, ybar);
        for output in outputs {
            output.time = slopes.pull_integral(integrated, h, output.theta, output.cotangent);
            ybar.add_scaled(1.0, output.cotangent);
        }
        if implicit.is_some() {
            self.predicted_bar.set_zeros();
            end += slopes.end.pull_back(f, (t + h, &self.predicted), &mut self.predicted_bar, pbar);
            end += slopes.pull_integral((&explicit, false), h, 1.0, &self.predicted_bar);
            ybar.add_scaled(1.0, &self.predicted_bar);
        }
        StepCotangent { start: self.leave(f, past, ybar, pbar), end }
    }

    /// Evaluates the last slopes before the end of the step, unless they are known from later steps.
    fn evaluate(&mut self, f: &F, past: Past<'_, F::State>, count: usize) {
        for (i, slope) in self.slopes.past.range_mut(..count).enumerate().filter(|(_, slope)| !slope.is_known) {
            slope.evaluate(f, past.point(i + 1));
            self.evaluations += 1;
        }
    }

    /// Recomputes the predicted point, and the slope there.
    fn predict(&mut self, f: &F, past: Past<'_, F::State>, explicit: &Nodes) {
        let StepStart { t, h, y0 } = past.step();
        self.predicted.assign(y0);
        for (weight, slope) in explicit.integrals(1.0).iter().zip(self.slopes.through(explicit, false)) {
            self.predicted.add_scaled(h * weight, &slope.value);
        }
        self.slopes.end.clear();
        self.slopes.end.evaluate(f, (t + h, &self.predicted));
        self.evaluations += 1;
    }

    /// Leaves the step at its start: pulls back the cotangent of the slope there, from this and later steps. Returns
    /// the derivative with respect to that time.
    pub(super) fn leave(&mut self, f: &F, past: Past<'_, F::State>, ybar: &mut F::State, pbar: &mut F::Params) -> f64 {
        let slope = &mut self.slopes.past[0];
        // A starting step reads no slope of its own; later steps may.
        let time = if slope.is_known { slope.pull_back(f, past.point(1), ybar, pbar) } else { 0.0 };
        slope.clear();
        self.slopes.past.rotate_left(1);
        time
    }
}
