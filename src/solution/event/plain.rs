//! Events without derivatives.

use std::rc::Rc;

use super::settings::{Settings, event_settings};

pub(super) type Condition<'a, Y> = Rc<dyn Fn(f64, &Y) -> f64 + 'a>;
pub(super) type Reset<'a, Y> = Rc<dyn Fn(f64, &mut Y) + 'a>;

/// The sign changes that count, in the direction of integration.
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
    /// Whether a function with this sign arrives at zero in this direction.
    pub(super) fn admits(self, positive: bool) -> bool {
        match self {
            Self::Rising => !positive,
            Self::Falling => positive,
            Self::Both => true,
        }
    }
}

/// An event: the zeros or sign changes of a function `g(t, y)` along the solution.
///
/// By default an event is recorded and the solve continues. An event can end the solve ([`terminal`](Self::terminal),
/// [`stop_at`](Self::stop_at)) and can change the state ([`reset`](Self::reset)).
///
/// The solution is continuous from the right: its value at the time of an event is the state after the reset. Outputs
/// before the event see the solution before it, outputs at its time or later the solution after it. An [`EventRecord`]
/// has both.
///
/// `g` is compared at the ends of the steps, so two sign changes within one step go unnoticed unless `g` is
/// [sampled](Self::samples) in between. If `g` is zero at the start, or still zero after a reset, this is not an event:
/// the solution has to leave the surface `g = 0` first. A reset that carries the state across the surface of another
/// event does not trigger it.
///
/// ```
/// use nalgebra::Vector2;
/// use rheos::{Dopri5, Event, Ivp, Pid, ode};
///
/// // A ball dropped from 1 m keeps 0.8 of its speed: it lands at √(2/g), and again 1.6 √(2/g) later.
/// let ball = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = Vector2::new(y[1], -9.81));
/// let landing = Event::falling(|_t, y: &Vector2<f64>| y[0]).reset(|_t, y| {
///     y[0] = 0.0;
///     y[1] *= -0.8;
/// });
/// let solution =
///     Ivp::new(&ball, Vector2::new(1.0, 0.0), 0.0..1.5).event(landing).solve(Dopri5, Pid::tolerance(1e-9))?;
/// let first = (2.0_f64 / 9.81).sqrt();
/// assert_eq!(solution.hits.len(), 2);
/// assert!((solution.hits[0].t - first).abs() < 1e-12);
/// assert!((solution.hits[1].t - 2.6 * first).abs() < 1e-12);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// To differentiate a solve with events, or the times of events, use
/// [`DifferentiableEvent`](super::DifferentiableEvent)s.
///
/// The closures are boxed, so a list of events can be built at run time. The cost of the calls is negligible next to
/// the cost of a step.
#[derive(Clone)]
#[must_use = "an event is looked for only where it is given to an `Ivp`"]
pub struct Event<'a, Y> {
    pub(super) condition: Condition<'a, Y>,
    pub(super) reset: Option<Reset<'a, Y>>,
    pub(super) settings: Settings,
}

impl<'a, Y> Event<'a, Y> {
    /// Happens where `g(t, y)` changes sign in `direction`.
    pub fn new(direction: Direction, g: impl Fn(f64, &Y) -> f64 + 'a) -> Self {
        Self { condition: Rc::new(g), reset: None, settings: Settings::new(direction) }
    }

    /// Happens where `g(t, y)` rises from below zero.
    ///
    /// ```
    /// use rheos::{Dopri5, Event, Ivp, Pid, ode};
    ///
    /// // e^t passes 2 at ln 2.
    /// let growth = ode(|_t, y: &f64, dy: &mut f64| *dy = *y);
    /// let doubled = Event::rising(|_t, y: &f64| y - 2.0);
    /// let solution = Ivp::new(&growth, 1.0, 0.0..1.0).event(doubled).solve(Dopri5, Pid::tolerance(1e-10))?;
    /// assert!((solution.hits[0].t - std::f64::consts::LN_2).abs() < 1e-9);
    /// assert_eq!(solution.last_time(), 1.0);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn rising(g: impl Fn(f64, &Y) -> f64 + 'a) -> Self {
        Self::new(Direction::Rising, g)
    }

    /// Happens where `g(t, y)` falls from above zero. See [`Event`] for an example.
    pub fn falling(g: impl Fn(f64, &Y) -> f64 + 'a) -> Self {
        Self::new(Direction::Falling, g)
    }

    /// Happens where `g(t, y)` changes sign.
    ///
    /// ```
    /// use rheos::{Dopri5, Event, Ivp, Pid, ode};
    ///
    /// let sine = ode(|t, _y: &f64, dy: &mut f64| *dy = f64::cos(t));
    /// let zeros = Event::crossing(|_t, y: &f64| *y);
    /// let solution = Ivp::new(&sine, 0.0, 0.0..7.0).event(zeros).solve(Dopri5, Pid::tolerance(1e-9))?;
    /// // π and 2π; the zero at the start is not an event.
    /// assert_eq!(solution.hits.len(), 2);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn crossing(g: impl Fn(f64, &Y) -> f64 + 'a) -> Self {
        Self::new(Direction::Both, g)
    }

    /// Changes the state when the event happens, also if it ends the solve.
    ///
    /// A multistep method starts anew, with a new first step. A fixed grid of steps stays in place.
    ///
    /// ```
    /// use rheos::{Event, Fixed, Ivp, Rk4, ode};
    ///
    /// // A clock that is set back by one at every full hour.
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
    /// The index of the event, in the order of addition, from 0.
    pub event: usize,
    /// The time of the event.
    pub t: f64,
    /// The state on the solution when it happened. If several events happen at the same time, their resets are applied
    /// one after another.
    pub before: Y,
    /// The state after the reset, if the event has one.
    pub after: Option<Y>,
}

impl<Y> EventRecord<Y> {
    /// The state from which the solution continues.
    #[must_use]
    pub fn state(&self) -> &Y {
        self.after.as_ref().unwrap_or(&self.before)
    }
}
