//! A field in a block has to be trainable.

use nalgebra::Vector2;
use rheos::nn::{Block, OdeBlock};
use rheos::{DiscreteAdjoint, Fixed, Rk4, ode};

fn train(_: &impl Block) {}

fn main() {
    let field = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = -y);
    train(&OdeBlock::new(field, Rk4, Fixed::steps(10), DiscreteAdjoint::new()));
}
