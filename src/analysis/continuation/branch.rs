//! A branch of fixed points.

use nalgebra::Complex;

use super::{Bifurcation, BifurcationKind, Unexplained};
use crate::error::Error;

/// A fixed point on a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct ContinuedPoint<Y> {
    /// The parameter.
    pub p: f64,
    /// The fixed point.
    pub x: Y,
    /// The eigenvalues of the Jacobian: of `F` for a map, of `f` for a flow.
    pub eigenvalues: Vec<Complex<f64>>,
    /// The number of unstable directions: eigenvalues outside the unit circle of a map, or right of the imaginary axis
    /// of a flow, by more than their rounding error.
    pub unstable: usize,
    /// Whether an eigenvalue is on the boundary of stability up to its rounding error. Linearisation then does not
    /// decide.
    pub marginal: bool,
    /// The Euclidean norm of `F(x) − x` or `f(x)`.
    pub residual: f64,
    /// The distance along the branch from its first point. A unit is the length of the range in `p`, or the typical
    /// size of the coordinates, in the root mean square.
    pub arclength: f64,
}

impl<Y> ContinuedPoint<Y> {
    /// Whether it is asymptotically stable; `None` if an eigenvalue is too near the boundary to tell.
    #[must_use]
    pub fn is_stable(&self) -> Option<bool> {
        match (self.unstable, self.marginal) {
            (0, true) => None,
            (unstable, _) => Some(unstable == 0),
        }
    }
}

/// Why a branch ends.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum BranchEnding {
    /// The parameter leaves its range; the last point is on the boundary.
    Boundary,
    /// The branch is a closed curve (an isola): the last point repeats the first.
    Closed,
    /// The budget of points is used up.
    Budget {
        /// The budget.
        points: usize,
    },
    /// No step as long as the minimum succeeded.
    Stalled {
        /// The parameter at the last point.
        p: f64,
        /// The length of the last step attempted, in units of [`ContinuedPoint::arclength`].
        step: f64,
        /// The error of the system in one of the steps from there, if it had no value; otherwise Newton's method fails
        /// or the branch turns back at a corner.
        cause: Option<Error>,
    },
}

/// A branch of fixed points: a curve `(x, p)`.
///
/// Made by [`Continuation::run`](super::Continuation::run) and [`Continuation::switch`](super::Continuation::switch).
///
/// ```
/// use rheos::analysis::{BranchEnding, Continuation, Flow};
/// use rheos::ode;
///
/// // dx/dt = p + x − x³ has folds at p = ±2/√27 and is bistable between them.
/// let family = |p: f64| Flow::new(ode(move |_t, x: &f64, dx: &mut f64| *dx = p + x - x * x * x));
/// let branch = Continuation::new(family, -1.0..1.0).run(&-1.3, -1.0)?;
/// let folds: Vec<f64> = branch.bifurcations.iter().map(|found| found.p).collect();
/// let expected = 2.0 / 27.0_f64.sqrt();
/// assert!((folds[0] - expected).abs() < 1e-8 && (folds[1] + expected).abs() < 1e-8);
///
/// // Three parts for a diagram: stable, unstable, stable.
/// let unstable: Vec<usize> = branch.parts().iter().map(|part| part.unstable).collect();
/// assert_eq!(unstable, [0, 1, 0]);
/// assert_eq!(branch.ending, BranchEnding::Boundary);
/// assert!(branch.unexplained.is_empty());
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Branch<Y> {
    /// The points, in order along the branch. The start has the index [`start`](Self::start).
    pub points: Vec<ContinuedPoint<Y>>,
    /// The index of the point at which the continuation began.
    pub start: usize,
    /// The bifurcations, in order along the branch.
    pub bifurcations: Vec<Bifurcation<Y>>,
    /// Why the branch ends at its first point.
    pub first_ending: BranchEnding,
    /// Why the branch ends at its last point.
    pub ending: BranchEnding,
    /// The typical sizes of the coordinates, which measure lengths along the branch.
    pub sizes: Y,
    /// Changes of stability without a located bifurcation; empty in the regular case.
    pub unexplained: Vec<Unexplained>,
}

/// Consecutive points of a branch between two bifurcations.
#[derive(Debug, Clone, PartialEq)]
pub struct Part<'a, Y> {
    /// The number of unstable directions.
    pub unstable: usize,
    /// Whether the points are asymptotically stable.
    pub stable: bool,
    /// The parameter and the fixed point, from bifurcation to bifurcation inclusively.
    pub points: Vec<(f64, &'a Y)>,
}

impl<Y> Branch<Y> {
    /// The bifurcations of one kind, in order along the branch.
    pub fn of_kind(&self, kind: BifurcationKind) -> impl Iterator<Item = &Bifurcation<Y>> {
        self.bifurcations.iter().filter(move |found| found.kind == kind)
    }

    /// The branch cut at its bifurcations, for a diagram: each part has one stability and begins and ends at a
    /// bifurcation or an end of the branch.
    #[must_use]
    pub fn parts(&self) -> Vec<Part<'_, Y>> {
        let mut parts = Vec::new();
        let mut part = Part { unstable: 0, stable: false, points: Vec::new() };
        let mut marginal = true;
        let mut cuts = self.bifurcations.iter().peekable();
        for (index, point) in self.points.iter().enumerate() {
            // A point on the boundary of stability does not speak for its part.
            if marginal {
                (part.unstable, part.stable, marginal) =
                    (point.unstable, point.is_stable() == Some(true), point.marginal);
            }
            part.points.push((point.p, &point.x));
            while let Some(cut) = cuts.next_if(|cut| cut.after == index) {
                part.points.push((cut.p, &cut.x));
                let next = Part { points: vec![(cut.p, &cut.x)], ..part };
                parts.push(std::mem::replace(&mut part, next));
                marginal = true;
            }
        }
        parts.push(part);
        parts
    }
}
