//! Matrix-free linear systems.

mod engine;
mod gmres;
mod products;
mod transposed;

pub use engine::{Krylov, KrylovWorkspace};
pub use products::{Differences, Exact, Point, Products};
pub use transposed::KrylovTransposed;
