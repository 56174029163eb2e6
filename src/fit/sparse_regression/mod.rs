//! Sparse regression of data on a library of candidate terms.

mod library;
mod model;
mod pivoted_qr;
mod regression;
#[cfg(test)]
mod tests;

pub use library::Library;
pub use model::SparseModel;
pub use regression::SparseRegression;
