//! The way back across one event.

use super::EventCotangents;
use super::approach::Approach;
use super::timeline::Timeline;
use crate::{Differentiable, Error, Hybrid, Parametric, Result, State};

/// Pulls cotangents back across the events of a solve; see the [module](super) for the equation.
pub(super) struct Saltation<'a, F: Differentiable> {
    problem: &'a Hybrid<'a, F>,
    timeline: &'a Timeline<F::State>,
    cotangents: &'a EventCotangents<F::State>,
    /// The gradient of the function of an event.
    normal: F::State,
    normal_params: F::Params,
}

/// The cotangents of the start of a piece: of its state, and of its time with the state held.
pub(super) struct StartCotangent<Y> {
    pub y: Y,
    pub t: f64,
}

/// How often a rate must exceed its uncertainty, so as to count as one.
const MARGIN: f64 = 16.0;

impl<'a, F: Differentiable> Saltation<'a, F> {
    pub fn new(
        problem: &'a Hybrid<'a, F>,
        timeline: &'a Timeline<F::State>,
        cotangents: &'a EventCotangents<F::State>,
    ) -> Self {
        let normal = timeline.pieces[0].y0.zeros_like();
        Self { problem, timeline, cotangents, normal, normal_params: problem.params().zeros_like() }
    }

    /// The cotangent, at the time of the `i`-th hit, of the solution before it. `following` is that of the piece behind, if
    /// the event has a reset.
    pub fn across(
        &mut self,
        i: usize,
        following: Option<StartCotangent<F::State>>,
        pbar: &mut F::Params,
    ) -> Result<F::State> {
        let (hit, bar) = (&self.timeline.hits[i], &self.cotangents.hits[i]);
        let event = &self.problem.events()[hit.event];
        let (f, at) = (self.problem.field(), (hit.t, &hit.before));
        let mut ybar = bar.before.clone();
        let mut time = bar.t;
        if let Some(StartCotangent { y: mut after, t }) = following {
            after.add_scaled(1.0, &bar.after);
            time += t + event.reset_vjp(f, at, &after, &mut ybar, pbar);
        } else {
            ybar.add_scaled(1.0, &bar.after);
        }
        // What nothing depends on may have no derivative.
        if time == 0.0 && ybar.inner(&ybar) == 0.0 {
            return Ok(ybar);
        }

        self.normal.set_zeros();
        self.normal_params.set_zeros();
        let in_time = event.condition_vjp(f, at, 1.0, &mut self.normal, &mut self.normal_params);
        let approach = &self.timeline.approaches[i];
        let rate = in_time + self.normal.inner(&approach.velocity);
        let limit = MARGIN * self.uncertainty(approach, at, in_time);
        if rate.is_nan() || rate.abs() <= limit {
            return Err(Error::Grazing { event: hit.event, t: hit.t, rate, limit });
        }
        let alpha = -(time + ybar.inner(&approach.velocity)) / rate;
        ybar.add_scaled(alpha, &self.normal);
        pbar.add_scaled(alpha, &self.normal_params);
        Ok(ybar)
    }

    /// How well the rate of the function along the solution is known: up to the rounding of its terms; and where the
    /// solution grazes, its rate `ġ` depends on the height `δ` it is taken at by `ġ² = 2 g̈ δ`, and no height is known better
    /// than by its rounding.
    fn uncertainty(&self, approach: &Approach<F::State>, (t, y): (f64, &F::State), in_time: f64) -> f64 {
        let rounding = self.normal.rounding();
        let normal = self.normal.coordinates();
        let terms = |x: &F::State| normal.iter().zip(x.coordinates()).map(|(n, x)| (n * x).abs()).sum::<f64>();
        let of_rate = rounding * (in_time.abs() + terms(&approach.velocity));
        let height = rounding * approach.size.max((in_time * t).abs() + terms(y));
        of_rate.max((height * approach.bend).sqrt())
    }
}
