//! Networks as formulas, written once. See [`nn::networks`](crate::nn::networks) for a guide.
//!
//! | language | |
//! |---|---|
//! | [`formula!`](crate::formula!) | declares a network: its parameters, its arguments and its formula |
//! | [`parameters!`](crate::parameters!) | declares parameters alone, of any model |
//! | [`Weight`], [`Bias`], [`Gates`] | a matrix, a vector, or stacked blocks of parameters |
//! | [`Frozen`], [`Constant`] | parameters that are not trained |
//! | [`Rows`] | an argument or a value, in a tuple of any [`Shape`] |
//! | [`Batch`] | a value inside a formula, with operators and functions |
//! | [`jvp`], [`grad`] | derivatives inside a formula |
//!
//! | use | |
//! |---|---|
//! | [`Formula`] | the trait of a network; [`Net`](crate::nn::Net) makes a layer from it |
//! | [`Continuous`], [`FieldOf`] | a formula that discretises an ODE, and its vector field |
//! | [`TangentOf`] | a formula with its derivative in a direction, for second derivatives |
//! | [`Static`], [`Dynamic`] | the number of samples in a batch: fixed by the type, or at run time |
//! | [`Heap`] | parameters on the heap, for large networks |
//! | [`Parameters`], [`TensorInfo`] | the tensors of a model by name and shape |
//! | [`Program`] | the operations of a formula, which a printed [`Net`](crate::nn::Net) shows |
//! | helper types | [`Arena`], [`Batches`], [`Build`], [`Columns`], [`Graph`], [`Leaf`], [`Name`], [`Order`], [`Slices`], [`Store`], [`Structure`], [`Types`], [`Visitor`] |
//!
//! A [`Formula`] runs once, on handles that know only their rows ([`Batch`]). Its operators record a [`Graph`], and the
//! graph becomes a [`Program`]: dead nodes are dropped, sums of products are merged, and every value gets its place.
//! The program runs on slices, with one sample per column; its pullback runs through it backwards.
//!
//! | file | content |
//! |---|---|
//! | `batch`, `derivative` | the language: operators on handles, `jvp` and `grad` |
//! | `function`, `graph` | scalar functions with their derivatives, nodes |
//! | `program`, `packed` | operations in order, the packed numbers of the parameters |
//! | `run`, `pull_back`, `scratch` | the forward and the backward pass, and their buffers |
//! | `weight`, `frozen`, `parameters`, `leaf`, `name`, `store`, `macros` | structures of named weights and biases |
//! | `shape`, `batches` | arguments and values, types of batches |
//! | `continuous`, `tangent` | cells with a vector field; a formula with its derivative |
//! | `written`, `show` | the trait, the recording of a formula, printing of programs |

mod batch;
mod batches;
mod continuous;
mod derivative;
mod frozen;
mod function;
mod graph;
mod leaf;
mod macros;
mod name;
mod packed;
mod parameters;
mod program;
mod pull_back;
mod run;
mod scratch;
mod shape;
mod show;
mod store;
mod tangent;
mod weight;
mod written;

pub use batch::Batch;
pub use batches::{Batches, Columns, Dynamic, Static};
pub use continuous::{Continuous, FieldOf};
pub use derivative::{grad, jvp};
pub use frozen::{Constant, Frozen};
pub use graph::Graph;
pub use leaf::{Leaf, Order};
pub use name::Name;
pub use parameters::{Build, Parameters, Structure, TensorInfo, Types, Visitor};
pub use program::Program;
pub use run::Arena;
pub use shape::{Rows, Shape};
pub use store::{Heap, Slices, Store};
pub use tangent::TangentOf;
pub use weight::{Bias, Gates, Weight};
pub use written::Formula;

#[cfg(feature = "dfdx")]
pub(crate) use function::{Function, normal_density};
#[cfg(feature = "dfdx")]
pub(crate) use graph::{Node, Pairing};
pub(crate) use packed::{Layout, Packed};
pub(crate) use pull_back::{Cotangents, Leaves};
pub(crate) use scratch::Scratch;
pub(crate) use written::{MOST_BATCHES, record};
