//! Networks as fields: layers, formulas, and tensors of dfdx.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod blocks;
mod cells;
mod feedforward;
mod formula;
mod layer_jacobians;
mod refine;
mod residual_stack;
#[cfg(feature = "dfdx")]
mod tensors;
mod weights;
