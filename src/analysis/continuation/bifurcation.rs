//! Bifurcations on a branch.

use nalgebra::Complex;

/// The kind of a bifurcation of codimension one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BifurcationKind {
    /// The parameter turns: two fixed points meet and vanish (saddle-node, limit point). An eigenvalue is 1 for a map
    /// and 0 for a flow.
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
///
/// A Hopf point has the first guess of the periodic orbits that begin there:
///
/// ```
/// use nalgebra::{Vector2, vector};
/// use rheos::analysis::{BifurcationKind, Continuation, Flow, periodic_orbit};
/// use rheos::solver::explicit::Dop853;
/// use rheos::{Pid, ode};
///
/// let brusselator = |b: f64| {
///     ode(move |_t, x: &Vector2<f64>, dx: &mut Vector2<f64>| {
///         let reaction = x[0] * x[0] * x[1];
///         *dx = vector![1.0 - (b + 1.0) * x[0] + reaction, b * x[0] - reaction];
///     })
/// };
/// let branch = Continuation::new(|b| Flow::new(brusselator(b)), 0.5..4.0).run(&vector![1.0, 0.5], 0.5)?;
/// let hopf = branch.of_kind(BifurcationKind::Hopf).next().expect("at B = 2");
///
/// let guess = hopf.x + 0.3 * hopf.mode;
/// let period = hopf.period().expect("of a Hopf point");
/// let orbit = periodic_orbit(&brusselator(2.05), guess, period, Dop853, Pid::tolerance(1e-10))?;
/// assert!(orbit.is_stable() == Some(true) && (orbit.period / period - 1.0).abs() < 0.05);
/// # Ok::<(), rheos::Error>(())
/// ```
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
    /// The real part of the right eigenvector of the critical eigenvalue, of Euclidean norm 1 together with
    /// `mode_imaginary`.
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
    /// The angular frequency of the oscillation that begins: `Im λ` in radians per unit of time at a Hopf point, `arg
    /// λ` in radians per iteration at a Neimark–Sacker point, π at a flip.
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

/// A change of stability along a branch for which no bifurcation was located: for example a degenerate one, or one in a
/// part of the branch on which Newton's method fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Unexplained {
    /// The index of the last point of the branch before it.
    pub after: usize,
    /// The parameter near it.
    pub p: f64,
    /// The reason.
    pub reason: &'static str,
}
