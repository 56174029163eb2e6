//! Networks and models, taken apart as dynamical systems.

mod systems;
mod variational;
