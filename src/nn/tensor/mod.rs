//! dfdx networks as vector fields, their weights as states, and solves as dfdx layers.
//!
//! | item | |
//! |---|---|
//! | [`FormulaModule`] | a dfdx module made from a formula: on the CPU one operation on the tape, run on slices |
//! | [`ModuleField`] | a vector field made from a dfdx module that maps a tensor to one of the same shape |
//! | [`TensorField`] | a function of time and tensor, which [`ModuleField`] makes a field as well |
//! | [`ModuleLayer`] | a layer made from a module, for the blocks and sequences of [`nn`](crate::nn) |
//! | [`OdeLayer`] | a dfdx module that maps `y(t0)` to `y(t1)` |
//! | [`Weights`] | the space of the trainable parameters of a module, and of its gradients |
//! | [`Tensors`] | the store of a formula's weights as tensors |
//! | [`to_device`], [`to_host`] | convert a formula's parameters from matrices to tensors, and back |
//! | helper types | [`Form`], [`ModuleInput`], [`ModuleOutput`], [`ModuleTrace`], [`NetTrace`], [`Taped`], [`TensorShape`], [`Unconverted`], [`Unsolved`] |
//!
//! Tapes live inside one evaluation of a field. Whole solves are differentiated by
//! [`Adjoint`](crate::adjoint::Adjoint)s.

mod cpu;
mod failure;
mod field;
mod formula;
mod layer;
mod module_field;
mod module_layer;
mod named;
mod owner;
mod samples;
mod trace;
mod walk;
mod weights;

pub use field::{Taped, TensorField};
pub use formula::{Form, FormulaModule, TensorShape, Tensors, Unconverted, to_device, to_host};
pub use layer::{OdeLayer, Unsolved};
pub use module_field::ModuleField;
pub use module_layer::{ModuleInput, ModuleLayer, ModuleOutput, ModuleTrace};
pub use trace::NetTrace;
pub use weights::Weights;
