//! The branch for the user, from the nodes of the walk.

use nalgebra::DVector;

use super::bifurcation::{Bifurcation, BifurcationKind};
use super::branch::{Branch, BranchEnding, ContinuedPoint};
use super::locate::{Changes, Located, Search};
use super::node::Node;
use super::refine::refine;
use super::segment::Segment;
use super::walk::{Walk, Walked};
use crate::analysis::system::point;
use crate::error::Result;
use crate::state::State;

/// The branch that was walked in both directions.
pub(super) struct Whole {
    /// The nodes against the orientation of the branch.
    pub before: Walked,
    /// The nodes at which the walks began, in the orientation of the branch.
    pub middle: Vec<Node>,
    /// The nodes along the orientation of the branch.
    pub after: Walked,
}

impl Whole {
    /// The branch along which the parameter grows at first (or falls), seen from the middle.
    pub fn oriented(self, descends: bool) -> Self {
        let along: f64 = self.middle.iter().map(|node| node.turning).sum();
        if along == 0.0 || (along < 0.0) == descends || self.after.ending == BranchEnding::Closed {
            return self;
        }
        let middle = self.middle.into_iter().rev().map(Node::reversed).collect();
        Self { before: self.after, middle, after: self.before }
    }

    /// Refines the nodes, locates the bifurcations, and writes all in states of the shape of `like`.
    pub fn report<Y: State>(self, walk: &Walk, like: &Y) -> Result<Branch<Y>> {
        let Self { before, middle, after } = self;
        let start = middle.first().map(|node| node.u.clone());
        let mut nodes: Vec<Node> = before.nodes.into_iter().rev().map(Node::reversed).collect();
        nodes.extend(middle);
        nodes.extend(after.nodes);
        measure(walk, &mut nodes);
        let closed = after.ending == BranchEnding::Closed;
        refine(walk.equations, walk.sizes, &mut nodes, walk.steps.shortest);
        let mut changes = Search::new(walk.equations, walk.sizes, &nodes, closed).run();
        if closed {
            wrap(&nodes, &mut changes);
        }
        separate(walk, &mut nodes, &mut changes);
        let start = nodes.iter().position(|node| Some(&node.u) == start.as_ref()).unwrap_or(0);
        let points = nodes.iter().map(|node| reported(node, like)).collect::<Result<_>>()?;
        let bifurcations =
            changes.located.iter().map(|found| bifurcation(found, &nodes, like)).collect::<Result<_>>()?;
        Ok(Branch {
            points,
            start,
            bifurcations,
            first_ending: before.ending,
            ending: after.ending,
            sizes: point(like, walk.sizes.x.as_slice())?,
            unexplained: changes.unexplained,
        })
    }
}

/// Arclengths from the first node on.
fn measure(walk: &Walk, nodes: &mut [Node]) {
    let mut sum = 0.0;
    for k in 0..nodes.len() {
        if k > 0 {
            sum += Segment::new(walk.equations, walk.sizes, &nodes[k - 1], &nodes[k]).length;
        }
        nodes[k].arclength = sum;
    }
}

/// Moves bifurcations beyond the end of a closed branch to its beginning.
fn wrap(nodes: &[Node], changes: &mut Changes) {
    let whole = nodes.last().map_or(0.0, |node| node.arclength);
    for found in &mut changes.located {
        if found.node.arclength >= whole {
            found.node.arclength -= whole;
        }
    }
    changes.located.sort_by(|a, b| a.node.arclength.total_cmp(&b.node.arclength));
}

/// Puts a node between two bifurcations that have none between them, so that each part of the branch has a point.
fn separate(walk: &Walk, nodes: &mut Vec<Node>, changes: &mut Changes) {
    for k in 1..changes.located.len() {
        let (left, right) = (changes.located[k - 1].node.arclength, changes.located[k].node.arclength);
        let index = before(nodes, left);
        if index != before(nodes, right) || index + 1 >= nodes.len() {
            continue;
        }
        let (a, b) = (&nodes[index], &nodes[index + 1]);
        let position = (0.5 * (left + right) - a.arclength) / (b.arclength - a.arclength);
        if let Ok(node) = Segment::new(walk.equations, walk.sizes, a, b).at(position) {
            nodes.insert(index + 1, node);
            for change in changes.unexplained.iter_mut().filter(|change| change.after > index) {
                change.after += 1;
            }
        }
    }
}

/// The index of the last node before a place.
fn before(nodes: &[Node], arclength: f64) -> usize {
    nodes.partition_point(|node| node.arclength <= arclength).saturating_sub(1)
}

fn reported<Y: State>(node: &Node, like: &Y) -> Result<ContinuedPoint<Y>> {
    Ok(ContinuedPoint {
        p: node.p(),
        x: state(&node.u, like)?,
        eigenvalues: node.spectrum.modes.iter().map(|mode| mode.value).collect(),
        unstable: node.spectrum.unstable(),
        marginal: node.spectrum.marginal(),
        residual: node.residual,
        arclength: node.arclength,
    })
}

fn bifurcation<Y: State>(found: &Located, nodes: &[Node], like: &Y) -> Result<Bifurcation<Y>> {
    let node = &found.node;
    let modes = &node.spectrum.modes;
    let mode = modes[found.mode];
    let conjugate = mode.value.im < 0.0;
    let vector = node.spectrum.vectors.column(mode.column);
    let real: Vec<f64> = vector.iter().map(|x| x.re).collect();
    let imaginary: Vec<f64> = vector.iter().map(|x| if conjugate { -x.im } else { x.im }).collect();
    Ok(Bifurcation {
        kind: found.kind,
        p: node.p(),
        x: state(&node.u, like)?,
        eigenvalues: modes.iter().map(|mode| mode.value).collect(),
        critical: if conjugate { mode.value.conj() } else { mode.value },
        mode: point(like, &real)?,
        mode_imaginary: point(like, &imaginary)?,
        tangent: state(&node.tangent, like)?,
        tangent_p: node.tangent[node.tangent.len() - 1],
        arclength: node.arclength,
        after: before(nodes, node.arclength),
        turns: found.turns || found.kind == BifurcationKind::Fold,
    })
}

/// The coordinates of `u`.
fn state<Y: State>(u: &DVector<f64>, like: &Y) -> Result<Y> {
    point(like, &u.as_slice()[..u.len() - 1])
}
