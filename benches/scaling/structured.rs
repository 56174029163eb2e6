//! The cost of a step of an implicit method whose Jacobian is a band or sparse.

use nalgebra::{DVector, dvector};
use rheos::dynamics::problems::stiff::Brusselator1d;
use rheos::dynamics::{GenericField, Jacobian, SparseAutodiff};
use rheos::solver::Embedded;
use rheos::solver::implicit::Banded;
#[cfg(feature = "sparse")]
use rheos::solver::implicit::Sparse;
use rheos::state::Pattern;
use rheos::{Bdf, Pid, RadauIIA5, Rodas5P, Scalar, solve};

use crate::clock::Clock;

/// The numbers of equations.
pub const SIZES: [usize; 7] = [100, 316, 1000, 3162, 10_000, 31_622, 100_000];

/// The heat equation on a line, by central differences.
struct Heat;

impl GenericField for Heat {
    fn eval<T: Scalar>(&self, _: T, u: &[T], _: &[T], du: &mut [T]) {
        let n = u.len();
        let scale = ((n + 1) as f64).powi(2);
        let at = |i: usize| if i < n { u[i] } else { T::zero() };
        for i in 0..n {
            du[i] = (at(i.wrapping_sub(1)) - u[i] * 2.0 + at(i + 1)) * scale;
        }
    }
}

fn heat(n: usize) -> (SparseAutodiff<Heat>, DVector<f64>) {
    let x = |i: usize| (i + 1) as f64 / (n + 1) as f64;
    let u0 = DVector::from_fn(n, |i, _| (std::f64::consts::PI * x(i)).sin());
    (SparseAutodiff::with_pattern(Heat, dvector![], Pattern::banded(n, 1, 1)), u0)
}

/// The steps, accepted or not, of a solve, and the seconds for one of them.
///
/// The clock ticks every few milliseconds, so short solves are repeated.
fn step<F: Jacobian<State = DVector<f64>>, S: Embedded<F> + Clone>(
    (field, y0): &(F, DVector<f64>),
    end: f64,
    solver: &S,
) -> Option<(u64, f64)> {
    let clock = Clock::start();
    let (start, mut steps, mut solves) = (clock.seconds(), 0, 0);
    while solves < 2 || clock.seconds() - start < 0.25 {
        let solution = solve(field, y0.clone(), 0.0..end, solver.clone(), Pid::tolerance(1e-5)).ok()?;
        steps += solution.stats.accepted + solution.stats.rejected;
        solves += 1;
    }
    Some((steps / solves, (clock.seconds() - start) / steps as f64))
}

/// A row: the microseconds of a step for every size, the steps, and the slope.
fn row(name: &str, sizes: &[usize], mut measure: impl FnMut(usize) -> Option<(u64, f64)>) {
    let points: Vec<_> = sizes.iter().filter_map(|&n| Some((n, measure(n)?))).collect();
    let slope = super::slope(&points.iter().map(|&(n, (_, time))| (n as f64, time)).collect::<Vec<_>>());
    let list = |cell: &dyn Fn(u64, f64) -> String| -> String {
        points.iter().map(|&(_, (steps, time))| format!("{:>10}", cell(steps, time))).collect()
    };
    println!("{name:<32} {} {slope:>7.2}", list(&|_, time| format!("{:.1}", 1e6 * time)));
    println!("{:<32} {}", "  steps", list(&|steps, _| steps.to_string()));
}

/// Prints a row for every problem, method and linear solver whose name contains `chosen`, for all sizes or one.
pub fn table(chosen: &str, size: Option<usize>) {
    let sizes = size.map_or_else(|| SIZES.to_vec(), |size| vec![size]);
    let head: String = sizes.iter().map(|n| format!("{n:>10}")).collect();
    println!("{:<32} {head} {:>7}", "µs of a step, by equations", "slope");
    macro_rules! rows {
        ($($problem:literal, $make:expr, $end:expr, $solver:ident, $linear:expr;)*) => {$({
            let name = format!("{}, {}, {}", $problem, stringify!($solver), stringify!($linear).split(':').next().unwrap_or_default());
            if name.contains(chosen) {
                row(&name, &sizes, |n| {
                    let problem = $make(n);
                    let linear = $linear(&problem.0);
                    step(&problem, $end, &$solver.with(linear))
                });
            }
        })*};
    }
    let banded = |_: &SparseAutodiff<Brusselator1d>| Banded::new(2, 2);
    let tridiagonal = |_: &SparseAutodiff<Heat>| Banded::new(1, 1);
    let line = |n: usize| Brusselator1d::problem(n / 2);
    rows!(
        "Brusselator", line, Brusselator1d::END, Bdf, banded;
        "Brusselator", line, Brusselator1d::END, Rodas5P, banded;
        "Brusselator", line, Brusselator1d::END, RadauIIA5, banded;
        "heat", heat, 0.1, Bdf, tridiagonal;
        "heat", heat, 0.1, Rodas5P, tridiagonal;
        "heat", heat, 0.1, RadauIIA5, tridiagonal;
    );
    #[cfg(feature = "sparse")]
    {
        let sparse = |field: &SparseAutodiff<Brusselator1d>| Sparse::new(field.pattern().clone());
        rows!(
            "Brusselator", line, Brusselator1d::END, Bdf, sparse;
            "Brusselator", line, Brusselator1d::END, Rodas5P, sparse;
            "Brusselator", line, Brusselator1d::END, RadauIIA5, sparse;
        );
    }
}
