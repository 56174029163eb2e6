//! One method on one problem at several tolerances.

use std::time::{Duration, Instant};

use rheos::solver::Embedded;
use rheos::{Dynamics, Ivp, Pid, State, Stats};

/// A problem and its solution at the end of its interval.
pub struct Case<F: Dynamics> {
    /// Part of the name of its picture.
    pub name: &'static str,
    /// The title of its picture.
    pub title: &'static str,
    pub field: F,
    pub y0: F::State,
    pub end: f64,
    pub expected: Vec<f64>,
    /// The absolute tolerance, as a multiple of the relative one.
    pub atol: f64,
    /// Errors are relative to `|y| + floor`.
    pub floor: f64,
    /// Where the field or a derivative of it jumps.
    pub jumps: &'static [f64],
}

impl<F: Dynamics> Case<F> {
    /// The largest error of a component.
    fn error(&self, y: &F::State) -> f64 {
        let errors =
            y.coordinates().into_iter().zip(&self.expected).map(|(y, e)| (y - e).abs() / (e.abs() + self.floor));
        errors.fold(0.0, |worst: f64, error| if error.is_nan() { f64::INFINITY } else { worst.max(error) })
    }
}

/// The extent of the measurements.
pub struct Effort {
    /// Tolerances are powers of ten with these exponents.
    pub exponents: &'static [f64],
    /// The time for repetitions of every solve.
    pub time: Duration,
    /// The budget of steps; a solve that exceeds it has no point in the diagram.
    pub steps: u64,
}

impl Effort {
    pub const THOROUGH: Self = Self {
        exponents: &[-3.0, -4.0, -5.0, -6.0, -7.0, -8.0, -9.0, -10.0, -11.0],
        time: Duration::from_millis(40),
        steps: 30_000,
    };
    pub const QUICK: Self = Self { exponents: &[-3.0, -6.0, -9.0], time: Duration::from_millis(5), steps: 10_000 };
    /// The tables of the page `solver::comparison`.
    pub const COUNTS: Self = Self { exponents: &[-6.0], time: Duration::ZERO, steps: 1_000_000 };
}

/// The cost and the error of a solve at one tolerance.
pub struct Point {
    pub rtol: f64,
    pub error: f64,
    pub stats: Stats,
    /// The time of the fastest of the repeated solves.
    pub seconds: f64,
}

/// The points of one method.
pub struct Curve {
    pub name: &'static str,
    pub family: &'static str,
    pub points: Vec<Point>,
}

/// Solves `case` at every tolerance.
pub fn curve<F: Dynamics, S: Embedded<F>>(
    case: &Case<F>,
    (family, name): (&'static str, &'static str),
    solver: impl Fn() -> S,
    effort: &Effort,
) -> Curve {
    let points = effort.exponents.iter().filter_map(|exponent| point(case, &solver, 10.0_f64.powf(*exponent), effort));
    Curve { name, family, points: points.collect() }
}

fn point<F: Dynamics, S: Embedded<F>>(
    case: &Case<F>,
    solver: &impl Fn() -> S,
    rtol: f64,
    effort: &Effort,
) -> Option<Point> {
    let control = Pid::tolerance(rtol).atol(rtol * case.atol).max_steps(effort.steps);
    let ivp = || Ivp::new(&case.field, case.y0.clone(), 0.0..case.end).jumps_at(case.jumps);
    let run = || ivp().solve(solver(), control);
    let solution = run().ok()?;
    let mut seconds = f64::INFINITY;
    let begin = Instant::now();
    while begin.elapsed() < effort.time {
        let start = Instant::now();
        let _ = std::hint::black_box(run());
        seconds = seconds.min(start.elapsed().as_secs_f64());
    }
    Some(Point { rtol, error: case.error(solution.last()), stats: solution.stats, seconds })
}
