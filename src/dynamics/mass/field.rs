//! Fields with a mass matrix.

use super::MassMatrix;
use crate::dynamics::{Differentiable, Dynamics, Jacobian, Jvp, Neighbourhood, Parametric, SecondOrderVjp};
use crate::error::Error;
use crate::state::{ElementOf, MatrixOf, MatrixSpace, SparseMatrix};

/// The field of `M y' = f(t, y)` with a constant matrix `M`. If `M` is singular, this is a differential-algebraic system,
/// which must be of index 1.
///
/// The implicit methods solve it: Radau IIA, Rosenbrock, BDF and the stiffly accurate diagonally implicit methods, with a
/// linear solver by factorisation. Other methods do not compile with it. A solve checks at its start, and after every
/// jump of the state, that the index is 1 and that the state satisfies the algebraic equations;
/// [`ConsistentState`](crate::solver::implicit::ConsistentState) finds such a state.
///
/// ```
/// use nalgebra::Vector3;
/// use rheos::dynamics::{MassMatrix, WithMass};
/// use rheos::{Pid, RadauIIA5, ode, solve};
///
/// // Robertson's reaction with the conservation of mass as the third equation.
/// let rates = ode(|_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| {
///     dy[0] = -0.04 * y[0] + 1e4 * y[1] * y[2];
///     dy[1] = 0.04 * y[0] - 1e4 * y[1] * y[2] - 3e7 * y[1] * y[1];
///     dy[2] = y[0] + y[1] + y[2] - 1.0;
/// });
/// let system = WithMass::new(rates, MassMatrix::diagonal(&[1.0, 1.0, 0.0])?);
/// let y0 = Vector3::new(1.0, 0.0, 0.0);
/// let solution = solve(&system, y0, 0.0..40.0, RadauIIA5, Pid::tolerance(1e-8).atol(1e-12))?;
/// assert!((solution.last()[0] - 0.715_827_068_7).abs() < 1e-7); // Hairer & Wanner II, section IV.10
/// assert!((solution.last().sum() - 1.0).abs() < 1e-14);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// An explicit method is refused:
///
/// ```compile_fail,E0080
/// use rheos::dynamics::{MassMatrix, WithMass};
/// use rheos::{Dopri5, Pid, ode, solve};
///
/// let heavy = WithMass::new(ode(|_t, y: &f64, dy: &mut f64| *dy = -y), MassMatrix::diagonal(&[2.0]).unwrap());
/// let solution = solve(&heavy, 1.0, 0.0..1.0, Dopri5, Pid::tolerance(1e-6));
/// ```
#[derive(Debug, Clone)]
pub struct WithMass<F: Dynamics> {
    field: F,
    mass: MassMatrix<F::State>,
}

impl<F: Dynamics<State: MatrixSpace>> WithMass<F> {
    /// `M y' = f(t, y)` with the right-hand side `field`.
    pub fn new(field: F, mass: MassMatrix<F::State>) -> Self {
        const { assert!(!F::HAS_MASS, "the field has a mass matrix already") }
        Self { field, mass }
    }

    /// The mass matrix.
    pub const fn mass_matrix(&self) -> &MassMatrix<F::State> {
        &self.mass
    }

    /// The right-hand side.
    pub const fn field(&self) -> &F {
        &self.field
    }
}

impl<F: Dynamics> Dynamics for WithMass<F> {
    type State = F::State;

    const HAS_MASS: bool = true;

    #[inline]
    fn eval(&self, t: f64, y: &F::State, dy: &mut F::State) {
        self.field.eval(t, y, dy);
    }

    fn mass(&self) -> Option<&MassMatrix<F::State>> {
        Some(&self.mass)
    }

    fn keeps_shape(&self) -> bool {
        self.field.keeps_shape()
    }

    fn jumps(&self) -> &[f64] {
        self.field.jumps()
    }

    fn failure(&self, t: f64, y: &F::State) -> Option<Error> {
        self.field.failure(t, y)
    }
}

impl<F: Dynamics + Parametric> Parametric for WithMass<F> {
    type Params = F::Params;

    fn params(&self) -> F::Params {
        self.field.params()
    }

    fn set_params(&mut self, params: &F::Params) {
        self.field.set_params(params);
    }

    fn fits_params(&self, params: &F::Params) -> bool {
        self.field.fits_params(params)
    }
}

impl<F: Differentiable> Differentiable for WithMass<F> {
    type Trace = F::Trace;

    fn vjp(&self, t: f64, y: &F::State, w: &F::State, ybar: &mut F::State, pbar: &mut F::Params) -> f64 {
        self.field.vjp(t, y, w, ybar, pbar)
    }

    fn eval_traced(&self, t: f64, y: &F::State, dy: &mut F::State, trace: &mut F::Trace) {
        self.field.eval_traced(t, y, dy, trace);
    }

    fn vjp_traced(
        &self,
        trace: &mut F::Trace,
        t: f64,
        y: &F::State,
        w: &F::State,
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> f64 {
        self.field.vjp_traced(trace, t, y, w, ybar, pbar)
    }
}

impl<F: SecondOrderVjp> SecondOrderVjp for WithMass<F> {
    fn vjp_along(
        &self,
        t: f64,
        y: &F::State,
        direction: (&F::State, f64),
        w: &F::State,
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> f64 {
        self.field.vjp_along(t, y, direction, w, ybar, pbar)
    }
}

impl<F: Jvp> Jvp for WithMass<F> {
    fn jvp(&self, t: f64, y: &F::State, v: &F::State, out: &mut F::State) {
        self.field.jvp(t, y, v, out);
    }
}

impl<F: Jacobian> Jacobian for WithMass<F> {
    fn jacobian(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> MatrixOf<F::State> {
        self.field.jacobian(t, y, near)
    }

    fn sparse_jacobian(
        &self,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
        out: &mut SparseMatrix<ElementOf<F::State>>,
    ) {
        self.field.sparse_jacobian(t, y, near, out);
    }

    fn time_derivative(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>, out: &mut F::State) {
        self.field.time_derivative(t, y, near, out);
    }
}
