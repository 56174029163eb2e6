//! Bifurcations between the nodes of a branch.

use nalgebra::Complex;

use super::bifurcation::{BifurcationKind, Unexplained};
use super::branch_point;
use super::corrector::Miss;
use super::equations::Equations;
use super::metric::Sizes;
use super::node::{Node, ZERO};
use super::segment::Segment;
use crate::analysis::system::Kind;
use crate::solution::{Bracket, narrow};

/// A located bifurcation.
#[derive(Debug, Clone)]
pub(super) struct Located {
    pub kind: BifurcationKind,
    pub node: Node,
    /// The index of the critical mode.
    pub mode: usize,
    pub turns: bool,
}

/// All changes of stability of a branch.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub located: Vec<Located>,
    pub unexplained: Vec<Unexplained>,
}

/// The first search for a root, before its kind is known, in lengths of the segment.
const COARSE: f64 = 1e-3;

/// Roots closer than this, in lengths of the segment, belong to the same bifurcation.
const SAME: f64 = 5.0 * COARSE;

/// The largest value of a test at its root: measures are relative to the spectral radius. A larger one jumps over zero.
const CONTINUOUS: f64 = 1e-5;

/// Why a jump is no bifurcation of a smooth system.
const JUMP: &str = "the Jacobian jumps: the branch crosses a corner of the system (border collision)";

/// A search for the bifurcations of a branch.
pub(super) struct Search<'a> {
    equations: &'a dyn Equations,
    sizes: &'a Sizes,
    /// The nodes. After the last of a closed branch follow some from its beginning.
    nodes: Vec<Node>,
    /// The number of nodes without those.
    count: usize,
}

/// Two nodes between which a test changes its sign.
#[derive(Debug, Clone, Copy)]
struct Crossing {
    first: usize,
    second: usize,
}

/// A sign change of a stability measure.
struct Critical {
    crossing: Crossing,
    position: f64,
    /// The index in the order of stability.
    mode: usize,
    /// The node there.
    node: Node,
    /// Whether it is located to rounding.
    is_fine: bool,
}

impl<'a> Search<'a> {
    pub fn new(equations: &'a dyn Equations, sizes: &'a Sizes, nodes: &[Node], closed: bool) -> Self {
        let mut extended = nodes.to_vec();
        if closed && let (Some(first), Some(last)) = (nodes.first(), nodes.last()) {
            let shift = last.arclength - first.arclength;
            // Oriented as at the end: a determinant may change its sign along the whole curve.
            for node in nodes.iter().skip(1).take(3) {
                let arclength = node.arclength + shift;
                let flip = last.determinant.sign != 0.0 && last.determinant.sign == -first.determinant.sign;
                let mut node = Node { arclength, ..node.clone() };
                if flip {
                    node.determinant.sign = -node.determinant.sign;
                }
                extended.push(node);
            }
        }
        Self { equations, sizes, nodes: extended, count: nodes.len() }
    }

    /// All bifurcations, in order along the branch.
    pub fn run(&self) -> Changes {
        let mut changes = Changes::default();
        self.branch_points(&mut changes);
        self.folds(&mut changes);
        let real = self.spectral(&mut changes);
        self.check(&real, &mut changes);
        changes.located.sort_by(|a, b| a.node.arclength.total_cmp(&b.node.arclength));
        changes.unexplained.sort_by_key(|change| change.after);
        changes
    }

    /// The pairs of nodes between which a test changes its sign, zeros left out.
    fn crossings(&self, sign: impl Fn(&Node) -> f64) -> Vec<Crossing> {
        let signs =
            self.nodes.iter().enumerate().map(|(index, node)| (index, sign(node))).filter(|(_, sign)| *sign != 0.0);
        let mut found = Vec::new();
        let mut last: Option<(usize, f64)> = None;
        for (second, sign) in signs {
            if let Some((first, before)) = last
                && before != sign
                && first + 1 < self.count
            {
                found.push(Crossing { first, second });
            }
            last = Some((second, sign));
        }
        found
    }

    fn segment(&self, crossing: Crossing) -> Segment<'_> {
        Segment::new(self.equations, self.sizes, &self.nodes[crossing.first], &self.nodes[crossing.second])
    }

    /// The crossing with more nodes on both sides, until it is as long as the search for a branch point needs: Newton's method has
    /// no accuracy near one.
    fn widened(&self, crossing: Crossing) -> Crossing {
        let mut wide = crossing;
        let sign = |index: usize| self.nodes[index].determinant.sign;
        while self.width(wide) < branch_point::WIDTH {
            let before = wide.first.checked_sub(1).filter(|&index| sign(index) == sign(wide.first));
            let after =
                Some(wide.second + 1).filter(|&index| index < self.nodes.len() && sign(index) == sign(wide.second));
            if before.is_none() && after.is_none() {
                break;
            }
            wide = Crossing { first: before.unwrap_or(wide.first), second: after.unwrap_or(wide.second) };
        }
        wide
    }

    /// The position of the root of a test, up to a tolerance in lengths of the segment.
    fn root(segment: &Segment, tolerance: f64, test: impl Fn(&Node) -> f64) -> Result<f64, Miss> {
        let mut missed = None;
        let mut value = |position: f64| {
            // A branch point may be just there.
            let beside = if tolerance < COARSE { 0.0 } else { 0.3 * COARSE };
            let node = segment.at(position).or_else(|_| segment.at(position + beside));
            let node = node.or_else(|_| segment.at(position + 4.0 * beside));
            match node {
                Ok(node) => test(&node),
                Err(miss) => {
                    missed = Some(miss);
                    f64::NAN
                }
            }
        };
        // The ends themselves: one may be so near a branch point that Newton's method fails there.
        let [first, second] = segment.ends();
        let bracket = Bracket { near: (0.0, test(first)), far: (1.0, test(second)) };
        match narrow(bracket, tolerance, &mut value) {
            Ok(Bracket { near, far }) => Ok(if near.1.abs() < far.1.abs() { near.0 } else { far.0 }),
            Err(_) => Err(missed.unwrap_or(Miss::Newton)),
        }
    }

    fn branch_points(&self, changes: &mut Changes) {
        for crossing in self.crossings(|node| node.determinant.sign) {
            let log = self.nodes[crossing.first].determinant.log;
            let locate = |crossing: Crossing| {
                let segment = self.segment(crossing);
                let position = Self::root(&segment, COARSE, |node| node.determinant.relative_to(log))?;
                branch_point::locate(&segment, position)
            };
            let found = locate(crossing).or_else(|_| locate(self.widened(crossing)));
            match found {
                Ok(node) => {
                    let mode = self.neutral(&node);
                    changes.located.push(Located { kind: BifurcationKind::BranchPoint, node, mode, turns: false });
                }
                Err(_) => self.give_up(crossing, "Newton's method fails near a branch point", changes),
            }
        }
    }

    fn folds(&self, changes: &mut Changes) {
        for crossing in self.crossings(|node| if node.turning.abs() <= ZERO { 0.0 } else { node.turning.signum() }) {
            let segment = self.segment(crossing);
            let coarse = Self::root(&segment, COARSE, |node| node.turning);
            let Ok(position) = coarse else {
                self.give_up(crossing, "Newton's method fails near a fold", changes);
                continue;
            };
            let place = self.arclength(crossing, position);
            let near = SAME * self.width(crossing);
            let crossing_there = |other: &&mut Located| {
                other.kind == BifurcationKind::BranchPoint && (other.node.arclength - place).abs() <= near
            };
            let pitchfork = changes.located.iter_mut().find(crossing_there);
            if let Some(point) = pitchfork {
                point.turns = true;
                continue;
            }
            let fine =
                Self::root(&segment, f64::EPSILON, |node| node.turning).and_then(|position| segment.at(position));
            match fine {
                Ok(node) if node.turning.abs() > CONTINUOUS => self.give_up(crossing, JUMP, changes),
                Ok(node) => {
                    let mode = self.neutral(&node);
                    changes.located.push(Located { kind: BifurcationKind::Fold, node, mode, turns: true });
                }
                Err(_) => self.give_up(crossing, "Newton's method fails near a fold", changes),
            }
        }
    }

    /// Flips, Neimark–Sacker and Hopf points. Returns the crossings of real eigenvalues through 1 (map) or 0 (flow).
    fn spectral(&self, changes: &mut Changes) -> Vec<Critical> {
        let modes = self.nodes.first().map_or(0, |node| node.spectrum.modes.len());
        let (mut real, mut pairs) = (Vec::new(), Vec::new());
        for mode in 0..modes {
            for crossing in self.crossings(|node| node.spectrum.modes[mode].sign()) {
                let segment = self.segment(crossing);
                let measure = |node: &Node| node.spectrum.modes[mode].measure;
                let near = |tolerance: f64, beside: f64| {
                    let position = Self::root(&segment, tolerance, measure)?;
                    let node = segment.at(position).or_else(|_| segment.at(position + beside));
                    let node = node.or_else(|_| segment.at(position + 4.0 * beside))?;
                    Ok::<_, Miss>((position, node))
                };
                // Next to a branch point there is no accurate root.
                let (fine, coarse) = (near(f64::EPSILON, 0.0), || near(COARSE, 0.3 * COARSE));
                let is_fine = fine.is_ok();
                let Ok((position, node)) = fine.or_else(|_| coarse()) else {
                    self.give_up(crossing, "Newton's method fails near a change of stability", changes);
                    continue;
                };
                let value = node.spectrum.modes[mode].value;
                let critical = Critical { crossing, position, mode, node, is_fine };
                if value.im != 0.0 {
                    pairs.push(critical);
                } else if self.equations.kind() == Kind::Map && value.re < 0.0 {
                    self.accept(critical, BifurcationKind::Flip, changes);
                } else {
                    real.push(critical);
                }
            }
        }
        let kind = match self.equations.kind() {
            Kind::Map => BifurcationKind::NeimarkSacker,
            Kind::Flow => BifurcationKind::Hopf,
        };
        pairs.sort_by(|a, b| self.place(a).total_cmp(&self.place(b)));
        let mut pairs = pairs.into_iter().peekable();
        while let Some(first) = pairs.next() {
            // Both members of a pair cross, one after the other in the order of stability.
            let near = self.place(&first) + 2.0 * SAME * self.width(first.crossing);
            if pairs.next_if(|second| self.place(second) <= near).is_some() {
                self.accept(first, kind, changes);
            } else {
                self.give_up(first.crossing, "a member of a complex pair changes its stability alone", changes);
            }
        }
        real
    }

    /// Takes a change of stability of known kind for a bifurcation, if it was located to rounding.
    fn accept(&self, critical: Critical, kind: BifurcationKind, changes: &mut Changes) {
        let Critical { crossing, mode, node, is_fine, .. } = critical;
        if !is_fine {
            self.give_up(crossing, "Newton's method fails near a change of stability", changes);
        } else if node.spectrum.modes[mode].measure.abs() > CONTINUOUS * node.spectrum.radius {
            self.give_up(crossing, JUMP, changes);
        } else {
            changes.located.push(Located { kind, node, mode, turns: false });
        }
    }

    /// Every real eigenvalue that crosses 1 (map) or 0 (flow) must belong to a fold or a branch point of its own.
    fn check(&self, real: &[Critical], changes: &mut Changes) {
        let mut taken = vec![false; changes.located.len()];
        for critical in real {
            let (place, near) = (self.place(critical), 2.0 * SAME * self.width(critical.crossing));
            let own = changes.located.iter().enumerate().position(|(index, other)| {
                let kind = matches!(other.kind, BifurcationKind::Fold | BifurcationKind::BranchPoint);
                !taken[index] && kind && (other.node.arclength - place).abs() <= near
            });
            match own {
                Some(index) => taken[index] = true,
                None => self.give_up_at(
                    critical.crossing,
                    critical.position,
                    "a real eigenvalue changes its stability without a simple fold or branch point",
                    changes,
                ),
            }
        }
    }

    /// The mode nearest to 1 (map) or 0 (flow).
    fn neutral(&self, node: &Node) -> usize {
        let neutral = match self.equations.kind() {
            Kind::Map => Complex::ONE,
            Kind::Flow => Complex::ZERO,
        };
        let modes = node.spectrum.modes.iter().map(|mode| (mode.value - neutral).norm());
        modes.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(index, _)| index)
    }

    fn width(&self, crossing: Crossing) -> f64 {
        self.nodes[crossing.second].arclength - self.nodes[crossing.first].arclength
    }

    fn arclength(&self, crossing: Crossing, position: f64) -> f64 {
        self.nodes[crossing.first].arclength + position * self.width(crossing)
    }

    fn place(&self, critical: &Critical) -> f64 {
        self.arclength(critical.crossing, critical.position)
    }

    fn give_up(&self, crossing: Crossing, reason: &'static str, changes: &mut Changes) {
        self.give_up_at(crossing, 0.5, reason, changes);
    }

    fn give_up_at(&self, crossing: Crossing, position: f64, reason: &'static str, changes: &mut Changes) {
        let [first, second] = [crossing.first, crossing.second].map(|index| self.nodes[index].p());
        let p = first + position * (second - first);
        changes.unexplained.push(Unexplained { after: crossing.first, p, reason });
    }
}
