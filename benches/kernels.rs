//! Does the time of an entry depend on its size? Arithmetic with subnormal numbers takes some CPUs a hundred times as long.
//!
//! For each activation and pullback: the time per entry over all magnitudes of the argument, both signs. Then
//! the kernels that keep subnormal states, on decaying ones.
//!
//! `cargo bench --bench kernels`

use std::hint::black_box;
use std::time::Instant;

use rheos::state::{Element, Tolerance};

/// Entries of a slice; it stays in the first cache.
const LEN: usize = 1024;

type Map<T> = fn(&[T], &mut [T]);
type PullBack<T> = fn(&[T], &[T], &mut [T]);

fn main() {
    println!("nanoseconds per entry | min | median | max | max / min | slowest at");
    activations::<f32>("f32", -37);
    activations::<f64>("f64", -300);
    println!("\nnanoseconds per entry | entries about 1 | decaying states, each by its entries");
    decaying::<f32>("f32", &[1e-30, 1e-36, 1e-38, 1e-40, 1e-42, 1e-45]);
    decaying::<f64>("f64", &[1e-300, 1e-306, 1e-308, 1e-310, 1e-318, 5e-324]);
}

/// The shortest time of an entry in nanoseconds; other programs only lengthen it.
fn time(mut work: impl FnMut()) -> f64 {
    const CALLS: u32 = 20;
    let sample = || {
        let start = Instant::now();
        (0..CALLS).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e9 / (f64::from(CALLS) * LEN as f64)
    };
    std::iter::repeat_with(sample).take(60).fold(f64::INFINITY, f64::min)
}

/// Entries between `x` and `1.5 x`.
fn entries<T: Element>(x: f64) -> Vec<T> {
    (0..LEN).map(|i| T::embed(x * (1.0 + 0.5 * i as f64 / LEN as f64))).collect()
}

fn activations<T: Element>(kind: &str, least: i32) {
    let functions: [(&str, Map<T>, PullBack<T>); 3] = [
        ("tanh", T::tanh_all, T::tanh_pull_back),
        ("sigmoid", T::sigmoid_all, T::sigmoid_pull_back),
        ("softplus", T::softplus_all, T::softplus_pull_back),
    ];
    // Every decade, and the ends of the exponential function.
    let decades =
        (least..=4).map(|n| 10.0_f64.powi(n)).chain([15.0, 30.0, 60.0, 86.0, 90.0, 105.0, 500.0, 707.0, 750.0]);
    let arguments: Vec<f64> = [0.0].into_iter().chain(decades.flat_map(|x| [x, -x])).collect();
    let ones = entries::<T>(1.0);
    for (name, map, pull_back) in functions {
        report(&format!("{name} {kind}"), &arguments, |x| {
            let (x, mut y) = (entries::<T>(x), ones.clone());
            time(|| map(black_box(&x), black_box(&mut y)))
        });
        report(&format!("{name} {kind}, pullback"), &arguments, |x| {
            let (x, mut y, mut xbar) = (entries::<T>(x), ones.clone(), ones.clone());
            map(&x, &mut y);
            time(|| pull_back(black_box(&y), black_box(&ones), black_box(&mut xbar)))
        });
    }
}

fn report(name: &str, arguments: &[f64], time: impl Fn(f64) -> f64) {
    let mut times: Vec<(f64, f64)> = arguments.iter().map(|&x| (time(x), x)).collect();
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ((least, _), (median, _), (most, at)) = (times[0], times[times.len() / 2], times[times.len() - 1]);
    println!("{name} | {least:.3} | {median:.3} | {most:.3} | {:.2} | {at:e}", most / least);
}

fn decaying<T: Element>(kind: &str, sizes: &[f64]) {
    let tolerance = Tolerance { rtol: 1e-6, atol: 1e-9 };
    let one = T::one();
    let kernels: [(&str, &dyn Fn(f64) -> f64); 4] = [
        ("norm", &|x| {
            let x = entries::<T>(x);
            time(|| {
                black_box(T::weighted_sq_all(black_box(&x), &x, &x, tolerance));
            })
        }),
        ("y + c k", &|x| {
            let (x, mut out) = (entries::<T>(x), entries::<T>(x));
            time(|| T::combine_all(black_box(&mut out), Some(&x), &[(T::embed(0.5), black_box(&x))]))
        }),
        ("tanh, pullback of small cotangents", &|x| {
            let (x, y) = (entries::<T>(x), entries::<T>(0.5));
            let mut xbar = x.clone();
            time(|| {
                xbar.copy_from_slice(&x);
                T::tanh_pull_back(black_box(&y), black_box(&x), black_box(&mut xbar));
            })
        }),
        ("32 × 32 matrix times state", &|x| {
            let (x, a, mut c) = (entries::<T>(x), vec![one; 1024], vec![one; 1024]);
            let zero = [T::zero(); 32];
            time(|| T::add_product(black_box(&mut c), 32, Some(&zero), black_box(&a), black_box(&x)))
        }),
    ];
    for (name, time) in kernels {
        let normal = time(1.0);
        let others: Vec<String> = sizes.iter().map(|&x| format!("{x:e}: {:.3}", time(x))).collect();
        println!("{name} {kind} | {normal:.3} | {}", others.join(", "));
    }
}
