//! Networks and models, taken apart as dynamical systems.

mod lyapunov;
mod systems;
mod variational;
