//! The part of the branch between two nodes.

use nalgebra::DVector;

use super::corrector::{Miss, correct};
use super::equations::{Equations, Linearised};
use super::metric::{Metric, Sizes};
use super::node::Node;

/// The branch between two nodes, by its position along their chord: 0 at the first and 1 at the second.
pub(super) struct Segment<'a> {
    equations: &'a dyn Equations,
    metric: Metric,
    first: &'a Node,
    second: &'a Node,
    /// The direction of the chord, of length 1 in units of the metric.
    chord: DVector<f64>,
    /// The length of the chord, in units of the metric.
    pub length: f64,
}

impl<'a> Segment<'a> {
    pub fn new(equations: &'a dyn Equations, sizes: &Sizes, first: &'a Node, second: &'a Node) -> Self {
        let metric = sizes.metric(&first.u);
        let chord = metric.scaled(&(&second.u - &first.u));
        let length = chord.norm();
        let chord = if length > 0.0 { chord / length } else { metric.direction(&first.tangent) };
        Self { equations, metric, first, second, chord, length }
    }

    /// The nodes at its ends.
    pub fn ends(&self) -> [&Node; 2] {
        [self.first, self.second]
    }

    /// The position of the foot of the perpendicular from `u`, and its distance, in units of the length of the chord.
    pub fn foot(&self, u: &DVector<f64>) -> (f64, f64) {
        let from = self.metric.scaled(&(u - &self.first.u)) / self.length;
        let position = from.dot(&self.chord);
        (position, (from - &self.chord * position).norm())
    }

    /// The distance of two points, in units of the metric.
    pub fn distance(&self, u: &DVector<f64>, v: &DVector<f64>) -> f64 {
        self.metric.scaled(&(u - v)).norm()
    }

    /// The point of the cubic through both ends and along both tangents, moved along the chord to its position.
    fn guess(&self, position: f64) -> DVector<f64> {
        let (a, b) = (DVector::zeros(self.chord.len()), &self.chord * self.length);
        let along = |node: &Node| {
            let direction = self.metric.direction(&node.tangent);
            let component = direction.dot(&self.chord);
            // The derivative with respect to the position.
            if component > 0.5 { direction * (self.length / component) } else { &self.chord * self.length }
        };
        let (da, db) = (along(self.first), along(self.second));
        let (t, r) = (position, 1.0 - position);
        let mut cubic =
            a * (r * r * (1.0 + 2.0 * t)) + b * (t * t * (1.0 + 2.0 * r)) + da * (t * r * r) - db * (t * t * r);
        let off = position * self.length - cubic.dot(&self.chord);
        cubic += &self.chord * off;
        &self.first.u + self.metric.raw(&cubic)
    }

    /// The node at a position.
    pub fn at(&self, position: f64) -> Result<Node, Miss> {
        let corrected = correct(self.equations, &self.metric, self.guess(position), &self.chord)?;
        if corrected.moved > 0.5 * self.length {
            return Err(Miss::Newton);
        }
        let mut node = Node::at(self.equations, &self.metric, corrected.u, &self.chord)?;
        node.arclength = self.arclength(position);
        Ok(node)
    }

    /// The node of a point `u` on the branch, at a position; it is not corrected.
    pub fn node_of(&self, u: DVector<f64>, position: f64) -> Result<Node, Miss> {
        let mut node = Node::at(self.equations, &self.metric, u, &self.chord)?;
        node.arclength = self.arclength(position);
        Ok(node)
    }

    /// The rounding unit of the state.
    pub fn rounding(&self) -> f64 {
        self.equations.rounding()
    }

    /// The norm of the equations at `u`, with rows of norm 1 at the ends.
    pub fn scaled_residual(&self, u: &DVector<f64>) -> Result<f64, Miss> {
        let at = |node: &Node| Linearised::at(self.equations, &self.metric, &node.u);
        let [first, second] = [at(self.first)?, at(self.second)?];
        let rows = first.rows.zip_map(&second.rows, f64::min);
        Ok(self.equations.value(u)?.component_mul(&rows).norm())
    }

    /// The direction from one point to another, of length 1 in units of the metric, in the units of the coordinates.
    pub fn tangent_between(&self, from: &DVector<f64>, to: &DVector<f64>) -> DVector<f64> {
        self.metric.raw(&self.metric.direction(&(to - from)))
    }

    fn arclength(&self, position: f64) -> f64 {
        self.first.arclength + position * (self.second.arclength - self.first.arclength)
    }
}
