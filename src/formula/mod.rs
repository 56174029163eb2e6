//! Networks, written down once.
//!
//! A [`Formula`] runs once, on handles that know only their rows ([`Batch`]). Its operators write down a [`Graph`]; the graph
//! becomes a [`Program`]: dead nodes are dropped, sums of products are merged, and every value gets its place. The
//! program runs on slices, a sample a column, and its pullback walks it backwards. [`nn::networks`](crate::nn::networks) is the
//! guide.
//!
//! | file | |
//! |---|---|
//! | `batch`, `derivative` | the language: operators on handles, `jvp` and `grad` |
//! | `function`, `graph` | scalar functions with their derivatives, nodes |
//! | `program`, `packed` | operations in order, the numbers of the parameters as they are read |
//! | `run`, `pull_back` | the way forward and back |
//! | `weight`, `parameters`, `name`, `store`, `macros` | structures of named weights and biases |
//! | `shape`, `batches` | arguments and values, and how their samples are kept |
//! | `written`, `show` | the trait, the recording of a formula, programs printed |

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
