//! Points between the nodes of the walk, where a test may change its sign twice within a step.

use super::equations::Equations;
use super::metric::Sizes;
use super::node::{Node, ZERO};
use super::segment::Segment;

/// A test whose extremum, by the parabola through three nodes, is below this fraction of its values there is looked at.
const NEAR_ZERO: f64 = 0.1;

/// The rounds of refinement.
const ROUNDS: usize = 8;

/// Positions closer to an end of a segment than this are as good as the end.
const END: f64 = 0.02;

/// Inserts nodes where a test seems to have an extremum near zero or beyond.
pub(super) fn refine(equations: &dyn Equations, sizes: &Sizes, nodes: &mut Vec<Node>, shortest: f64) {
    for _ in 0..ROUNDS {
        let mut inserted: Vec<(usize, Node)> = Vec::new();
        for k in 1..nodes.len().saturating_sub(1) {
            let three = [&nodes[k - 1], &nodes[k], &nodes[k + 1]];
            for place in extrema(three) {
                let first = if place < three[1].arclength { k - 1 } else { k };
                let (a, b) = (&nodes[first], &nodes[first + 1]);
                let width = b.arclength - a.arclength;
                let position = (place - a.arclength) / width;
                let again = inserted.last().is_some_and(|(at, _)| *at == first + 1);
                if width <= shortest || !(END..=1.0 - END).contains(&position) || again {
                    continue;
                }
                if let Ok(node) = Segment::new(equations, sizes, a, b).at(position) {
                    inserted.push((first + 1, node));
                }
            }
        }
        if inserted.is_empty() {
            return;
        }
        inserted.sort_by_key(|(at, _)| *at);
        inserted.dedup_by_key(|(at, _)| *at);
        for (at, node) in inserted.into_iter().rev() {
            nodes.insert(at, node);
        }
    }
}

/// The places of the extrema near zero of all tests.
fn extrema(three: [&Node; 3]) -> Vec<f64> {
    let at = three.map(|node| node.arclength);
    let log = three.iter().map(|node| node.determinant.log).fold(f64::NEG_INFINITY, f64::max);
    let mut places = Vec::new();
    let mut look = |values: [f64; 3], zero: f64| places.extend(extremum(at, values, zero));
    look(three.map(|node| node.turning), ZERO);
    look(three.map(|node| node.determinant.relative_to(log)), ZERO);
    for k in 0..three[0].spectrum.modes.len() {
        let modes = three.map(|node| node.spectrum.modes[k]);
        look(modes.map(|mode| mode.measure), modes.iter().map(|mode| mode.error).fold(0.0, f64::max));
    }
    places
}

/// The place of the extremum of the parabola through three values of one sign, if it is near zero or beyond.
fn extremum(at: [f64; 3], values: [f64; 3], zero: f64) -> Option<f64> {
    let sign = values[1].signum();
    if values.iter().any(|x| sign * x <= zero) {
        return None;
    }
    let [left, right] = [(values[0] - values[1]) / (at[0] - at[1]), (values[2] - values[1]) / (at[2] - at[1])];
    let curvature = (right - left) / (at[2] - at[0]);
    let slope = right - curvature * (at[2] - at[1]);
    if sign * curvature <= 0.0 {
        return None;
    }
    let shift = -0.5 * slope / curvature;
    let place = at[1] + shift;
    let least = sign * (values[1] + 0.5 * slope * shift);
    let largest = values.iter().map(|x| x.abs()).fold(0.0, f64::max);
    (place > at[0] && place < at[2] && least < NEAR_ZERO * largest).then_some(place)
}
