//! Networks and models, taken apart as dynamical systems.

mod continuation;
mod fixed_points;
mod systems;
mod variational;
