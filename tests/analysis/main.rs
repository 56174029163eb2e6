//! Networks and models, taken apart as dynamical systems.

mod cycles;
mod fixed_points;
mod systems;
