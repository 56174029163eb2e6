//! Derivatives of solves: with respect to states, parameters, times and events, in all ways.

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod backsolve;
mod checkpoints;
mod drift;
mod events;
mod every_way;
mod gradients;
mod imex;
mod krylov;
mod mass;
mod multistep;
mod piecewise;

mod rosenbrock;
mod sensitivities;
mod steady_state;
mod structured;
