//! The search for cycles.

use super::Cycle;
use super::describe::describe;
use super::shooting::{Shooting, orbit};
use crate::analysis::fixed_points::claim::Candidate;
use crate::analysis::fixed_points::find::{find_all, sort_out};
use crate::analysis::fixed_points::group::{group, heights};
use crate::analysis::fixed_points::residual::Residual;
use crate::analysis::fixed_points::sizes::Sizes;
use crate::analysis::{Kind, Search, System};
use crate::error::{Error, Result, SearchFailures};
use crate::solution::in_parallel;
use crate::train::mix;

/// The cycles of a map that a search found.
#[derive(Debug, Clone)]
pub struct Cycles<Y> {
    /// The different cycles of minimal period `k`, each once, in the order of the first search that leads to each.
    pub cycles: Vec<Cycle<Y>>,
    /// Cycles with a point that the rule of [outliers](Search::outlier_factor) rejects.
    pub rejected: Vec<Cycle<Y>>,
    /// The number of searches that lead to a cycle of a shorter period, which divides `k`.
    pub shorter: usize,
    /// The searches that lead to no cycle, and why.
    pub failures: SearchFailures,
}

/// Searches for cycles of the minimal period `k` of a map from many starts.
///
/// The equations `F(xⱼ) = xⱼ₊₁` of all points are solved together (multiple shooting), as
/// [`fixed_points`](crate::analysis::fixed_points()) solves its equation; a solution is
/// [claimed](crate::analysis::PointKind) by the same rules, and the settings mean the same. There are two searches for
/// each start: from its orbit, and, for `k` of at least 2, from `k` starts drawn at random, the same ones in every run.
/// The first begins near attracting cycles; the second does not depend on the stability. Slow points are not looked for.
///
/// A solution whose points repeat after a divisor of `k`, as far as the [distance](Search::distance) tells, has a
/// shorter period. The search finds no cycle twice, but it cannot tell that it has found all.
///
/// ```
/// use nalgebra::{SVector, vector};
/// use rheos::analysis::{Map, Search, cycles};
/// use rheos::{Autodiff, GenericDynamics, Scalar};
///
/// /// The logistic map.
/// struct Logistic;
/// impl GenericDynamics<1, 1> for Logistic {
///     fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, r: &SVector<T, 1>) -> SVector<T, 1> {
///         vector![r[0] * x[0] * (T::from(1.0) - x[0])]
///     }
/// }
///
/// let map = Map::new(Autodiff::new(Logistic, vector![3.2]));
/// let starts = [0.1, 0.3, 0.5, 0.7, 0.9].map(|x| vector![x]);
/// let found = cycles(&map, 2, &starts, &Search::default())?;
/// let [cycle] = &found.cycles[..] else { panic!("one cycle") };
/// // Its multiplier is 4 + 2 r − r².
/// assert!((cycle.multipliers()[0].re - 0.16).abs() < 1e-13);
/// assert_eq!(cycle.is_stable(), Some(true));
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// The errors of [`fixed_points`](crate::analysis::fixed_points()), [`Error::NothingFound`] if no search leads to a
/// cycle, not even a shorter one, and [`Error::InvalidArgument`] for `k = 0` or a flow.
pub fn cycles<S>(map: &S, k: usize, starts: &[S::State], search: &Search) -> Result<Cycles<S::State>>
where
    S: System + Sync,
    S::State: Send + Sync,
{
    if k == 0 {
        return Err(Error::InvalidArgument { name: "k", value: 0.0, expected: "at least 1" });
    }
    if S::KIND == Kind::Flow {
        return Err(Error::InvalidArgument { name: "k", value: k as f64, expected: "for a map, not a flow" });
    }
    search.validate()?;
    let search = search.without_slow_points();
    let sizes = Sizes::of(map, starts, &search)?;
    let units = sizes.units.repeat(k);
    let guesses = guesses(map, k, starts);
    let mut failures = SearchFailures { not_finite: guesses.lost, ..SearchFailures::default() };
    let (mut candidates, mut shorter) = (Vec::new(), 0);
    let shooting = Shooting(map);
    let like = vec![starts[0].clone(); k];
    let residual = Residual::new(&shooting, &units, &like);
    let total = guesses.orbits.len() + guesses.lost;
    if !guesses.orbits.is_empty() {
        let (found, failed) = sort_out(find_all(&residual, &guesses.orbits, &search))?;
        failures += failed;
        let distance = search.distance_for(&starts[0]);
        let heights = heights(sizes.units.len());
        for candidate in found {
            if repeats(&candidate, k, &sizes.units, distance) {
                shorter += 1;
            } else {
                candidates.push(lowest_first(candidate, &sizes.units, |x| {
                    x.iter().zip(&heights).map(|(x, height)| x * height).sum()
                }));
            }
        }
    }
    let groups = group(&candidates, &units, search.distance_for(&starts[0]));
    let described = in_parallel(groups.len(), search.threads, |i| {
        describe(map, &residual, &like, &candidates[groups[i].best], groups[i].members)
    });
    let (mut cycles, mut rejected) = (Vec::new(), Vec::new());
    for (cycle, group) in described.into_iter().zip(&groups) {
        let far = candidates[group.best].at.chunks(sizes.units.len()).any(|x| sizes.is_outlier(x));
        if far { &mut rejected } else { &mut cycles }.push(cycle?);
    }
    if cycles.is_empty() && shorter == 0 {
        let outliers = rejected.iter().map(|cycle| cycle.searches).sum();
        return Err(Error::NothingFound { sought: "cycle", searches: total, failures, outliers });
    }
    Ok(Cycles { cycles, rejected, shorter, failures })
}

/// The orbits from which the searches begin, and the number of those that are not finite.
struct Guesses<Y> {
    orbits: Vec<Vec<Y>>,
    lost: usize,
}

fn guesses<S: System>(map: &S, k: usize, starts: &[S::State]) -> Guesses<S::State> {
    let (mut orbits, mut lost) = (Vec::with_capacity(2 * starts.len()), 0);
    for (i, start) in starts.iter().enumerate() {
        match orbit(map, start, k) {
            Some(orbit) => orbits.push(orbit),
            None => lost += 1,
        }
        if k > 1 {
            let draw = |j: usize| mix(&[i as u64, j as u64]) as usize % starts.len();
            orbits.push((0..k).map(|j| starts[draw(j)].clone()).collect());
        }
    }
    Guesses { orbits, lost }
}

/// Whether the points repeat after a divisor of `k`.
fn repeats(candidate: &Candidate, k: usize, units: &[f64], distance: f64) -> bool {
    let n = units.len();
    let limit = distance.max(2.0 * candidate.radius());
    (1..k).filter(|d| k.is_multiple_of(*d)).any(|d| {
        let apart = |j: usize| {
            let other = (j + d) % k;
            let gap = |i: usize| (candidate.at[j * n + i] - candidate.at[other * n + i]) / units[i];
            (0..n).map(|i| gap(i).powi(2)).sum::<f64>()
        };
        (0..k).map(apart).sum::<f64>().sqrt() <= limit
    })
}

/// The same cycle from its lowest point on; the height is a function of the coordinates in units.
fn lowest_first(mut candidate: Candidate, units: &[f64], height: impl Fn(&[f64]) -> f64) -> Candidate {
    let n = units.len();
    let heights = candidate.at.chunks(n).map(|x| {
        let scaled: Vec<f64> = x.iter().zip(units).map(|(x, unit)| x / unit).collect();
        height(&scaled)
    });
    let lowest = heights.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(j, _)| j);
    candidate.at.rotate_left(lowest * n);
    candidate.error.rotate_left(lowest * n);
    candidate
}
