//! The choice of order by E. Hairer & G. Wanner, *Stiff differential equations solved by Radau methods*, J. Comput. Appl.
//! Math. 111 (1999), doi:10.1016/S0377-0427(99)00134-X.

use crate::error::Error;
use crate::solver::kept_states::are_small_counts;

/// An iteration at least as fast as this allows a higher order.
const FAST: f64 = 0.002;

/// An iteration at least as slow as this calls for a lower order.
const SLOW: f64 = 0.8;

/// A slow iteration lowers the order if the step keeps its length up to these ratios: another length changes the rate.
const STEADY: [f64; 2] = [0.8, 1.2];

/// Steps after a decrease in which the order does not increase.
const REST: u32 = 10;

/// The number of stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) enum Stages {
    Three,
    Five,
    Seven,
}

impl Stages {
    pub const fn fewer(self) -> Self {
        match self {
            Self::Three | Self::Five => Self::Three,
            Self::Seven => Self::Five,
        }
    }

    pub const fn more(self) -> Self {
        match self {
            Self::Three => Self::Five,
            Self::Five | Self::Seven => Self::Seven,
        }
    }

    pub const fn number(self) -> usize {
        match self {
            Self::Three => 3,
            Self::Five => 5,
            Self::Seven => 7,
        }
    }

    /// The stages of that number, or of the lowest order.
    pub const fn of_number(number: usize) -> Self {
        match number {
            5 => Self::Five,
            7 => Self::Seven,
            _ => Self::Three,
        }
    }
}

/// The order of the current step, and the reasons to change it.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct RadauOrder {
    stages: Stages,
    /// The last known rate of Newton's iteration at this order.
    rate: Option<f64>,
    /// The length of the last accepted step, and of the last trial.
    past: Option<f64>,
    h: f64,
    /// Steps until the order may increase.
    rest: u32,
    /// Whether the iteration of the last trial failed.
    failed: bool,
    /// Whether this step has been tried before, or has a given order.
    decided: bool,
}

impl RadauOrder {
    pub const fn new() -> Self {
        Self { stages: Stages::Three, rate: None, past: None, h: 0.0, rest: 0, failed: false, decided: false }
    }

    /// Whether a deserialized value is possible.
    pub fn is_possible(&self) -> bool {
        are_small_counts(&[self.rest])
    }

    pub const fn stages(&self) -> Stages {
        self.stages
    }

    /// Sets the order of the next step.
    pub fn follow(&mut self, stages: Stages) {
        self.set(stages);
        self.decided = true;
    }

    /// Chooses the order of a trial of length `h`.
    pub fn begin(&mut self, h: f64) {
        if self.failed {
            self.decrease();
        } else if !self.decided {
            self.choose(h.abs());
        }
        (self.h, self.failed, self.decided) = (h.abs(), false, true);
    }

    fn choose(&mut self, h: f64) {
        let (Some(rate), Some(past)) = (self.rate, self.past) else { return };
        let [least, most] = STEADY;
        if rate >= SLOW && (least..=most).contains(&(h / past)) {
            self.decrease();
        } else if rate <= FAST && self.rest == 0 {
            self.set(self.stages.more());
        }
    }

    fn decrease(&mut self) {
        self.set(self.stages.fewer());
        self.rest = REST;
    }

    fn set(&mut self, stages: Stages) {
        if self.stages != stages {
            (self.stages, self.rate) = (stages, None);
        }
    }

    /// Records the end of a trial, and the rate of its iteration if there was more than one.
    pub fn see(&mut self, error: Option<&Error>, rate: Option<f64>) {
        self.failed = matches!(error, Some(Error::NewtonDiverged { .. }));
        self.rate = rate.or(self.rate);
    }

    /// Moves on to the next step.
    pub fn accept(&mut self) {
        (self.past, self.decided) = (Some(self.h), false);
        self.rest = self.rest.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIVERGED: Error = Error::NewtonDiverged { t: 0.0, h: 1.0 };

    fn step(order: &mut RadauOrder, h: f64, rate: f64) -> usize {
        order.begin(h);
        order.see(None, Some(rate));
        order.accept();
        order.stages().number()
    }

    #[test]
    fn fast_iterations_raise_the_order_and_slow_ones_lower_it() {
        let mut order = RadauOrder::new();
        assert_eq!([0; 4].map(|_| step(&mut order, 1.0, 1e-3)), [3, 5, 7, 7]);
        assert_eq!([0; 3].map(|_| step(&mut order, -1.0, 0.1)), [7, 7, 7], "neither fast nor slow");
        assert_eq!([step(&mut order, 1.0, 0.9), step(&mut order, 0.5, 0.9)], [7, 7], "not with another step");
        assert_eq!(step(&mut order, 0.5, 0.9), 5);
        assert_eq!(step(&mut order, 0.5, 1e-3), 3);
        let rests = [0; 12].map(|_| step(&mut order, 0.5, 1e-3));
        assert_eq!(rests, [3, 3, 3, 3, 3, 3, 3, 3, 3, 5, 7, 7]);
    }

    #[test]
    fn a_failed_iteration_lowers_the_order_of_the_same_step() {
        let mut order = RadauOrder::new();
        let _ = [0; 3].map(|_| step(&mut order, 1.0, 1e-3));
        order.begin(1.0);
        order.see(Some(&DIVERGED), Some(1.5));
        order.begin(0.25);
        assert_eq!(order.stages(), Stages::Five);
        order.see(None, None);
        order.begin(0.1);
        assert_eq!(order.stages(), Stages::Five, "a rejection for the error does not");
    }

    #[test]
    fn a_given_order_holds_for_a_step() {
        let mut order = RadauOrder::new();
        step(&mut order, 1.0, 1e-3);
        order.follow(Stages::Three);
        assert_eq!(step(&mut order, 1.0, 1e-3), 3);
        assert_eq!(step(&mut order, 1.0, 1e-3), 5);
    }
}
