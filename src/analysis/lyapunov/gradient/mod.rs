//! Gradients of Lyapunov exponents.

mod cells;
mod fields;
mod of_flow;
mod of_map;
mod qr;
mod sweep;
mod traits;

pub use traits::{LyapunovGradient, TangentVjp, TangentsAt};
