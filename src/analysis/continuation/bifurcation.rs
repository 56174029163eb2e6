//! Bifurcations on a branch.

use nalgebra::Complex;

/// The kind of a bifurcation of codimension one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BifurcationKind {
    /// The parameter turns: two fixed points meet and vanish (saddle-node, limit point). An eigenvalue is 1 for a map and 0
    /// for a flow.
    Fold,
    /// Two branches cross: transcritical or pitchfork. An eigenvalue is 1 for a map and 0 for a flow.
    /// [`Continuation::switch`](super::Continuation::switch) continues the other branch.
    BranchPoint,
    /// An eigenvalue of a map is −1: a cycle of twice the period begins (period doubling).
    Flip,
    /// A complex pair of eigenvalues of a map is on the unit circle: an invariant circle begins.
    NeimarkSacker,
    /// A complex pair of eigenvalues of a flow is on the imaginary axis: a periodic orbit begins.
    Hopf,
}

/// A bifurcation, located on a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Bifurcation<Y> {
    /// Its kind.
    pub kind: BifurcationKind,
    /// The parameter.
    pub p: f64,
    /// The fixed point.
    pub x: Y,
    /// The eigenvalues of the Jacobian there.
    pub eigenvalues: Vec<Complex<f64>>,
    /// The eigenvalue on the boundary of stability; of a pair the one with the positive imaginary part.
    pub critical: Complex<f64>,
    /// The real part of the right eigenvector of the critical eigenvalue, of Euclidean norm 1 together with `mode_imaginary`.
    pub mode: Y,
    /// The imaginary part of the eigenvector; zero if the eigenvalue is real.
    pub mode_imaginary: Y,
    /// The tangent of the branch: the part `dx`.
    pub tangent: Y,
    /// The tangent of the branch: the part `dp`. Zero up to rounding at a fold.
    pub tangent_p: f64,
    /// The arclength along the branch, as of [`ContinuedPoint::arclength`](super::ContinuedPoint::arclength).
    pub arclength: f64,
    /// The index of the last point of the branch before it.
    pub after: usize,
    /// Whether the parameter turns here: always at a fold, and at a branch point on the curved branch of a pitchfork.
    pub turns: bool,
}

impl<Y> Bifurcation<Y> {
    /// The angular frequency of the oscillation that begins: `Im λ` in radians per unit of time at a Hopf point, `arg λ` in
    /// radians per iteration at a Neimark–Sacker point, π at a flip.
    #[must_use]
    pub fn frequency(&self) -> Option<f64> {
        match self.kind {
            BifurcationKind::Hopf => Some(self.critical.im),
            BifurcationKind::NeimarkSacker => Some(self.critical.arg()),
            BifurcationKind::Flip => Some(std::f64::consts::PI),
            BifurcationKind::Fold | BifurcationKind::BranchPoint => None,
        }
    }

    /// The period of the oscillation that begins, `2π / frequency`, in units of time or in iterations.
    #[must_use]
    pub fn period(&self) -> Option<f64> {
        self.frequency().map(|frequency| std::f64::consts::TAU / frequency)
    }
}

/// A change of stability along a branch for which no bifurcation was located: for example a degenerate one, or one in a part of
/// the branch on which Newton's method fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Unexplained {
    /// The index of the last point of the branch before it.
    pub after: usize,
    /// The parameter near it.
    pub p: f64,
    /// The reason.
    pub reason: &'static str,
}
