//! Sparse matrices of linear maps, for large systems.

mod band_lu;
mod colouring;
#[cfg(feature = "sparse")]
mod convert;
mod matrix;
mod pattern;

pub(crate) use band_lu::BandLu;
pub use colouring::Colouring;
pub use matrix::SparseMatrix;
pub use pattern::Pattern;
