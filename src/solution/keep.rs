//! Save rules: the parameter `K` of [`Ivp`](crate::solution::Ivp).
//!
//! | rule | saves | made by |
//! |---|---|---|
//! | [`End`] | the end state | [`Ivp::new`](crate::solution::Ivp::new) |
//! | [`At`] | the states at given times, between the steps | [`Ivp::save_at`](crate::solution::Ivp::save_at) |
//! | [`Landing`] | the states at given times, as ends of steps | [`Ivp::land_on`](crate::solution::Ivp::land_on) |
//! | [`Values`] | a function of the states at given times | [`Ivp::save_map`](crate::solution::Ivp::save_map) |
//! | [`Every`] | every `n`-th step | [`Ivp::save_every`](crate::solution::Ivp::save_every) |
//! | [`Continuous`] | a curve | [`Ivp::dense`](crate::solution::Ivp::dense) |
//!
//! | trait | of |
//! |---|---|
//! | [`Keep`] | a rule that a method can follow |
//! | [`Pausable`] | a rule whose outputs so far can be saved and restored |
//! | [`States`] | a rule that saves states, for gradients |
//! | [`Watch`] | the events of a solve, or none |
//! | [`Unobserved`] | a solve without observers, for gradients |

use super::event::EventsRecord;
use super::{Curve, EventRecord, Events, Interpolated, Landed, Mapped, Outputs, Trajectory};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::integrate::Observer;
use crate::solver::{Dense, Solver};
use crate::state::Span;

/// Saves the state at the end only.
#[derive(Debug, Clone, Copy)]
pub struct End;

/// Saves the states at given times, by interpolation, or by landing if the interpolant of the method is [too
/// rough](Dense::LANDS).
#[derive(Debug, Clone, Copy)]
pub struct At<'t>(pub(super) &'t [f64]);

/// Saves the values of a function at given times, by interpolation.
#[derive(Debug, Clone, Copy)]
pub struct Values<'t, G>(pub(super) &'t [f64], pub(super) G);

/// Saves the states at given times, by landing on them.
#[derive(Debug, Clone, Copy)]
pub struct Landing<'t>(pub(super) &'t [f64]);

/// Saves every `n`-th step.
#[derive(Debug, Clone, Copy)]
pub struct Every(pub(super) usize);

/// Saves the solution as a function of time.
#[derive(Debug, Clone, Copy)]
pub struct Continuous;

/// A save rule that the method `S` can follow.
pub trait Keep<'t, F: Dynamics, S: Solver<F>> {
    /// The observer of the solve.
    type Observer: Observer<F, S>;
    /// The saved outputs.
    type Kept;
    /// The times asked for.
    fn times(&self) -> &'t [f64] {
        &[]
    }
    /// The times that the solve must land on.
    fn stops(&self) -> &'t [f64] {
        &[]
    }
    /// The observer, made before the first step.
    fn observer(self, span: Span, y0: &F::State) -> Self::Observer;
    /// The outputs of a solve that ended at `t` with `y`, and their times, given the `times` [asked for](Self::times).
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

/// A rule that saves states at known times, so that the solve can be differentiated.
#[diagnostic::on_unimplemented(
    message = "the outputs of `{Self}` cannot be differentiated",
    label = "`forward` needs states at known times",
    note = "save states with `save_at` or `land_on`, or the end only; apply functions of the state to `run.y`, and pass the \
            cotangents of `run.y` to `run.backward`"
)]
pub trait States<'t> {
    /// The outputs in the form that an adjoint takes.
    fn outputs(&self) -> Outputs<'t>;
}

impl<'t> States<'t> for End {
    fn outputs(&self) -> Outputs<'t> {
        Outputs::End
    }
}

impl<'t> States<'t> for At<'t> {
    fn outputs(&self) -> Outputs<'t> {
        Outputs::At(self.0)
    }
}

impl<'t> States<'t> for Landing<'t> {
    fn outputs(&self) -> Outputs<'t> {
        Outputs::LandingOn(self.0)
    }
}

/// A solve without observers, which could interfere with it in ways that have no derivatives.
#[diagnostic::on_unimplemented(
    message = "a solve with observers cannot be differentiated",
    label = "`forward` takes no observers",
    note = "run the solve again with `solve` to observe it"
)]
pub trait Unobserved {}

impl Unobserved for () {}

/// A rule whose outputs so far can be saved and restored.
pub trait Pausable<'t, F: Dynamics, S: Solver<F>>: Keep<'t, F, S> {
    /// The outputs so far.
    type Record;
    /// The outputs so far, as a value.
    fn record(observer: &Self::Observer) -> Self::Record;
    /// The observer of a solve over `span` that has reached `t` with these outputs.
    ///
    /// # Errors
    /// [`Error::InvalidPaused`](crate::error::Error::InvalidPaused) if they do not fit.
    fn restore(self, record: Self::Record, span: Span, t: f64) -> Result<Self::Observer>;
}

impl<F: Dynamics, S: Solver<F>> Pausable<'_, F, S> for End {
    type Record = ();
    fn record((): &()) {}
    fn restore(self, (): (), _: Span, _: f64) -> Result<()> {
        Ok(())
    }
}

impl<'t, F: Dynamics, S: Dense<F>> Pausable<'t, F, S> for At<'t> {
    type Record = Vec<F::State>;
    fn record(observer: &Self::Observer) -> Vec<F::State> {
        observer.y.clone()
    }
    fn restore(self, y: Vec<F::State>, span: Span, t: f64) -> Result<Self::Observer> {
        Interpolated::restore(self.0, y, span, t)
    }
}

impl<'t, F, S, G, R> Pausable<'t, F, S> for Values<'t, G>
where
    F: Dynamics,
    S: Dense<F>,
    G: FnMut(f64, &F::State) -> R,
    R: Clone,
{
    type Record = Vec<R>;
    fn record(observer: &Self::Observer) -> Vec<R> {
        observer.values.clone()
    }
    fn restore(self, values: Vec<R>, span: Span, t: f64) -> Result<Self::Observer> {
        Mapped::restore(self.0, self.1, values, span, t)
    }
}

impl<'t, F: Dynamics, S: Solver<F>> Pausable<'t, F, S> for Landing<'t> {
    type Record = Vec<F::State>;
    fn record(observer: &Self::Observer) -> Vec<F::State> {
        observer.y.clone()
    }
    fn restore(self, y: Vec<F::State>, span: Span, t: f64) -> Result<Self::Observer> {
        Landed::restore(self.0, y, span, t)
    }
}

impl<F: Dynamics, S: Solver<F>> Pausable<'_, F, S> for Every {
    type Record = Trajectory<F::State>;
    fn record(observer: &Self::Observer) -> Self::Record {
        observer.clone()
    }
    fn restore(self, record: Self::Record, span: Span, t: f64) -> Result<Self::Observer> {
        record.validate(self.0, span, t)?;
        Ok(record)
    }
}

impl<F: Dynamics, S: Dense<F>> Pausable<'_, F, S> for Continuous {
    type Record = Curve<F::State>;
    fn record(observer: &Self::Observer) -> Self::Record {
        observer.clone()
    }
    fn restore(self, record: Self::Record, span: Span, t: f64) -> Result<Self::Observer> {
        record.validate(S::DENSE_DEGREE, span, t)?;
        Ok(record)
    }
}

/// The events of a solve, or none. `()` needs nothing of the method, [`Events`] needs [`Dense`] output.
pub trait Watch<F: Dynamics, S: Solver<F>>: Observer<F, S> {
    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::error::Error::InvalidArgument) names a setting that is out of range.
    fn check(&self) -> Result<()>;
    /// Forgets the events after `t`, when another observer ended a solve over `span`.
    fn retreat(&mut self, span: Span, t: f64);
    /// The event that ended the solve, and all hits.
    fn finish(self) -> (Option<usize>, Vec<EventRecord<F::State>>);
    /// The state of the events.
    type Record;
    /// The state of the events, as a value.
    fn record(&self) -> Self::Record;
    /// Restores the events of a solve over `span` that has reached `t`.
    ///
    /// # Errors
    /// [`Error::InvalidPaused`](crate::error::Error::InvalidPaused) if the record does not fit the events.
    fn restore(&mut self, record: Self::Record, span: Span, t: f64) -> Result<()>;
}

impl<F: Dynamics, S: Solver<F>> Watch<F, S> for () {
    fn check(&self) -> Result<()> {
        Ok(())
    }
    fn retreat(&mut self, _: Span, _: f64) {}
    fn finish(self) -> (Option<usize>, Vec<EventRecord<F::State>>) {
        (None, Vec::new())
    }
    type Record = ();
    fn record(&self) {}
    fn restore(&mut self, (): (), _: Span, _: f64) -> Result<()> {
        Ok(())
    }
}

impl<F: Dynamics, S: Dense<F>> Watch<F, S> for Events<'_, F::State> {
    fn check(&self) -> Result<()> {
        self.validate()
    }
    fn retreat(&mut self, span: Span, t: f64) {
        Events::retreat(self, span, t);
    }
    fn finish(self) -> (Option<usize>, Vec<EventRecord<F::State>>) {
        (self.stopped_by(), self.into_hits())
    }
    type Record = EventsRecord<F::State>;
    fn record(&self) -> Self::Record {
        self.to_record()
    }
    fn restore(&mut self, record: Self::Record, span: Span, t: f64) -> Result<()> {
        self.restore_from(record, span, t)
    }
}
