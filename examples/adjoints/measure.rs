//! Memory, time and error of a gradient.

use rheos::solver::explicit::{Dop853, Vern9};
use rheos::{Autodiff, DiscreteAdjoint, Dopri5, GenericDynamics, Ivp, Pid, sensitivities, solve};

use crate::methods::{Entry, Outcome};
use crate::problems::Problem;

/// The measurements of one adjoint by a setting: a number of steps, or a tolerance. `None` if a solve fails.
pub struct Curve<T> {
    pub family: &'static str,
    pub name: &'static str,
    pub points: Vec<Option<T>>,
}

/// One curve for each adjoint in the `entries` of a setting.
pub fn curves<'a, X: Copy, T>(
    settings: &[X],
    entries: impl Fn(X) -> Vec<Entry<'a>>,
    measure: impl Fn(&Entry) -> Option<T>,
) -> Vec<Curve<T>> {
    let mut curves: Vec<Curve<T>> = Vec::new();
    for &setting in settings {
        for (i, entry) in entries(setting).iter().enumerate() {
            if i == curves.len() {
                curves.push(Curve { family: entry.family, name: entry.name, points: Vec::new() });
            }
            curves[i].points.push(measure(entry));
        }
    }
    curves
}

/// The peak of heap memory in bytes, above the memory held before. The counting allocator is exact.
pub fn peak(entry: &Entry) -> Option<u64> {
    // The first run also allocates storage that is never released.
    (entry.run)().ok()?;
    Some(allocation_counter::measure(|| drop((entry.run)())).bytes_max)
}

/// The cost of a gradient, in evaluations and in time.
pub struct Row {
    pub name: &'static str,
    pub outcome: Outcome,
    /// The time of the backward pass relative to the forward pass: the median of all rounds.
    pub ratio: f64,
    /// The time of both passes relative to the first adjoint.
    pub total: f64,
}

/// Runs all adjoints in turn, `rounds` times, so that a busy moment affects all of them alike.
pub fn rows(entries: &[Entry], rounds: usize) -> Vec<Row> {
    let mut samples = vec![Vec::new(); entries.len()];
    for _ in 0..rounds {
        for (samples, entry) in samples.iter_mut().zip(entries) {
            samples.extend((entry.run)().map(|outcome| outcome.seconds));
        }
    }
    let middle = |samples: &[[f64; 2]], of: fn(&[f64; 2]) -> f64| median(samples.iter().map(of).collect());
    let first = middle(&samples[0], |[forth, back]| forth + back);
    let row = |(entry, samples): (&Entry, &Vec<[f64; 2]>)| {
        Some(Row {
            name: entry.name,
            outcome: (entry.run)().ok()?,
            ratio: middle(samples, |[forth, back]| back / forth),
            total: middle(samples, |[forth, back]| forth + back) / first,
        })
    };
    entries.iter().zip(&samples).filter_map(row).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The largest difference, relative to the largest entry of `expected`.
pub fn error(found: &[f64], expected: &[f64]) -> f64 {
    let size = expected.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / size
}

/// The gradient at a tolerance of 1e-13, and the difference of two ways to compute it: backwards over steps of DOP853,
/// and forwards over steps of Verner's method of order 9.
pub fn reference<M: GenericDynamics<N, P>, const N: usize, const P: usize>(
    problem: &Problem<Autodiff<M, N, P>>,
) -> rheos::Result<(Vec<f64>, f64)> {
    let Problem { field, y0, end, w, .. } = problem;
    let (tight, times) = (Pid::tolerance(1e-13), [0.0, *end]);
    let back = Ivp::new(field, *y0, 0.0..*end).forward(Dop853, tight, DiscreteAdjoint::new())?.backward(&[*w])?;
    let backwards = [back.y0.as_slice(), back.params.as_slice()].concat();
    let forth = sensitivities(field, Vern9, tight, &times, y0)?;
    let forwards = [forth.y0[1].tr_mul(w).as_slice(), forth.params[1].tr_mul(w).as_slice()].concat();
    let apart = error(&forwards, &backwards);
    Ok((backwards, apart))
}

/// The number of steps of a solve at the tolerance `rtol`; the checkpoints keep every √n-th state.
pub fn steps<M: GenericDynamics<N, P>, const N: usize, const P: usize>(
    problem: &Problem<Autodiff<M, N, P>>,
    rtol: f64,
) -> usize {
    let solution = solve(&problem.field, problem.y0, 0.0..problem.end, Dopri5, Pid::tolerance(rtol));
    solution.map_or(1, |solution| solution.stats.accepted as usize)
}
