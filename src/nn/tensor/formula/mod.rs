//! Formulas on dfdx tensors.
//!
//! A formula with its weights in [`Tensors`] is a dfdx module, [`FormulaModule`]. On the CPU it is one operation on dfdx's
//! tape and runs on slices; on other devices it consists of dfdx's own operations.

mod leaves;
mod module;
mod on_device;
mod on_host;
mod packed;
mod shape;
mod store;

pub use module::{FormulaModule, Unconverted};
pub use shape::{Form, TensorShape};
pub use store::{Tensors, to_device, to_host};
