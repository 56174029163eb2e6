//! A state of the wrong size, and a batch of the wrong number of samples.

use nalgebra::SMatrix;
use rheos::formula::{Static, Structure};
use rheos::nn::{Layer, Mlp, Net};
use rheos::{Fixed, Rk4, solve};

fn main() {
    let net: Net<_, Static<8>> = Net::new(Mlp::<f64, 4, 5, 4>::zeros());
    let _ = net.forward(&SMatrix::<f64, 4, 9>::zeros());
    let _ = solve(&net.field(), SMatrix::<f64, 3, 8>::zeros(), 0.0..1.0, Rk4, Fixed::steps(2));
}
