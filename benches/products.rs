//! Products of matrices by `Element` and by nalgebra's `gemm`, in GFLOP/s.
//!
//! `cargo bench --bench products`, or with `--features rayon` on several threads.

use std::hint::black_box;
use std::time::Instant;

use nalgebra::{Dyn, MatrixView, MatrixViewMut};
use rheos::state::Element;

/// Rows, common dimension and columns.
const SHAPES: [[usize; 3]; 14] = [
    [8, 8, 32],
    [32, 32, 32],
    [64, 64, 64],
    [100, 100, 100],
    [128, 128, 32],
    [256, 256, 32],
    [256, 64, 256],
    [256, 256, 256],
    [64, 256, 256],
    [512, 512, 32],
    [784, 128, 64],
    [512, 512, 512],
    [1024, 1024, 64],
    [1000, 1000, 1000],
];

fn main() {
    println!("rows × inner × columns | c = a b | by gemm | c += a bᵀ | by gemm");
    SHAPES.into_iter().for_each(|shape| measure::<f32>("f32", shape));
    SHAPES.into_iter().for_each(|shape| measure::<f64>("f64", shape));
}

fn measure<T: Element>(kind: &str, [rows, inner, columns]: [usize; 3]) {
    let numbers = |len: usize| -> Vec<T> { (0..len).map(|i| T::embed((0.37 * i as f64).sin())).collect() };
    let (a, b, start) = (numbers(rows * inner), numbers(inner * columns), numbers(rows));
    let mut c = numbers(rows * columns);
    let flop = 2e-9 * (rows * inner * columns) as f64;
    let speeds = [
        seconds(|| T::add_product(black_box(&mut c), rows, Some(&start), &a, &b)),
        seconds(|| {
            c.chunks_exact_mut(rows).for_each(|c| c.copy_from_slice(&start));
            gemm(black_box(&mut c), rows, &a, (&b, [1, inner]));
        }),
        seconds(|| T::add_product_transposed(black_box(&mut c), rows, &a, &b)),
        seconds(|| gemm(black_box(&mut c), rows, &a, (&b, [columns, 1]))),
    ]
    .map(|seconds| format!("{:.0}", flop / seconds));
    println!("{kind} {rows} × {inner} × {columns} | {}", speeds.join(" | "));
}

/// The shortest time of a call; other programs only lengthen it.
fn seconds(mut work: impl FnMut()) -> f64 {
    let mut sample = |calls: u32| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed().as_secs_f64() / f64::from(calls)
    };
    let calls = (1e-3 / sample(1)).ceil().max(1.0) as u32;
    (0..25).map(|_| sample(calls)).fold(f64::INFINITY, f64::min)
}

/// `c += a b`, where `b` has these strides of rows and columns.
fn gemm<T: Element>(c: &mut [T], rows: usize, a: &[T], (b, [down, across]): (&[T], [usize; 2])) {
    let (inner, columns) = (a.len() / rows, c.len() / rows);
    let a: MatrixView<'_, T, Dyn, Dyn> = MatrixView::from_slice_generic(a, Dyn(rows), Dyn(inner));
    let b: MatrixView<'_, T, Dyn, Dyn, Dyn, Dyn> =
        MatrixView::from_slice_with_strides_generic(b, Dyn(inner), Dyn(columns), Dyn(down), Dyn(across));
    MatrixViewMut::<'_, T, Dyn, Dyn>::from_slice_generic(c, Dyn(rows), Dyn(columns)).gemm(T::one(), &a, &b, T::one());
}
