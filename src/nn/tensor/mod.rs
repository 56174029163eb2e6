//! dfdx networks as vector fields, their weights as states, and solves as dfdx layers.
//!
//! * [`Net`] makes a vector field of a dfdx module that maps a tensor to one of the same shape, and of every
//!   [`TensorField`], which may depend on time.
//! * [`Weights`] is the space of the trainable parameters of a module; a gradient is a [`Weights`] as well.
//! * [`ModuleLayer`] makes a layer of a module, for the blocks and sequences of [`nn`](crate::nn); [`ElmanModule`] is a
//!   cell.
//! * [`OdeLayer`] is a dfdx module that maps `y(t0)` to `y(t1)`.
//! * [`Linear`], [`Tanh`] and [`Softplus`] stand in for the layers of the same names in dfdx, with the same parameters
//!   and values: on the CPU they work on slices. [`builders`] has them for `build_module`.
//!
//! Tapes live inside one evaluation of a field. Whole solves are differentiated by [`Adjoint`](crate::Adjoint)s.

mod activation;
mod cpu;
mod elman;
mod failure;
mod field;
mod layer;
mod linear;
mod module_layer;
mod net;
mod samples;
mod trace;
mod walk;
mod weights;

pub use activation::{Softplus, Tanh};
pub use elman::ElmanModule;
pub use field::{Taped, TensorField};
pub use layer::{OdeLayer, Unsolved};
pub use linear::Linear;
pub use module_layer::{ModuleInput, ModuleLayer, ModuleTrace};
pub use net::Net;
pub use trace::NetTrace;
pub use weights::Weights;

/// Structures of networks by sizes alone, for dfdx's `build_module`.
pub mod builders {
    pub use super::activation::{Softplus, Tanh};

    /// Builds a [`Linear`](super::Linear) layer from `I` to `O` numbers.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Linear<const I: usize, const O: usize>;
}
