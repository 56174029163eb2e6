//! Products of column-major matrices.
//!
//! A tile of the product, a few registers high and a few columns wide, stays in registers while the common dimension is
//! traversed once.

use super::large_product::{self, LargeProduct};
use super::small_product::{self, SmallProduct};
use super::{Float, Kernel, Simd, dispatch, dispatch_for};

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
    } else if terms.iter().any(|(a, _)| large_product::suits(a, columns_of(c, rows))) {
        large(c, rows, start, terms);
    } else {
        dispatch_for(bytes, Product::<T, false> { c, rows, start, terms, across: 0 });
    }
}

#[inline(never)]
fn large<T: Float>(c: &mut [T], rows: usize, start: Option<&[T]>, terms: &[Term<'_, T>]) {
    if let Some(start) = start {
        c.chunks_exact_mut(rows).for_each(|c| c.copy_from_slice(start));
    }
    for (a, b) in terms {
        dispatch(LargeProduct::<T, false> { c, rows, a, b, across: 0 });
    }
}

/// `c += a bᵀ`; `c` and `a` have `rows` rows. The rows of `b` begin at multiples of `across`, and may be longer than the
/// product is wide.
pub(crate) fn add_product_transposed<T: Float>(c: &mut [T], rows: usize, a: &[T], (b, across): (&[T], usize)) {
    if large_product::suits(a, columns_of(c, rows)) {
        dispatch(LargeProduct::<T, true> { c, rows, a, b, across });
    } else {
        let terms = &[(a, b)];
        dispatch_for(rows * size_of::<T>(), Product::<T, true> { c, rows, start: None, terms, across });
    }
}

pub(super) struct Product<'a, T, const TRANSPOSED: bool> {
    pub(super) c: &'a mut [T],
    pub(super) rows: usize,
    pub(super) start: Option<&'a [T]>,
    pub(super) terms: &'a [Term<'a, T>],
    /// The distance between rows of `b`, if it is transposed.
    pub(super) across: usize,
}

impl<T: Float, const TRANSPOSED: bool> Kernel for Product<'_, T, TRANSPOSED> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let lanes = lanes::<S, T>();
        let mut row = 0;
        // A tile of few columns is higher, so that it has as many independent sums.
        match columns_of(self.c, self.rows) {
            1 => {
                while row + 8 * lanes <= self.rows {
                    self.strip::<S, 8, 1>(simd, row);
                    row += 8 * lanes;
                }
            }
            2 | 3 => {
                while row + 4 * lanes <= self.rows {
                    self.strip::<S, 4, 2>(simd, row);
                    row += 4 * lanes;
                }
            }
            _ => {}
        }
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
        while C > 4 && column + 4 <= columns {
            self.tile::<S, R, 4>(simd, row, column);
            column += 4;
        }
        while C > 2 && column + 2 <= columns {
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
        let across = self.across;
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
                multiply(simd, tile, a, row_of::<T, C, TRANSPOSED>(&columns, k * across + column, k));
            }
        }
        for k in safe..inner {
            multiply(
                simd,
                tile,
                [T::load_rest(simd, &a[k * self.rows..]); R],
                row_of::<T, C, TRANSPOSED>(&columns, k * across + column, k),
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
pub(super) type Tile<S, T, const R: usize, const C: usize> = [[<T as Float>::Lanes<S>; R]; C];

/// The number of columns; none without rows.
#[inline(always)]
pub(crate) fn columns_of<T>(c: &[T], rows: usize) -> usize {
    c.len().checked_div(rows).unwrap_or(0)
}

#[inline(always)]
pub(super) fn lanes<S: Simd, T: Float>() -> usize {
    size_of::<T::Lanes<S>>() / size_of::<T>()
}

/// The row `k` of `b`: entries of its columns, or of the transpose from `start` on.
#[inline(always)]
pub(super) fn row_of<T: Float, const C: usize, const TRANSPOSED: bool>(
    columns: &[&[T]; C],
    start: usize,
    k: usize,
) -> [T; C] {
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
pub(super) fn multiply<S: Simd, T: Float, const R: usize, const C: usize>(
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
pub(super) fn load<S: Simd, T: Float, const R: usize>(simd: S, from: &[T]) -> [T::Lanes<S>; R] {
    let (whole, rest) = T::split::<S>(from);
    match whole.first_chunk() {
        Some(&registers) => registers,
        None => [T::load_rest(simd, rest); R],
    }
}

/// Stores as much of the registers as fits.
#[inline(always)]
pub(super) fn store<S: Simd, T: Float, const R: usize>(simd: S, registers: &[T::Lanes<S>; R], to: &mut [T]) {
    let (whole, rest) = T::split_mut::<S>(to);
    match whole.first_chunk_mut() {
        Some(whole) => *whole = *registers,
        None => T::store_rest(simd, rest, registers[0]),
    }
}
