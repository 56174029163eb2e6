//! A formula of two arguments is no autonomous field.

use nalgebra::SMatrix;
use rheos::formula::{Static, Structure};
use rheos::nn::{Elman, Net};
use rheos::{Fixed, Rk4, solve};

fn main() {
    let net: Net<_, Static<8>> = Net::new(Elman::<f64, 1, 2>::zeros());
    let _ = solve(&net.field(), SMatrix::<f64, 2, 8>::zeros(), 0.0..1.0, Rk4, Fixed::steps(2));
}
