//! Networks and models, taken apart as dynamical systems.

mod cycles;
mod fixed_points;
#[path = "../common/relu_network.rs"]
mod relu_network;
mod systems;
