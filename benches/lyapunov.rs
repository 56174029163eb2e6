//! Lyapunov spectra: Lorenz beside a loop by hand, and a random network of 100 units.

use std::hint::black_box;
use std::time::Instant;

use nalgebra::{Const, DMatrix, Dyn, Matrix3, OMatrix, U1, Vector3, matrix, vector};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::analysis::{Held, Lyapunov, Map};
use rheos::dynamics::problems::Lorenz;
use rheos::formula::{Heap, Structure};
use rheos::nn::{Elman, Net, Recurrence};
use rheos::{Autodiff, Fixed, GenericDynamics, Rk4, Scalar, formula};

const H: f64 = 0.01;
const STEPS: usize = 60_000;
const EVERY: usize = 10;

fn slope(y: &Vector3<f64>) -> Vector3<f64> {
    vector![10.0 * (y[1] - y[0]), y[0] * (28.0 - y[2]) - y[1], y[0] * y[1] - 8.0 / 3.0 * y[2]]
}

fn jacobian(y: &Vector3<f64>) -> Matrix3<f64> {
    matrix![-10.0, 10.0, 0.0; 28.0 - y[2], -1.0, -y[0]; y[1], y[0], -8.0 / 3.0]
}

/// RK4 for state and tangents with a QR factorisation after some steps, as one writes it for this one system.
fn by_hand(every: usize) -> Vector3<f64> {
    let mut y = vector![1.0, 1.0, 1.0];
    let mut q = Matrix3::identity();
    let mut sums = Vector3::zeros();
    for step in 1..=STEPS {
        let (k1, l1) = (slope(&y), jacobian(&y) * q);
        let (y2, q2) = (y + k1 * (0.5 * H), q + l1 * (0.5 * H));
        let (k2, l2) = (slope(&y2), jacobian(&y2) * q2);
        let (y3, q3) = (y + k2 * (0.5 * H), q + l2 * (0.5 * H));
        let (k3, l3) = (slope(&y3), jacobian(&y3) * q3);
        let (y4, q4) = (y + k3 * H, q + l3 * H);
        let (k4, l4) = (slope(&y4), jacobian(&y4) * q4);
        y += (k1 + (k2 + k3) * 2.0 + k4) * (H / 6.0);
        q += (l1 + (l2 + l3) * 2.0 + l4) * (H / 6.0);
        if step % every == 0 {
            let qr = q.qr();
            sums += qr.r().diagonal().map(|r| r.abs().ln());
            q = qr.q();
        }
    }
    sums / (STEPS as f64 * H)
}

/// The best of some runs, in seconds.
fn best(runs: usize, mut work: impl FnMut()) -> f64 {
    work();
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

fn lorenz() {
    let (field, y0) = Lorenz::problem();
    for every in [1, EVERY, 50] {
        let settings = Lyapunov::over(H * STEPS as f64).renormalise_every(H * every as f64);
        let ours = best(10, || {
            drop(black_box(settings.spectrum_of_flow(&field, black_box(&y0), 3, Rk4, Fixed::step(H))));
        });
        let hand = best(10, || {
            black_box(by_hand(black_box(every)));
        });
        println!(
            "Lorenz, {STEPS} steps of RK4, QR every {every:>2}: {:6.2} ms; by hand {:6.2} ms; ratio {:.2}",
            1e3 * ours,
            1e3 * hand,
            ours / hand
        );
    }
    let settings = Lyapunov::over(H * STEPS as f64).transient(20.0).renormalise_every(H * EVERY as f64);
    match settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(H)) {
        Ok(found) => println!("  {found}; sum + 41/3 = {:.1e}", found.sum() + 41.0 / 3.0),
        Err(failure) => println!("  {failure}"),
    }
    println!("  by hand {:?}", by_hand(EVERY).as_slice());
}

struct Henon;
impl GenericDynamics<2, 2> for Henon {
    fn eval<T: Scalar>(&self, _: T, x: &nalgebra::Vector2<T>, p: &nalgebra::Vector2<T>) -> nalgebra::Vector2<T> {
        vector![T::from(1.0) - p[0] * x[0] * x[0] + x[1], p[1] * x[0]]
    }
}

fn henon() {
    let map = Map::new(Autodiff::new(Henon, vector![1.4, 0.3]));
    let settings = Lyapunov::over(100_000);
    let time = best(10, || drop(black_box(settings.spectrum(&map, &vector![0.1, 0.1], 2))));
    println!("Henon, 100 000 steps, QR at every step: {:.1} ms, {:.0} ns a step", 1e3 * time, 1e4 * time);
}

formula! {
    /// `W tanh(h)`, without an input.
    pub struct Random<T> { weight: rheos::formula::Weight<T, 100, 100> }
    fn apply(&self, h: rheos::formula::Rows<100>, _x: rheos::formula::Rows<1>) -> rheos::formula::Rows<100> {
        &self.weight * h.tanh()
    }
}

/// Normal numbers, by Box and Muller.
fn normal(rng: &mut StdRng) -> f64 {
    let (u, v): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

fn network() {
    const N: usize = 100;
    let mut rng = StdRng::seed_from_u64(1);
    let scale = 2.0 / (N as f64).sqrt();
    let weight = DMatrix::from_fn(N, N, |_, _| scale * normal(&mut rng));
    let start = OMatrix::<f64, Const<N>, Dyn>::from_fn(1, |_, _| normal(&mut rng));
    let no_input = OMatrix::<f64, U1, Dyn>::zeros(1);

    let mut cell = Elman::<Heap<f64>, 1, N>::zeros();
    cell.weight_hh.copy_from_slice(weight.as_slice());
    let elman = Held::new(Recurrence(Net::dynamic(cell)), no_input.clone());
    let mut random = Random::<Heap<f64>>::zeros();
    random.weight.copy_from_slice(weight.as_slice());
    let random = Held::new(Recurrence(Net::dynamic(random)), no_input);
    let steps = 200;
    for k in [100, 10, 1] {
        let settings = Lyapunov::over(f64::from(steps)).transient(20);
        let of_elman = best(5, || drop(black_box(settings.spectrum(&elman, &start, k))));
        let of_random = best(5, || drop(black_box(settings.spectrum(&random, &start, k))));
        let each = 1e3 / f64::from(steps + 20);
        println!(
            "Network of {N} units, g = 2, {k:>3} exponents: tanh(W h) {:.3} ms a step, W tanh(h) {:.3} ms a step",
            of_elman * each,
            of_random * each
        );
    }
    let settings = Lyapunov::over(f64::from(steps)).transient(100);
    match settings.spectrum(&elman, &start, N) {
        Ok(found) => {
            println!(
                "  first {:.4}, sum {:.15e}, volume {:.15e}",
                found.exponents[0],
                found.sum(),
                found.volume.unwrap_or(f64::NAN)
            )
        }
        Err(failure) => println!("  {failure}"),
    }
}

/// The factorisation alone, by nalgebra: the spectrum takes one for each step, and the product with the Jacobian.
fn factorisation_of_nalgebra() {
    let mut rng = StdRng::seed_from_u64(2);
    let a = DMatrix::from_fn(100, 100, |_, _| normal(&mut rng));
    let time = best(20, || {
        let qr = black_box(&a).clone().qr();
        black_box((qr.q(), qr.unpack_r()));
    });
    println!("nalgebra's QR of 100 x 100 alone, with both factors: {:.3} ms", 1e3 * time);
}

fn main() {
    lorenz();
    henon();
    network();
    factorisation_of_nalgebra();
}
