//! The settings that both kinds of event have, and their setters.

use super::Direction;

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

/// The setters, for a type with a field `settings`.
macro_rules! event_settings {
    () => {
        /// Ends the solve when the event happens first.
        ///
        /// ```
        /// use rheos::{Dopri5, Event, Ivp, Pid, ode};
        /// use rheos::solution::Ending;
        ///
        /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
        /// let half_life = Event::falling(|_t, y: &f64| y - 0.5).terminal();
        /// let solution = Ivp::new(&decay, 1.0, 0.0..10.0).event(half_life).solve(Dopri5, Pid::tolerance(1e-10))?;
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
        ///     .solve(Dopri5, Pid::tolerance(1e-10))?;
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

        /// Locates the event to within `dt` of the interpolated solution; by default to the rounding of the time. A derivative
        /// belongs to the exact zero of `g`, so it is exact at the default.
        ///
        /// The time found is never before the event: `g` is zero there, or has its new sign.
        ///
        /// ```
        /// use rheos::{Dopri5, Event, Ivp, Pid, ode};
        ///
        /// let growth = ode(|_t, y: &f64, dy: &mut f64| *dy = *y);
        /// let doubled = Event::rising(|_t, y: &f64| y - 2.0).time_tolerance(1e-3);
        /// let solution = Ivp::new(&growth, 1.0, 0.0..1.0).event(doubled).solve(Dopri5, Pid::tolerance(1e-10))?;
        /// let late = solution.hits[0].t - std::f64::consts::LN_2;
        /// assert!(late > -1e-9 && late < 1e-3);
        /// # Ok::<(), rheos::Error>(())
        /// ```
        pub fn time_tolerance(mut self, dt: f64) -> Self {
            self.settings.tolerance = dt;
            self
        }
    };
}

pub(super) use event_settings;
