//! Differential-algebraic problems of index 1: F. Mazzia and C. Magherini, *Test Set for Initial Value Problem Solvers*,
//! release 2.4 (2008).
//!
//! | problem | unknowns | algebraic equations | from 0 to |
//! |---|---|---|---|
//! | [`Robertson`] | 3 | 1 | any time, usually 10¹¹ |
//! | [`ChemicalAkzoNobel`] | 6 | 1 | 180 |
//! | [`TransistorAmplifier`] | 8 | 3, combinations of rows | 0.2 |

mod chemical_akzo_nobel;
mod robertson;
mod transistor_amplifier;

pub use chemical_akzo_nobel::ChemicalAkzoNobel;
pub use robertson::Robertson;
pub use transistor_amplifier::TransistorAmplifier;

use nalgebra::SVector;

use crate::dynamics::{Autodiff, GenericDynamics, MassMatrix, WithMass};
use crate::state::{MatrixSpace, SparseMatrix};

/// The system of a problem without parameters.
type System<M, const N: usize> = WithMass<Autodiff<M, N, 0>>;

fn system<M: GenericDynamics<N, 0>, const N: usize>(field: M, entries: &[(usize, usize, f64)]) -> System<M, N>
where
    SVector<f64, N>: MatrixSpace,
{
    let mass = SparseMatrix::from_triplets(N, entries).and_then(MassMatrix::new).expect("finite entries inside");
    WithMass::new(Autodiff::new(field, SVector::zeros()), mass)
}
