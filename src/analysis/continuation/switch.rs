//! The other branch through a branch point.

use nalgebra::DVector;

use super::corrector::{Miss, correct};
use super::equations::{Equations, Linearised};
use super::metric::Metric;
use super::node::Node;
use super::start::NullSpace;
use super::walk::Walk;
use crate::error::{Error, Result};

/// The increment of second differences, in units of the metric.
const INCREMENT: f64 = 1e-3;

/// The attempts to step onto the other branch, each with half the step.
const ATTEMPTS: usize = 12;

/// A branch point, and the branch through it that is known.
pub(super) struct Junction<'a> {
    pub u: &'a DVector<f64>,
    /// The tangent of the known branch, in the units of the coordinates.
    pub tangent: &'a DVector<f64>,
}

/// The first nodes of the other branch on both sides of the branch point, both oriented away from it.
///
/// Two branches cross in the plane of the two null vectors of `[G_x G_p]`; their tangents solve the algebraic
/// bifurcation equation (Govaerts, *Numerical Methods for Bifurcations of Dynamical Equilibria*, section 8.1). One
/// solution is the known tangent.
pub(super) fn sides(walk: &Walk, junction: &Junction) -> Result<[Option<Node>; 2]> {
    let metric = walk.sizes.metric(junction.u);
    let p = junction.u[junction.u.len() - 1];
    let known = metric.direction(junction.tangent);
    let beside = |shift: f64| Linearised::at(walk.equations, &metric, &(junction.u + metric.raw(&known) * shift));
    let neighbours = [beside(walk.steps.first)?, beside(-walk.steps.first)?];
    let linearised = Linearised::at(walk.equations, &metric, junction.u)?.with_rows_of(&neighbours);
    let space = NullSpace::of(&linearised);
    // The branch point is known to about 1e-10, so its second singular value is small but not zero.
    if space.values.get(2).is_some_and(|third| *third < 1e-6) {
        return Err(Error::NoBranch { p, reason: "more than two branches cross there" });
    }
    if space.values.get(1).is_none_or(|second| *second > 1e-4) {
        return Err(Error::NoBranch { p, reason: "it is not a branch point" });
    }
    let Some(across) = across(&space, &known) else {
        return Err(Error::NoBranch { p, reason: "the tangent of the known branch is not in the null space" });
    };
    let ahead = other_tangent(walk.equations, &metric, junction.u, &linearised, &known, &across)
        .unwrap_or_else(|| across.clone());
    let sides = [ahead.clone(), -ahead].map(|direction| step(walk, &metric, junction.u, &direction, &across));
    if sides.iter().all(Option::is_none) {
        return Err(Error::NoBranch { p, reason: "Newton's method does not find the other branch" });
    }
    Ok(sides)
}

/// The null vector perpendicular to the known tangent.
fn across(space: &NullSpace, known: &DVector<f64>) -> Option<DVector<f64>> {
    let [first, second] = [&space.vectors[0], &space.vectors[1]];
    let (a, b) = (first.dot(known), second.dot(known));
    let across = first * b - second * a;
    (across.norm() > 0.5).then(|| across.normalize())
}

/// The tangent of the other branch, in units of the metric, by second differences. `None` if they vanish.
fn other_tangent(
    equations: &dyn Equations,
    metric: &Metric,
    u: &DVector<f64>,
    linearised: &Linearised,
    known: &DVector<f64>,
    across: &DVector<f64>,
) -> Option<DVector<f64>> {
    let left = left_null_vector(linearised);
    let value = |direction: &DVector<f64>, h: f64| equations.value(&(u + metric.raw(direction) * h)).ok();
    // The second derivative along a direction, projected on the left null vector.
    let second = |direction: &DVector<f64>| {
        let sum = value(direction, INCREMENT)? + value(direction, -INCREMENT)? - equations.value(u).ok()? * 2.0;
        Some(sum.component_mul(&linearised.rows).dot(&left) / (INCREMENT * INCREMENT))
    };
    let mixed = 0.25 * (second(&(known + across))? - second(&(known - across))?);
    let own = second(across)?;
    // 2 mixed α β + own β² = 0, with α along the known tangent.
    let along = -0.5 * own / mixed;
    along.is_finite().then(|| (across + known * along).normalize())
}

/// The left singular vector of the smallest singular value of `[G_x G_p]`.
fn left_null_vector(linearised: &Linearised) -> DVector<f64> {
    let svd = linearised.matrix.clone().svd(true, false);
    match svd.u {
        Some(u) => u.column(svd.singular_values.imin()).into_owned(),
        None => DVector::zeros(linearised.matrix.nrows()),
    }
}

/// The node of the other branch one step from the branch point, in the hyperplane perpendicular to `across`: the known
/// branch is not near it.
fn step(
    walk: &Walk,
    metric: &Metric,
    u: &DVector<f64>,
    direction: &DVector<f64>,
    across: &DVector<f64>,
) -> Option<Node> {
    let mut length = walk.steps.first.min(walk.steps.longest);
    for _ in 0..ATTEMPTS {
        let guess = u + metric.raw(direction) * length;
        let found: Result<Node, Miss> = correct(walk.equations, metric, guess, across).and_then(|corrected| {
            if corrected.moved > 0.3 * length {
                return Err(Miss::Newton);
            }
            Ok(Node::at(walk.equations, metric, corrected.u, direction)?)
        });
        if let Ok(node) = found
            && (walk.range[0]..=walk.range[1]).contains(&node.p())
        {
            return Some(node);
        }
        length *= 0.5;
    }
    None
}
