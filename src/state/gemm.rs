//! Products of matrices too large for the second cache, by nalgebra's `gemm`.
//!
//! The kernels of [`simd`](crate::simd) pack only rows of the left matrix; `gemm` packs blocks of both.

use nalgebra::{Dyn, MatrixView, MatrixViewMut};

use super::Element;

/// A product with a left matrix of more bytes than this is left to `gemm`.
const LARGE: usize = 1 << 20;

/// Whether a product of `a` and this many columns is left to `gemm`.
#[inline]
pub(super) fn suits<T>(a: &[T], columns: usize) -> bool {
    // For other numbers of columns `gemm` is slower.
    size_of_val(a) > LARGE && (columns == 1 || columns >= 16)
}

/// See [`Element::add_product`].
pub(super) fn add_product<T: Element>(c: &mut [T], rows: usize, start: Option<&[T]>, a: &[T], b: &[T]) {
    let (columns, inner) = (c.len() / rows, a.len() / rows);
    if let Some(start) = start {
        c.chunks_exact_mut(rows).for_each(|c| c.copy_from_slice(start));
    }
    let (a, b) = (view(a, rows, inner), view(b, inner, columns));
    view_mut(c, rows, columns).gemm(T::one(), &a, &b, T::one());
}

/// See [`Element::add_product_transposed`]. The rows of `b` begin at multiples of `across`.
pub(super) fn add_product_transposed<T: Element>(c: &mut [T], rows: usize, a: &[T], (b, across): (&[T], usize)) {
    let (columns, inner) = (c.len() / rows, a.len() / rows);
    // The transpose of `b`, whose columns are the rows of `b`.
    let transposed: MatrixView<'_, T, Dyn, Dyn, Dyn, Dyn> =
        MatrixView::from_slice_with_strides_generic(b, Dyn(inner), Dyn(columns), Dyn(across), Dyn(1));
    view_mut(c, rows, columns).gemm(T::one(), &view(a, rows, inner), &transposed, T::one());
}

fn view<T: Element>(x: &[T], rows: usize, columns: usize) -> MatrixView<'_, T, Dyn, Dyn> {
    MatrixView::from_slice_generic(x, Dyn(rows), Dyn(columns))
}

fn view_mut<T: Element>(x: &mut [T], rows: usize, columns: usize) -> MatrixViewMut<'_, T, Dyn, Dyn> {
    MatrixViewMut::from_slice_generic(x, Dyn(rows), Dyn(columns))
}

#[cfg(test)]
mod tests {
    use super::Element;

    /// The product by its definition.
    fn product(rows: usize, inner: usize, columns: usize, at: impl Fn(usize, usize, usize) -> f64) -> Vec<f64> {
        let entry = |i: usize| (0..inner).map(|k| at(i % rows, k, i / rows)).sum();
        (0..rows * columns).map(entry).collect()
    }

    #[test]
    fn large_products_are_those_of_the_definition() {
        for (rows, inner, columns) in
            [(130, 129, 1), (129, 130, 3), (130, 129, 17), (400, 401, 17), (400, 17, 401), (9, 2000, 40)]
        {
            let numbers = |len: usize| -> Vec<f64> { (0..len).map(|i| ((i * 37) % 101) as f64 - 50.0).collect() };
            let (a, b, start) = (numbers(rows * inner), numbers(inner * columns), numbers(rows));
            let mut c = numbers(rows * columns);
            f64::add_product(&mut c, rows, Some(&start), &a, &b);
            let exact = product(rows, inner, columns, |i, k, j| {
                a[k * rows + i] * b[j * inner + k] + if k == 0 { start[i] } else { 0.0 }
            });
            assert_eq!(c, exact, "{rows} {inner} {columns}");

            // Sums of integers are exact. Here `a` is `rows × columns`, and the sum is `rows × inner`.
            let (a, b) = (numbers(rows * columns), numbers(inner * columns));
            let mut c = vec![1.0; rows * inner];
            f64::add_product_transposed(&mut c, rows, &a, &b);
            let exact = product(rows, columns, inner, |i, k, j| {
                a[k * rows + i] * b[k * inner + j] + if k == 0 { 1.0 } else { 0.0 }
            });
            assert_eq!(c, exact, "{rows} {inner} {columns}");
        }
    }
}
