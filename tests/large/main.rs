//! Solves that take long without optimisation: `cargo test --release --test large` runs them.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod auto;
mod checkpoints;
mod krylov;
mod lyapunov;
mod memory;
mod stiff;
