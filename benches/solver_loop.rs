//! The solver loop beside loops written by hand for the same problem: Lorenz, 10 000 steps.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nalgebra::Vector3;
use rheos::{Dopri5, Fixed, Pid, Rk4, ode, solve};

const STEPS: usize = 10_000;
const END: f64 = 10.0;

#[inline(always)]
fn lorenz(y: &Vector3<f64>) -> Vector3<f64> {
    Vector3::new(10.0 * (y[1] - y[0]), y[0] * (28.0 - y[2]) - y[1], y[0] * y[1] - 8.0 / 3.0 * y[2])
}

fn rk4_by_hand(mut y: Vector3<f64>) -> Vector3<f64> {
    let h = END / STEPS as f64;
    for _ in 0..STEPS {
        let k1 = lorenz(&y);
        let k2 = lorenz(&(y + k1 * (0.5 * h)));
        let k3 = lorenz(&(y + k2 * (0.5 * h)));
        let k4 = lorenz(&(y + k3 * h));
        y += (k1 + (k2 + k3) * 2.0 + k4) * (h / 6.0);
    }
    y
}

/// The new state and the stages but the second, which nothing else reads. The last stage is the first of the next step.
#[inline(always)]
fn dopri5_step(y: &Vector3<f64>, k1: &Vector3<f64>, h: f64) -> (Vector3<f64>, [Vector3<f64>; 5]) {
    let k2 = lorenz(&(y + k1 * (0.2 * h)));
    let k3 = lorenz(&(y + k1 * (3.0 / 40.0 * h) + k2 * (9.0 / 40.0 * h)));
    let k4 = lorenz(&(y + k1 * (44.0 / 45.0 * h) + k2 * (-56.0 / 15.0 * h) + k3 * (32.0 / 9.0 * h)));
    let (a1, a2, a3, a4) = (19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0);
    let k5 = lorenz(&(y + k1 * (a1 * h) + k2 * (a2 * h) + k3 * (a3 * h) + k4 * (a4 * h)));
    let (a1, a2, a3, a4, a5) = (9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0);
    let k6 = lorenz(&(y + k1 * (a1 * h) + k2 * (a2 * h) + k3 * (a3 * h) + k4 * (a4 * h) + k5 * (a5 * h)));
    let (b1, b3, b4, b5, b6) = (35.0 / 384.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0);
    let y1 = y + k1 * (b1 * h) + k3 * (b3 * h) + k4 * (b4 * h) + k5 * (b5 * h) + k6 * (b6 * h);
    (y1, [k3, k4, k5, k6, lorenz(&y1)])
}

/// Without an error estimate, as `Fixed` does not ask for one.
fn dopri5_by_hand(mut y: Vector3<f64>) -> Vector3<f64> {
    let mut k1 = lorenz(&y);
    for _ in 0..STEPS {
        let (y1, [.., k7]) = dopri5_step(&y, &k1, END / STEPS as f64);
        (y, k1) = (y1, k7);
    }
    y
}

/// With the error norm and the PI controller of the code DOPRI5, and the longest step as the first one.
fn adaptive_by_hand(mut y: Vector3<f64>, tolerance: f64, max_step: f64) -> Vector3<f64> {
    let (mut t, mut h, mut previous) = (0.0, max_step, 1.0_f64);
    let mut k1 = lorenz(&y);
    while t < END {
        h = h.min(END - t);
        let (y1, [k3, k4, k5, k6, k7]) = dopri5_step(&y, &k1, h);
        let (e1, e3, e4) = (71.0 / 57600.0, -71.0 / 16695.0, 71.0 / 1920.0);
        let (e5, e6, e7) = (-17253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0);
        let error = (k1 * e1 + k3 * e3 + k4 * e4 + k5 * e5 + k6 * e6 + k7 * e7) * h;
        let scaled = error.zip_zip_map(&y, &y1, |e, a, b| e / (tolerance + tolerance * a.abs().max(b.abs())));
        let norm = (scaled.norm_squared() / 3.0).sqrt().max(1e-10);
        if norm <= 1.0 {
            let factor = 0.9 * norm.powf(-0.85 / 5.0) * previous.powf(0.2 / 5.0);
            t += h;
            h = (h * factor.clamp(0.2, 10.0)).min(max_step);
            (y, k1, previous) = (y1, k7, norm);
        } else {
            h *= (0.9 * norm.powf(-0.2)).clamp(0.2, 0.9);
        }
    }
    y
}

fn solver_loop(c: &mut Criterion) {
    let field = ode(|_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| *dy = lorenz(y));
    let y0 = Vector3::new(1.0, 1.0, 1.0);
    let mut group = c.benchmark_group("lorenz, per step");
    group.throughput(Throughput::Elements(STEPS as u64));
    group.bench_function("RK4 by hand", |b| b.iter(|| rk4_by_hand(black_box(y0))));
    group.bench_function("RK4", |b| b.iter(|| solve(&field, black_box(y0), 0.0..END, Rk4, Fixed::steps(STEPS))));
    group.bench_function("Dopri5 by hand", |b| b.iter(|| dopri5_by_hand(black_box(y0))));
    group.bench_function("Dopri5", |b| b.iter(|| solve(&field, black_box(y0), 0.0..END, Dopri5, Fixed::steps(STEPS))));
    // About the same number of steps, chosen by the controller.
    let longest = END / STEPS as f64;
    group.bench_function("Dopri5 by hand, adaptive", |b| b.iter(|| adaptive_by_hand(black_box(y0), 1e-6, longest)));
    let pid = Pid::new(1e-6, 1e-6).max_step(longest).first_step(longest);
    group.bench_function("Dopri5, adaptive", |b| b.iter(|| solve(&field, black_box(y0), 0.0..END, Dopri5, pid)));
    group.finish();
}

criterion_group!(benches, solver_loop);
criterion_main!(benches);
