//! Networks as dynamical systems. See [`networks`] for a guide.
//!
//! | layer | a map with parameters |
//! |---|---|
//! | [`Net`] | a formula with its parameters, on matrices with one sample per column |
//! | [`Linear`], [`Mlp`] | formulas: an affine map, a multilayer perceptron |
//! | [`cells`] | formulas: recurrent cells, from [`Elman`] to [`Lem`] |
//! | [`Autonomous`] | a layer without input as a cell |
//! | [`Layer`] | the trait |
//!
//! | field | of a layer `g` |
//! |---|---|
//! | [`LayerField`] | `dz/dt = g(z)`, made by [`AutonomousField::field`] |
//! | [`TimeField`] | `dy/dt = g(y, t)` |
//! | [`Driven`] | `dh/dt = g(h, x)` with constant input `x` |
//! | [`LeakyField`] | `dh/dt = g(h, x) − h`: a leaky recurrent network |
//! | [`HeldField`] | `dh/dt = f(h, x)` of the hidden state alone, with `x` held at a value |
//! | [`SeparableField`] | `q′ = v(p)`, `p′ = a(q, x)`, for symplectic methods |
//! | [`TimeRescaled`] | `dy/ds = Δ f(y)` of a [`TimeInvariant`] field, for a batch with a time gap `Δ` for each sample |
//!
//! | block | update over one observation |
//! |---|---|
//! | [`Recurrence`] | recurrent network: `h₁ = g(h₀, x)` |
//! | [`TimedRecurrence`] | a cell that reads the gap since the last observation |
//! | [`Residual`] | residual network: `h₁ = h₀ + g(h₀, x)` |
//! | [`ResidualStack`] | residual network with weights of its own in every block: `z_{k+1} = z_k + h f(z_k, θ_k)` |
//! | [`OdeBlock`] | neural ODE: `h₁ = h(t₁)` where `dh/dt = f(h, x)`, by the field [`Driven`] |
//! | [`IrregularOdeBlock`] | the same, with a gap for each sample |
//! | `(A, B)` | two blocks, one after the other: `(OdeBlock, Recurrence)` is an ODE-RNN |
//! | [`Stacked`] | two layers: the second reads the output of the first |
//! | [`Encoded`], [`OnOutput`] | a network on the input; a block on a part of the hidden state |
//! | [`Block`], [`Hidden`], [`Gap`] | the trait, its hidden states, the time between observations |
//!
//! | deep networks | |
//! |---|---|
//! | [`Feedforward`] | a model of one input: an encoder, a block over the depth, a readout |
//! | [`Refine`] | the trait of models that can be refined: twice the blocks or steps, at half the step |
//! | helper types | [`Fed`], [`FeedforwardRecord`], [`StackRecord`] |
//!
//! | sequences | |
//! |---|---|
//! | [`Sequence`] | a model of sequences: a block and a readout layer |
//! | [`SequenceBatch`] | observations, gaps and lengths of a batch of sequences |
//! | [`BatchMatrix`], [`Samples`], [`FromSamples`], [`ZeroSamples`] | batches of samples, and states that are batches |
//! | helper types | [`EncodedRecord`], [`PairTrace`], [`Phase`], [`Pooled`], [`Replicate`], [`Reuse`], [`SameAs`], [`SequenceRecord`], [`Unrolled`] |
//!
//! One layer from `(h, x)` to `h`, such as the [`Net`] of the formula [`Elman`], serves as each of the three blocks
//! with the same parameters, and the same code trains a [`Sequence`] of any of them. An ODE block with `Euler` and one
//! step of length 1 is the residual block, bit for bit.
//!
//! A network is written once with [`formula!`](crate::formula!). Layers on dfdx tensors are in `tensor` (feature
//! `dfdx`).

mod autonomous;
mod block;
pub mod cells;
mod combine;
mod feedforward;
mod field;
mod from_samples;
mod gap;
mod held_field;
mod hidden;
mod irregular;
mod layer;
mod linear;
mod mlp;
mod net;
#[doc = include_str!("networks.md")]
pub mod networks {}
mod ode_block;
mod pair_trace;
mod pool;
mod refine;
mod replicate;
mod residual_stack;
mod samples;
mod separable_field;
mod sequence;
mod sequence_batch;
mod spoil;
#[cfg(feature = "dfdx")]
pub mod tensor;
mod time_field;
mod wrappers;

pub use autonomous::Autonomous;
pub use block::{Block, Recurrence, Residual};
pub use cells::{
    Antisymmetric, Cfc, ClippedPlrnn, CoRnn, Ctrnn, Elman, Gru, GruOde, Lem, Lstm, Ltc, ShallowPlrnn, Unicornn,
};
pub use combine::{Encoded, EncodedRecord, OnOutput, Stacked, TimedRecurrence};
pub use feedforward::{Fed, Feedforward, FeedforwardRecord};
pub use field::{AutonomousField, Driven, LayerField, LeakyField, SameAs, TimeInvariant, TimeRescaled};
pub use from_samples::{BatchMatrix, FromSamples};
pub use gap::Gap;
pub use held_field::HeldField;
pub use hidden::{Hidden, ZeroSamples};
pub use irregular::IrregularOdeBlock;
pub use layer::Layer;
pub use linear::Linear;
pub use mlp::Mlp;
pub use net::Net;
pub use ode_block::{OdeBlock, Phase};
pub use pair_trace::PairTrace;
pub use pool::{Pooled, Reuse};
pub use refine::Refine;
pub use replicate::Replicate;
pub use residual_stack::{ResidualStack, StackRecord};
pub use samples::Samples;
pub use separable_field::SeparableField;
pub use sequence::{Sequence, SequenceRecord, Unrolled};
pub use sequence_batch::SequenceBatch;
pub use time_field::TimeField;
