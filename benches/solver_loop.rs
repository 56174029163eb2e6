//! The solver loop beside loops written by hand for the same problem: Lorenz, 10 000 steps.

#[path = "peers/rust/src/by_hand.rs"]
mod by_hand;

use std::hint::black_box;

use by_hand::{dopri5_adaptive, dopri5_fixed, rk4_fixed};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nalgebra::Vector3;
use rheos::{Dopri5, Fixed, Pid, Rk4, ode, solve};

const STEPS: usize = 10_000;
const END: f64 = 10.0;

#[inline(always)]
fn lorenz(y: &Vector3<f64>) -> Vector3<f64> {
    Vector3::new(10.0 * (y[1] - y[0]), y[0] * (28.0 - y[2]) - y[1], y[0] * y[1] - 8.0 / 3.0 * y[2])
}

fn solver_loop(c: &mut Criterion) {
    let field = ode(|_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| *dy = lorenz(y));
    let y0 = Vector3::new(1.0, 1.0, 1.0);
    let mut group = c.benchmark_group("lorenz, per step");
    group.throughput(Throughput::Elements(STEPS as u64));
    group.bench_function("RK4 by hand", |b| b.iter(|| rk4_fixed(lorenz, black_box(y0), END, STEPS)));
    group.bench_function("RK4", |b| b.iter(|| solve(&field, black_box(y0), 0.0..END, Rk4, Fixed::steps(STEPS))));
    group.bench_function("Dopri5 by hand", |b| b.iter(|| dopri5_fixed(lorenz, black_box(y0), END, STEPS)));
    group.bench_function("Dopri5", |b| b.iter(|| solve(&field, black_box(y0), 0.0..END, Dopri5, Fixed::steps(STEPS))));
    // About the same number of steps, chosen by the controller.
    let longest = END / STEPS as f64;
    group.bench_function("Dopri5 by hand, adaptive", |b| {
        b.iter(|| dopri5_adaptive(lorenz, black_box(y0), END, 1e-6, longest))
    });
    let pid = Pid::tolerance(1e-6).max_step(longest).first_step(longest);
    group.bench_function("Dopri5, adaptive", |b| b.iter(|| solve(&field, black_box(y0), 0.0..END, Dopri5, pid)));
    group.finish();
}

criterion_group!(benches, solver_loop);
criterion_main!(benches);
