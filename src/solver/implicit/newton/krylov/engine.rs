//! Matrix-free linear systems.

use super::gmres::{Gmres, Goal};
use super::{Differences, Exact, Point, Products};
use crate::solver::implicit::LinearFailure;

use crate::dynamics::{Dynamics, Neighbourhood};
use crate::error::{Error, Result};
use crate::solver::implicit::{LinearSolver, Matrices};
use crate::solver::kept_states::{KeptStates, Use, are_counts, show};
use crate::state::State;

/// Restarted GMRES with products of the Jacobian and vectors, for any field on any [`State`], tensors included.
///
/// With Newton's method it makes a Newton–Krylov method. Products are differences of the field, which cost one
/// evaluation each, unless [`exact`](Self::exact) is set. There is no preconditioner, so the number of products grows
/// with the stiffness in a step: for diffusion like `h^(1/2)` over the mesh width.
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
pub struct Krylov<P = Differences> {
    products: P,
    pub(super) dimension: usize,
    pub(super) restarts: usize,
    tolerance: f64,
}

impl Krylov {
    /// A Krylov space of 30 dimensions, restarted up to 20 times.
    pub const fn new() -> Self {
        Self { products: Differences, dimension: 30, restarts: 20, tolerance: 0.05 }
    }
}

impl Default for Krylov {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Copy> Krylov<P> {
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
    pub const fn exact(self) -> Krylov<Exact> {
        let Self { dimension, restarts, tolerance, .. } = self;
        Krylov { products: Exact, dimension, restarts, tolerance }
    }
}

/// The workspace of [`Krylov`].
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KrylovWorkspace<Y> {
    point: Point<Y>,
    /// The factor `a` of `I − a J`.
    a: f64,
    /// Temporary storage, made anew after deserialization.
    #[cfg_attr(feature = "serde", serde(skip))]
    gmres: Option<Gmres<Y>>,
    shifted: Y,
    evaluations: u64,
    linearisations: u64,
}

impl<Y: State> KeptStates<Y> for KrylovWorkspace<Y> {
    fn each(&mut self, see: &mut dyn FnMut(&mut Y, Use)) {
        show(see, Use::needed_if(self.linearisations > 0), [&mut self.point.y, &mut self.point.slope]);
        see(&mut self.shifted, Use::Free);
    }
}

impl<P: Copy> Krylov<P> {
    fn solve_to<F: Dynamics>(
        &self,
        ws: &mut KrylovWorkspace<F::State>,
        f: &F,
        x: &mut F::State,
        size: &dyn Fn(&F::State) -> f64,
    ) -> Result<(), LinearFailure>
    where
        P: Products<F>,
    {
        let KrylovWorkspace { point, a, gmres, shifted, evaluations, .. } = ws;
        let budget = self.dimension.saturating_mul(self.restarts.saturating_add(1));
        let gmres = gmres.as_mut().ok_or(LinearFailure::NotConverged)?;
        let goal = Goal { size, floor: self.products.noise(&point.y), budget };
        let solved = gmres.solve(x, &goal, |v, out| {
            self.products.product(f, point, v, shifted, out);
            *evaluations += 1;
            out.scale_by(-*a);
            out.add_scaled(1.0, v);
        });
        if solved { Ok(()) } else { Err(LinearFailure::NotConverged) }
    }
}

impl<F: Dynamics, P: Products<F>> LinearSolver<F> for Krylov<P> {
    type Workspace = KrylovWorkspace<F::State>;

    fn workspace(&self, _: &F, y0: &F::State) -> Self::Workspace {
        KrylovWorkspace {
            point: Point { t: 0.0, y: y0.zeros_like(), slope: y0.zeros_like(), increment: 1.0 },
            a: 0.0,
            gmres: Some(Gmres::new(y0, self.dimension)),
            shifted: y0.zeros_like(),
            evaluations: 0,
            linearisations: 0,
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
        Ok(())
    }

    fn prepare(&self, ws: &mut Self::Workspace, _: &F, a: f64) -> Result<(), LinearFailure> {
        ws.a = a;
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

    fn settle(&self, ws: &mut Self::Workspace, _: &F::State) {
        ws.scrub();
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        if ws.gmres.is_none() {
            ws.gmres = Some(Gmres::new(y, self.dimension));
        }
        ws.fit(y) && are_counts(&[ws.evaluations, ws.linearisations])
    }

    fn validate(&self) -> Result<()> {
        let invalid = |name, value, expected| Err(Error::InvalidArgument { name, value, expected });
        if self.dimension == 0 {
            return invalid("dimension", 0.0, "at least 1");
        }
        if !(self.tolerance > 0.0 && self.tolerance <= 1.0) {
            return invalid("tolerance", self.tolerance, "in (0, 1]");
        }
        Ok(())
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        Matrices { jacobians: ws.linearisations, factorisations: 0 }
    }
}
