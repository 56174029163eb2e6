//! The numbers of the parameters in the layout of a program.

use std::sync::atomic::{AtomicU64, Ordering};

use super::graph::Node;
use super::parameters::Structure;
use super::program::{PackedAffine, Program};
use super::store::Slices;
use crate::state::Element;

/// The matrices of a program, each with its transpose, and the summed columns of biases, in one vector. It is rewritten
/// when the parameters change.
#[derive(Debug, Clone)]
pub(crate) struct Packed<T> {
    pub(super) numbers: Vec<T>,
    pub(super) stamp: Stamp,
}

impl<T> Default for Packed<T> {
    fn default() -> Self {
        Self { numbers: Vec::new(), stamp: Stamp(0) }
    }
}

/// Identifies the numbers of a program, now and among all programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp(u64);

impl Stamp {
    fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed) + 1)
    }
}

/// The memory layout of matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Column by column, as in nalgebra.
    Columns,
    /// Row by row, as in PyTorch and dfdx.
    #[cfg(feature = "dfdx")]
    Rows,
}

impl<T: Element> Packed<T> {
    /// Packs the numbers of `params`.
    pub(crate) fn update<P: Structure<Store: Slices<Element = T>>>(&mut self, program: &Program, params: &P) {
        self.fill(program, Layout::Columns, |k| params.slice(k));
    }

    /// Packs the numbers of weights and biases.
    pub(crate) fn fill<'a>(&mut self, program: &Program, layout: Layout, leaf: impl Fn(usize) -> &'a [T]) {
        self.stamp = Stamp::new();
        self.numbers.resize(program.packed, T::zero());
        for step in program.live.iter().map(|&id| &program.steps[id]) {
            if let (Node::Affine { terms, biases, constant }, Some(places)) = (&step.node, &step.affine) {
                let PackedAffine { terms: matrices, column } = places;
                for (term, [as_is, transposed]) in terms.iter().zip(matrices) {
                    let weight = leaf(term.weight);
                    // A weight has as many rows as the value, unless it is used transposed.
                    let (mut rows, mut columns) = (step.rows, program.steps[term.x].rows);
                    let mut swap = term.transposed;
                    if layout != Layout::Columns {
                        swap = !swap;
                    }
                    if swap {
                        std::mem::swap(&mut rows, &mut columns);
                    }
                    let (first, second) = if swap { (transposed, as_is) } else { (as_is, transposed) };
                    self.numbers[first.clone()].copy_from_slice(weight);
                    transpose(weight, (rows, columns), &mut self.numbers[second.clone()]);
                }
                let column = &mut self.numbers[column.clone()];
                column.fill(T::embed(*constant));
                biases.iter().for_each(|&bias| super::run::add(column, leaf(bias)));
            }
        }
    }
}

/// The transpose of a matrix with these numbers of rows and columns, by blocks that stay in the cache.
fn transpose<T: Copy>(from: &[T], (rows, columns): (usize, usize), to: &mut [T]) {
    const BLOCK: usize = 16;
    for block in (0..columns).step_by(BLOCK) {
        for i in 0..rows {
            for j in block..columns.min(block + BLOCK) {
                to[i * columns + j] = from[j * rows + i];
            }
        }
    }
}
