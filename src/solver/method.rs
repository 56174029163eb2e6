//! The traits of a method: a step, its error estimate and its interpolant.

use super::implicit::Matrices;
use super::{StepStart, Stiffness, lagrange, node};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::state::{ErrorNorm, State};

/// What is known of a method without a problem.
pub trait Method {
    /// The order of consistency: one step from `t` to `t + h` has an error of `O(h^(ORDER + 1))`.
    const ORDER: u32;
    /// The name for tables and reports.
    const NAME: &'static str;
}

/// One step of a method on a field `F`.
///
/// The loop [`Integration`](crate::integrate::Integration) drives it: `step` may be called again with a smaller `h` from
/// the same `(t, y0)` after a rejection; `accept` is called once before moving on. Steps may go backwards (`h < 0`).
pub trait Solver<F: Dynamics>: Method {
    /// Stages and whatever else a step needs, allocated once per solve.
    type Workspace;

    /// Whether [`stiffness`](Self::stiffness) can tell anything.
    const SENSES_STIFFNESS: bool = false;

    /// Whether a step evaluates the field between its ends only. Where it does not, the field must be defined a step beyond
    /// the end of the solve, and cannot [jump](crate::solution::Ivp::jumps_at).
    const STAYS_INSIDE: bool = true;

    /// A workspace for states of the shape of `y0`.
    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace;

    /// Forgets what was kept from earlier steps. To be called before a step that does not continue the last one.
    fn reset(&self, ws: &mut Self::Workspace);

    /// Computes `y1 ≈ y(t + h)` from `y0 = y(t)`.
    ///
    /// # Errors
    /// An implicit method whose equations could not be solved says so; an explicit one never fails.
    fn step(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, y1: &mut F::State) -> Result<()>;

    /// Takes note that the last step was accepted.
    fn accept(&self, ws: &mut Self::Workspace);

    /// Evaluations of the field since the workspace was made.
    fn evaluations(&self, ws: &Self::Workspace) -> u64;

    /// Jacobians and factorisations since the workspace was made; none for an explicit method.
    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        let _ = ws;
        Matrices::default()
    }

    /// Gets ready for a pause between two steps, at the state `y`: clears what no further step needs, so that a workspace
    /// holds no number that is not finite, for which text formats have no word. The steps to come do not change.
    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        let _ = (ws, y);
    }

    /// Checks a workspace that may have been read back against the state `y` at which the solve goes on, and computes what
    /// is not written down. False if it is none of this method for states of that shape; a step from it might panic. A method
    /// made of others asks them.
    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        let _ = (ws, y);
        true
    }

    /// Takes note of the error norm of the solve, before its first step. An implicit method solves its equations to a
    /// fraction of it, and to rounding where nobody names a norm.
    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        let _ = (ws, norm);
    }

    /// How near the step just computed and not yet accepted is to the end of the stability region, with distances
    /// measured by `norm`. `None` for a method that cannot tell, as the default says.
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

/// A method that estimates the error of its own steps, and so can choose them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` carries no error estimate, so it cannot choose its own steps",
    label = "this method has no embedded error estimate",
    note = "use `Fixed` steps with it, or an embedded pair such as `Bosh3`, `Dopri5` or `Tsit5`"
)]
pub trait Embedded<F: Dynamics>: Solver<F> {
    /// The norm of the error estimate, the root of [`error_sq`](Self::error_sq), behaves like `h^(ERROR_ORDER)`.
    const ERROR_ORDER: u32;

    /// The estimated error of the last step.
    fn error<'w>(&self, ws: &'w mut Self::Workspace, h: f64) -> &'w F::State;

    /// The mean square of the estimated error of the last step, from `y0` to `y1`, in units of the tolerance: at most 1
    /// where it is within.
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

    /// The order of the error norm of the last step; a method of variable order knows it better than
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

    /// The factor from the step just accepted to the next, where the method chooses it together with its order; `None`
    /// leaves the choice to the controller. Called once per accepted step, before [`accept`](Solver::accept).
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

    /// `f(t, y)` and `f(t + h, y + h f(t, y))`, from which a first step size is chosen. The former is kept as the
    /// first stage of the step to come.
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

/// A method whose solution is known between the ends of a step.
pub trait Dense<F: Dynamics>: Solver<F> {
    /// The local error of the interpolant is `O(h^(DENSE_ORDER + 1))`, everywhere in the step.
    const DENSE_ORDER: u32;

    /// The degree in `θ` of the interpolant where it is a polynomial. Where it is none, the degree of one that is as
    /// accurate, which the default says.
    const DENSE_DEGREE: usize = Self::DENSE_ORDER as usize;

    /// Whether [`save_at`](crate::solution::Ivp::save_at), [`save_map`](crate::solution::Ivp::save_map) and the adjoints land on their times,
    /// because the interpolant is much less exact than the ends of the steps. Curves and events use it all the same.
    const LANDS: bool = false;

    /// `y(t + θ h)` for the step just computed, `0 ≤ θ ≤ 1`.
    ///
    /// A method whose interpolant has stages of its own evaluates the field for the first interpolation in a step.
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
    /// The default reads it off the values at Chebyshev points of the step.
    fn slope(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, theta: f64, out: &mut F::State) {
        slope_by_values(self, Self::DENSE_DEGREE, f, ws, step, theta, out);
    }
}

/// A degree by which polynomials meet the interpolants that are none, but smooth, to a few digits less than rounding.
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
