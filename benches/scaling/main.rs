//! How cost grows with the dimension, the number of steps, the batch and the number of parameters.
//!
//! After criterion's figures a table gives the slope of log time against log size: a least-squares line through medians
//! of a few timings of its own. A second table has the cost of a step of implicit methods with structured Jacobians;
//! `cargo bench --bench scaling -- --structured [name [equations]]` prints it alone.

mod clock;
mod structured;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};
use nalgebra::{DVector, SMatrix};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rheos::formula::Static;
use rheos::nn::{Mlp, Net};
use rheos::{Differentiable, DiscreteAdjoint, Fixed, Ivp, Parametric, Rk4, State, ode, solve};

/// The same work at several sizes.
struct Series {
    name: &'static str,
    sizes: Vec<(usize, Box<dyn FnMut()>)>,
}

fn dimension(n: usize) -> Box<dyn FnMut()> {
    let f = ode(|_t, y: &DVector<f64>, dy: &mut DVector<f64>| {
        dy.copy_from(y);
        dy.neg_mut();
    });
    let y0 = DVector::from_element(n, 1.0);
    Box::new(move || drop(black_box(solve(&f, y0.clone(), 0.0..1.0, Rk4, Fixed::steps(100)))))
}

fn steps(n: usize) -> Box<dyn FnMut()> {
    let (f, y0) = rheos::dynamics::problems::Lorenz::problem();
    Box::new(move || drop(black_box(solve(&f, black_box(y0), 0.0..1.0, Rk4, Fixed::steps(n)))))
}

fn gradient_steps(n: usize) -> Box<dyn FnMut()> {
    let (f, y0) = rheos::dynamics::problems::Lorenz::problem();
    Box::new(move || {
        let run = Ivp::new(&f, black_box(y0), 0.0..1.0).forward(Rk4, Fixed::steps(n), DiscreteAdjoint::new());
        drop(black_box(run.map(|run| run.backward(&run.y))));
    })
}

/// An evaluation of a 4-`H`-4 network on `B` samples with its pullback; it has `9 H + 4` parameters.
fn network<const H: usize, const B: usize>() -> Box<dyn FnMut()> {
    let mut rng = StdRng::seed_from_u64(1);
    let mut uniform = || rng.random::<f64>();
    let net: Net<_, Static<B>> = Net::new(Mlp::<f32, 4, H, 4>::uniform(&mut uniform));
    let f = net.field();
    let y = SMatrix::<f32, 4, B>::from_fn(|_, _| uniform() as f32);
    let (mut dy, mut ybar, mut pbar) = (y.zeros_like(), y.zeros_like(), f.params().zeros_like());
    let mut trace = Default::default();
    Box::new(move || {
        f.eval_traced(0.0, black_box(&y), &mut dy, &mut trace);
        f.vjp_traced(&mut trace, 0.0, &y, &y, &mut ybar, &mut pbar);
    })
}

fn all() -> Vec<Series> {
    let of = |name, sizes: &[usize], make: fn(usize) -> Box<dyn FnMut()>| Series {
        name,
        sizes: sizes.iter().map(|&n| (n, make(n))).collect(),
    };
    vec![
        of("dimension, small", &[2, 8, 32], dimension),
        of("dimension, large", &[100, 1000, 10_000, 100_000], dimension),
        of("steps of a solve", &[100, 1000, 10_000, 100_000], steps),
        of("steps of a gradient", &[100, 1000, 10_000], gradient_steps),
        Series {
            name: "batch",
            sizes: vec![(16, network::<32, 16>()), (64, network::<32, 64>()), (256, network::<32, 256>())],
        },
        Series {
            name: "parameters",
            sizes: vec![(148, network::<16, 64>()), (580, network::<64, 64>()), (2308, network::<256, 64>())],
        },
    ]
}

/// Median time of a call, in seconds; short calls are timed together.
fn median(work: &mut dyn FnMut()) -> f64 {
    let start = Instant::now();
    work();
    let calls = (0.005 / start.elapsed().as_secs_f64()).ceil().clamp(1.0, 10_000.0) as u32;
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let start = Instant::now();
            (0..calls).for_each(|_| work());
            start.elapsed() / calls
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

/// The slope of the least-squares line through the logarithms of `points`.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let (mx, my) = logs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (xy, xx) = logs.iter().fold((0.0, 0.0), |(xy, xx), (x, y)| (xy + (x - mx) * (y - my), xx + (x - mx).powi(2)));
    xy / xx
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = words.iter().position(|word| word == "--structured") {
        let mut rest = words[at + 1..].iter().filter(|word| !word.starts_with("--"));
        let name = rest.next().map_or("", String::as_str);
        return structured::table(name, rest.next().and_then(|size| size.parse().ok()));
    }
    let moment = Duration::from_millis(500);
    let mut criterion =
        Criterion::default().sample_size(10).warm_up_time(moment / 5).measurement_time(moment).configure_from_args();
    let mut all = all();
    for Series { name, sizes } in &mut all {
        let mut group = criterion.benchmark_group(*name);
        for (size, work) in sizes {
            group.bench_function(BenchmarkId::from_parameter(size), |b| b.iter(&mut *work));
        }
        group.finish();
    }
    criterion.final_summary();

    println!("{:<22} {:>18} {:>8}", "grows with", "from .. to", "slope");
    for Series { name, sizes } in &mut all {
        let points: Vec<(f64, f64)> = sizes.iter_mut().map(|(size, work)| (*size as f64, median(work))).collect();
        let range = format!("{} .. {}", points[0].0, points[points.len() - 1].0);
        println!("{name:<22} {range:>18} {:>8.2}", slope(&points));
    }
    structured::table("", None);
}
