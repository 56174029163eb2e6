//! The samples of one block: gathered into one state, and scattered again.

use nalgebra::{Const, Dyn, OMatrix, SVector};

use crate::dynamics::{LANES, SampleRows};
use crate::solution::Solution;

/// The samples of a block with `N` components: enough to amortise each call of a kernel, few enough to stay in the cache
/// with all stages.
pub(super) const fn samples_of_block(components: usize) -> usize {
    let groups = 32 / if components == 0 { 1 } else { components };
    LANES
        * if groups < 2 {
            2
        } else if groups > 16 {
            16
        } else {
            groups
        }
}

/// The states in the rows of one matrix. The last state fills the rows up to a multiple of [`LANES`].
pub(super) fn gather<const N: usize>(states: &[SVector<f64, N>]) -> SampleRows<N> {
    let rows = states.len().next_multiple_of(LANES);
    OMatrix::from_fn_generic(Dyn(rows), Const, |i, j| states[i.min(states.len() - 1)][j])
}

/// The solution of the sample in the row `i`.
pub(super) fn solution_of<const N: usize>(all: &Solution<SampleRows<N>>, i: usize) -> Solution<SVector<f64, N>> {
    let row = |y: &SampleRows<N>| SVector::from_fn(|j, _| y[(i, j)]);
    let Solution { t, y, hits: _, ending, stats, stiffness, end: (t_end, y_end) } = all;
    Solution {
        t: t.clone(),
        y: y.iter().map(row).collect(),
        hits: Vec::new(),
        ending: *ending,
        stats: *stats,
        stiffness: *stiffness,
        end: (*t_end, row(y_end)),
    }
}
