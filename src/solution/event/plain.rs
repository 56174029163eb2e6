//! An event that is found and acted on.

use std::rc::Rc;

use super::settings::{Settings, event_settings};

pub(super) type Condition<'a, Y> = Rc<dyn Fn(f64, &Y) -> f64 + 'a>;
pub(super) type Reset<'a, Y> = Rc<dyn Fn(f64, &mut Y) + 'a>;

/// Which changes of sign count, seen in the direction of integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From negative to zero or positive.
    Rising,
    /// From positive to zero or negative.
    Falling,
    /// Either.
    Both,
}

impl Direction {
    /// Whether a function that comes from this side arrives in this direction.
    pub(super) fn admits(self, positive: bool) -> bool {
        match self {
            Self::Rising => !positive,
            Self::Falling => positive,
            Self::Both => true,
        }
    }
}

/// Something that happens where a function `g(t, y)` of the solution reaches zero or changes sign.
///
/// By itself an event is noted, and the solve goes on. It can end the solve ([`terminal`](Self::terminal),
/// [`stop_at`](Self::stop_at)) and it can change the state ([`reset`](Self::reset)).
///
/// The solution is continuous from the right: its value at the time of an event is the state after the reset. Save times
/// before the event see the solution before, those at it or later the solution after; a [`EventRecord`] has both.
///
/// `g` is compared at the ends of the steps, so two changes of sign within one step cancel each other unless it is
/// [sampled](Self::samples) in between. Where `g` is zero at the start, or still zero after a reset, nothing happens: the
/// event waits until the solution has left the surface. A state that a reset carries across the surface of another event
/// does not meet it.
///
/// ```
/// use nalgebra::Vector2;
/// use rheos::{Dopri5, Event, Ivp, Pid, ode};
///
/// // A ball dropped from 1 m that keeps 0.8 of its speed: it lands at √(2/g) and, v√(2/g) being 0.8, again 1.6 √(2/g) later.
/// let ball = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = Vector2::new(y[1], -9.81));
/// let landing = Event::falling(|_t, y: &Vector2<f64>| y[0]).reset(|_t, y| {
///     y[0] = 0.0;
///     y[1] *= -0.8;
/// });
/// let solution =
///     Ivp::new(&ball, Vector2::new(1.0, 0.0), 0.0..1.5).event(landing).solve(Dopri5, Pid::new(1e-9, 1e-9))?;
/// let first = (2.0_f64 / 9.81).sqrt();
/// assert_eq!(solution.hits.len(), 2);
/// assert!((solution.hits[0].t - first).abs() < 1e-12);
/// assert!((solution.hits[1].t - 2.6 * first).abs() < 1e-12);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// To differentiate a solve with events, or the times at which they happen, give them derivatives: [`DifferentiableEvent`](super::DifferentiableEvent).
///
/// The closures are behind pointers: a list of events may be made while the program runs, and a call for each event and
/// step is nothing beside the step.
#[derive(Clone)]
#[must_use = "an event is looked for only where it is given to an `Ivp`"]
pub struct Event<'a, Y> {
    pub(super) condition: Condition<'a, Y>,
    pub(super) reset: Option<Reset<'a, Y>>,
    pub(super) settings: Settings,
}

impl<'a, Y> Event<'a, Y> {
    /// Where `g(t, y)` changes sign in `direction`.
    pub fn new(direction: Direction, g: impl Fn(f64, &Y) -> f64 + 'a) -> Self {
        Self { condition: Rc::new(g), reset: None, settings: Settings::new(direction) }
    }

    /// Where `g(t, y)` comes from below zero.
    ///
    /// ```
    /// use rheos::{Dopri5, Event, Ivp, Pid, ode};
    ///
    /// // e^t passes 2 at ln 2.
    /// let growth = ode(|_t, y: &f64, dy: &mut f64| *dy = *y);
    /// let doubled = Event::rising(|_t, y: &f64| y - 2.0);
    /// let solution = Ivp::new(&growth, 1.0, 0.0..1.0).event(doubled).solve(Dopri5, Pid::new(1e-10, 1e-10))?;
    /// assert!((solution.hits[0].t - std::f64::consts::LN_2).abs() < 1e-9);
    /// assert_eq!(solution.last_time(), 1.0);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn rising(g: impl Fn(f64, &Y) -> f64 + 'a) -> Self {
        Self::new(Direction::Rising, g)
    }

    /// Where `g(t, y)` comes from above zero. See [`Event`] for an example.
    pub fn falling(g: impl Fn(f64, &Y) -> f64 + 'a) -> Self {
        Self::new(Direction::Falling, g)
    }

    /// Where `g(t, y)` changes sign.
    ///
    /// ```
    /// use rheos::{Dopri5, Event, Ivp, Pid, ode};
    ///
    /// let sine = ode(|t, _y: &f64, dy: &mut f64| *dy = f64::cos(t));
    /// let zeros = Event::crossing(|_t, y: &f64| *y);
    /// let solution = Ivp::new(&sine, 0.0, 0.0..7.0).event(zeros).solve(Dopri5, Pid::new(1e-9, 1e-9))?;
    /// // π and 2π; the zero at the start is not an event.
    /// assert_eq!(solution.hits.len(), 2);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn crossing(g: impl Fn(f64, &Y) -> f64 + 'a) -> Self {
        Self::new(Direction::Both, g)
    }

    /// Changes the state when the event happens, also where it ends the solve.
    ///
    /// A method that remembers earlier steps starts anew, with a step chosen as at the start. A fixed grid of steps stays
    /// where it is.
    ///
    /// ```
    /// use rheos::{Event, Fixed, Ivp, Rk4, ode};
    ///
    /// // A clock that is turned back by one at every full hour.
    /// let clock = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
    /// let hour = Event::rising(|_t, y: &f64| y - 1.0).reset(|_t, y| *y -= 1.0);
    /// let solution = Ivp::new(&clock, 0.0, 0.0..3.5).event(hour).solve(Rk4, Fixed::steps(7))?;
    /// assert_eq!(solution.hits.len(), 3);
    /// assert!((solution.last() - 0.5).abs() < 1e-14);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn reset(mut self, reset: impl Fn(f64, &mut Y) + 'a) -> Self {
        self.reset = Some(Rc::new(reset));
        self
    }

    event_settings!();
}

impl<Y> std::fmt::Debug for Event<'_, Y> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Event")
            .field("resets", &self.reset.is_some())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// An event that happened.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EventRecord<Y> {
    /// Which event, by its place in the order they were added, from 0.
    pub event: usize,
    /// When.
    pub t: f64,
    /// The state when it happened, on the solution. Where several events happen at the same time, their resets follow
    /// one another.
    pub before: Y,
    /// The state after the reset, if the event has one.
    pub after: Option<Y>,
}

impl<Y> EventRecord<Y> {
    /// The state with which the solution goes on from this event.
    #[must_use]
    pub fn state(&self) -> &Y {
        self.after.as_ref().unwrap_or(&self.before)
    }
}
