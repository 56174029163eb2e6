//! Solves that take long without optimisation: `cargo test --release --test large` runs them.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod auto;
mod banded;
mod checkpoints;
mod cycles;
mod fitting;
mod flip_flop;
mod krylov;
mod lyapunov;
mod memory;
mod networks_from_data;
#[path = "../common/outbreak.rs"]
mod outbreak;
mod reconstruction;
#[path = "../common/relu_network.rs"]
mod relu_network;
#[cfg(feature = "sparse")]
mod sparse;
#[cfg(feature = "sparse")]
#[path = "../common/species.rs"]
mod species;
mod stiff;
