//! Hostile inputs to every public entry point: there is never a panic or a hang, and an `Ok` result is finite, complete
//! and in order.
//!
//! The cases are seeded. `cargo test --test hostile` runs some thousand of them;
//! `RHEOS_HOSTILE_CASES=100000 cargo test --release --test hostile` runs as many as it says. A fault is reported with the
//! seed and the inputs of its first case; `RHEOS_HOSTILE_SEED=17 cargo test --test hostile AREA` runs that case alone.

mod case;
mod control;
mod draw;
mod events;
mod fields;
mod gradients;
mod methods;
mod outputs;
mod sensitivities;
mod solves;
mod steady_state;
mod steppers;
mod training;
mod verification;
