//! Any schedule.

use super::{Cosine, Exponential, OnPlateau, OneCycle};
use crate::error::Result;
use crate::train::check::check_not_negative;

/// A learning rate for each step of training. A number and every schedule of this module convert into it.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::train::{Adam, Cosine, Optimiser, Schedule};
///
/// let (mut model, _) = VanDerPol::problem(1.0);
/// let (mut adam, schedule) = (Adam::new(0.0), Schedule::from(Cosine::new(0.1, 50).warm_up(5)));
/// for step in 0..50 {
///     adam.set_learning_rate(schedule.rate(step)?);
///     adam.step(&mut model, &nalgebra::vector![1.0])?;
/// }
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Schedule {
    /// The same rate for every step.
    Constant(f64),
    /// An exponential decay.
    Exponential(Exponential),
    /// A cosine after a warm-up.
    Cosine(Cosine),
    /// The one-cycle policy.
    OneCycle(OneCycle),
    /// A decay whenever the validation loss stagnates.
    OnPlateau(OnPlateau),
}

impl Schedule {
    /// The learning rate of a step, counted from 0.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::Error::InvalidArgument) for a setting outside its domain, such as a schedule of
    /// no steps.
    pub fn rate(&self, step: u64) -> Result<f64> {
        match self {
            Self::Constant(rate) => check_not_negative("rate", *rate).map(|()| *rate),
            Self::Exponential(schedule) => schedule.rate(step),
            Self::Cosine(schedule) => schedule.rate(step),
            Self::OneCycle(schedule) => schedule.rate(step),
            Self::OnPlateau(schedule) => schedule.rate(),
        }
    }

    /// Reports a validation loss, to which [`OnPlateau`] reacts.
    ///
    /// # Errors
    /// The errors of [`OnPlateau::observe`].
    pub fn observe(&mut self, validation_loss: f64) -> Result<()> {
        match self {
            Self::OnPlateau(schedule) => schedule.observe(validation_loss),
            Self::Constant(_) | Self::Exponential(_) | Self::Cosine(_) | Self::OneCycle(_) => Ok(()),
        }
    }
}

impl From<f64> for Schedule {
    fn from(rate: f64) -> Self {
        Self::Constant(rate)
    }
}

macro_rules! from {
    ($($schedule:ident),*) => {
        $(impl From<$schedule> for Schedule {
            fn from(schedule: $schedule) -> Self {
                Self::$schedule(schedule)
            }
        })*
    };
}

from!(Exponential, Cosine, OneCycle, OnPlateau);

#[cfg(test)]
mod tests {
    use super::Schedule;
    use crate::error::Error;
    use crate::train::schedule::{Cosine, Exponential, OnPlateau, OneCycle};

    #[test]
    fn every_schedule_converts() {
        let cosine = Cosine::new(0.1, 20).warm_up(3);
        assert_eq!(Schedule::from(cosine).rate(7), cosine.rate(7));
        assert_eq!(Schedule::from(Exponential::new(0.1, 0.5)).rate(2), Ok(0.025));
        assert_eq!(Schedule::from(OneCycle::new(0.1, 20)).rate(9), OneCycle::new(0.1, 20).rate(9));
        let mut plateau = Schedule::from(OnPlateau::new(0.25).patience(0).factor(0.5));
        for (loss, rate) in [(1.0, 0.25), (1.0, 0.125), (0.5, 0.125)] {
            plateau.observe(loss).unwrap();
            assert_eq!(plateau.rate(3), Ok(rate));
        }
        let mut constant = Schedule::from(0.3);
        constant.observe(1.0).unwrap();
        assert_eq!(constant.rate(u64::MAX), Ok(0.3));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let refused = Schedule::from(bad).rate(0);
            assert!(matches!(refused, Err(Error::InvalidArgument { name: "rate", .. })), "{refused:?}");
        }
    }

    /// Also between two reported losses.
    #[cfg(feature = "serde")]
    #[test]
    fn a_restored_schedule_continues() {
        let losses = [0.1 + 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3];
        let mut schedule = Schedule::from(OnPlateau::new(0.3).patience(1).factor(0.7));
        let mut restored = schedule;
        for loss in losses {
            let text = serde_json::to_string(&restored).unwrap();
            restored = serde_json::from_str(&text).unwrap();
            schedule.observe(loss).unwrap();
            restored.observe(loss).unwrap();
            assert_eq!(restored, schedule);
        }
        assert_eq!(schedule.rate(0), Ok(0.3 * 0.7 * 0.7 * 0.7));
        for schedule in [Cosine::new(0.1, 20).into(), OneCycle::new(0.1, 20).into(), Exponential::new(0.1, 0.3).into()]
        {
            let text = serde_json::to_string::<Schedule>(&schedule).unwrap();
            assert_eq!(serde_json::from_str::<Schedule>(&text).unwrap(), schedule);
        }
    }
}
