//! The networks: an affine encoder, a block of the depth [`DEPTH`], and an affine readout.
//!
//! Every field is a multilayer perceptron `f(z) = W₂ tanh(W₁ z + b₁) + b₂` of [`UNITS`] numbers through as many hidden units.

use rheos::formula::Heap;
use rheos::nn::{Feedforward, LayerField, Linear, Mlp, Net, ResidualStack};
use rheos::train::uniform;

/// The numbers of the hidden state, and the hidden units of a field.
pub const UNITS: usize = 64;
/// The time of a flow: `K h` for a residual network of `K` blocks.
pub const DEPTH: f64 = 4.0;
/// The classes.
pub const CLASSES: usize = 10;

/// From the `N` pixels of an image to the hidden state.
pub type Encoder<const N: usize> = Net<Linear<Heap<f32>, N, UNITS>>;
/// The vector field of a block.
pub type Field = LayerField<Net<Mlp<Heap<f32>, UNITS, UNITS, UNITS>>>;
/// From the hidden state to the logits of the classes.
pub type Readout = Net<Linear<f32, UNITS, CLASSES>>;
/// A network of images of `N` pixels with this block.
pub type Network<const N: usize, B> = Feedforward<Encoder<N>, B, Readout>;
/// A residual network of images of `N` pixels.
pub type ResNet<const N: usize> = Network<N, ResidualStack<Field>>;

/// A source of uniform numbers in `[0, 1)`.
pub type Rng<'a> = dyn FnMut() -> f64 + 'a;

/// A field with drawn weights.
pub fn field(rng: &mut Rng) -> Field {
    Net::dynamic(Mlp::uniform(rng)).field()
}

/// A network with drawn weights; networks of one seed have the same encoder and readout.
pub fn network<const N: usize, B>(seed: u64, block: impl FnOnce(&mut Rng) -> B) -> Network<N, B> {
    let mut rng = uniform(seed);
    let (encoder, readout) = (Net::dynamic(Linear::uniform(&mut rng)), Net::dynamic(Linear::uniform(&mut rng)));
    Feedforward { encoder, block: block(&mut rng), readout, depth: DEPTH }
}

/// A residual network of this many blocks.
///
/// # Errors
/// For no blocks.
pub fn res_net<const N: usize>(seed: u64, blocks: usize) -> rheos::Result<ResNet<N>> {
    let stack = |rng: &mut Rng| {
        let fields = (0..blocks).map(|_| field(rng)).collect();
        ResidualStack::new(fields, DEPTH / blocks as f64)
    };
    let Feedforward { encoder, block, readout, depth } = network(seed, stack);
    Ok(Feedforward { encoder, block: block?, readout, depth })
}
