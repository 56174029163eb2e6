//! Preconditioners of the matrix-free systems.

use nalgebra::Complex;

use crate::dynamics::{Dynamics, Neighbourhood};
use crate::error::Result;
use crate::solver::implicit::LinearFailure;

/// An approximation `P ≈ I − a J` whose systems are cheap to solve, for [`Krylov`](super::Krylov).
///
/// GMRES solves `(I − a J) P⁻¹ u = b`, and the solution is `x = P⁻¹ u`. This is preconditioning from the right: the
/// residual is the one of the system itself, so the stopping rule does not depend on `P` (Saad, *Iterative Methods for
/// Sparse Linear Systems*, 2nd ed., 2003, section 9.3.2). A poor `P` costs iterations, not accuracy.
///
/// A solver calls [`linearise`](Self::linearise) at a point, [`factor`](Self::factor) for every `a`, and
/// [`apply`](Self::apply) once an iteration. It keeps the workspace and the factors over several steps.
///
/// For the heat equation on a line, `I − a J` is tridiagonal, and its elimination is the best preconditioner:
///
/// ```
/// use nalgebra::DVector;
/// use rheos::dynamics::{Dynamics, Neighbourhood};
/// use rheos::solver::implicit::{Krylov, Kvaerno3, LinearFailure, Preconditioner};
/// use rheos::{Error, Pid, ode, solve};
///
/// /// `1 + 2 a c` on the diagonal and `−a c` beside it, for diffusion with the coefficient `c`.
/// #[derive(Clone)]
/// struct Diffusion { c: f64 }
///
/// /// The quotients of the elimination without pivoting (the Thomas algorithm).
/// struct Eliminated { beside: f64, pivots: Vec<f64> }
///
/// impl<F: Dynamics<State = DVector<f64>>> Preconditioner<F> for Diffusion {
///     type Workspace = usize;
///     type Factors = Eliminated;
///
///     fn workspace(&self, _: &F, y0: &DVector<f64>) -> usize { y0.len() }
///
///     fn linearise(
///         &self, _: &mut usize, _: &F, _t: f64, _y: &DVector<f64>, _: Neighbourhood<'_, DVector<f64>>,
///     ) -> Result<u64, Error> {
///         Ok(0) // the matrix is the same everywhere, and costs no evaluation
///     }
///
///     fn factor(&self, n: &usize, a: f64) -> Result<Eliminated, LinearFailure> {
///         let beside = -a * self.c;
///         let mut pivots = vec![1.0 - 2.0 * beside];
///         for i in 1..*n {
///             pivots.push(1.0 - 2.0 * beside - beside * beside / pivots[i - 1]);
///         }
///         Ok(Eliminated { beside, pivots })
///     }
///
///     fn apply(&self, Eliminated { beside, pivots }: &Eliminated, x: &mut DVector<f64>) {
///         for i in 1..x.len() {
///             x[i] -= beside / pivots[i - 1] * x[i - 1];
///         }
///         for i in (0..x.len()).rev() {
///             let next = if i + 1 < x.len() { x[i + 1] } else { 0.0 };
///             x[i] = (x[i] - beside * next) / pivots[i];
///         }
///     }
/// }
///
/// let n = 200;
/// let c = (n as f64 + 1.0).powi(2);
/// let heat = ode(|_, u: &DVector<f64>, du: &mut DVector<f64>| {
///     for i in 0..n {
///         let left = if i > 0 { u[i - 1] } else { 0.0 };
///         let right = if i + 1 < n { u[i + 1] } else { 0.0 };
///         du[i] = c * (left - 2.0 * u[i] + right);
///     }
/// });
/// let u0 = || DVector::from_fn(n, |i, _| (std::f64::consts::PI * (i as f64 + 1.0) / (n as f64 + 1.0)).sin());
/// let krylov = Krylov::new().preconditioned(Diffusion { c });
/// let solution = solve(&heat, u0(), 0.0..0.1, Kvaerno3.with(krylov), Pid::tolerance(1e-4))?;
/// assert!((solution.last().amax() - (-0.1 * std::f64::consts::PI.powi(2)).exp()).abs() < 1e-3);
/// let without = solve(&heat, u0(), 0.0..0.1, Kvaerno3.with(Krylov::new()), Pid::tolerance(1e-4))?;
/// assert!(2 * solution.stats.evaluations < without.stats.evaluations);
/// # Ok::<(), rheos::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a preconditioner for the field `{F}`",
    note = "use `BlockDiagonal`, or implement `rheos::solver::implicit::Preconditioner` for a type of your own"
)]
pub trait Preconditioner<F: Dynamics>: Clone {
    /// Whether `P = I`. Nothing is applied then, and no factorisation is counted.
    const IS_IDENTITY: bool = false;

    /// An approximation of `J` at a point.
    type Workspace;

    /// The factors of `P` for one `a`.
    type Factors;

    /// A workspace for states of the shape of `y0`.
    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace;

    /// Takes an approximation of `J` from the point `(t, y)`. Returns the number of field evaluations.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::error::Error::InvalidArgument) if a setting does not suit the state.
    fn linearise(
        &self,
        ws: &mut Self::Workspace,
        f: &F,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
    ) -> Result<u64>;

    /// The factors of `P` for this `a`, in units of time.
    ///
    /// # Errors
    /// [`LinearFailure::Singular`] if `P` is singular. The step is then tried with another length.
    fn factor(&self, ws: &Self::Workspace, a: f64) -> Result<Self::Factors, LinearFailure>;

    /// `x ← P⁻¹ x`.
    fn apply(&self, factors: &Self::Factors, x: &mut F::State);

    /// The factors of `P` for a complex `a`, as collocation methods need them. By default they are the real ones for
    /// `|a|`, which [`apply_complex`](Self::apply_complex) uses on both parts. For an eigenvalue `λ ≤ 0` of `J` the
    /// quotient `(1 − a λ) / (1 − |a| λ)` lies on the segment between 1 and `a / |a|`.
    ///
    /// # Errors
    /// The errors of [`factor`](Self::factor).
    fn factor_complex(&self, ws: &Self::Workspace, a: Complex<f64>) -> Result<Self::Factors, LinearFailure> {
        self.factor(ws, a.norm())
    }

    /// `re + i im ← P⁻¹ (re + i im)`, with factors of [`factor_complex`](Self::factor_complex).
    fn apply_complex(&self, factors: &Self::Factors, re: &mut F::State, im: &mut F::State) {
        self.apply(factors, re);
        self.apply(factors, im);
    }

    /// The factors of `Pᵀ`, for gradients: [`apply`](Self::apply) with them is `x ← P⁻ᵀ x`. `None`, the default, solves
    /// the transposed systems without preconditioner. For a symmetric `P` it is `self.factor(ws, a).ok()`.
    fn factor_transposed(&self, ws: &Self::Workspace, a: f64) -> Option<Self::Factors> {
        let _ = (ws, a);
        None
    }

    /// The factors of `Pᵀ` for a complex `a`, for gradients of collocation methods. The default is
    /// [`factor_transposed`](Self::factor_transposed) for `|a|`.
    fn factor_transposed_complex(&self, ws: &Self::Workspace, a: Complex<f64>) -> Option<Self::Factors> {
        self.factor_transposed(ws, a.norm())
    }

    /// Prepares for a pause of the solve at the state `y`, as [`Solver::settle`](crate::solver::Solver::settle) does.
    /// The factors are made again from the workspace.
    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        let _ = (ws, y);
    }

    /// Checks a deserialized workspace, as [`Solver::restore`](crate::solver::Solver::restore) does.
    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        let _ = (ws, y);
        true
    }

    /// Checks that the settings are in their domains.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`](crate::error::Error::InvalidArgument) if one is not.
    fn validate(&self) -> Result<()> {
        Ok(())
    }
}

/// No preconditioner: `P = I`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NoPreconditioner;

impl<F: Dynamics> Preconditioner<F> for NoPreconditioner {
    const IS_IDENTITY: bool = true;

    type Workspace = ();
    type Factors = ();

    fn workspace(&self, _: &F, _: &F::State) {}

    fn linearise(&self, (): &mut (), _: &F, _: f64, _: &F::State, _: Neighbourhood<'_, F::State>) -> Result<u64> {
        Ok(0)
    }

    fn factor(&self, (): &(), _: f64) -> Result<(), LinearFailure> {
        Ok(())
    }

    fn apply(&self, (): &(), _: &mut F::State) {}
}
