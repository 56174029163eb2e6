//! Matrix-free linear systems.

use super::gmres::{Gmres, Goal};
use super::workspace::{Multiplier, WorkspaceOf};
use super::{Differences, Exact, KrylovWorkspace, NoPreconditioner, Point, Preconditioner, Products};
use crate::dynamics::{Dynamics, Neighbourhood};
use crate::error::{Error, Result};
use crate::solver::implicit::{LinearFailure, LinearSolver, Matrices};
use crate::solver::kept_states::{KeptStates, are_counts};
use crate::state::State;

/// Restarted GMRES with products of the Jacobian and vectors, for any field on any [`State`], tensors included.
///
/// With Newton's method it makes a Newton–Krylov method. Products are differences of the field, which cost one
/// evaluation each, unless [`exact`](Self::exact) is set. Without a [preconditioner](Self::preconditioned) the number of
/// products grows with the stiffness in a step: for diffusion like `h^(1/2)` over the mesh width.
///
/// The complex systems of [`Collocation`](crate::solver::implicit::Collocation) methods are solved for pairs of states, with
/// two products an iteration.
///
/// The Krylov space is orthogonal in the inner product of the state, in which every coordinate counts. The residual is
/// measured as errors are, in units of the tolerance of the solve, coordinate by coordinate, so small components are
/// solved as well as large ones. It must also shrink as much in the norm of the inner product, for coordinates that the
/// tolerance ignores.
///
/// A system is solved until its residual is a twentieth ([`tolerance`](Self::tolerance)) of the error that Newton's
/// method may leave, as in the code CVODE (Hindmarsh et al., ACM TOMS 31 (2005), doi:10.1145/1089014.1089020). If
/// `|(I − a J)⁻¹| ≤ 1`, this bounds the error. So the increments are exact for the stopping rule of Newton's method.
/// Below `√u` relative to the right-hand side, with the rounding unit `u`, differences are noise, and the next
/// iteration of Newton's method takes over.
///
/// ```
/// use nalgebra::DVector;
/// use rheos::solver::implicit::{Krylov, Kvaerno3};
/// use rheos::{Pid, ode, solve};
///
/// // u_t = u_xx on (0, 1) with u = 0 at both ends
/// let n = 50;
/// let scale = (n as f64 + 1.0).powi(2);
/// let heat = ode(|_, u: &DVector<f64>, du: &mut DVector<f64>| {
///     for i in 0..n {
///         let left = if i > 0 { u[i - 1] } else { 0.0 };
///         let right = if i + 1 < n { u[i + 1] } else { 0.0 };
///         du[i] = scale * (left - 2.0 * u[i] + right);
///     }
/// });
/// let u0 = DVector::from_fn(n, |i, _| (std::f64::consts::PI * (i as f64 + 1.0) / (n as f64 + 1.0)).sin());
/// let solution = solve(&heat, u0, 0.0..0.1, Kvaerno3.with(Krylov::new()), Pid::tolerance(1e-4))?;
/// assert!((solution.last().amax() - (-0.1 * std::f64::consts::PI.powi(2)).exp()).abs() < 1e-3);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// Its inner products ignore the derivatives in dual numbers, so [`sensitivities`](crate::adjoint::sensitivities)
/// refuse it:
///
/// ```compile_fail,E0080
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::{Fixed, sensitivities};
/// use rheos::solver::implicit::{Krylov, Kvaerno3};
///
/// let (model, y0) = VanDerPol::problem(5.0);
/// let found = sensitivities(&model, Kvaerno3.with(Krylov::new()), Fixed::steps(100), &[0.0, 1.0], &y0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct Krylov<P = Differences, M = NoPreconditioner> {
    pub(super) products: P,
    pub(super) preconditioner: M,
    pub(super) dimension: usize,
    pub(super) restarts: usize,
    pub(super) tolerance: f64,
}

impl Krylov {
    /// A Krylov space of 30 dimensions, restarted up to 20 times.
    pub const fn new() -> Self {
        Self { products: Differences, preconditioner: NoPreconditioner, dimension: 30, restarts: 20, tolerance: 0.05 }
    }
}

impl Default for Krylov {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Copy, M> Krylov<P, M> {
    /// Sets the dimension at which the Krylov space is restarted, at least 1.
    ///
    /// It never exceeds the dimension of the state. One more state than this dimension is stored.
    pub const fn dimension(mut self, dimension: usize) -> Self {
        self.dimension = dimension;
        self
    }

    /// Sets the maximum number of restarts.
    ///
    /// A system, and with it the step, is given up after the last one, or after one without progress.
    pub const fn restarts(mut self, restarts: usize) -> Self {
        self.restarts = restarts;
        self
    }

    /// Sets the residual, as a part of the error that Newton's method tolerates, in `(0, 1]`.
    pub const fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Uses exact products instead of differences, for a field with [`Jvp`](crate::dynamics::Jvp).
    pub fn exact(self) -> Krylov<Exact, M> {
        let Self { preconditioner, dimension, restarts, tolerance, .. } = self;
        Krylov { products: Exact, preconditioner, dimension, restarts, tolerance }
    }

    /// Sets the [`Preconditioner`]: [`BlockDiagonal`](super::BlockDiagonal), or one of your own.
    pub fn preconditioned<N>(self, preconditioner: N) -> Krylov<P, N> {
        let Self { products, dimension, restarts, tolerance, .. } = self;
        Krylov { products, preconditioner, dimension, restarts, tolerance }
    }

    /// The maximum number of iterations for a system.
    pub(super) const fn budget(&self) -> usize {
        self.dimension.saturating_mul(self.restarts.saturating_add(1))
    }

    /// The factors for the `a` of a workspace; `None` before the first `a`, or if they are singular.
    fn factors_again<F: Dynamics>(&self, ws: &WorkspaceOf<F, M>) -> Option<M::Factors>
    where
        M: Preconditioner<F>,
    {
        (ws.a != 0.0).then(|| self.preconditioner.factor(&ws.linearised, ws.a).ok()).flatten()
    }

    fn solve_to<F: Dynamics>(
        &self,
        ws: &mut WorkspaceOf<F, M>,
        f: &F,
        x: &mut F::State,
        size: &dyn Fn(&F::State) -> f64,
    ) -> Result<(), LinearFailure>
    where
        P: Products<F>,
        M: Preconditioner<F>,
    {
        let KrylovWorkspace { point, a, factors, gmres, shifted, direction, evaluations, .. } = ws;
        let gmres = gmres.as_mut().ok_or(LinearFailure::NotConverged)?;
        let goal = Goal { size, floor: self.products.noise(&point.y), budget: self.budget() };
        let mut multiplier = Multiplier { f, products: self.products, point, shifted, evaluations };
        let factors = factors.as_ref().filter(|_| !M::IS_IDENTITY);
        let solved = gmres.solve(x, &goal, |v, out| {
            let Some(factors) = factors else {
                multiplier.unit(v, out);
                out.scale_by(-*a);
                return out.add_scaled(1.0, v);
            };
            direction.assign(v);
            self.preconditioner.apply(factors, direction);
            let length = direction.inner(direction).sqrt();
            direction.scale_by(1.0 / length);
            multiplier.unit(direction, out);
            out.scale_by(-*a * length);
            out.add_scaled(length, direction);
        });
        if let Some(factors) = factors {
            self.preconditioner.apply(factors, x);
        }
        if solved { Ok(()) } else { Err(LinearFailure::NotConverged) }
    }
}

impl<F: Dynamics, P: Products<F>, M: Preconditioner<F>> LinearSolver<F> for Krylov<P, M> {
    type Workspace = KrylovWorkspace<F::State, M::Workspace, M::Factors>;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        KrylovWorkspace {
            point: Point { t: 0.0, y: y0.zeros_like(), slope: y0.zeros_like(), increment: 1.0 },
            a: 0.0,
            linearised: self.preconditioner.workspace(f, y0),
            factors: None,
            gmres: Some(Gmres::new(y0, self.dimension)),
            complex: None,
            shifted: y0.zeros_like(),
            direction: y0.zeros_like(),
            evaluations: 0,
            linearisations: 0,
            factorisations: 0,
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
        ws.point.t = t;
        ws.point.y.assign(y);
        ws.evaluations += self.products.linearise(f, &mut ws.point, near);
        ws.linearisations += 1;
        ws.evaluations += self.preconditioner.linearise(&mut ws.linearised, f, t, y, near)?;
        Ok(())
    }

    fn prepare(&self, ws: &mut Self::Workspace, _: &F, a: f64) -> Result<(), LinearFailure> {
        ws.a = a;
        ws.factorisations += u64::from(!M::IS_IDENTITY);
        ws.factors = Some(self.preconditioner.factor(&ws.linearised, a)?);
        Ok(())
    }

    /// Solves to the accuracy of the products.
    fn solve(&self, ws: &mut Self::Workspace, f: &F, x: &mut F::State) -> Result<(), LinearFailure> {
        self.solve_to(ws, f, x, &|_| f64::INFINITY)
    }

    fn solve_within(
        &self,
        ws: &mut Self::Workspace,
        f: &F,
        x: &mut F::State,
        size: impl Fn(&F::State) -> f64,
    ) -> Result<(), LinearFailure> {
        self.solve_to(ws, f, x, &|residual| size(residual) / self.tolerance)
    }

    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        ws.scrub();
        self.preconditioner.settle(&mut ws.linearised, y);
        ws.factors = self.factors_again(ws);
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        if ws.gmres.is_none() {
            ws.gmres = Some(Gmres::new(y, self.dimension));
        }
        let known = are_counts(&[ws.evaluations, ws.linearisations, ws.factorisations]);
        if !(known && ws.fit(y) && self.preconditioner.restore(&mut ws.linearised, y)) {
            return false;
        }
        ws.factors = self.factors_again(ws);
        true
    }

    fn validate(&self) -> Result<()> {
        let invalid = |name, value, expected| Err(Error::InvalidArgument { name, value, expected });
        if self.dimension == 0 {
            return invalid("dimension", 0.0, "at least 1");
        }
        if !(self.tolerance > 0.0 && self.tolerance <= 1.0) {
            return invalid("tolerance", self.tolerance, "in (0, 1]");
        }
        self.preconditioner.validate()
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        Matrices { jacobians: ws.linearisations, factorisations: ws.factorisations }
    }
}
