//! The kernels on every kind of CPU that this one can act as.

use super::activation::{Function, Map, PullBack};
use super::combine::Combine;
use super::large_product::LargeProduct;
use super::product::Product;
use super::small_product::SmallProduct;
use super::{Dispatched, Float, Kernel, Sigmoid, Simd, Softplus, Tanh};

/// A kind of CPU.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cpu {
    /// Without fused multiply–add, as far as `pulp` knows.
    Scalar,
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    Avx2,
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    Avx512,
}

/// The CPUs with fused multiply–add whose instructions this one has.
fn fused() -> Vec<Cpu> {
    let mut cpus = Vec::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        cpus.extend(pulp::x86::V3::try_new().map(|_| Cpu::Avx2));
        cpus.extend(pulp::x86::V4::try_new().map(|_| Cpu::Avx512));
    }
    cpus
}

/// Runs a kernel with the instructions of `cpu`.
fn run<K: Kernel>(cpu: Cpu, kernel: K) -> Option<K::Output> {
    match cpu {
        Cpu::Scalar => Some(Simd::vectorize(pulp::Scalar, Dispatched(kernel))),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Cpu::Avx2 => Some(Simd::vectorize(pulp::x86::V3::try_new()?, Dispatched(kernel))),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Cpu::Avx512 => Some(Simd::vectorize(pulp::x86::V4::try_new()?, Dispatched(kernel))),
    }
}

/// Numbers of all sizes and both signs.
fn numbers(len: usize) -> Vec<f64> {
    let number = |i: usize| (0.37 * i as f64).sin() * 10.0_f64.powi((i * 7 % 60) as i32 - 30);
    (0..len).map(number).chain([0.0, -0.0, 1.0, -1.0, 88.0, -88.0, -800.0]).collect()
}

/// The bits of results of `kernel`, which starts from a copy of `to`.
fn results<T: Float + PartialEq + std::fmt::Debug>(to: &[T], kernel: impl Fn(Cpu, &mut [T]), name: &str) {
    let on = |cpu| {
        let mut to = to.to_vec();
        kernel(cpu, &mut to);
        to
    };
    let cpus = fused();
    for pair in cpus.windows(2) {
        assert_eq!(on(pair[0]), on(pair[1]), "{name} on {pair:?}");
    }
}

fn activation<F: Function + Copy, T: Float + PartialEq + std::fmt::Debug>(f: F, x: &[T], name: &str) {
    let value = |cpu, y: &mut [T]| run(cpu, Map { f, x, y }).unwrap_or_default();
    results(x, value, name);
    let mut y = x.to_vec();
    value(Cpu::Scalar, &mut y);
    results(x, |cpu, xbar| run(cpu, PullBack { f, y: &y, w: x, xbar }).unwrap_or_default(), name);
}

fn entries_are_the_same<T: Float + PartialEq + std::fmt::Debug>(embed: impl Fn(f64) -> T) {
    let x: Vec<T> = numbers(150).into_iter().map(embed).collect();
    activation(Tanh, &x, "tanh");
    activation(Sigmoid, &x, "sigmoid");
    activation(Softplus, &x, "softplus");
    for (rows, inner, columns) in [(3, 4, 9), (5, 7, 3), (16, 9, 2), (33, 4, 1), (40, 2, 3)] {
        let (c, start) = (&x[..rows * columns], Some(&x[..rows]));
        let terms = [(&x[..rows * inner], &x[10..][..inner * columns])];
        let product = |cpu, c: &mut [T]| {
            run(cpu, Product::<T, false> { c, rows, start, terms: &terms, across: columns }).unwrap_or_default()
        };
        results(c, product, "product");
        let transposed = |cpu, c: &mut [T]| {
            run(cpu, Product::<T, true> { c, rows, start: None, terms: &terms, across: columns }).unwrap_or_default()
        };
        results(c, transposed, "transposed product");
        if rows <= 4 {
            let small = |cpu, c: &mut [T]| run(cpu, SmallProduct { c, rows, start, terms: &terms }).unwrap_or_default();
            results(c, small, "small product");
        }
    }
}

#[test]
fn results_have_the_same_bits_with_every_width_of_vectors() {
    entries_are_the_same(|x| x as f32);
    entries_are_the_same(|x| x);
}

#[test]
fn combinations_have_the_same_bits_on_every_cpu() {
    let x = numbers(150);
    let terms = [(0.3, &x[..100]), (-1.7, &x[40..140]), (0.1, &x[20..120])];
    let on = |cpu| {
        let mut out = x[30..130].to_vec();
        run(cpu, Combine { out: &mut out, base: None, terms: &terms });
        out
    };
    let scalar = on(Cpu::Scalar);
    fused().into_iter().for_each(|cpu| assert_eq!(on(cpu), scalar, "{cpu:?}"));
}

#[test]
fn a_cpu_without_fused_operations_differs_in_the_last_places() {
    let x: Vec<f64> = (0..400).map(|i| 0.1 * f64::from(i) - 20.0).collect();
    let on = |cpu| {
        let mut y = vec![0.0; x.len()];
        run(cpu, Map { f: Tanh, x: &x, y: &mut y });
        y
    };
    let scalar = on(Cpu::Scalar);
    for cpu in fused() {
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 4.0 * f64::EPSILON * b.abs();
        assert!(on(cpu).iter().zip(&scalar).all(close), "{cpu:?}");
    }
}

#[test]
fn products_with_packed_rows_have_the_bits_of_other_products() {
    for (rows, inner, columns) in [(1, 1, 1), (5, 300, 3), (50, 256, 11), (64, 257, 16), (33, 600, 9)] {
        let numbers: Vec<f32> = (0..(rows + columns) * inner).map(|i| (0.37 * i as f32).sin()).collect();
        let (a, b) = numbers.split_at(rows * inner);
        let before: Vec<f32> = (0..rows * columns).map(|i| 0.01 * i as f32).collect();
        for cpu in [vec![Cpu::Scalar], fused()].concat() {
            let (mut c, mut expected) = (before.clone(), before.clone());
            run(cpu, LargeProduct::<f32, false> { c: &mut c, rows, a, b, across: columns });
            run(cpu, Product::<f32, false> { c: &mut expected, rows, start: None, terms: &[(a, b)], across: columns });
            assert_eq!(c, expected, "{cpu:?} {rows} {inner} {columns}");

            let (mut c, mut expected) = (before.clone(), before.clone());
            run(cpu, LargeProduct::<f32, true> { c: &mut c, rows, a, b, across: columns });
            run(cpu, Product::<f32, true> { c: &mut expected, rows, start: None, terms: &[(a, b)], across: columns });
            assert_eq!(c, expected, "{cpu:?} {rows} {inner} {columns}, transposed");
        }
    }
}
