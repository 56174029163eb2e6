//! The search for fixed points.

use super::claim::{Candidate, claim};
use super::descend::{Buffers, Descent, descend, polish};
use super::describe::describe;
use super::group::group;
use super::newton::newton;
use super::residual::Residual;
use super::sizes::Sizes;
use super::slow::minimise;
use super::{FixedPoint, PointKind, Search};
use crate::analysis::System;
use crate::error::{Error, Result, SearchFailures};
use crate::solution::{in_parallel, in_parallel_with};
use crate::state::State;

/// The fixed points of a system that a search found.
#[derive(Debug, Clone)]
pub struct FixedPoints<Y> {
    /// The different points, in the order of the first start that leads to each.
    pub points: Vec<FixedPoint<Y>>,
    /// The points rejected by the rule of [outliers](Search::outlier_factor).
    pub rejected: Vec<FixedPoint<Y>>,
    /// The starts that lead to no point, and why.
    pub failures: SearchFailures,
}

/// The budget of the second attempt.
const SECOND_ATTEMPT: usize = 30;

/// How the search from a start ended.
#[derive(Debug)]
pub(in crate::analysis) enum Outcome {
    Found(Candidate),
    Minimum,
    Unfinished,
    NotFinite,
    Failed(Error),
}

/// Searches for fixed points from many starts: `F(x) = x` for a map, `f(x) = 0` for a flow.
///
/// From each start a Levenberg–Marquardt method minimises the residual `r` with its Jacobian `R`, with a damping
/// proportional to the residual (J. Fan & Y. Yuan, Computing 74 (2005), doi:10.1007/s00607-004-0083-1): it converges
/// quadratically to a line of fixed points too. Newton's method follows while the residual falls. A start that leads to
/// nothing has a second attempt, by Newton's method with the natural monotonicity test of P. Deuflhard. Results that
/// are [near each other](Search::distance) count as one point; those [far from the starts](Search::outlier_factor) are
/// rejected. The search finds no point twice, but it cannot tell that it has found all.
///
/// # Claims
/// With the [rounding unit](State::rounding) `ε` of the state, the rounding error of coordinate `i` of the residual is
/// taken as `δᵢ = ε Σⱼ |Jᵢⱼ| sⱼ`, plus
/// `ε (|xᵢ| + |Fᵢ|)` for a map; `sⱼ` is the larger of `|xⱼ|` and the unit below. If the residual scatters more a few units
/// of rounding away, because terms cancel inside the system, that counts in the error `e`. A result is
/// * an [isolated](PointKind::Isolated) fixed point if its error `e = |R⁻¹| (|r| + δ)` is at most `√ε sᵢ` in every
///   coordinate, and if `R` changes by at most a quarter over the error, `‖R(x)⁻¹ (R(x ± e) − R(x))‖ ≤ ¼` in the
///   Frobenius norm, so that Newton's method converges from it (theorem of Newton and Kantorovich); a Jacobian by differences
///   must not change by more with increments twice as large, as it does at a jump;
/// * otherwise a [degenerate](PointKind::Degenerate) one if `|r| ≤ 16 |δ|`;
/// * otherwise no fixed point.
///
/// # Size of the starts
/// Every coordinate of state and residual has a unit: the root mean square of the coordinate over the starts. If all
/// starts are zero in a coordinate, its unit is the size of the next state of a map, or else the change that would
/// cancel the residual. So units of state and time do not matter. A Jacobian by differences takes its increments from
/// these units; the flow of a closure has no scale if all starts are zero, and its increments suit a state of size 1.
///
/// # Inputs
/// The fixed points of a cell depend on its input. [`Held`](crate::analysis::Held) holds it at a value, and a loop goes
/// through several:
///
/// ```
/// use nalgebra::vector;
/// use rheos::analysis::{Held, Search, fixed_points};
/// use rheos::formula::{Static, Structure};
/// use rheos::nn::{Elman, Net, Recurrence};
///
/// // One unit, h₁ = tanh(2 h₀ + x): with the input 0 it has two stable states and an unstable one between them.
/// let mut cell = Elman::<f64, 1, 1>::zeros();
/// cell.weight_hh[(0, 0)] = 2.0;
/// cell.weight_ih[(0, 0)] = 1.0;
/// let net: Net<_, Static<1>> = Net::new(cell);
/// let starts = [-1.0, -0.5, 0.1, 0.5, 1.0].map(|h| vector![h]);
/// let mut counts = Vec::new();
/// for x in [-1.0_f64, 0.0, 1.0] {
///     let map = Held::new(Recurrence(net.clone()), vector![x]);
///     let found = fixed_points(&map, &starts, &Search::default())?;
///     counts.push(found.points.len());
///     for point in &found.points {
///         assert!(point.residual < 1e-15);
///         assert_eq!(point.is_stable(), Some(point.xstar[0].abs() > 0.5));
///     }
/// }
/// assert_eq!(counts, [1, 3, 1]);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// [`Error::LengthMismatch`] without a start, [`Error::ShapeMismatch`] for starts of different shapes or without a
/// coordinate, [`Error::InvalidEntry`] for starts that are not finite, [`Error::InvalidArgument`] for a setting outside
/// its domain, [`Error::NothingFound`] if no start leads to a point, with the reasons, the error of the model if it
/// fails at every start, and [`Error::EigenvaluesNotFound`].
pub fn fixed_points<S>(system: &S, starts: &[S::State], search: &Search) -> Result<FixedPoints<S::State>>
where
    S: System + Sync,
    S::State: Send + Sync,
{
    search.validate()?;
    let sizes = Sizes::of(system, starts, search)?;
    let residual = Residual::new(system, &sizes.units, &starts[0]);
    let outcomes = find_all(&residual, starts, search);
    let (candidates, failures) = sort_out(outcomes)?;
    let groups = group(&candidates, &sizes.units, search.distance_for(&starts[0]));
    let described = in_parallel(groups.len(), search.threads, |i| {
        describe(&residual, &starts[0], &candidates[groups[i].best], groups[i].members)
    });
    let (mut points, mut rejected) = (Vec::new(), Vec::new());
    for (point, group) in described.into_iter().zip(&groups) {
        let far = sizes.is_outlier(&candidates[group.best].at);
        if far { &mut rejected } else { &mut points }.push(point?);
    }
    if points.is_empty() {
        let outliers = rejected.iter().map(|point| point.starts).sum();
        return Err(Error::NothingFound { sought: "fixed point", searches: starts.len(), failures, outliers });
    }
    Ok(FixedPoints { points, rejected, failures })
}

impl Search {
    /// The distance below which two points count as one.
    pub(in crate::analysis) fn distance_for<Y: State>(&self, like: &Y) -> f64 {
        self.distance.unwrap_or_else(|| like.rounding().sqrt())
    }
}

/// The search from each start, in parallel.
pub(in crate::analysis) fn find_all<S>(residual: &Residual<S>, starts: &[S::State], search: &Search) -> Vec<Outcome>
where
    S: System + Sync,
    S::State: Send + Sync,
{
    let buffers = || Buffers::new(residual, &starts[0]);
    in_parallel_with(starts.len(), search.threads, buffers, |b, i| {
        find(residual, &starts[i], search, b).unwrap_or_else(Outcome::Failed)
    })
}

fn find<S: System>(
    residual: &Residual<S>,
    start: &S::State,
    search: &Search,
    b: &mut Buffers<S::State>,
) -> Result<Outcome> {
    let end = descend(residual, start, search.max_iterations, b)?;
    if end == Descent::NotFinite {
        return Ok(Outcome::NotFinite);
    }
    if let Some(candidate) = claim(residual, b) {
        return Ok(Outcome::Found(candidate));
    }
    let lowest = b.here.at.clone();
    newton(residual, start, search.max_iterations.min(SECOND_ATTEMPT), b)?;
    polish(residual, b);
    if let Some(candidate) = claim(residual, b) {
        return Ok(Outcome::Found(candidate));
    }
    if let Some(limit) = search.slow {
        residual.move_to(&mut b.here, &lowest)?;
        residual.linearise(&b.here, &mut b.slopes)?;
        if let Some(slow) = minimise(residual, b) {
            // The minimisation may have led to a zero after all.
            let found = claim(residual, b).unwrap_or(slow);
            let q = 0.5 * b.here.speed(S::KIND).powi(2);
            if found.kind != PointKind::Slow || q <= limit {
                return Ok(Outcome::Found(found));
            }
        }
    }
    Ok(if end == Descent::Ended { Outcome::Minimum } else { Outcome::Unfinished })
}

/// The results, and the number of starts without one. An error if the model fails at every start.
pub(in crate::analysis) fn sort_out(outcomes: Vec<Outcome>) -> Result<(Vec<Candidate>, SearchFailures)> {
    let (mut candidates, mut failures, mut first) = (Vec::new(), SearchFailures::default(), None);
    let count = outcomes.len();
    for outcome in outcomes {
        match outcome {
            Outcome::Found(candidate) => candidates.push(candidate),
            Outcome::Minimum => failures.minima += 1,
            Outcome::Unfinished => failures.unfinished += 1,
            Outcome::NotFinite => failures.not_finite += 1,
            Outcome::Failed(error) => {
                failures.failed += 1;
                first.get_or_insert(error);
            }
        }
    }
    match first {
        Some(error) if failures.failed == count => Err(error),
        _ => Ok((candidates, failures)),
    }
}
