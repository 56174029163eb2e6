//! Eigenvalues and eigenvectors of real matrices that need not be symmetric.

mod balance;
mod decomposition;
mod schur;
#[cfg(test)]
mod tests;

pub use decomposition::Eigen;
