//! The place of a branch point.
//!
//! Newton's method is ill-conditioned near a branch point: at the distance `d` it has errors of size `ε/d`. So the
//! place is interpolated from points at a distance where they are accurate.

use nalgebra::DVector;

use super::corrector::Miss;
use super::node::Node;
use super::segment::Segment;
use crate::solution::{Bracket, narrow};

/// The distance of the interpolated points, in units of the metric; its fourth power is below rounding.
const SPACING: f64 = 1e-3;

/// The length of a segment that has room for them on both sides, in units of the metric.
pub(super) const WIDTH: f64 = 10.0 * SPACING;

/// The difference of the roots of the quadratic and the cubic interpolation that is good enough, in units of the
/// metric. The error of the cubic is of the next order.
const AGREEMENT: f64 = 1e-9;

/// The difference up to which the best attempt is accepted, if none is good enough; more in single precision.
const ACCEPTABLE: f64 = 1e-6;

/// The largest residual of the interpolated point, with rows of norm 1; more in single precision.
const RESIDUAL: f64 = 1e-9;

/// The attempts, each with a quarter of the distance.
const ATTEMPTS: usize = 10;

/// The interpolated points, in units of their distance.
const PLACES: [f64; 4] = [-1.5, -0.5, 0.5, 1.5];

/// The branch point near a position on a segment.
pub(super) fn locate(segment: &Segment, near: f64) -> Result<Node, Miss> {
    let mut spacing = (SPACING / segment.length).min(0.1);
    let mut center = near;
    let mut last = Miss::Newton;
    let mut best: Option<(f64, Box<Node>)> = None;
    for _ in 0..ATTEMPTS {
        match attempt(segment, center, spacing) {
            Ok(Attempt::Found { node, disagreement }) => {
                if best.as_ref().is_none_or(|(least, _)| disagreement < *least) {
                    best = Some((disagreement, node));
                }
                if disagreement <= AGREEMENT {
                    break;
                }
                spacing *= 0.25;
            }
            Ok(Attempt::Beside(place)) => center += place * spacing,
            Ok(Attempt::TooCoarse) => spacing *= 0.25,
            Err(miss) => {
                // A point too close to the branch point.
                last = miss;
                center += 0.2 * spacing;
            }
        }
    }
    match best {
        Some((disagreement, node)) if disagreement <= ACCEPTABLE.max(segment.rounding().sqrt()) => Ok(*node),
        _ => Err(last),
    }
}

enum Attempt {
    Found {
        node: Box<Node>,
        disagreement: f64,
    },
    /// The root is outside the middle.
    Beside(f64),
    TooCoarse,
}

fn attempt(segment: &Segment, center: f64, spacing: f64) -> Result<Attempt, Miss> {
    let [a, b, c, d] = PLACES.map(|place| segment.at(center + place * spacing));
    let nodes = [a?, b?, c?, d?];
    let log = nodes.iter().map(|node| node.determinant.log).fold(f64::NEG_INFINITY, f64::max);
    let values: Vec<f64> = nodes.iter().map(|node| node.determinant.relative_to(log)).collect();
    let (Some(cubic), Some(quadratic)) = (root(&PLACES, &values), root(&PLACES[..3], &values[..3])) else {
        // No change of sign: one secant step from the two inner points.
        let place = 0.5 * (values[1] + values[2]) / (values[1] - values[2]);
        return Ok(if place.is_finite() { Attempt::Beside(place.clamp(-10.0, 10.0)) } else { Attempt::TooCoarse });
    };
    if cubic.abs() > 1.0 {
        return Ok(Attempt::Beside(cubic));
    }
    let at = |place: f64| {
        let mut u = DVector::zeros(nodes[0].u.len());
        for (node, weight) in nodes.iter().zip(weights(&PLACES, place)) {
            u += &node.u * weight;
        }
        u
    };
    let mut node = segment.node_of(at(cubic), center + cubic * spacing)?;
    if segment.scaled_residual(&node.u)? > RESIDUAL.max(100.0 * segment.rounding()) {
        return Ok(Attempt::TooCoarse);
    }
    node.tangent = segment.tangent_between(&at(cubic - 0.25), &at(cubic + 0.25));
    let disagreement = (cubic - quadratic).abs() * spacing * segment.length;
    Ok(Attempt::Found { node: Box::new(node), disagreement })
}

/// The root of the interpolating polynomial between the outer places.
fn root(places: &[f64], values: &[f64]) -> Option<f64> {
    let polynomial = |place: f64| weights(places, place).zip(values).map(|(weight, value)| weight * value).sum::<f64>();
    let (first, last) = (0, places.len() - 1);
    if values[first] == 0.0 || values[first].signum() == values[last].signum() {
        return None;
    }
    let bracket = Bracket { near: (places[first], values[first]), far: (places[last], values[last]) };
    narrow(bracket, f64::EPSILON, polynomial).ok().map(|bracket| bracket.far.0)
}

/// The weights of Lagrange's interpolation.
fn weights(places: &[f64], at: f64) -> impl Iterator<Item = f64> + '_ {
    places.iter().map(move |place| {
        places.iter().filter(|other| *other != place).map(|other| (at - other) / (place - other)).product()
    })
}
