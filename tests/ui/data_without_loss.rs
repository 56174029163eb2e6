//! Data are no loss: `data.objective(..)` is.

use rheos::nn::{Gru, Linear, Net, Recurrence, Sequence};
use rheos::train::{Adam, SequenceData, Trainer, uniform};

fn main() {
    let data = SequenceData::new(vec![vec![[1.0]]], vec![0]).unwrap();
    let mut numbers = uniform(1);
    let (cell, readout) = (Gru::<f64, 1, 4>::uniform(&mut numbers), Linear::<f64, 4, 2>::uniform(&mut numbers));
    let mut model = Sequence { block: Recurrence(Net::dynamic(cell)), readout: Net::dynamic(readout) };
    let _ = Trainer::new(&mut model, &data, Adam::new(0.1));
}
