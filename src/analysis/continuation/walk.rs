//! Steps along the branch.

use nalgebra::DVector;

use super::branch::BranchEnding;
use super::corrector::{Miss, correct};
use super::equations::Equations;
use super::metric::Sizes;
use super::node::{Node, Spectrum};
use super::segment::Segment;
use crate::analysis::system::Kind;

/// The control of the steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Steps {
    /// The first, shortest and longest step, in units of the metric.
    pub first: f64,
    pub shortest: f64,
    pub longest: f64,
    /// The budget of points in each direction.
    pub points: usize,
}

/// The largest angle between tangents at the ends of a step, in radians.
const LARGEST_ANGLE: f64 = 0.2;

/// The largest distance from the predicted point, in steps.
const LARGEST_CORRECTION: f64 = 0.2;

/// The largest change of a stability measure over a step, relative to the largest spectral radius so far or, for a map,
/// to 1 if that is larger. At a fold of a single equation the radius is zero.
const LARGEST_CHANGE: f64 = 0.3;

/// The longest step over a change of sign of the determinant. A branch that passes close to another one turns within
/// it, and is not mistaken for one that crosses.
const LONGEST_CROSSING: f64 = 1e-4;

/// A step in which the branch may have a corner: a smooth branch does not turn in it.
const CORNER: f64 = 1e-6;

/// The largest angle of a corner, in radians. The step is perpendicular to the tangent before it.
const LARGEST_CORNER: f64 = 1.3;

/// Everything that stays the same along a branch.
pub(super) struct Walk<'a> {
    pub equations: &'a dyn Equations,
    pub sizes: &'a Sizes,
    pub steps: Steps,
    /// The smallest and the largest parameter.
    pub range: [f64; 2],
}

/// The nodes after the first, and why there are no more.
pub(super) struct Walked {
    pub nodes: Vec<Node>,
    pub ending: BranchEnding,
}

/// A refused step.
enum Refused {
    Miss(Miss),
    TooLong,
}

impl<M: Into<Miss>> From<M> for Refused {
    fn from(miss: M) -> Self {
        Self::Miss(miss.into())
    }
}

impl Walk<'_> {
    /// Walks from `first` along its tangent.
    pub fn from(&self, first: &Node) -> Walked {
        let mut nodes: Vec<Node> = Vec::new();
        let mut step = self.steps.first.min(self.steps.longest);
        let least = match self.equations.kind() {
            Kind::Map => 1.0,
            Kind::Flow => 0.0,
        };
        // The last error of the system since the last node.
        let mut cause = None;
        let mut largest = first.spectrum.radius.max(least);
        loop {
            let here = nodes.last().unwrap_or(first);
            if nodes.len() >= self.steps.points {
                return Walked { nodes, ending: BranchEnding::Budget { points: self.steps.points } };
            }
            if self.leaves(here) {
                return Walked { nodes, ending: BranchEnding::Boundary };
            }
            // At a start without any eigenvalue but zero there is no scale.
            let radius = (largest > 0.0).then_some(largest);
            match self.step(here, step, radius) {
                Ok(next) => {
                    if nodes.len() > 2
                        && let Some(end) = self.closes(first, here, &next)
                    {
                        nodes.push(end);
                        return Walked { nodes, ending: BranchEnding::Closed };
                    }
                    let angle = self.angle(here, &next);
                    step = (step * (0.5 * LARGEST_ANGLE / angle).clamp(0.5, 2.0)).min(self.steps.longest);
                    largest = largest.max(next.spectrum.radius);
                    nodes.push(next);
                    cause = None;
                }
                Err(refused) => {
                    if let Refused::Miss(Miss::System(error)) = refused {
                        cause = Some(error);
                    }
                    if 0.5 * step < self.steps.shortest {
                        let ending = BranchEnding::Stalled { p: here.p(), step, cause };
                        return Walked { nodes, ending };
                    }
                    step *= 0.5;
                }
            }
        }
    }

    /// Whether the branch leaves the range at the node.
    fn leaves(&self, node: &Node) -> bool {
        let [low, high] = self.range;
        let ahead = node.tangent[node.u.len() - 1];
        node.p() <= low && ahead < 0.0 || node.p() >= high && ahead > 0.0
    }

    /// One step, at most to the boundary.
    fn step(&self, here: &Node, step: f64, radius: Option<f64>) -> Result<Node, Refused> {
        let metric = self.sizes.metric(&here.u);
        let direction = metric.direction(&here.tangent);
        let n = here.u.len() - 1;
        let corrected = correct(self.equations, &metric, &here.u + metric.raw(&(&direction * step)), &direction)?;
        let [low, high] = self.range;
        let beyond = corrected.u[n] < low || corrected.u[n] > high;
        let moved = corrected.moved;
        let mut next = Node::at(self.equations, &metric, corrected.u, &direction)?;
        let crosses = here.determinant.sign * next.determinant.sign < 0.0;
        let longest = LONGEST_CROSSING.max(self.equations.rounding().cbrt());
        let smooth = moved <= LARGEST_CORRECTION * step && !self.too_different(here, &next, radius);
        if crosses && step > longest || !smooth && !self.turns_a_corner(here, &next, step) {
            return Err(Refused::TooLong);
        }
        if beyond {
            next = self.land(here, &next, if next.p() < low { low } else { high })?;
        }
        next.arclength = here.arclength + metric.scaled(&(&next.u - &here.u)).norm();
        Ok(next)
    }

    /// The node between two at which the parameter is `p`.
    fn land(&self, here: &Node, beyond: &Node, p: f64) -> Result<Node, Refused> {
        let metric = self.sizes.metric(&here.u);
        let n = here.u.len() - 1;
        let change = beyond.p() - here.p();
        let fraction = if change == 0.0 { 0.0 } else { (p - here.p()) / change };
        let mut guess = &here.u + (&beyond.u - &here.u) * fraction;
        guess[n] = p;
        let fixed = DVector::from_fn(n + 1, |i, _| if i == n { 1.0 } else { 0.0 });
        let mut corrected = correct(self.equations, &metric, guess, &fixed)?;
        corrected.u[n] = p;
        let whole = metric.scaled(&(&beyond.u - &here.u)).norm();
        if corrected.moved > LARGEST_CORRECTION * whole {
            return Err(Refused::TooLong);
        }
        let node = Node::at(self.equations, &metric, corrected.u, &metric.direction(&here.tangent))?;
        if self.too_different(here, &node, None) { Err(Refused::TooLong) } else { Ok(node) }
    }

    fn angle(&self, here: &Node, next: &Node) -> f64 {
        let metric = self.sizes.metric(&here.u);
        let difference = metric.direction(&here.tangent) - metric.direction(&next.tangent);
        // More precise than the arc cosine for small angles. NaN becomes a half turn.
        2.0 * (0.5 * difference.norm()).min(1.0).asin()
    }

    /// Whether the branch has a corner between two nodes, as in a piecewise linear map.
    fn turns_a_corner(&self, here: &Node, next: &Node, step: f64) -> bool {
        step <= CORNER.max(2.0 * self.steps.shortest) && self.angle(here, next) <= LARGEST_CORNER
    }

    fn too_different(&self, here: &Node, next: &Node, radius: Option<f64>) -> bool {
        let turned = self.angle(here, next) > LARGEST_ANGLE;
        turned || radius.is_some_and(|radius| change(&here.spectrum, &next.spectrum, radius) > LARGEST_CHANGE)
    }

    /// The node at `first` if the branch passes through it between two nodes.
    fn closes(&self, first: &Node, here: &Node, next: &Node) -> Option<Node> {
        let segment = Segment::new(self.equations, self.sizes, here, next);
        let (position, distance) = segment.foot(&first.u);
        if !(position > 0.0 && position <= 1.0 && distance < 0.5) {
            return None;
        }
        let node = segment.at(position).ok()?;
        let apart = segment.distance(&node.u, &first.u);
        let metric = self.sizes.metric(&first.u);
        let aligned = metric.direction(&node.tangent).dot(&metric.direction(&first.tangent));
        if apart > 1e-5 * segment.length || aligned < 0.9 {
            return None;
        }
        segment.node_of(first.u.clone(), position).ok()
    }
}

/// The largest change of a stability measure, relative to the largest spectral radius so far.
fn change(here: &Spectrum, next: &Spectrum, radius: f64) -> f64 {
    let changes = here.modes.iter().zip(&next.modes).map(|(a, b)| (a.measure - b.measure).abs());
    let scale = radius.max(next.radius);
    let largest = changes.fold(0.0, f64::max);
    if scale > 0.0 { largest / scale } else { 0.0 }
}
