//! Networks as dynamical systems.
//!
//! A [`Layer`] is a map with parameters. A layer from `(h, x)` to `h`, such as the [`Net`] of the formula [`Elman`],
//! has three readings with the same parameters:
//!
//! | reading | update over one observation | type |
//! |---|---|---|
//! | recurrent network | `h₁ = g(h₀, x)` | [`Recurrence`] |
//! | residual network | `h₁ = h₀ + g(h₀, x)` | [`Residual`] |
//! | neural ODE | `h₁ = h(t₁)` where `dh/dt = g(h, x)` | [`OdeBlock`] of the field [`Driven`] |
//!
//! Each is a [`Block`], so the same code trains a [`Sequence`] model with any of them. An ODE block with `Euler` and
//! one step of length 1 is the residual block, bit for bit.
//!
//! A network is written once with [`formula!`](crate::formula!). As a [`Net`] it is a layer on matrices, with one
//! sample per column. Layers on dfdx tensors are in `tensor`.

mod autonomous;
mod block;
mod elman;
mod field;
mod layer;
mod linear;
mod mlp;
mod net;
#[doc = include_str!("networks.md")]
pub mod networks {}
mod ode_block;
mod pair_trace;
mod pool;
mod samples;
mod sequence;
mod spoil;
#[cfg(feature = "dfdx")]
pub mod tensor;
mod time_field;
mod wrappers;

pub use autonomous::Autonomous;
pub use block::{Block, Recurrence, Residual};
pub use elman::Elman;
pub use field::{AutonomousField, Driven, LayerField, LeakyField, SameAs, TimeRescaled};
pub use layer::Layer;
pub use linear::Linear;
pub use mlp::Mlp;
pub use net::Net;
pub use ode_block::{OdeBlock, Phase};
pub use pair_trace::PairTrace;
pub use pool::{Pooled, Reuse};
pub use samples::Samples;
pub use sequence::{Sequence, SequenceRecord, Unrolled};
pub use time_field::TimeField;
