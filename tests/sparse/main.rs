//! Fields of any size with sparse derivatives: their solutions, patterns and sensitivities.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod agreement;
mod brusselators;
mod masses;
mod sensitivities;
mod wrapped;
