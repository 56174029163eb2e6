//! The kernels against the standard library: `f32` against functions of `f64`, `f64` against other formulas.

use std::ops::{Div, Neg};

use super::activation::Function;
use super::{Float, Sigmoid, Softplus, Tanh, add_product, add_product_transposed, combine, map, pull_back};

/// Bit patterns all over `f32`, dense where the functions bend, with the ends of every range.
fn every_kind_of_f32() -> Vec<f32> {
    let spread = (0..=u32::MAX).step_by(4099).map(f32::from_bits);
    let dense = (-200_000..=200_000).map(|i| 1e-3 * i as f32);
    let ends = [0.0, f32::from_bits(1), f32::MIN_POSITIVE, f32::MAX].into_iter().flat_map(|x| [x, -x]);
    spread.chain(dense).chain(ends).filter(|x| x.is_finite()).collect()
}

fn every_kind_of_f64() -> Vec<f64> {
    let spread = (0..=u64::MAX).step_by((1 << 44) - 1).map(f64::from_bits);
    let dense = (-400_000..=400_000).map(|i| 2e-3 * f64::from(i));
    let ends = [0.0, f64::from_bits(1), f64::MIN_POSITIVE, f64::MAX].into_iter().flat_map(|x| [x, -x]);
    spread.chain(dense).chain(ends).filter(|x| x.is_finite()).collect()
}

/// The spacing of the numbers with `digits` binary digits around `x`, where exponents end at `least`.
fn spacing(x: f64, digits: i32, least: i32) -> f64 {
    let exponent = if x == 0.0 { least } else { x.abs().log2().floor() as i32 };
    2.0_f64.powi(exponent.max(least) - digits + 1)
}

fn values<F: Function, T: Float>(f: F, x: &[T]) -> Vec<T> {
    let mut y = vec![T::ZERO; x.len()];
    map(f, x, &mut y);
    y
}

/// The largest error of `y` in units in the last place of `f32`.
fn error_f32(x: &[f32], y: &[f32], truth: impl Fn(f64) -> f64) -> f64 {
    let error = |(&x, &y): (&f32, &f32)| {
        let truth = truth(f64::from(x));
        (f64::from(y) - truth).abs() / spacing(truth, 24, -126)
    };
    x.iter().zip(y).map(error).fold(0.0, f64::max)
}

/// The largest difference from `truth` in units in the last place of `f64`.
fn error_f64(x: &[f64], y: &[f64], truth: impl Fn(f64) -> f64) -> f64 {
    let error = |(&x, &y): (&f64, &f64)| {
        let truth = truth(x);
        // Divided in two steps, since the spacing of the subnormal numbers underflows as a power of two.
        (y - truth).abs() / spacing(truth, 1, -1022) * 2.0_f64.powi(52)
    };
    x.iter().zip(y).map(error).fold(0.0, f64::max)
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

fn logistic(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if x >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

/// The truth of a function whose results below the smallest normal number are 0.
fn normal_or_zero(f: impl Fn(f64) -> f64, smallest: f64) -> impl Fn(f64) -> f64 {
    move |x| if f(x) < smallest { 0.0 } else { f(x) }
}

#[test]
fn values_are_right_to_the_last_places() {
    let (x, least) = (every_kind_of_f32(), f64::from(f32::MIN_POSITIVE));
    for (name, error) in [
        ("tanh", error_f32(&x, &values(Tanh, &x), f64::tanh)),
        ("sigmoid", error_f32(&x, &values(Sigmoid, &x), normal_or_zero(logistic, least))),
        ("softplus", error_f32(&x, &values(Softplus, &x), normal_or_zero(softplus, least))),
    ] {
        assert!(error < 4.0, "{name}: {error}");
    }
    let (x, least) = (every_kind_of_f64(), f64::MIN_POSITIVE);
    for (name, error) in [
        ("tanh", error_f64(&x, &values(Tanh, &x), f64::tanh)),
        ("sigmoid", error_f64(&x, &values(Sigmoid, &x), normal_or_zero(logistic, least))),
        ("softplus", error_f64(&x, &values(Softplus, &x), normal_or_zero(softplus, least))),
    ] {
        assert!(error < 4.0, "{name}: {error}");
    }
}

/// `ln` of the smallest normal number lies between the two arguments, which are neighbours.
fn ends_at<T: Float + PartialOrd + std::fmt::Debug>([below, above]: [T; 2], smallest: T) {
    for [zero, normal] in [values(Sigmoid, &[below, above]), values(Softplus, &[below, above])].map(|y| [y[0], y[1]]) {
        assert!(zero == T::ZERO && normal >= smallest, "{zero:?} {normal:?}");
    }
}

#[test]
fn sigmoid_and_softplus_are_zero_where_they_are_not_normal() {
    // 126 ln 2 = 87.336544750553 and 1022 ln 2 = 708.39641853226410622.
    ends_at([-87.336_55_f32, -87.336_54], f32::MIN_POSITIVE);
    ends_at([-708.396_418_532_264_2_f64, -708.396_418_532_264_1], f64::MIN_POSITIVE);
    for y in [values(Sigmoid, &every_kind_of_f32()), values(Softplus, &every_kind_of_f32())] {
        assert!(y.iter().all(|y| *y == 0.0 || y.is_normal()));
    }
    for y in [values(Sigmoid, &every_kind_of_f64()), values(Softplus, &every_kind_of_f64())] {
        assert!(y.iter().all(|y| *y == 0.0 || y.is_normal()));
    }
}

#[test]
fn tanh_of_a_tiny_number_is_the_number() {
    let x: Vec<f32> = every_kind_of_f32().into_iter().filter(|x| x.abs() < 1e-9).collect();
    assert!(values(Tanh, &x).iter().zip(&x).all(|(y, x)| y.to_bits() == x.to_bits()));
    let x: Vec<f64> = every_kind_of_f64().into_iter().filter(|x| x.abs() < 1e-18).collect();
    assert!(values(Tanh, &x).iter().zip(&x).all(|(y, x)| y.to_bits() == x.to_bits()));
}

fn slopes<F: Function, T: Float>(f: F, y: &[T]) -> Vec<T> {
    let mut slope = vec![T::ZERO; y.len()];
    pull_back(f, y, &vec![T::ONE; y.len()], &mut slope);
    slope
}

#[test]
fn slopes_are_right_to_the_last_places() {
    // The derivative is a function of the value, so the rounded value has a derivative of its own.
    let y: Vec<f32> = every_kind_of_f32().into_iter().filter(|&y| y >= 0.0).collect();
    let unit: Vec<f32> = y.iter().copied().filter(|&y| y <= 1.0).collect();
    for (name, error) in [
        ("tanh", error_f32(&unit, &slopes(Tanh, &unit), |y| (1.0 - y) * (1.0 + y))),
        ("sigmoid", error_f32(&unit, &slopes(Sigmoid, &unit), |y| y * (1.0 - y))),
        ("softplus", error_f32(&y, &slopes(Softplus, &y), |y| -(-y).exp_m1())),
    ] {
        assert!(error < 4.0, "{name}: {error}");
    }
    let y: Vec<f64> = every_kind_of_f64().into_iter().filter(|&y| y >= 0.0).collect();
    let error = error_f64(&y, &slopes(Softplus, &y), |y| -(-y).exp_m1());
    assert!(error < 4.0, "softplus: {error}");
}

/// NaN has no order.
fn is_nan<T: PartialOrd>(x: T) -> bool {
    x.partial_cmp(&x).is_none()
}

fn special<T>(nan: T, infinity: T)
where
    T: Float + PartialOrd + Neg<Output = T> + Div<Output = T>,
{
    let x = [nan, infinity, -infinity, -T::ZERO, T::ZERO];
    let tanh = values(Tanh, &x);
    assert!(is_nan(tanh[0]));
    assert!(tanh[1] == T::ONE && tanh[2] == -T::ONE);
    assert!(T::ONE / tanh[3] == -infinity && T::ONE / tanh[4] == infinity);
    let sigmoid = values(Sigmoid, &x);
    assert!(is_nan(sigmoid[0]));
    assert!(sigmoid[1] == T::ONE && sigmoid[2] == T::ZERO);
    let softplus = values(Softplus, &x);
    assert!(is_nan(softplus[0]));
    assert!(softplus[1] == infinity && softplus[2] == T::ZERO);
    let slope = slopes(Softplus, &softplus);
    assert!(is_nan(slope[0]));
    assert!(slope[1] == T::ONE && slope[2] == T::ZERO);
}

#[test]
fn special_values_are_kept() {
    special(f32::NAN, f32::INFINITY);
    special(f64::NAN, f64::INFINITY);
}

#[test]
fn tanh_is_odd_bounded_and_steady() {
    let mut x: Vec<f32> = every_kind_of_f32().into_iter().filter(|&x| x >= 0.0).collect();
    x.sort_by(f32::total_cmp);
    let y = values(Tanh, &x);
    let mirrored = values(Tanh, &x.iter().map(|&x| -x).collect::<Vec<_>>());
    assert!(y.iter().zip(&mirrored).all(|(&y, &m)| y.to_bits() == (-m).to_bits()));
    assert!(y.iter().all(|&y| y <= 1.0));
    // It may fall by its rounding error at most.
    assert!(y.windows(2).all(|y| y[1] >= y[0] * (1.0 - 3.0 * f32::EPSILON)));
}

#[test]
fn an_entry_does_not_depend_on_its_neighbours() {
    let x: Vec<f64> = (0..45).map(|i| 0.3 * f64::from(i) - 6.0).collect();
    let all = values(Softplus, &x);
    for n in 0..x.len() {
        assert_eq!(values(Softplus, &x[..n]), all[..n]);
        assert_eq!(slopes(Tanh, &x[n..]), slopes(Tanh, &x)[n..]);
    }
}

#[test]
fn derivatives_belong_to_the_functions() {
    let x: Vec<f64> = (0..200).map(|i| 0.05 * f64::from(i) - 5.0).collect();
    for (slope, x) in slopes(Softplus, &values(Softplus, &x)).into_iter().zip(&x) {
        assert!((slope - logistic(*x)).abs() < 1e-15);
    }
    for (slope, x) in slopes(Tanh, &values(Tanh, &x)).into_iter().zip(&x) {
        assert!((slope - x.cosh().powi(-2)).abs() < 1e-15);
    }
}

/// Integers, so that every product is exact in every order.
fn integers(n: usize, seed: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 7919 + seed * 104_729) % 31) as f32 - 15.0).collect()
}

#[test]
fn products_equal_the_triple_sum_for_every_shape() {
    for rows in (0..40).chain([64, 131, 150]) {
        for (inner, columns) in [(1, 1), (5, 2), (2, 3), (1, 9), (2, 16), (3, 8), (4, 11), (5, 13), (8, 20)] {
            let (a, b) = (integers(rows * inner, 1), integers(inner * columns, 2));
            let (start, before) = (integers(rows, 3), integers(rows * columns, 4));
            let sum = |i: usize, j: usize| (0..inner).map(|k| a[k * rows + i] * b[j * inner + k]).sum::<f32>();
            let entries = || (0..columns).flat_map(|j| (0..rows).map(move |i| (i, j)));

            let mut c = before.clone();
            add_product(&mut c, rows, Some(&start), &a, &b);
            assert!(entries().zip(&c).all(|((i, j), &c)| c == start[i] + sum(i, j)), "{rows} {inner} {columns}");

            let mut c = before.clone();
            add_product(&mut c, rows, None, &a, &b);
            let expected: Vec<f32> = entries().zip(&before).map(|((i, j), &c)| c + sum(i, j)).collect();
            assert_eq!(c, expected, "{rows} {inner} {columns}");

            let transposed: Vec<f32> = (0..inner * columns).map(|l| b[l % columns * inner + l / columns]).collect();
            let mut c = before.clone();
            add_product_transposed(&mut c, rows, &a, (&transposed, columns));
            assert_eq!(c, expected, "{rows} {inner} {columns}");
        }
    }
}

#[test]
fn a_sample_that_is_not_finite_leaves_the_others_alone() {
    let a = integers(3 * 2, 1);
    let mut b = integers(2 * 9, 2);
    b[8] = f32::INFINITY;
    let mut c = vec![0.0; 3 * 9];
    add_product(&mut c, 3, None, &a, &b);
    assert!(c.chunks(3).enumerate().all(|(j, c)| j == 4 || c.iter().all(|c| c.is_finite())));
}

#[test]
fn combinations_equal_the_sum_of_each_entry_for_every_length() {
    let numbers: Vec<f64> = (0..400).map(|i| (0.37 * f64::from(i)).sin()).collect();
    for len in 0..90 {
        let terms = [(0.3, &numbers[..len]), (-1.7, &numbers[50..50 + len]), (1e-3, &numbers[200..200 + len])];
        let before = &numbers[300..300 + len];
        let entry = |i: usize| terms.iter().fold(before[i], |sum, (c, k)| sum + c * k[i]);
        let expected: Vec<f64> = (0..len).map(entry).collect();
        let mut out = vec![f64::NAN; len];
        combine(&mut out, Some(before), &terms);
        assert_eq!(out, expected, "{len}");
        let mut out = before.to_vec();
        combine(&mut out, None, &terms);
        assert_eq!(out, expected, "{len}, in place");
    }
}
