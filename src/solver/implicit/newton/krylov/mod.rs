//! Matrix-free linear systems.

mod block_diagonal;
mod block_differences;
mod complex;
mod engine;
mod gmres;
mod preconditioner;
mod products;
mod space;
mod transposed;
mod transposed_complex;
mod workspace;

pub use block_diagonal::{BlockDiagonal, Blocks, FactoredBlocks};
pub use complex::KrylovComplex;
pub use engine::Krylov;
pub use preconditioner::{NoPreconditioner, Preconditioner};
pub use products::{Differences, Exact, Point, Products};
pub use transposed::KrylovTransposed;
pub use transposed_complex::KrylovTransposedPoint;
pub use workspace::KrylovWorkspace;
