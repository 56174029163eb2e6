//! Problems of the literature, by pairs of several orders at a loose and a tight tolerance.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use rheos::dynamics::problems::{Brusselator, Lorenz, LotkaVolterra, Orbit, VanDerPol};
use rheos::solver::Embedded;
use rheos::solver::explicit::Dop853;
use rheos::{Dopri5, Dynamics, Pid, Tsit5, Vern7, solve};

fn pair<F, S>(group: &mut BenchmarkGroup<'_, WallTime>, (f, y0): &(F, F::State), end: f64, solver: S)
where
    F: Dynamics,
    S: Embedded<F> + Copy,
{
    for tolerance in [1e-4, 1e-8] {
        let control = Pid::tolerance(tolerance);
        group.bench_function(format!("{}, {tolerance:e}", S::NAME), |b| {
            b.iter(|| solve(f, black_box(y0.clone()), 0.0..end, solver, control).map(|solution| solution.stats))
        });
    }
}

/// One problem from 0 to `end`.
fn problem<F>(c: &mut Criterion, name: &str, problem: (F, F::State), end: f64)
where
    F: Dynamics,
    Tsit5: Embedded<F>,
    Dopri5: Embedded<F>,
    Vern7: Embedded<F>,
    Dop853: Embedded<F>,
{
    let mut group = c.benchmark_group(name);
    pair(&mut group, &problem, end, Tsit5);
    pair(&mut group, &problem, end, Dopri5);
    pair(&mut group, &problem, end, Vern7);
    pair(&mut group, &problem, end, Dop853);
    group.finish();
}

fn problems(c: &mut Criterion) {
    problem(c, "Lorenz", Lorenz::problem(), 10.0);
    problem(c, "Lotka-Volterra", LotkaVolterra::problem(), 10.0);
    problem(c, "van der Pol, mu = 5", VanDerPol::problem(5.0), 20.0);
    problem(c, "Brusselator", Brusselator::problem(), 20.0);
    problem(c, "orbit", Orbit::problem(), 20.0);
}

/// Forty solves, so each is short.
fn quick() -> Criterion {
    let moment = std::time::Duration::from_millis(500);
    Criterion::default().sample_size(20).warm_up_time(moment / 2).measurement_time(moment)
}

criterion_group! { name = benches; config = quick(); targets = problems }
criterion_main!(benches);
