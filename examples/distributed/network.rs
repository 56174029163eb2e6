//! The network and its data.

use std::path::Path;

use rheos::formula::Heap;
use rheos::nn::{Feedforward, LayerField, Linear, Mlp, Net, OdeBlock};
use rheos::train::{VectorData, uniform};
use rheos::{DiscreteAdjoint, Error, Fixed, Result, Rk4};

type Encoder<const H: usize> = Net<Linear<Heap<f64>, 64, H>>;
type Field<const H: usize> = LayerField<Net<Mlp<Heap<f64>, H, H, H>>>;
type Readout<const H: usize> = Net<Linear<Heap<f64>, H, 10>>;

/// A neural ODE of `H` units that reads 64 pixels.
pub type Network<const H: usize> = Feedforward<Encoder<H>, OdeBlock<Field<H>, Rk4, Fixed, DiscreteAdjoint>, Readout<H>>;

/// Steps of RK4.
const STEPS: usize = 4;

/// The same network on every rank.
pub fn network<const H: usize>() -> Network<H> {
    let mut numbers = uniform(1);
    let encoder = Net::dynamic(Linear::uniform(&mut numbers));
    let field = Net::dynamic(Mlp::uniform(&mut numbers)).field();
    let block = OdeBlock::new(field, Rk4, Fixed::steps(STEPS), DiscreteAdjoint::new());
    Feedforward::new(encoder, block, Net::dynamic(Linear::uniform(&mut numbers)))
}

/// The operations of the gradient of a sample: a pass forwards, and twice as many backwards.
pub fn flops<const H: usize>(network: &Network<H>) -> usize {
    let Feedforward { encoder, readout, .. } = network;
    let field = Net::dynamic(Mlp::<Heap<f64>, H, H, H>::uniform(&mut uniform(1)));
    3 * (encoder.flops() + 4 * STEPS * field.flops() + readout.flops())
}

/// Digits of 8 × 8 pixels: 1438 to train on, 359 to test on.
pub fn digits() -> Result<(VectorData<64, usize>, VectorData<64, usize>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/digits8x8.csv");
    let failed = |reason: String| Error::Io { action: "read", path: path.clone(), reason };
    let mut table = csv::Reader::from_path(&path).map_err(|error| failed(error.to_string()))?;
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for row in table.deserialize() {
        let (label, halves): (usize, [[f64; 32]; 2]) = row.map_err(|error| failed(error.to_string()))?;
        images.push(std::array::from_fn(|i| halves.as_flattened()[i] / 16.0));
        labels.push(label);
    }
    Ok(VectorData::new(images, labels)?.split(1438))
}
