//! Products of column-major matrices.
//!
//! A tile of the product, a few registers high and a few columns wide, stays in registers while the common dimension is
//! traversed once.

use super::small_product::{self, SmallProduct};
use super::{Float, Kernel, Simd, dispatch_for};

/// The factors `(a, b)` of a product.
pub(super) type Term<'a, T> = (&'a [T], &'a [T]);

/// `c = start + Σ a b` over the `terms` `(a, b)`; the column `start` is added to all columns.
///
/// `c` and each `a` have `rows` rows.
pub(crate) fn affine<T: Float>(c: &mut [T], rows: usize, start: &[T], terms: &[Term<'_, T>]) {
    product(c, rows, Some(start), terms);
}

/// `c = start + a b`; the column `start` is added to all columns. Without it, the product is added to `c`.
///
/// `c` and `a` have `rows` rows.
pub(crate) fn add_product<T: Float>(c: &mut [T], rows: usize, start: Option<&[T]>, a: &[T], b: &[T]) {
    product(c, rows, start, &[(a, b)]);
}

#[inline(always)]
fn product<T: Float>(c: &mut [T], rows: usize, start: Option<&[T]>, terms: &[Term<'_, T>]) {
    let bytes = rows * size_of::<T>();
    if small_product::suits(c.len(), rows, terms) {
        dispatch_for(bytes, SmallProduct { c, rows, start, terms });
    } else {
        dispatch_for(bytes, Product::<T, false> { c, rows, start, terms });
    }
}

/// `c += a bᵀ`; `c` and `a` have `rows` rows.
pub(crate) fn add_product_transposed<T: Float>(c: &mut [T], rows: usize, a: &[T], b: &[T]) {
    dispatch_for(rows * size_of::<T>(), Product::<T, true> { c, rows, start: None, terms: &[(a, b)] });
}

pub(super) struct Product<'a, T, const TRANSPOSED: bool> {
    pub(super) c: &'a mut [T],
    pub(super) rows: usize,
    pub(super) start: Option<&'a [T]>,
    pub(super) terms: &'a [Term<'a, T>],
}

impl<T: Float, const TRANSPOSED: bool> Kernel for Product<'_, T, TRANSPOSED> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let lanes = lanes::<S, T>();
        let mut row = 0;
        while row + 2 * lanes <= self.rows {
            if S::REGISTER_COUNT < 32 {
                self.strip::<S, 2, 4>(simd, row)
            } else {
                self.strip::<S, 2, 8>(simd, row)
            }
            row += 2 * lanes;
        }
        while row < self.rows {
            self.strip::<S, 1, 8>(simd, row);
            row += lanes;
        }
    }
}

impl<T: Float, const TRANSPOSED: bool> Product<'_, T, TRANSPOSED> {
    /// All columns of `R` registers of rows, `C` columns at a time.
    #[inline(always)]
    fn strip<S: Simd, const R: usize, const C: usize>(&mut self, simd: S, row: usize) {
        let columns = self.c.len() / self.rows;
        let mut column = 0;
        while column + C <= columns {
            self.tile::<S, R, C>(simd, row, column);
            column += C;
        }
        while column + 4 <= columns {
            self.tile::<S, R, 4>(simd, row, column);
            column += 4;
        }
        while column + 2 <= columns {
            self.tile::<S, R, 2>(simd, row, column);
            column += 2;
        }
        if column < columns {
            self.tile::<S, R, 1>(simd, row, column);
        }
    }

    #[inline(always)]
    fn tile<S: Simd, const R: usize, const C: usize>(&mut self, simd: S, row: usize, column: usize) {
        let mut tile = self.before::<S, R, C>(simd, row, column);
        for (a, b) in self.terms {
            self.add_to_tile::<S, R, C>(simd, &mut tile, (a, row), (b, column));
        }
        let end = self.rows;
        // If the registers are as high as the columns, lanes beyond a column are overwritten by the next columns. A product
        // that is added to `c` still reads those.
        let may_overrun = self.start.is_some() && end <= lanes::<S, T>();
        for (j, tile) in tile.iter().enumerate() {
            let c = &mut self.c[(column + j) * self.rows + row..];
            if may_overrun { store(simd, tile, c) } else { store(simd, tile, &mut c[..end - row]) }
        }
    }

    /// Adds the product of the rows of `a` from `row` on and the columns of `b` from `column` on.
    #[inline(always)]
    fn add_to_tile<S: Simd, const R: usize, const C: usize>(
        &self,
        simd: S,
        tile: &mut Tile<S, T, R, C>,
        (all_a, row): (&[T], usize),
        (all_b, column): (&[T], usize),
    ) {
        // Without a common dimension `a` is empty.
        let a = all_a.get(row..).unwrap_or_default();
        let inner = all_a.len() / self.rows;
        let across = self.c.len() / self.rows;
        // Loops, since `array::from_fn` is not always inlined.
        let mut columns = [all_b; C];
        if !TRANSPOSED {
            for (j, b) in columns.iter_mut().enumerate() {
                *b = &all_b[(column + j) * inner..][..inner];
            }
        }
        // If the registers are higher than the last column, they would read another column or beyond the end.
        let size = R * lanes::<S, T>();
        let safe = if a.len() < size { 0 } else { ((a.len() - size) / self.rows + 1).min(inner) };
        for k in 0..safe {
            let (a, _) = T::split::<S>(&a[k * self.rows..][..size]);
            if let Some(&a) = a.first_chunk() {
                multiply(simd, tile, a, b::<T, C, TRANSPOSED>(&columns, k * across + column, k));
            }
        }
        for k in safe..inner {
            multiply(
                simd,
                tile,
                [T::load_rest(simd, &a[k * self.rows..]); R],
                b::<T, C, TRANSPOSED>(&columns, k * across + column, k),
            );
        }
    }

    /// The tile before the product is added.
    #[inline(always)]
    fn before<S: Simd, const R: usize, const C: usize>(&self, simd: S, row: usize, column: usize) -> Tile<S, T, R, C> {
        match self.start {
            Some(start) => [load(simd, &start[row..]); C],
            None => {
                let mut tile = [[T::splat(simd, T::ZERO); R]; C];
                for (j, tile) in tile.iter_mut().enumerate() {
                    *tile = load(simd, &self.c[(column + j) * self.rows + row..]);
                }
                tile
            }
        }
    }
}

/// `C` columns, `R` registers high.
type Tile<S, T, const R: usize, const C: usize> = [[<T as Float>::Lanes<S>; R]; C];

#[inline(always)]
fn lanes<S: Simd, T: Float>() -> usize {
    size_of::<T::Lanes<S>>() / size_of::<T>()
}

/// The row `k` of `b`: entries of its columns, or of the transpose from `start` on.
#[inline(always)]
fn b<T: Float, const C: usize, const TRANSPOSED: bool>(columns: &[&[T]; C], start: usize, k: usize) -> [T; C] {
    let mut row = [T::ZERO; C];
    if TRANSPOSED {
        row.copy_from_slice(&columns[0][start..][..C]);
    } else {
        for j in 0..C {
            row[j] = columns[j][k];
        }
    }
    row
}

/// Adds the product of a column and a row.
#[inline(always)]
fn multiply<S: Simd, T: Float, const R: usize, const C: usize>(
    simd: S,
    tile: &mut Tile<S, T, R, C>,
    a: [T::Lanes<S>; R],
    b: [T; C],
) {
    for j in 0..C {
        let b = T::splat(simd, b[j]);
        for r in 0..R {
            tile[j][r] = T::mul_add(simd, a[r], b, tile[j][r]);
        }
    }
}

/// `R` registers from the front of `from`. Lanes beyond a column are never used.
#[inline(always)]
fn load<S: Simd, T: Float, const R: usize>(simd: S, from: &[T]) -> [T::Lanes<S>; R] {
    let (whole, rest) = T::split::<S>(from);
    match whole.first_chunk() {
        Some(&registers) => registers,
        None => [T::load_rest(simd, rest); R],
    }
}

/// Stores as much of the registers as fits.
#[inline(always)]
fn store<S: Simd, T: Float, const R: usize>(simd: S, registers: &[T::Lanes<S>; R], to: &mut [T]) {
    let (whole, rest) = T::split_mut::<S>(to);
    match whole.first_chunk_mut() {
        Some(whole) => *whole = *registers,
        None => T::store_rest(simd, rest, registers[0]),
    }
}
