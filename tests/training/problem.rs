//! A small classification: whether a sequence rises or falls.

use rheos::nn::{Gru, Linear, Net, Recurrence, Sequence};
use rheos::train::{SequenceData, uniform};
use rheos::{Parametric, Result};

/// A GRU with four units and two classes.
pub type Model = Sequence<Recurrence<Net<Gru<f64, 1, 4>>>, Net<Linear<f64, 4, 2>>>;

pub fn model() -> Model {
    let mut numbers = uniform(1);
    Sequence {
        block: Recurrence(Net::new(Gru::uniform(&mut numbers))),
        readout: Net::new(Linear::uniform(&mut numbers)),
    }
}

/// Noisy sequences of the lengths 4 to 8, and the classes of their slopes.
pub fn data(sequences: usize) -> Result<SequenceData<1, usize>> {
    let mut numbers = uniform(2);
    let mut sequence = |i: usize| {
        let slope = [1.0, -1.0][i % 2];
        (0..4 + i % 5).map(|t| [slope * t as f64 / 8.0 + numbers() - 0.5]).collect()
    };
    SequenceData::new((0..sequences).map(&mut sequence).collect(), (0..sequences).map(|i| i % 2).collect())
}

/// A model of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Number(pub f64);

impl Parametric for Number {
    type Params = f64;
    fn params(&self) -> f64 {
        self.0
    }
    fn set_params(&mut self, params: &f64) {
        self.0 = *params;
    }
}
