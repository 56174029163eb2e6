//! Deep networks of one input.

mod batches;
mod depth;
mod differences;
mod errors;
mod parameters;
mod torch;

use nalgebra::SMatrix;
use rheos::formula::{Bias, Weight};
use rheos::nn::{BatchMatrix, Feedforward, LayerField, Linear, Mlp, Net, OdeBlock};
use rheos::{DiscreteAdjoint, Euler, Fixed};

pub type Batch<const N: usize> = BatchMatrix<f64, N>;

/// The numbers −5/8 to 5/8 in a fixed order.
pub fn eighths(shift: usize) -> impl FnMut() -> f64 {
    let mut i = 0;
    move || {
        i += 1;
        (((7 * (i - 1) + shift) % 11) as f64 - 5.0) / 8.0
    }
}

/// A matrix with such numbers, row by row, as PyTorch stores it.
pub fn rows<const R: usize, const C: usize>(shift: usize) -> SMatrix<f64, R, C> {
    let mut draw = eighths(shift);
    SMatrix::<f64, C, R>::from_fn(|_, _| draw()).transpose()
}

pub fn linear<const I: usize, const O: usize>(weight: usize, bias: usize) -> Linear<f64, I, O> {
    Linear { weight: Weight(rows(weight)), bias: Bias(rows(bias)) }
}

pub type Field = LayerField<Net<Mlp<f64, 2, 3, 2>>>;
pub type Model<B> = Feedforward<Net<Linear<f64, 3, 2>>, B, Net<Linear<f64, 2, 2>>>;

pub fn field() -> Field {
    Net::dynamic(Mlp { first: linear(4, 5), second: linear(6, 7) }).field()
}

pub fn euler() -> Model<OdeBlock<Field, Euler, Fixed, DiscreteAdjoint>> {
    let block = OdeBlock::new(field(), Euler, Fixed::steps(2), DiscreteAdjoint::new());
    Feedforward::new(Net::dynamic(linear(2, 3)), block, Net::dynamic(linear(8, 9)))
}

pub fn input() -> Batch<3> {
    let mut draw = eighths(1);
    Batch::from_fn(2, |_, _| draw())
}
