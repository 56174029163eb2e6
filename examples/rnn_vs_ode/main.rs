//! Recurrent networks and their continuous counterparts, trained on the same real data.
//!
//! `cargo run --release --example rnn_vs_ode -- --help` explains.

mod count;
mod forecast;
mod models;
mod options;
mod plot;
mod run;
mod spiral;
mod sunspots;
mod table;

fn main() {}
