//! Solves: steps and their control, events, output, states, and every bad input.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod adaptive;
mod allocation;
mod control;
mod errors;
mod events;
mod imports;
mod lanes;
mod output;
mod piecewise;
mod ranks;
mod state_laws;
