//! The backward pass across one event.
//!
//! At the time `t` with `g(t, y) = 0` an event replaces the state `y` by `r(t, y)`. Let `μ` be the cotangent of the
//! state after the event, and `λ₀` the sum of `(∂r/∂y)ᵀ μ` and the cotangent of the state before. Let `T` be the
//! derivative of the loss with respect to `t` with the states held: through `r`, through the start of the later
//! solution, and directly. Let `ẏ` be the velocity before the event. The condition `g(t, y(t)) = 0` determines how `t`
//! moves with the solution. Eliminating `t` gives the cotangent before the event
//!
//! `λ = λ₀ + α ∂g/∂y`, with `α = −(T + λ₀ᵀ ẏ) / (∂g/∂t + (∂g/∂y)ᵀ ẏ)`,
//!
//! and the parameters get `(∂r/∂θ)ᵀ μ + α ∂g/∂θ`. This is the transpose of the saltation matrix, or jump condition of the
//! sensitivities, of I. A. Hiskens & M. A. Pai, *Trajectory sensitivity analysis of hybrid systems*, IEEE Trans. Circuits
//! Syst. I 47 (2000), doi:10.1109/81.828574; R. T. Q. Chen, B. Amos & M. Nickel, *Learning neural event functions for ordinary
//! differential equations*, ICLR 2021 (arXiv:2011.03902), train with it.

use super::approach::Approach;
use super::cotangents::CotangentsRef;
use super::finite::check_step;
use super::problem::Problem;
use super::timeline::Timeline;
use crate::dynamics::Differentiable;
use crate::error::{Error, Result};
use crate::solution::{DifferentiableEvent, Ending};
use crate::state::{Span, State};

/// Pulls cotangents back across the events of a solve; see the [module](self) for the equation.
pub(super) struct Saltation<'a, F: Differentiable> {
    field: &'a F,
    events: &'a [DifferentiableEvent<'a, F>],
    timeline: &'a Timeline<F::State>,
    cotangents: CotangentsRef<'a, F::State>,
    /// The gradient of the function of an event; made for the first of them.
    normal: Option<(F::State, F::Params)>,
}

/// The cotangents of the start of a piece: of its state, and of its time with the state held constant.
pub(super) struct StartCotangent<Y> {
    pub y: Y,
    pub t: f64,
}

/// A rate counts as nonzero if it exceeds its uncertainty by this factor.
const MARGIN: f64 = 16.0;

impl<'a, F: Differentiable> Saltation<'a, F> {
    pub fn new<S, C>(
        problem: &Problem<'a, F, S, C>,
        timeline: &'a Timeline<F::State>,
        cotangents: CotangentsRef<'a, F::State>,
    ) -> Self {
        Self { field: problem.field, events: problem.events, timeline, cotangents, normal: None }
    }

    /// The cotangent of the solution before the `i`-th hit, at the time of the hit. `following` is the cotangent of the
    /// piece after it, if the event has a reset.
    ///
    /// # Errors
    /// [`Error::Grazing`] if an event that the loss depends on has no derivative, and [`Error::NonFiniteDerivative`].
    pub fn across(
        &mut self,
        i: usize,
        following: Option<StartCotangent<F::State>>,
        pbar: &mut F::Params,
    ) -> Result<F::State> {
        let (f, hit, approach) = (self.field, &self.timeline.hits[i], &self.timeline.approaches[i]);
        let Some(event) = self.events.get(hit.event) else {
            return Err(Error::LengthMismatch { name: "events", found: self.events.len(), expected: hit.event + 1 });
        };
        let at = (hit.t, &hit.before);
        let mut ybar = hit.before.zeros_like();
        let mut time =
            self.of_hit(i, following, &mut ybar, |after, t, ybar| t + event.reset_vjp(f, at, after, ybar, pbar));
        // An event that the loss does not depend on may have no derivative.
        if time == 0.0 && ybar.coordinates().iter().all(|bar| *bar == 0.0) {
            return Ok(ybar);
        }

        let (normal, normal_params) = self.normal.get_or_insert_with(|| (ybar.zeros_like(), f.params().zeros_like()));
        normal.set_zeros();
        normal_params.set_zeros();
        let in_time = event.condition_vjp(f, at, 1.0, normal, normal_params);
        let rate = in_time + normal.inner(&approach.velocity);
        let limit = MARGIN * uncertainty(approach, normal, at, in_time);
        if rate.is_nan() || rate.abs() <= limit {
            return Err(Error::Grazing { event: hit.event, t: hit.t, rate, limit });
        }
        time += ybar.inner(&approach.velocity);
        let alpha = -time / rate;
        ybar.add_scaled(alpha, normal);
        pbar.add_scaled(alpha, normal_params);
        check_step(&ybar, Span { t0: hit.t, t1: hit.t })?;
        Ok(ybar)
    }

    /// Adds to `ybar` the cotangent of the state before the `i`-th hit, from the loss and from the next piece; `reset`
    /// pulls a cotangent of the state after the hit back. Returns the cotangent of the time of the hit.
    fn of_hit(
        &self,
        i: usize,
        following: Option<StartCotangent<F::State>>,
        ybar: &mut F::State,
        reset: impl FnOnce(&F::State, f64, &mut F::State) -> f64,
    ) -> f64 {
        let bar = self.cotangents.hits.map(|hits| &hits[i]);
        let ended = matches!(self.timeline.ending, Ending::Event(_)) && i + 1 == self.timeline.hits.len();
        let end = self.cotangents.y.first().filter(|_| ended && self.timeline.keeps_end);
        let of_after = bar.map(|bar| &bar.after).into_iter().chain(end);
        let mut time = bar.map_or(0.0, |bar| bar.t);
        if let Some(bar) = bar {
            ybar.add_scaled(1.0, &bar.before);
        }
        match following {
            Some(StartCotangent { y: mut after, t }) => {
                of_after.for_each(|bar| after.add_scaled(1.0, bar));
                time += reset(&after, t, ybar);
            }
            None => of_after.for_each(|bar| ybar.add_scaled(1.0, bar)),
        }
        time
    }
}

/// The uncertainty of the rate of an event function along the solution.
///
/// It has two parts: the rounding of the terms of the rate, and, near a grazing, the rounding of the height `δ` at
/// which the rate `ġ` is taken, since `ġ² = 2 g̈ δ`.
fn uncertainty<Y: State>(approach: &Approach<Y>, normal: &Y, (t, y): (f64, &Y), in_time: f64) -> f64 {
    let rounding = normal.rounding();
    let coordinates = normal.coordinates();
    let terms = |x: &Y| coordinates.iter().zip(x.coordinates()).map(|(n, x)| (n * x).abs()).sum::<f64>();
    let of_rate = rounding * (in_time.abs() + terms(&approach.velocity));
    let height = rounding * approach.size.max((in_time * t).abs() + terms(y));
    of_rate.max((height * approach.bend).sqrt())
}
