//! Solves that take seconds with optimisation and minutes without: `cargo test --release --test large` runs them.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod auto;
mod krylov;
mod stiff;
