//! Networks and models, taken apart as dynamical systems.

mod continuation;
mod systems;
mod variational;
