//! The traits of a method: a step, its error estimate and its interpolant.

use super::implicit::Matrices;
use super::{StepStart, Stiffness, lagrange, node};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::state::{ErrorNorm, Span, State};

/// The order and the name of a method.
pub trait Method {
    /// The order of consistency: one step from `t` to `t + h` has an error of `O(h^(ORDER + 1))`.
    const ORDER: u32;
    /// The name for tables and reports.
    const NAME: &'static str;
}

/// One step of a method on a field `F`.
///
/// The loop [`Integration`](crate::integrate::Integration) drives it. After a rejection it calls `step` again with a
/// smaller `h` from the same `(t, y0)`. It calls `accept` once before moving on. Steps may go backwards (`h < 0`).
pub trait Solver<F: Dynamics>: Method {
    /// The stages and other storage of a step, allocated once per solve.
    type Workspace;

    /// Whether [`stiffness`](Self::stiffness) can return an estimate.
    const SENSES_STIFFNESS: bool = false;

    /// Whether a step evaluates the field between its ends only. If not, the field must be defined up to one step
    /// beyond both ends of the solve, and cannot [jump](crate::solution::Ivp::jumps_at) there.
    const STAYS_INSIDE: bool = true;

    /// Whether it solves `M y' = f(t, y)` with a [mass matrix](Dynamics::HAS_MASS). If not, a solve of such a system does
    /// not compile.
    const TAKES_MASS: bool = false;

    /// A workspace for states of the shape of `y0`.
    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace;

    /// Forgets earlier steps. Call it before a step that does not continue the last one.
    fn reset(&self, ws: &mut Self::Workspace);

    /// Begins a solve, or goes on after a jump, at the start `y0` of `span`, after [`reset`](Self::reset). A method for
    /// systems with a mass matrix checks the start.
    ///
    /// # Errors
    /// The system cannot be solved from there.
    fn begin(&self, f: &F, ws: &mut Self::Workspace, span: Span, y0: &F::State) -> Result<()> {
        let _ = (f, ws, span, y0);
        Ok(())
    }

    /// Computes `y1 ≈ y(t + h)` from `y0 = y(t)`.
    ///
    /// # Errors
    /// The equations of an implicit method could not be solved. An explicit method never fails.
    fn step(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, y1: &mut F::State) -> Result<()>;

    /// Accepts the last step.
    fn accept(&self, ws: &mut Self::Workspace);

    /// The number of field evaluations since the workspace was made.
    fn evaluations(&self, ws: &Self::Workspace) -> u64;

    /// The numbers of Jacobians and factorisations since the workspace was made; zero for an explicit method.
    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        let _ = ws;
        Matrices::default()
    }

    /// Prepares a pause between two steps, at the state `y`. It clears what no further step reads, so that the
    /// workspace holds only finite numbers: text formats cannot write others. The steps to come do not change.
    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        let _ = (ws, y);
    }

    /// Checks a deserialized workspace against the state `y` at which the solve continues, and computes the parts that
    /// are not serialized.
    ///
    /// It returns false if the workspace is not one of this method for states of that shape; a step from it might
    /// panic. A method made of others calls their `restore`.
    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        let _ = (ws, y);
        true
    }

    /// Sets the error norm of the solve, before its first step. An implicit method solves its equations to a fraction
    /// of the tolerance, and to machine precision if no norm is set.
    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        let _ = (ws, norm);
    }

    /// The distance of the last computed step from the end of the stability region, before it is accepted. `norm`
    /// measures distances. `None`, the default, means that the method has no estimate.
    #[inline]
    fn stiffness(
        &self,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        norm: impl FnMut(&F::State) -> f64,
    ) -> Option<Stiffness> {
        let _ = (ws, step, norm);
        None
    }
}

/// A method that estimates its own error, and so can choose its steps.
#[diagnostic::on_unimplemented(
    message = "`{Self}` carries no error estimate, so it cannot choose its own steps",
    label = "this method has no embedded error estimate",
    note = "use `Fixed` steps with it, or an embedded pair such as `Bosh3`, `Dopri5` or `Tsit5`"
)]
pub trait Embedded<F: Dynamics>: Solver<F> {
    /// The order of the error estimate: its norm, the root of [`error_sq`](Self::error_sq), behaves like
    /// `h^(ERROR_ORDER)`.
    const ERROR_ORDER: u32;

    /// The estimated error of the last step.
    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State;

    /// The mean square of the estimated error of the last step, from `y0` to `y1`, in units of the tolerance. The error
    /// is within the tolerance if it is at most 1.
    #[inline]
    fn error_sq(
        &self,
        ws: &mut Self::Workspace,
        h: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> f64 {
        norm.mean_sq(self.error(ws, h), y0, y1)
    }

    /// The order of the error estimate of the last step. A method of variable order overrides the default,
    /// [`ERROR_ORDER`](Self::ERROR_ORDER).
    #[inline]
    fn error_order(&self, ws: &Self::Workspace) -> u32 {
        let _ = ws;
        Self::ERROR_ORDER
    }

    /// The order of the error norm with which the first step is chosen.
    fn first_error_order(&self) -> u32 {
        Self::ERROR_ORDER
    }

    /// The ratio of the next step to the last one, if the method chooses it together with its order. `None` leaves the
    /// choice to the controller. It is called once per accepted step, before [`accept`](Solver::accept).
    #[inline]
    fn next_factor(
        &self,
        ws: &mut Self::Workspace,
        h: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> Option<f64> {
        let _ = (ws, h, y0, y1, norm);
        None
    }

    /// Whether the next step keeps its length although the error allows one longer by `factor`: the step is not worth a
    /// factorisation. It is called once per accepted step, before [`accept`](Solver::accept). The default is false.
    #[inline]
    fn keeps_step(&self, ws: &Self::Workspace, factor: f64) -> bool {
        let _ = (ws, factor);
        false
    }

    /// `f(t, y)` and `f(t + h, y + h f(t, y))`, for the choice of a first step. The first slope is kept as the first
    /// stage of the next step.
    fn probe<'w>(
        &self,
        f: &F,
        ws: &'w mut Self::Workspace,
        t: f64,
        y: &F::State,
        h: impl FnOnce(&F::State) -> f64,
    ) -> Probe<'w, F::State>;
}

/// Two slopes an Euler step apart; see [`Embedded::probe`].
#[derive(Debug)]
pub struct Probe<'w, Y> {
    /// The length of the Euler step.
    pub h: f64,
    /// The slope at its start.
    pub start: &'w Y,
    /// The slope at its end.
    pub end: &'w Y,
}

/// A method with dense output.
pub trait Dense<F: Dynamics>: Solver<F> {
    /// The order of the interpolant: its local error is `O(h^(DENSE_ORDER + 1))` everywhere in the step. The algebraic
    /// variables of a system with a mass matrix may have a lower order inside the step.
    const DENSE_ORDER: u32;

    /// The degree in `θ` of the interpolant. If it is no polynomial, the degree of a polynomial of the same accuracy,
    /// as in the default.
    const DENSE_DEGREE: usize = Self::DENSE_ORDER as usize;

    /// Whether [`save_at`](crate::solution::Ivp::save_at), [`save_map`](crate::solution::Ivp::save_map) and the
    /// adjoints land on their times, because the interpolant is much less accurate than the ends of the steps. Curves
    /// and events use the interpolant even so.
    const LANDS: bool = false;

    /// `y(t + θ h)` for the step just computed, `0 ≤ θ ≤ 1`.
    ///
    /// A method whose interpolant has stages of its own evaluates the field at the first interpolation in a step.
    fn interpolate(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    );

    /// The derivative of the interpolant with respect to time, at `t + θ h` of the step just computed.
    ///
    /// The default differentiates the polynomial through values at Chebyshev points of the step.
    fn slope(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, theta: f64, out: &mut F::State) {
        slope_by_values(self, Self::DENSE_DEGREE, f, ws, step, theta, out);
    }
}

/// The degree at which polynomials match smooth interpolants to a few digits less than rounding.
pub(super) const SMOOTH_DEGREE: usize = 12;

/// The derivative of the polynomial of this degree through values of the interpolant.
pub(super) fn slope_by_values<F: Dynamics, S: Dense<F> + ?Sized>(
    solver: &S,
    degree: usize,
    f: &F,
    ws: &mut S::Workspace,
    step: StepStart<'_, F::State>,
    theta: f64,
    out: &mut F::State,
) {
    let n = degree.max(1) + 1;
    let nodes: Vec<f64> = (0..n).map(|j| node(j, n)).collect();
    let mut change = step.y0.zeros_like();
    out.set_zeros();
    for (j, &node) in nodes.iter().enumerate() {
        solver.interpolate(f, ws, step, node, &mut change);
        change.add_scaled(-1.0, step.y0);
        out.add_scaled(lagrange(&nodes, j, theta).1 / step.h, &change);
    }
}
