//! Sparse LU factorisation by `faer`.

use std::sync::Arc;

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::sparse::linalg::lu::{LuRef, LuSymbolicParams, NumericLu, SymbolicLu, factorize_symbolic_lu};
use faer::sparse::{SparseColMatRef, SymbolicSparseColMatRef};
use faer::{Conj, MatMut, Par};
use nalgebra::Complex;

use super::{Direct, DirectMethod, Factorise};
use crate::error::{Error, Result};
use crate::state::Pattern;

/// LU factorisation of a sparse matrix, by the library `faer` (feature `sparse`).
///
/// The columns are ordered to keep the factors sparse, and rows are exchanged for stability. The order and the structure
/// of the factors are found once in a solve. The entries are `f64`, or dual numbers over it.
///
/// The entries of the Jacobian at the places of the pattern are central differences by default, two evaluations for each
/// [colour](crate::state::Colouring) of the pattern; override
/// [`Jacobian::sparse_jacobian`](crate::dynamics::Jacobian::sparse_jacobian) if they are known. A dependence outside the
/// pattern is an error of the solve, [`NotInPattern`](Error::NotInPattern).
///
/// ```
/// use nalgebra::DVector;
/// use rheos::solver::implicit::Sparse;
/// use rheos::state::Pattern;
/// use rheos::{Bdf, Pid, ode, solve};
///
/// // A ring of 500 cells that exchange heat with their neighbours.
/// let n = 500;
/// let ring = ode(|_t, u: &DVector<f64>, du: &mut DVector<f64>| {
///     for i in 0..n {
///         du[i] = 1e4 * (u[(i + 1) % n] - 2.0 * u[i] + u[(i + n - 1) % n]);
///     }
/// });
/// let pattern = Pattern::new(n, (0..n).flat_map(|i| [(i, (i + 1) % n), (i, i), (i, (i + n - 1) % n)]))?;
/// let u0 = DVector::from_fn(n, |i, _| if i == 0 { 1.0 } else { 0.0 });
/// let solution = solve(&ring, u0, 0.0..1.0, Bdf.with(Sparse::new(pattern)), Pid::tolerance(1e-8))?;
/// assert!((solution.last().sum() - 1.0).abs() < 1e-6);
/// # Ok::<(), rheos::Error>(())
/// ```
pub type Sparse = Direct<SparseLu>;

/// The [`DirectMethod`] of [`Sparse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SparseLu {
    pattern: Pattern,
}

impl Sparse {
    /// A solver for Jacobians with this pattern.
    #[must_use]
    pub const fn new(pattern: Pattern) -> Self {
        Direct { method: SparseLu { pattern } }
    }
}

impl DirectMethod for SparseLu {
    /// `None` if there is no memory for it.
    type Analysis = Option<Arc<SymbolicLu<usize>>>;

    fn pattern(&self, dimension: usize) -> Result<Pattern> {
        let found = self.pattern.dimension();
        if found == dimension {
            return Ok(self.pattern.clone());
        }
        Err(Error::LengthMismatch { name: "pattern", found, expected: dimension })
    }

    fn analyse(&self, pattern: &Pattern) -> Self::Analysis {
        factorize_symbolic_lu(structure(pattern), LuSymbolicParams::default()).ok().map(Arc::new)
    }
}

fn structure(pattern: &Pattern) -> SymbolicSparseColMatRef<'_, usize> {
    let n = pattern.dimension();
    SymbolicSparseColMatRef::new_checked(n, n, pattern.starts(), None, pattern.rows())
}

/// The factors of a sparse matrix with entries `T`.
#[derive(Debug, Clone)]
pub struct SparseFactors<T> {
    symbolic: Option<Arc<SymbolicLu<usize>>>,
    numeric: NumericLu<usize, T>,
}

impl<T: faer::traits::ComplexField> SparseFactors<T> {
    fn factor(&mut self, pattern: &Pattern, values: &[T]) -> bool {
        let Some(symbolic) = &self.symbolic else { return false };
        let par = Par::Seq;
        let request = symbolic.factorize_numeric_lu_scratch::<T>(par, Default::default());
        let Ok(mut memory) = MemBuffer::try_new(request) else { return false };
        let matrix = SparseColMatRef::new(structure(pattern), values);
        let stack = MemStack::new(&mut memory);
        let factored = symbolic.factorize_numeric_lu(&mut self.numeric, matrix, par, stack, Default::default());
        factored.is_ok()
    }

    fn solve(&self, x: &mut [T], transposed: bool) {
        let n = x.len();
        let x = MatMut::from_column_major_slice_mut(x, n, 1);
        let Some(symbolic) = &self.symbolic else { return };
        let par = Par::Seq;
        let mut memory = MemBuffer::new(symbolic.solve_in_place_scratch::<T>(1, par));
        let (lu, stack) = (LuRef::new_unchecked(symbolic, &self.numeric), MemStack::new(&mut memory));
        if transposed {
            lu.solve_transpose_in_place_with_conj(Conj::No, x, par, stack);
        } else {
            lu.solve_in_place_with_conj(Conj::No, x, par, stack);
        }
    }
}

/// Implements [`Factorise`] for the entries `$t`, of which `$one` is 1.
macro_rules! factorise {
    ($t:ty, $one:expr) => {
        impl Factorise<$t> for SparseLu {
            type Factors = SparseFactors<$t>;

            fn factors(&self, analysis: &Self::Analysis) -> Self::Factors {
                SparseFactors { symbolic: analysis.clone(), numeric: NumericLu::new() }
            }

            fn factor(&self, factors: &mut Self::Factors, pattern: &Pattern, values: &[$t]) -> bool {
                if !values.iter().all(|x| x.is_finite()) || !factors.factor(pattern, values) {
                    return false;
                }
                // A pivot of zero shows in the solution of any system.
                let mut probe = vec![$one; pattern.dimension()];
                factors.solve(&mut probe, false);
                probe.iter().all(|x| x.is_finite())
            }

            fn solve(&self, factors: &Self::Factors, x: &mut [$t]) {
                factors.solve(x, false);
            }

            fn solve_transposed(&self, factors: &Self::Factors, x: &mut [$t]) {
                factors.solve(x, true);
            }
        }
    };
}

factorise!(f64, 1.0);
factorise!(Complex<f64>, Complex::new(1.0, 0.0));
