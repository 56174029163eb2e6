//! The linear solvers of implicit methods.

use nalgebra::Complex;

use super::refine::Refinement;
use crate::dynamics::{Differentiable, Dynamics, Jacobian, MassMatrix, Neighbourhood, difference_in_time};
use crate::error::{Error, Result};
use crate::solver::kept_states::are_counts;
use crate::state::{MatrixSpace, SparseMatrix};

/// The reason why a linear system is not solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinearFailure {
    /// The matrix is singular.
    Singular,
    /// The iteration did not converge.
    NotConverged,
}

impl LinearFailure {
    /// The error of the step of length `h` from `t`.
    pub(in crate::solver) const fn at(self, t: f64, h: f64) -> Error {
        match self {
            Self::Singular => Error::SingularMatrix { t, h },
            Self::NotConverged => Error::LinearSolverFailed { t, h },
        }
    }
}

/// A solver of `(M − a J) x = b`, where `J = ∂f/∂y` at some point, and `M` is the mass matrix of the field or the identity.
pub trait LinearSolver<F: Dynamics>: Clone {
    /// The Jacobian and its factorisation, or their matrix-free equivalents.
    type Workspace;

    /// Whether it takes the mass matrix of a field into account, and has the [`entries`](Self::entries) of `J`.
    const TAKES_MASS: bool = false;

    /// A workspace for states of the shape of `y0`.
    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace;

    /// Takes `J` from the point `(t, y)`. [`solve`](Self::solve) uses the previous matrix until
    /// [`prepare`](Self::prepare).
    ///
    /// # Errors
    /// The reason why `J` does not belong to this solver, such as [`Error::NotInPattern`]; the solve ends.
    fn linearise(
        &self,
        ws: &mut Self::Workspace,
        f: &F,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
    ) -> Result<()>;

    /// Prepares to solve with `M − a J`.
    ///
    /// # Errors
    /// [`LinearFailure::Singular`] if this matrix is singular.
    fn prepare(&self, ws: &mut Self::Workspace, f: &F, a: f64) -> Result<(), LinearFailure>;

    /// `x ← (M − a J)⁻¹ x`.
    ///
    /// # Errors
    /// A [`LinearFailure`] if no solution was found; `x` is then of no use.
    fn solve(&self, ws: &mut Self::Workspace, f: &F, x: &mut F::State) -> Result<(), LinearFailure>;

    /// [`solve`](Self::solve) for an outer iteration that tolerates an error of `size` 1. An iterative solver may stop
    /// at a small part of it; a direct solver solves exactly.
    ///
    /// # Errors
    /// The errors of [`solve`](Self::solve).
    fn solve_within(
        &self,
        ws: &mut Self::Workspace,
        f: &F,
        x: &mut F::State,
        size: impl Fn(&F::State) -> f64,
    ) -> Result<(), LinearFailure> {
        let _ = size;
        self.solve(ws, f, x)
    }

    /// Prepares for a pause of the solve at the state `y`, as [`Solver::settle`](crate::solver::Solver::settle) does.
    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        let _ = (ws, y);
    }

    /// Checks a deserialized workspace and computes the parts that are not serialized, as
    /// [`Solver::restore`](crate::solver::Solver::restore) does.
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

    /// The number of field evaluations since the workspace was made, without those for differences in a [`Jacobian`].
    fn evaluations(&self, ws: &Self::Workspace) -> u64;

    /// The numbers of Jacobians and factorisations since the workspace was made.
    fn matrices(&self, ws: &Self::Workspace) -> Matrices;

    /// Writes `∂f/∂t` at `(t, y)` into `out`, which Rosenbrock methods need besides `J`. It is a difference unless the
    /// field provides it.
    fn time_derivative(&self, f: &F, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>, out: &mut F::State) {
        difference_in_time(f, t, y, near, out);
    }

    /// The entries `(row, column, value)` of `J`. `None` if it is not available as a matrix.
    fn entries(&self, ws: &Self::Workspace) -> Option<Vec<(usize, usize, f64)>> {
        let _ = ws;
        None
    }

    /// `out ← J x` at the point of [`linearise`](Self::linearise). False if `J` is not available.
    fn product(&self, ws: &Self::Workspace, x: &F::State, out: &mut F::State) -> bool {
        let _ = (ws, x, out);
        false
    }
}

/// A solver of the transposed systems of a backward pass.
pub trait TransposedSolver<F: Differentiable>: LinearSolver<F> {
    /// The storage of the transposed systems.
    type Transposed;

    /// A workspace for states of the shape of `y0`.
    fn transposed(&self, f: &F, y0: &F::State) -> Self::Transposed;

    /// Prepares to solve with `Mᵀ − a Jᵀ`, with `J` at the point `(t, y)`.
    ///
    /// # Errors
    /// [`LinearFailure::Singular`] if this matrix is singular.
    fn prepare_transposed(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        point: (f64, &F::State),
        a: f64,
    ) -> Result<(), LinearFailure>;

    /// `x ← (Mᵀ − a Jᵀ)⁻¹ x`, to rounding, for the `point` and the `a` of the last
    /// [`prepare_transposed`](Self::prepare_transposed).
    ///
    /// # Errors
    /// A [`LinearFailure`] if no solution was found; `x` is then of no use.
    fn solve_prepared(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        point: (f64, &F::State),
        a: f64,
        x: &mut F::State,
    ) -> Result<(), LinearFailure>;

    /// Prepares and solves, for a matrix that is used once.
    ///
    /// # Errors
    /// A [`LinearFailure`] if no solution was found; `x` is then of no use.
    fn solve_transposed(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        point: (f64, &F::State),
        a: f64,
        x: &mut F::State,
    ) -> Result<(), LinearFailure> {
        self.prepare_transposed(ws, f, point, a)?;
        self.solve_prepared(ws, f, point, a, x)
    }
}

/// A solver that also solves the complex systems of fully implicit methods.
///
/// They are `(M − a J) (x + i y) = b + i c` for a complex `a`.
pub trait ComplexSolver<F: Dynamics>: LinearSolver<F> {
    /// The factorisation for one `a`, or its matrix-free equivalent. A step needs several.
    type Complex;

    /// Prepares to solve with `M − a J`, for the `J` of [`linearise`](LinearSolver::linearise).
    ///
    /// # Errors
    /// [`LinearFailure::Singular`] if this matrix is singular.
    fn prepare_complex(&self, ws: &mut Self::Workspace, f: &F, a: Complex<f64>)
    -> Result<Self::Complex, LinearFailure>;

    /// [`prepare_complex`](Self::prepare_complex) after deserialization, which does not count the factorisation again. A
    /// field with a mass matrix does not call it.
    fn restore_complex(&self, ws: &Self::Workspace, a: Complex<f64>) -> Option<Self::Complex>;

    /// `re + i im ← (M − a J)⁻¹ (re + i im)`.
    ///
    /// # Errors
    /// A [`LinearFailure`] if no solution was found.
    fn solve_complex(
        &self,
        ws: &mut Self::Workspace,
        prepared: &Self::Complex,
        f: &F,
        re: &mut F::State,
        im: &mut F::State,
    ) -> Result<(), LinearFailure>;

    /// [`solve_complex`](Self::solve_complex) for an outer iteration that tolerates an error of `size` 1, as
    /// [`solve_within`](LinearSolver::solve_within) does.
    ///
    /// # Errors
    /// The errors of [`solve_complex`](Self::solve_complex).
    fn solve_complex_within(
        &self,
        ws: &mut Self::Workspace,
        prepared: &Self::Complex,
        f: &F,
        (re, im): (&mut F::State, &mut F::State),
        size: impl Fn(&F::State, &F::State) -> f64,
    ) -> Result<(), LinearFailure> {
        let _ = size;
        self.solve_complex(ws, prepared, f, re, im)
    }
}

/// The entries of the mass matrix of `f`.
pub(super) fn matrix_of<F: Dynamics>(f: &F) -> Option<&SparseMatrix> {
    f.mass().map(MassMatrix::matrix)
}

/// The entries of the transpose of the mass matrix of `f`.
pub(super) fn transposed_mass<F: Dynamics>(f: &F) -> Option<SparseMatrix> {
    matrix_of(f).map(SparseMatrix::transposed)
}

/// The cost of the linear algebra of a solve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Matrices {
    /// Jacobians, or matrix-free linearisations.
    pub jacobians: u64,
    /// Factorisations.
    pub factorisations: u64,
}

/// LU factorisation of the matrix `M − a J`, for small systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lu;

/// The workspace of [`Lu`].
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(bound = "", into = "WrittenLu", from = "WrittenLu")
)]
pub struct LuWorkspace<Y: MatrixSpace> {
    /// `None` until it is made from the deserialized entries.
    jacobian: Option<Y::Matrix>,
    /// The deserialized entries.
    read: Vec<f64>,
    /// The factor `a` of the factorised matrix.
    prepared: Option<f64>,
    lu: Option<Y::Lu>,
    matrices: Matrices,
}

/// A [`LuWorkspace`] in serialized form: a factorisation made again is the same to the bit.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
struct WrittenLu {
    /// The entries of the Jacobian, column by column.
    jacobian: Vec<f64>,
    prepared: Option<f64>,
    matrices: Matrices,
}

#[cfg(feature = "serde")]
impl<Y: MatrixSpace> From<LuWorkspace<Y>> for WrittenLu {
    fn from(LuWorkspace { jacobian, read, prepared, matrices, .. }: LuWorkspace<Y>) -> Self {
        Self { jacobian: jacobian.as_ref().map_or(read, Y::entries), prepared, matrices }
    }
}

#[cfg(feature = "serde")]
impl<Y: MatrixSpace> From<WrittenLu> for LuWorkspace<Y> {
    fn from(WrittenLu { jacobian: read, prepared, matrices }: WrittenLu) -> Self {
        Self { jacobian: None, read, prepared, lu: None, matrices }
    }
}

impl Matrices {
    /// Whether these deserialized numbers are possible counts.
    pub(super) fn are_counts(&self) -> bool {
        are_counts(&[self.jacobians, self.factorisations])
    }
}

impl<F: Jacobian> LinearSolver<F> for Lu {
    type Workspace = LuWorkspace<F::State>;

    const TAKES_MASS: bool = true;

    fn workspace(&self, _: &F, y0: &F::State) -> Self::Workspace {
        LuWorkspace {
            jacobian: Some(y0.zero_matrix()),
            read: Vec::new(),
            prepared: None,
            lu: None,
            matrices: Matrices::default(),
        }
    }

    fn linearise(
        &self,
        ws: &mut Self::Workspace,
        f: &F,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
    ) -> Result<()> {
        ws.jacobian = Some(f.jacobian(t, y, near));
        ws.prepared = None;
        ws.matrices.jacobians += 1;
        Ok(())
    }

    fn prepare(&self, ws: &mut Self::Workspace, f: &F, a: f64) -> Result<(), LinearFailure> {
        ws.lu = ws.jacobian.as_ref().and_then(|jacobian| F::State::factor_pencil(matrix_of(f), jacobian, a));
        ws.matrices.factorisations += 1;
        ws.prepared = ws.lu.is_some().then_some(a);
        ws.lu.as_ref().map(|_| ()).ok_or(LinearFailure::Singular)
    }

    fn solve(&self, ws: &mut Self::Workspace, _: &F, x: &mut F::State) -> Result<(), LinearFailure> {
        let lu = ws.lu.as_ref().ok_or(LinearFailure::Singular)?;
        F::State::solve(lu, x);
        Ok(())
    }

    /// Clears a Jacobian that is not finite, which no step can use.
    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        let is_finite = |matrix| F::State::entries(matrix).iter().all(|x| x.is_finite());
        if !ws.jacobian.as_ref().is_none_or(is_finite) {
            (ws.jacobian, ws.prepared, ws.lu) = (Some(y.zero_matrix()), None, None);
        }
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        if ws.jacobian.is_none() {
            ws.jacobian = y.matrix_of(&ws.read);
            ws.read = Vec::new();
            if F::HAS_MASS {
                ws.prepared = None;
            }
            ws.lu = ws.jacobian.as_ref().zip(ws.prepared).and_then(|(jacobian, a)| F::State::factor(jacobian, a));
        }
        ws.jacobian.is_some() && ws.prepared.is_some() == ws.lu.is_some() && ws.matrices.are_counts()
    }

    fn evaluations(&self, _: &Self::Workspace) -> u64 {
        0
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        ws.matrices
    }

    fn time_derivative(&self, f: &F, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>, out: &mut F::State) {
        f.time_derivative(t, y, near, out);
    }

    fn entries(&self, ws: &Self::Workspace) -> Option<Vec<(usize, usize, f64)>> {
        let entries = F::State::entries(ws.jacobian.as_ref()?);
        let n = entries.len().isqrt();
        Some(entries.into_iter().enumerate().map(|(k, x)| (k % n, k / n, x)).collect())
    }

    fn product(&self, ws: &Self::Workspace, x: &F::State, out: &mut F::State) -> bool {
        let Some(jacobian) = &ws.jacobian else { return false };
        F::State::multiply(jacobian, x, out);
        true
    }
}

/// The workspace of the transposed systems of [`Lu`].
#[derive(Debug, Clone)]
pub struct LuTransposed<Y: MatrixSpace, P> {
    lu: Option<Y::Lu>,
    refinement: Refinement<Y, P>,
}

/// The factorisation uses the Jacobian, which may be made of differences; the pullback refines its solutions.
impl<F: Differentiable + Jacobian> TransposedSolver<F> for Lu {
    type Transposed = LuTransposed<F::State, F::Params>;

    fn transposed(&self, f: &F, y0: &F::State) -> Self::Transposed {
        LuTransposed { lu: None, refinement: Refinement::new(f, y0) }
    }

    fn prepare_transposed(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        (t, y): (f64, &F::State),
        a: f64,
    ) -> Result<(), LinearFailure> {
        let jacobian = F::State::transposed(&f.jacobian(t, y, Neighbourhood::of_step(a)));
        ws.lu = F::State::factor_pencil(transposed_mass(f).as_ref(), &jacobian, a);
        ws.lu.as_ref().map(|_| ()).ok_or(LinearFailure::Singular)
    }

    fn solve_prepared(
        &self,
        ws: &mut Self::Transposed,
        f: &F,
        point: (f64, &F::State),
        a: f64,
        x: &mut F::State,
    ) -> Result<(), LinearFailure> {
        let lu = ws.lu.as_ref().ok_or(LinearFailure::Singular)?;
        ws.refinement.solve(f, point, a, x, |x| F::State::solve(lu, x))
    }
}

impl<F: Jacobian> ComplexSolver<F> for Lu {
    type Complex = <F::State as MatrixSpace>::ComplexLu;

    fn prepare_complex(
        &self,
        ws: &mut Self::Workspace,
        f: &F,
        a: Complex<f64>,
    ) -> Result<Self::Complex, LinearFailure> {
        ws.matrices.factorisations += 1;
        let lu = ws.jacobian.as_ref().and_then(|jacobian| F::State::factor_complex_pencil(matrix_of(f), jacobian, a));
        lu.ok_or(LinearFailure::Singular)
    }

    fn restore_complex(&self, ws: &Self::Workspace, a: Complex<f64>) -> Option<Self::Complex> {
        F::State::factor_complex(ws.jacobian.as_ref()?, a)
    }

    fn solve_complex(
        &self,
        _: &mut Self::Workspace,
        lu: &Self::Complex,
        _: &F,
        re: &mut F::State,
        im: &mut F::State,
    ) -> Result<(), LinearFailure> {
        F::State::solve_complex(lu, re, im);
        Ok(())
    }
}
