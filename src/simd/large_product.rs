//! Products with matrices too large for the first cache.
//!
//! Rows of the left matrix, as high as a tile, are packed into consecutive registers and multiplied by many
//! columns. The common dimension is cut into pieces, so that packed rows stay in the first cache, and the columns into blocks
//! that stay in the second one. Each sum has the order of other products, so the results have the same bits.

use super::product::{Tile, lanes, load, multiply, row_of, store};
use super::{Float, Kernel, Simd};

/// The common dimension of a piece.
const DEPTH: usize = 256;
/// The registers of packed rows.
const HIGH: usize = 2;
/// The bytes of a block of columns of the right matrix.
const BLOCK: usize = 1 << 18;
/// A left matrix of fewer bytes is read from the second cache as fast as from packed registers.
const LEAST: usize = 1 << 16;
/// Bytes of the left matrix, times columns, for which packing saves more than it takes.
const LEAST_WORK: usize = 1 << 24;

/// Whether a product of `a` and this many columns suits [`LargeProduct`].
#[inline(always)]
pub(super) fn suits<T>(a: &[T], columns: usize) -> bool {
    let bytes = size_of_val(a);
    bytes >= LEAST && bytes.saturating_mul(columns) > LEAST_WORK
}

/// `c += a b`, or `c += a bᵀ`.
pub(super) struct LargeProduct<'a, T, const TRANSPOSED: bool> {
    pub(super) c: &'a mut [T],
    pub(super) rows: usize,
    pub(super) a: &'a [T],
    pub(super) b: &'a [T],
    /// The distance between rows of `b`, if it is transposed.
    pub(super) across: usize,
}

impl<T: Float, const TRANSPOSED: bool> Kernel for LargeProduct<'_, T, TRANSPOSED> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let (inner, columns) = (self.a.len() / self.rows, self.c.len() / self.rows);
        let width = BLOCK / (DEPTH * size_of::<T>());
        let mut packed = [[T::splat(simd, T::ZERO); HIGH]; DEPTH];
        for k in (0..inner).step_by(DEPTH) {
            let depth = DEPTH.min(inner - k);
            for column in (0..columns).step_by(width) {
                let block = (column, columns.min(column + width));
                self.strips(simd, packed.as_flattened_mut(), (k, depth), block);
            }
        }
    }
}

impl<T: Float, const TRANSPOSED: bool> LargeProduct<'_, T, TRANSPOSED> {
    /// Adds a piece of the common dimension to a block of columns.
    #[inline(always)]
    fn strips<S: Simd>(&mut self, simd: S, packed: &mut [T::Lanes<S>], piece: (usize, usize), block: (usize, usize)) {
        let lanes = lanes::<S, T>();
        let mut row = 0;
        while row + HIGH * lanes <= self.rows {
            if S::REGISTER_COUNT < 32 {
                self.strip::<S, HIGH, 4>(simd, packed, row, piece, block);
            } else {
                self.strip::<S, HIGH, 8>(simd, packed, row, piece, block);
            }
            row += HIGH * lanes;
        }
        while row < self.rows {
            self.strip::<S, 1, 8>(simd, packed, row, piece, block);
            row += lanes;
        }
    }

    /// `R` registers of rows: packs them, and multiplies them by the columns, `C` at a time.
    #[inline(always)]
    fn strip<S: Simd, const R: usize, const C: usize>(
        &mut self,
        simd: S,
        packed: &mut [T::Lanes<S>],
        row: usize,
        (k, depth): (usize, usize),
        (mut column, end): (usize, usize),
    ) {
        let high = (R * lanes::<S, T>()).min(self.rows - row);
        let packed = &mut packed.as_chunks_mut::<R>().0[..depth];
        for (i, packed) in packed.iter_mut().enumerate() {
            *packed = load(simd, &self.a[(k + i) * self.rows + row..][..high]);
        }
        while column + C <= end {
            self.tile::<S, R, C>(simd, packed, (row, high), k, column);
            column += C;
        }
        while column + 2 <= end {
            self.tile::<S, R, 2>(simd, packed, (row, high), k, column);
            column += 2;
        }
        if column < end {
            self.tile::<S, R, 1>(simd, packed, (row, high), k, column);
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const R: usize, const C: usize>(
        &mut self,
        simd: S,
        packed: &[[T::Lanes<S>; R]],
        (row, high): (usize, usize),
        k: usize,
        column: usize,
    ) {
        let (inner, across) = (self.a.len() / self.rows, self.across);
        let mut tile: Tile<S, T, R, C> = [[T::splat(simd, T::ZERO); R]; C];
        for (j, tile) in tile.iter_mut().enumerate() {
            *tile = load(simd, &self.c[(column + j) * self.rows + row..][..high]);
        }
        let mut columns = [self.b; C];
        if !TRANSPOSED {
            for (j, b) in columns.iter_mut().enumerate() {
                *b = &self.b[(column + j) * inner + k..][..packed.len()];
            }
        }
        for (i, &a) in packed.iter().enumerate() {
            multiply(simd, &mut tile, a, row_of::<T, C, TRANSPOSED>(&columns, (k + i) * across + column, i));
        }
        for (j, tile) in tile.iter().enumerate() {
            store(simd, tile, &mut self.c[(column + j) * self.rows + row..][..high]);
        }
    }
}
