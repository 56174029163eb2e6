//! Networks as formulas, written once.
//!
//! A [`Formula`] runs once, on handles that know only their rows ([`Batch`]). Its operators record a [`Graph`], and the
//! graph becomes a [`Program`]: dead nodes are dropped, sums of products are merged, and every value gets its place.
//! The program runs on slices, with one sample per column; its pullback runs through it backwards. See
//! [`nn::networks`](crate::nn::networks) for a guide.
//!
//! | file | content |
//! |---|---|
//! | `batch`, `derivative` | the language: operators on handles, `jvp` and `grad` |
//! | `function`, `graph` | scalar functions with their derivatives, nodes |
//! | `program`, `packed` | operations in order, the packed numbers of the parameters |
//! | `run`, `pull_back` | the forward and the backward pass |
//! | `weight`, `parameters`, `name`, `store`, `macros` | structures of named weights and biases |
//! | `shape`, `batches` | arguments and values, types of batches |
//! | `written`, `show` | the trait, the recording of a formula, printing of programs |

mod batch;
mod batches;
mod derivative;
mod function;
mod graph;
mod macros;
mod name;
mod packed;
mod parameters;
mod program;
mod pull_back;
mod run;
mod shape;
mod show;
mod store;
mod weight;
mod written;

pub use batch::Batch;
pub use batches::{Batches, Columns, Dynamic, Static};
pub use derivative::{grad, jvp};
pub use graph::Graph;
pub use name::Name;
pub use parameters::{Build, Leaf, Parameters, Structure, TensorInfo, Types, Visitor};
pub use program::Program;
pub use run::Arena;
pub use shape::{Rows, Shape};
pub use store::{Heap, Slices, Store};
pub use weight::{Bias, Gates, Weight};
pub use written::Formula;

#[cfg(feature = "dfdx")]
pub(crate) use function::{Function, normal_density};
#[cfg(feature = "dfdx")]
pub(crate) use graph::{Node, Pairing};
pub(crate) use packed::{Layout, Packed};
pub(crate) use pull_back::{Cotangents, Leaves};
pub(crate) use written::{MOST_BATCHES, record};
