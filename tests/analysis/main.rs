//! Networks and models, taken apart as dynamical systems.

mod fixed_points;
mod systems;
