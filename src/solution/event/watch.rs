//! Finds events in the steps of a solve.

use super::root::{Bracket, narrow};
use super::settings::Settings;
use super::{Event, EventRecord};
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::integrate::{Observer, Step, StepAction, check_after};
use crate::solver::Dense;
use crate::state::{Span, State};

/// An observer that watches a solve for events and records the [hits](EventRecord).
///
/// Use it with [`Integration`](crate::integrate::Integration) or [`Stepper`](crate::solution::Stepper); an
/// [`Ivp`](crate::solution::Ivp) makes its own. Put all events of a solve into one list, before other observers:
/// `(events, others)`.
///
/// ```
/// use rheos::integrate::Integration;
/// use rheos::{Event, Fixed, Rk4, Solver, ode};
/// use rheos::solution::Events;
///
/// let clock = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
/// let mut events = Events::new(vec![Event::rising(|_t, y: &f64| y - 0.3), Event::rising(|_t, y: &f64| y - 0.8)]);
/// let (solver, control) = (&Rk4, &Fixed::steps(2));
/// let integration = Integration { field: &clock, solver, control, span: (0.0..1.0).into(), stops: &[], jumps: &[] };
/// integration.run(0.0, solver.workspace(&clock, &0.0), &mut events);
/// assert_eq!(events.hits().len(), 2);
/// assert!((events.hits()[1].t - 0.8).abs() < 1e-14);
/// ```
#[derive(Debug, Clone)]
pub struct Events<'a, Y> {
    pub(super) events: Vec<Event<'a, Y>>,
    pub(super) places: Vec<Place>,
    /// The time of `places`; `None` before the first step.
    pub(super) t: Option<f64>,
    pub(super) hits: Vec<EventRecord<Y>>,
    pub(super) stopped_by: Option<usize>,
}

/// The position of the solution relative to the surface of an event.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Place {
    /// The value of the function; zero if its sign is not reliable.
    pub(super) g: f64,
    /// The largest value that counts as zero until the solution has left the surface.
    pub(super) noise: f64,
    /// The value of the function at the end of the part of a step that is searched.
    pub(super) ahead: f64,
    pub(super) hits: u64,
    pub(super) last_hit: Option<f64>,
}

/// A sign change that counts.
#[derive(Debug, Clone, Copy)]
struct Crossing {
    event: usize,
    t: f64,
    /// The absolute value of the function at the time found.
    residual: f64,
}

/// The smallest fraction of a step at which a departure from the surface is searched, about the rounding of the step.
const DEPARTURE: f64 = 1.0 / (1_u64 << 52) as f64;

/// The largest number of parts of a step.
const MOST_SAMPLES: u32 = 10_000;

/// Hits of one event accumulate if they are closer than this, relative to the time: their distance must be well above
/// the rounding of the times.
const RESOLUTION: f64 = 1024.0 * f64::EPSILON;

impl<'a, Y: State> Events<'a, Y> {
    /// Watches for `events`; a hit has the index of its event in this list.
    #[must_use]
    pub fn new(events: Vec<Event<'a, Y>>) -> Self {
        Self { events, places: Vec::new(), t: None, hits: Vec::new(), stopped_by: None }
    }

    /// Adds an event.
    pub fn push(&mut self, event: Event<'a, Y>) {
        self.events.push(event);
        self.t = None;
    }

    /// The hits so far, in the order of integration.
    #[must_use]
    pub fn hits(&self) -> &[EventRecord<Y>] {
        &self.hits
    }

    /// The terminal event that ended the solve.
    #[must_use]
    pub fn stopped_by(&self) -> Option<usize> {
        self.stopped_by
    }

    /// Whether there is nothing to watch for.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The hits only.
    pub(crate) fn into_hits(self) -> Vec<EventRecord<Y>> {
        self.hits
    }

    /// Forgets the hits after `t`, when another observer ended the solve or the step.
    pub(crate) fn retreat(&mut self, span: Span, t: f64) {
        while let Some(hit) = self.hits.pop_if(|hit| span.is_after(hit.t, t)) {
            let last = self.hits.iter().rev().find(|earlier| earlier.event == hit.event);
            if let Some(place) = self.places.get_mut(hit.event) {
                place.hits = place.hits.saturating_sub(1);
                place.last_hit = last.map(|earlier| earlier.t);
            }
            if self.stopped_by == Some(hit.event) {
                self.stopped_by = None;
            }
        }
    }

    /// Checks the settings of all events.
    pub(crate) fn validate(&self) -> Result<()> {
        for Event { settings, .. } in &self.events {
            let refuse = |name, value, expected| Err(Error::InvalidArgument { name, value, expected });
            if settings.stop_at == Some(0) {
                return refuse("stop_at", 0.0, "at least 1");
            }
            if !(1..=MOST_SAMPLES).contains(&settings.samples) {
                return refuse("samples", f64::from(settings.samples), "from 1 to 10000");
            }
            if !(settings.tolerance >= 0.0 && settings.tolerance.is_finite()) {
                return refuse("time_tolerance", settings.tolerance, "finite and not negative");
            }
        }
        Ok(())
    }

    /// The function of an event, to be evaluated anywhere.
    pub(crate) fn function(&self, event: usize) -> &dyn Fn(f64, &Y) -> f64 {
        &*self.events[event].condition
    }

    /// The value of the function of an event.
    fn value(&self, event: usize, t: f64, y: &Y) -> Result<f64> {
        let value = (self.events[event].condition)(t, y);
        if value.is_finite() { Ok(value) } else { Err(Error::NonFiniteEvent { event, t, value }) }
    }

    /// Places the solution at a point that does not continue a step. After a jump, `crossings` happened there.
    fn place(&mut self, t: f64, y: &Y, crossings: &[Crossing]) -> Result<()> {
        let unknown = Place { g: 0.0, noise: 0.0, ahead: 0.0, hits: 0, last_hit: None };
        self.places.resize(self.events.len(), unknown);
        for event in 0..self.events.len() {
            let g = self.value(event, t, y)?;
            let residual = crossings.iter().find(|crossing| crossing.event == event).map_or(0.0, |c| c.residual);
            let place = &mut self.places[event];
            place.noise = 2.0 * residual;
            place.g = if g.abs() > place.noise { g } else { 0.0 };
        }
        self.t = Some(t);
        Ok(())
    }

    /// Searches one part of a step, from the last place to `to`.
    fn search<F, S>(&mut self, step: &mut Step<'_, F, S>, to: f64, probe: &mut Y) -> Result<StepAction<Y>>
    where
        F: Dynamics<State = Y>,
        S: Dense<F>,
    {
        step.interpolate(to, probe);
        for event in 0..self.events.len() {
            self.places[event].ahead = self.value(event, to, probe)?;
        }
        let mut crossings = Vec::new();
        for event in 0..self.events.len() {
            crossings.extend(self.crossing(event, step, to, probe)?);
        }
        let direction = if step.is_after(1.0, 0.0) { 1.0 } else { -1.0 };
        crossings.sort_by(|a, b| ((a.t - b.t) * direction).total_cmp(&0.0));

        for together in crossings.chunk_by(|a, b| a.t == b.t) {
            let t = together[0].t;
            step.interpolate(t, probe);
            let h = t - step.t0;
            if !probe.all_finite() {
                return Err(Error::NonFinite { t, h });
            }
            let mut after = probe.clone();
            let mut jumped = false;
            for crossing in together {
                jumped |= self.happen(crossing, h, &mut after)?;
            }
            if self.stopped_by.is_some() {
                return Ok(StepAction::Stop { t, before: probe.clone(), after });
            }
            if jumped {
                self.place(t, &after, together)?;
                return Ok(StepAction::Jump { t, before: probe.clone(), after });
            }
        }
        for place in &mut self.places {
            place.g = place.ahead;
            if place.g != 0.0 {
                place.noise = 0.0;
            }
        }
        self.t = Some(to);
        Ok(StepAction::On)
    }

    /// The next sign change of an event before `to`.
    fn crossing<F, S>(
        &mut self,
        event: usize,
        step: &mut Step<'_, F, S>,
        to: f64,
        probe: &mut Y,
    ) -> Result<Option<Crossing>>
    where
        F: Dynamics<State = Y>,
        S: Dense<F>,
    {
        let Place { g, noise, ahead, .. } = self.places[event];
        let start = self.t.unwrap_or(step.t0);
        let Event { condition, settings: Settings { direction, tolerance, .. }, .. } = &self.events[event];
        let mut value = |t: f64| {
            step.interpolate(t, probe);
            condition(t, probe)
        };
        let near = if g != 0.0 { Some((start, g)) } else { departure(start, to, noise, &mut value) };
        let Some(near) = near else {
            // Still on the surface, unless the value at the end is above the noise.
            self.places[event].ahead = if ahead.abs() > noise { ahead } else { 0.0 };
            return Ok(None);
        };
        let positive = near.1 > 0.0;
        if (ahead > 0.0 && positive) || (ahead < 0.0 && !positive) || !direction.admits(positive) {
            return Ok(None);
        }
        match narrow(Bracket { near, far: (to, ahead) }, *tolerance, value) {
            Ok(found) => Ok(Some(Crossing { event, t: found.far.0, residual: found.far.1.abs() })),
            Err((t, value)) => Err(Error::NonFiniteEvent { event, t, value }),
        }
    }

    /// Records a hit, applies its reset, and returns whether it had one. The last step before it has the length `h`.
    fn happen(&mut self, crossing: &Crossing, h: f64, y: &mut Y) -> Result<bool> {
        let Crossing { event, t, .. } = *crossing;
        let Event { reset, settings: Settings { stop_at, at_most, tolerance, .. }, .. } = &self.events[event];
        let place = &mut self.places[event];
        if place.hits == *at_most {
            return Err(Error::MaxEvents { event, t, hits: place.hits });
        }
        let gap = place.last_hit.map_or(f64::INFINITY, |last| (t - last).abs());
        if reset.is_some() && gap <= (RESOLUTION * t.abs()).max(16.0 * tolerance) {
            return Err(Error::EventsAccumulate { event, t, gap });
        }
        let before = y.clone();
        let after = reset.as_ref().map(|reset| {
            reset(t, y);
            y.clone()
        });
        place.hits += 1;
        place.last_hit = Some(t);
        if self.stopped_by.is_none() && *stop_at == Some(place.hits) {
            self.stopped_by = Some(event);
        }
        let jumped = after.is_some();
        // Checked before a later event of the same time can replace the state.
        let checked = check_after(&before, y, (t, h));
        self.hits.push(EventRecord { event, t, before, after });
        checked?;
        Ok(jumped)
    }
}

/// The first point on the way to `to` at which a function that is zero at `start` exceeds the noise. Two successive
/// points must agree on the sign, so that rounding does not decide.
fn departure(start: f64, to: f64, noise: f64, mut g: impl FnMut(f64) -> f64) -> Option<(f64, f64)> {
    let mut part = DEPARTURE;
    let mut previous: Option<(f64, f64)> = None;
    while part < 1.0 {
        let t = start + part * (to - start);
        part *= 4.0;
        let value = if t == start { 0.0 } else { g(t) };
        if value.abs() <= noise {
            previous = None;
        } else if let Some(first) = previous.filter(|first| (first.1 > 0.0) == (value > 0.0)) {
            return Some(first);
        } else {
            previous = Some((t, value));
        }
    }
    previous
}

impl<F: Dynamics, S: Dense<F>> Observer<F, S> for Events<'_, F::State> {
    fn observe(&mut self, mut step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        if self.events.is_empty() {
            return Ok(StepAction::On);
        }
        // Forgets the hits of a failed attempt at this step.
        self.retreat(Span { t0: step.t0, t1: step.t1 }, step.t0);
        // Consecutive steps share the time between them exactly.
        if self.t != Some(step.t0) {
            self.place(step.t0, step.y0, &[])?;
        }
        let mut probe = step.y1.clone();
        let parts = self.events.iter().map(|event| event.settings.samples).max().unwrap_or(1).max(1);
        for part in 1..parts {
            let to = step.t0 + (step.t1 - step.t0) * (f64::from(part) / f64::from(parts));
            let flow = self.search(&mut step, to, &mut probe)?;
            if !matches!(flow, StepAction::On) {
                return Ok(flow);
            }
        }
        let end = step.t1;
        self.search(&mut step, end, &mut probe)
    }
}
