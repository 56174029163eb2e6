//! Products of `f32` and `f64`: by which code, and on how many threads.

use super::{Element, gemm, threads};
use crate::simd::{self, Float, columns_of};

/// See [`Element::add_product`].
#[inline]
pub(super) fn add_product<T: Element + Float>(c: &mut [T], rows: usize, start: Option<&[T]>, a: &[T], b: &[T]) {
    let columns = columns_of(c, rows);
    let parts = threads::parts_of_product(a.len(), columns);
    if parts > 1 {
        return threads::each_part(parts, columns, (c, rows), &|c, first| {
            let inner = a.len() / rows;
            on_one_thread(c, rows, start, a, &b[first * inner..][..columns_of(c, rows) * inner]);
        });
    }
    on_one_thread(c, rows, start, a, b);
}

#[inline]
fn on_one_thread<T: Element + Float>(c: &mut [T], rows: usize, start: Option<&[T]>, a: &[T], b: &[T]) {
    if gemm::suits(a, columns_of(c, rows)) {
        gemm::add_product(c, rows, start, a, b);
    } else {
        simd::add_product(c, rows, start, a, b);
    }
}

/// See [`Element::affine`].
#[inline]
pub(super) fn affine<T: Element + Float>(c: &mut [T], rows: usize, start: &[T], terms: &[(&[T], &[T])]) {
    let columns = columns_of(c, rows);
    let one_by_one = |(a, _): &(&[T], &[T])| gemm::suits(a, columns) || threads::parts_of_product(a.len(), columns) > 1;
    match terms {
        [(a, b), more @ ..] if terms.iter().any(one_by_one) => {
            add_product(c, rows, Some(start), a, b);
            more.iter().for_each(|(a, b)| add_product(c, rows, None, a, b));
        }
        _ => simd::affine(c, rows, start, terms),
    }
}

/// See [`Element::add_product_transposed`].
#[inline]
pub(super) fn add_product_transposed<T: Element + Float>(c: &mut [T], rows: usize, a: &[T], b: &[T]) {
    let columns = columns_of(c, rows);
    let parts = threads::parts_of_product(a.len(), columns);
    if parts > 1 {
        return threads::each_part(parts, columns, (c, rows), &|c, first| {
            transposed_on_one_thread(c, rows, a, (&b[first..], columns));
        });
    }
    transposed_on_one_thread(c, rows, a, (b, columns));
}

#[inline]
fn transposed_on_one_thread<T: Element + Float>(c: &mut [T], rows: usize, a: &[T], b: (&[T], usize)) {
    if gemm::suits(a, columns_of(c, rows)) {
        gemm::add_product_transposed(c, rows, a, b);
    } else {
        simd::add_product_transposed(c, rows, a, b);
    }
}

#[cfg(all(test, feature = "rayon"))]
mod tests {
    use super::super::Element;

    /// Numbers whose sums are rounded.
    fn numbers<T: Element>(len: usize) -> Vec<T> {
        (0..len).map(|i| T::embed((0.37 * i as f64).sin())).collect()
    }

    fn on_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads").install(work)
    }

    fn all<T: Element>((rows, inner, columns): (usize, usize, usize)) -> [Vec<T>; 3] {
        let (a, b, start) = (numbers(rows * inner), numbers(inner * columns), numbers(rows));
        let mut results = [(); 3].map(|()| numbers::<T>(rows * columns));
        T::add_product(&mut results[0], rows, None, &a, &b);
        T::affine(&mut results[1], rows, &start, &[(&a, &b), (&a, &b)]);
        T::add_product_transposed(&mut results[2], rows, &a, &b);
        results
    }

    #[test]
    fn products_have_the_same_bits_on_every_number_of_threads() {
        // Products of whole tiles, of parts of tiles, with packed rows and by `gemm`.
        for shape in [(64, 260, 301), (130, 129, 301), (257, 130, 130), (600, 601, 39)] {
            let alone = on_threads(1, || (all::<f32>(shape), all::<f64>(shape)));
            for threads in [2, 3] {
                assert!(on_threads(threads, || (all(shape), all(shape))) == alone, "{shape:?} on {threads}");
            }
        }
    }

    #[test]
    fn activations_have_the_same_bits_on_every_number_of_threads() {
        let x = numbers::<f32>(400_003);
        let all = || {
            let (mut y, mut xbar) = (x.clone(), x.clone());
            f32::softplus_all(&x, &mut y);
            f32::softplus_pull_back(&y, &x, &mut xbar);
            (y, xbar)
        };
        let alone = on_threads(1, all);
        for threads in [2, 3, 7] {
            assert!(on_threads(threads, all) == alone, "on {threads}");
        }
    }
}
