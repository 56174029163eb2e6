//! A flow has a Jacobian matrix, so the network that is its field has one sample.

use rheos::analysis::{Flow, Search, fixed_points};
use rheos::nn::{BatchMatrix, Ctrnn, Net};
use rheos::train::uniform;

fn main() {
    let cell = Net::dynamic(Ctrnn::<f64, 1, 3>::uniform(&mut uniform(1)));
    let field = cell.flow().hold(BatchMatrix::<f64, 1>::zeros(1));
    let _ = fixed_points(&Flow::new(field), &[BatchMatrix::<f64, 3>::zeros(1)], &Search::default());
}
