//! Networks and models, taken apart as dynamical systems.

mod continuation;
mod periodic_orbits;
mod systems;
mod variational;
