//! Networks and models, taken apart as dynamical systems.

mod basins;
mod continuation;
mod cycles;
mod fixed_points;
mod lesions;
mod lyapunov;
mod periodic_orbits;
mod principal_components;
mod reconstruction;
#[path = "../common/relu_network.rs"]
mod relu_network;
mod systems;
mod variational;
