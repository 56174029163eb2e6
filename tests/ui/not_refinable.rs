//! A recurrent cell has no resolution of its own.

use rheos::nn::{Elman, Net, Recurrence};
use rheos::train::{Adam, MultiLevel, uniform};

fn main() {
    let mut model = Recurrence(Net::dynamic(Elman::<f64, 1, 4>::uniform(&mut uniform(1))));
    let _ = MultiLevel::new(&mut model, Adam::new(0.01));
}
