//! What of a solution is kept: the type parameters of [`Ivp`](crate::Ivp).

use super::{Curve, Events, Hit, Interpolated, Landed, Mapped, Trajectory};
use crate::integrate::{Bridge, Jump, Observer};
use crate::{Dense, Dynamics, Result, Solver, Span, State};

/// Only the state at the end.
#[derive(Debug, Clone, Copy)]
pub struct End;

/// The states at given times, by interpolation, or by landing where the interpolant of the method is [too
/// rough](Dense::LANDS).
#[derive(Debug, Clone, Copy)]
pub struct At<'t>(pub(super) &'t [f64]);

/// The values of a function at given times, by interpolation.
#[derive(Debug, Clone, Copy)]
pub struct Values<'t, G>(pub(super) &'t [f64], pub(super) G);

/// The states at given times, by landing on them.
#[derive(Debug, Clone, Copy)]
pub struct Landing<'t>(pub(super) &'t [f64]);

/// Every `n`-th step.
#[derive(Debug, Clone, Copy)]
pub struct Every(pub(super) usize);

/// The solution as a function of time.
#[derive(Debug, Clone, Copy)]
pub struct Continuous;

/// What `keep` says, of a solve over a field that jumps at given times.
#[derive(Debug, Clone, Copy)]
pub struct Across<'t, K> {
    pub(super) times: &'t [f64],
    pub(super) keep: K,
}

/// A rule of what to keep, usable with the method `S`.
pub trait Keep<'t, F: Dynamics, S: Solver<F>> {
    /// What watches the solve.
    type Observer: Observer<F, S>;
    /// What is kept.
    type Kept;
    /// The times asked for.
    fn times(&self) -> &'t [f64] {
        &[]
    }
    /// The times the solve must land on.
    fn stops(&self) -> &'t [f64] {
        &[]
    }
    /// Where the field jumps.
    ///
    /// # Errors
    /// A time that is not a number; a jump where the method does not [stay inside](Solver::STAYS_INSIDE) its steps.
    fn jumps(&self, span: Span) -> Result<Vec<Jump>> {
        let _ = span;
        Ok(Vec::new())
    }
    /// Made before the first step.
    fn observer(self, span: Span, y0: &F::State) -> Self::Observer;
    /// What was kept of a solve that came to `t` with `y`, and the times of it, given [those](Self::times) asked for.
    fn finish(observer: Self::Observer, times: &[f64], t: f64, y: &F::State) -> (Vec<f64>, Self::Kept);
}

impl<'t, F: Dynamics, S: Solver<F>> Keep<'t, F, S> for End {
    type Observer = ();
    type Kept = Vec<F::State>;
    fn observer(self, _: Span, _: &F::State) {}
    fn finish((): (), _: &[f64], t: f64, y: &F::State) -> (Vec<f64>, Vec<F::State>) {
        (vec![t], vec![y.clone()])
    }
}

impl<'t, F: Dynamics, S: Dense<F>> Keep<'t, F, S> for At<'t> {
    type Observer = Interpolated<'t, F::State>;
    type Kept = Vec<F::State>;
    fn times(&self) -> &'t [f64] {
        self.0
    }
    fn stops(&self) -> &'t [f64] {
        if S::LANDS { self.0 } else { &[] }
    }
    fn observer(self, span: Span, y0: &F::State) -> Self::Observer {
        Interpolated::new(self.0, span.t0, y0)
    }
    fn finish(observer: Self::Observer, times: &[f64], _: f64, _: &F::State) -> (Vec<f64>, Vec<F::State>) {
        (times[..observer.y.len()].to_vec(), observer.y)
    }
}

impl<'t, F: Dynamics, S: Dense<F>, G: FnMut(f64, &F::State) -> R, R> Keep<'t, F, S> for Values<'t, G> {
    type Observer = Mapped<'t, G, R>;
    type Kept = Vec<R>;
    fn times(&self) -> &'t [f64] {
        self.0
    }
    fn stops(&self) -> &'t [f64] {
        if S::LANDS { self.0 } else { &[] }
    }
    fn observer(self, span: Span, y0: &F::State) -> Self::Observer {
        Mapped::new(self.0, self.1, span.t0, y0)
    }
    fn finish(observer: Self::Observer, times: &[f64], _: f64, _: &F::State) -> (Vec<f64>, Vec<R>) {
        (times[..observer.values.len()].to_vec(), observer.values)
    }
}

impl<'t, F: Dynamics, S: Solver<F>> Keep<'t, F, S> for Landing<'t> {
    type Observer = Landed<'t, F::State>;
    type Kept = Vec<F::State>;
    fn times(&self) -> &'t [f64] {
        self.0
    }
    fn stops(&self) -> &'t [f64] {
        self.0
    }
    fn observer(self, span: Span, y0: &F::State) -> Self::Observer {
        Landed::new(self.0, span.t0, y0)
    }
    fn finish(observer: Self::Observer, times: &[f64], _: f64, _: &F::State) -> (Vec<f64>, Vec<F::State>) {
        (times[..observer.y.len()].to_vec(), observer.y)
    }
}

impl<'t, F: Dynamics, S: Solver<F>> Keep<'t, F, S> for Every {
    type Observer = Trajectory<F::State>;
    type Kept = Vec<F::State>;
    fn observer(self, span: Span, y0: &F::State) -> Self::Observer {
        Trajectory::new(self.0, span.t0, y0)
    }
    fn finish(observer: Self::Observer, _: &[f64], _: f64, _: &F::State) -> (Vec<f64>, Vec<F::State>) {
        (observer.t, observer.y)
    }
}

impl<'t, F: Dynamics, S: Dense<F>> Keep<'t, F, S> for Continuous {
    type Observer = Curve<F::State>;
    type Kept = Curve<F::State>;
    fn observer(self, span: Span, y0: &F::State) -> Self::Observer {
        Curve::new(span.t0, y0)
    }
    fn finish(observer: Self::Observer, _: &[f64], _: f64, _: &F::State) -> (Vec<f64>, Curve<F::State>) {
        let Span { t0, t1 } = observer.span();
        (vec![t0, t1], observer)
    }
}

impl<'t, F: Dynamics, S: Solver<F>, K: Keep<'t, F, S>> Keep<'t, F, S> for Across<'_, K> {
    type Observer = Bridge<K::Observer>;
    type Kept = K::Kept;
    fn times(&self) -> &'t [f64] {
        self.keep.times()
    }
    fn stops(&self) -> &'t [f64] {
        self.keep.stops()
    }
    fn jumps(&self, span: Span) -> Result<Vec<Jump>> {
        let jumps = Jump::inside(span, self.times)?;
        if !S::STAYS_INSIDE && !jumps.is_empty() {
            let expected = "absent, since the method evaluates the field beyond its steps";
            return Err(crate::Error::InvalidEntry { name: "jumps_at", index: 0, value: self.times[0], expected });
        }
        Ok(jumps)
    }
    fn observer(self, span: Span, y0: &F::State) -> Self::Observer {
        Bridge::new(self.keep.observer(span, y0), Jump::inside(span, self.times).unwrap_or_default())
    }
    fn finish(observer: Self::Observer, times: &[f64], t: f64, y: &F::State) -> (Vec<f64>, K::Kept) {
        K::finish(observer.inner, times, t, y)
    }
}

/// The events of a solve, or none: `()` asks nothing of the method, [`Events`] need [`Dense`] output.
pub trait Watch<F: Dynamics, S: Solver<F>>: Observer<F, S> {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) names the one that is out of range.
    fn check(&self) -> Result<()>;
    /// The event that ended the solve, and all hits.
    fn finish(self) -> (Option<usize>, Vec<Hit<F::State>>);
}

impl<F: Dynamics, S: Solver<F>> Watch<F, S> for () {
    fn check(&self) -> Result<()> {
        Ok(())
    }
    fn finish(self) -> (Option<usize>, Vec<Hit<F::State>>) {
        (None, Vec::new())
    }
}

impl<F: Dynamics, S: Dense<F>> Watch<F, S> for Events<'_, F::State> {
    fn check(&self) -> Result<()> {
        self.validate()
    }
    fn finish(self) -> (Option<usize>, Vec<Hit<F::State>>) {
        (self.stopped_by(), self.into_hits())
    }
}

/// No events yet.
impl<Y: State> From<()> for Events<'_, Y> {
    fn from((): ()) -> Self {
        Self::new(Vec::new())
    }
}
