//! A formula is no layer: the network of it is.

use rheos::nn::{Gru, Layer, Recurrence};
use rheos::train::uniform;

fn is_layer(_: impl Layer) {}

fn main() {
    let Recurrence(cell) = Recurrence(Gru::<f64, 1, 4>::uniform(&mut uniform(1)));
    is_layer(cell);
}
