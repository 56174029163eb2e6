//! Events without derivatives.

use std::rc::Rc;

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
///     Ivp::new(&ball, Vector2::new(1.0, 0.0), 0.0..1.5).event(landing).solve(Dopri5, Pid::new(1e-9, 1e-9))?;
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

/// The settings of an event: its detection, and when it ends the solve.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) direction: Direction,
    pub(super) stop_at: Option<u64>,
    pub(super) at_most: u64,
    pub(super) samples: u32,
    pub(super) tolerance: f64,
}

impl Settings {
    /// The settings of an event that is only recorded.
    pub(super) fn new(direction: Direction) -> Self {
        Self { direction, stop_at: None, at_most: 10_000, samples: 1, tolerance: 0.0 }
    }
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
    /// let solution = Ivp::new(&growth, 1.0, 0.0..1.0).event(doubled).solve(Dopri5, Pid::new(1e-10, 1e-10))?;
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
    /// let solution = Ivp::new(&sine, 0.0, 0.0..7.0).event(zeros).solve(Dopri5, Pid::new(1e-9, 1e-9))?;
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

    /// Ends the solve when the event happens first.
    ///
    /// ```
    /// use rheos::{Dopri5, Event, Ivp, Pid, ode};
    /// use rheos::solution::Ending;
    ///
    /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let half_life = Event::falling(|_t, y: &f64| y - 0.5).terminal();
    /// let solution = Ivp::new(&decay, 1.0, 0.0..10.0).event(half_life).solve(Dopri5, Pid::new(1e-10, 1e-10))?;
    /// assert_eq!(solution.ending, Ending::Event(0));
    /// assert!((solution.last_time() - std::f64::consts::LN_2).abs() < 1e-9);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn terminal(self) -> Self {
        self.stop_at(1)
    }

    /// Ends the solve when the event happens for the `n`-th time, `n ≥ 1`.
    ///
    /// ```
    /// use nalgebra::Vector2;
    /// use rheos::{Dopri5, Event, Ivp, Pid, ode};
    ///
    /// // A harmonic oscillator passes the same point in the same direction once per period.
    /// let oscillator = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = Vector2::new(y[1], -y[0]));
    /// let third = Event::rising(|_t, y: &Vector2<f64>| y[0]).stop_at(3);
    /// let solution = Ivp::new(&oscillator, Vector2::new(0.0, 1.0), 0.0..100.0)
    ///     .event(third)
    ///     .solve(Dopri5, Pid::new(1e-10, 1e-10))?;
    /// assert!((solution.last_time() - 3.0 * std::f64::consts::TAU).abs() < 1e-7);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn stop_at(mut self, n: u64) -> Self {
        self.settings.stop_at = Some(n);
        self
    }

    /// Sets the budget of hits, by default 10 000. One more is an error, [`MaxEvents`](crate::error::Error::MaxEvents).
    ///
    /// ```
    /// use rheos::{Error, Event, Fixed, Ivp, Rk4, ode};
    ///
    /// let clock = ode(|_t, _y: &f64, dy: &mut f64| *dy = 1.0);
    /// let hour = Event::rising(|_t, y: &f64| y - 1.0).reset(|_t, y| *y -= 1.0).at_most(2);
    /// let failure = Ivp::new(&clock, 0.0, 0.0..3.5).event(hour).solve(Rk4, Fixed::steps(7)).unwrap_err();
    /// assert!(matches!(failure.error, Error::MaxEvents { event: 0, hits: 2, .. }));
    /// assert_eq!(failure.partial.hits.len(), 2);
    /// ```
    pub fn at_most(mut self, hits: u64) -> Self {
        self.settings.at_most = hits;
        self
    }

    /// Samples `g` at the ends of `n` equal parts of every step, from 1 to 10 000.
    ///
    /// Sign changes further apart than one part are all found. The cost is `n − 1` interpolations per step, for all
    /// events together, with the largest `n` of them.
    ///
    /// ```
    /// use rheos::{Event, Fixed, Ivp, Rk4, ode};
    ///
    /// // t² − 1 is positive at both ends of the one step from −2 to 2.
    /// let parabola = ode(|t, _y: &f64, dy: &mut f64| *dy = 2.0 * t);
    /// let hits = |event| Ivp::new(&parabola, 3.0, -2.0..2.0).event(event).solve(Rk4, Fixed::steps(1)).unwrap().hits;
    /// assert_eq!(hits(Event::crossing(|_t, y: &f64| *y)).len(), 0);
    /// assert_eq!(hits(Event::crossing(|_t, y: &f64| *y).samples(8)).len(), 2);
    /// ```
    pub fn samples(mut self, n: u32) -> Self {
        self.settings.samples = n;
        self
    }

    /// Locates the event to within `dt` of the interpolated solution; by default to the rounding of the time.
    ///
    /// The time found is never before the event: `g` is zero there, or has its new sign.
    ///
    /// ```
    /// use rheos::{Dopri5, Event, Ivp, Pid, ode};
    ///
    /// let growth = ode(|_t, y: &f64, dy: &mut f64| *dy = *y);
    /// let doubled = Event::rising(|_t, y: &f64| y - 2.0).time_tolerance(1e-3);
    /// let solution = Ivp::new(&growth, 1.0, 0.0..1.0).event(doubled).solve(Dopri5, Pid::new(1e-10, 1e-10))?;
    /// let late = solution.hits[0].t - std::f64::consts::LN_2;
    /// assert!(late > -1e-9 && late < 1e-3);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub fn time_tolerance(mut self, dt: f64) -> Self {
        self.settings.tolerance = dt;
        self
    }
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
