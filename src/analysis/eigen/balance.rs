//! Balancing: coordinates in units in which rows and columns of a matrix have similar sizes.

use nalgebra::linalg::balancing;
use nalgebra::{DMatrix, DVector};

/// A matrix whose sizes differ by more than this power of two is graded.
const GRADED: i32 = 20;

/// The budget of sweeps; two or three are common.
const SWEEPS: usize = 100;

/// The matrix `A = 2ᵘ D P B Pᵀ D⁻¹` with a permutation `P` and a diagonal `D` of powers of two, so that nothing is rounded.
#[derive(Debug)]
pub(super) struct Balanced {
    /// `B`, whose entries are at most 2 in size before the polish of the balance.
    pub matrix: DMatrix<f64>,
    /// `u`.
    pub unit: i32,
    /// The exponents of `D`.
    pub exponents: Vec<i32>,
    /// Row `i` of `B` is row `order[i]` of `D⁻¹ A D`.
    pub order: Vec<usize>,
}

impl Balanced {
    /// Balances a finite matrix that is not zero.
    ///
    /// The first balance works on the exponents of the entries, which do not overflow: E. E. Osborne's iteration in the
    /// largest norm (J. ACM 7 (1960), doi:10.1145/321043.321048). B. N. Parlett and C. Reinsch's follows in the Euclidean
    /// norm. The rows of a graded matrix are sorted from the largest to the smallest: in this order the reduction to
    /// Hessenberg form and the QR iteration keep the small ones.
    pub fn of(matrix: &DMatrix<f64>) -> Self {
        let n = matrix.nrows();
        let sizes = matrix.map(exponent);
        let mut exponents = osborne(&sizes);
        let moved = |i: usize, j: usize, d: &[i32]| sizes[(i, j)].map(|size| size + d[j] - d[i]);
        let entries = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
        let unit = entries.filter_map(|(i, j)| moved(i, j, &exponents)).max().unwrap_or(0);
        let size = |i: usize| (0..n).flat_map(|j| [moved(i, j, &exponents), moved(j, i, &exponents)]).max().flatten();
        let keys: Vec<i32> = (0..n).map(|i| size(i).unwrap_or(i32::MIN / 2)).collect();
        let mut order: Vec<usize> = (0..n).collect();
        if keys.iter().any(|key| *key < unit - GRADED) {
            order.sort_by_key(|&i| -keys[i]);
        }
        let mut balanced = DMatrix::from_fn(n, n, |i, j| {
            let (i, j) = (order[i], order[j]);
            libm::scalbn(matrix[(i, j)], exponents[j] - exponents[i] - unit)
        });
        let polish: DVector<f64> = balancing::balance_parlett_reinsch(&mut balanced);
        for (&i, &scale) in order.iter().zip(&polish) {
            exponents[i] += exponent(scale).unwrap_or(0);
        }
        Self { matrix: balanced, unit, exponents, order }
    }
}

/// The exponent of the largest power of two that is not larger than `|x|`; `None` for zero.
pub(super) fn exponent(x: f64) -> Option<i32> {
    (x != 0.0).then(|| libm::ilogb(x))
}

/// Exponents `d` for which `sizes[i, j] + d[j] − d[i]` has the same maximum in each row and its column, up to one. The
/// diagonal counts: a coordinate that hardly feels the others keeps its unit (R. James, J. Langou & B. Lowery, *On matrix
/// balancing and eigenvector computation* (2014), arXiv:1401.5766).
fn osborne(sizes: &DMatrix<Option<i32>>) -> Vec<i32> {
    let n = sizes.nrows();
    let mut d = vec![0; n];
    for _ in 0..SWEEPS {
        let mut changed = false;
        for i in 0..n {
            let row = (0..n).filter_map(|j| sizes[(i, j)].map(|size| size + d[j] - d[i])).max();
            let column = (0..n).filter_map(|j| sizes[(j, i)].map(|size| size + d[i] - d[j])).max();
            if let (Some(row), Some(column)) = (row, column) {
                let change = (row - column) / 2;
                d[i] += change;
                changed |= change != 0;
            }
        }
        if !changed {
            break;
        }
    }
    d
}
