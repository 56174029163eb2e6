//! Backward differentiation of variable order.

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

use super::backward::{Backward, Formula, N, slopes};
use super::order::{BdfOrder, HIGHEST};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::implicit::{LinearSolver, Lu, Matrices};
use crate::solver::kept_states::are_counts;
use crate::solver::{Dense, Embedded, Method, Past, Probe, Solver, StepStart};
use crate::state::{ErrorNorm, State};

/// The methods of backward differentiation of orders 1 to 5, of which each step uses the one by which the next can be
/// longest: for stiff problems, the more so the more expensive the field. One nonlinear system a step, whatever the order.
///
/// Orders 1 and 2 are A-stable, and all are stable at infinity; those of orders 3, 4 and 5 are stable in a wedge of 86°, 73°
/// and 52° about the negative real axis, and may not damp an oscillation that lies outside. The coefficients are those of
/// the grid as it is. The error estimate comes from the distance of the new state from its prediction. Order and step stay
/// for as many steps as the order says, and with them the matrix. The output is the polynomial through the last states, of
/// the order of the step.
///
/// [`Ndf`] is of this type, too. Under [`Fixed`](crate::control::Fixed) steps nobody measures errors, and the order remains 1; there
/// use [`FixedBdf`](crate::solver::multistep::FixedBdf).
///
/// C. W. Gear, *Numerical Initial Value Problems in Ordinary Differential Equations* (1971); Hairer & Wanner, *Solving
/// Ordinary Differential Equations II*, section V.1; the choice of order and step is that of Shampine & Reichelt, *The
/// MATLAB ODE suite*, SIAM J. Sci. Comput. 18 (1997), doi:10.1137/S1064827594276424.
///
/// ```
/// use rheos::{Bdf, Pid, solve};
/// use rheos::dynamics::problems::VanDerPol;
///
/// let (f, y0) = VanDerPol::problem(1000.0);
/// let solution = solve(&f, y0, 0.0..2000.0, Bdf, Pid::new(1e-6, 1e-6))?;
/// assert!((solution.last()[0] - 1.706167732170483).abs() < 1e-3);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bdf<L = Lu> {
    pub(super) linear: L,
    /// `κ` of each order, from 0.
    pub(super) kappa: [f64; HIGHEST + 1],
}

/// The methods of backward differentiation as a value.
pub const Bdf: Bdf = Bdf { linear: Lu, kappa: [0.0; HIGHEST + 1] };

/// The numerical differentiation formulas of Shampine & Reichelt, the methods of the code ode15s: a [`Bdf`](type@Bdf) whose
/// formulas of the orders 1 to 4 have smaller errors, by which steps are longer by 26 % at the orders 1 to 3 and by 12 % at
/// order 4, for wedges that are narrower by 7 % at order 3 (80°) and by 10 % at order 4 (66°).
pub const Ndf: Bdf = Bdf { linear: Lu, kappa: [0.0, -0.1850, -1.0 / 9.0, -0.0823, -0.0415, 0.0] };

impl<L> Bdf<L> {
    /// The same method with another way to solve linear systems.
    #[must_use]
    pub fn with<M>(self, linear: M) -> Bdf<M> {
        Bdf { linear, kappa: self.kappa }
    }

    /// The error of order `k` on a uniform grid is this times the difference of order `k + 1`.
    fn error_constant(&self, k: usize) -> f64 {
        self.kappa[k] * slopes(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])[k] + 1.0 / (k + 1) as f64
    }
}

impl Default for Bdf {
    fn default() -> Self {
        Bdf
    }
}

/// The workspace of [`Bdf`](type@Bdf).
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "F::State: serde::Serialize, L::Workspace: serde::Serialize",
        deserialize = "F::State: serde::Deserialize<'de>, L::Workspace: serde::Deserialize<'de>"
    ))
)]
pub struct BdfWorkspace<F: Dynamics, L: LinearSolver<F>> {
    backward: Backward<F, L>,
    pub(super) order: BdfOrder,
    /// How far before the start of the solve its first step has put a state; 0 before that.
    pub(super) lead: f64,
    /// The slope at the start of the solve, if it is known.
    first: F::State,
    first_is_known: bool,
    evaluations: u64,
}

impl<F: Dynamics, L: LinearSolver<F>> BdfWorkspace<F, L> {
    /// Evaluates the first slope of a solve.
    fn start(&mut self, f: &F, t: f64, y: &F::State) {
        if !self.first_is_known {
            f.eval(t, y, &mut self.first);
            self.evaluations += 1;
            self.first_is_known = true;
        }
    }

    /// Knows the states at the last points of `past`, and no other.
    pub(super) fn recall(&mut self, past: Past<'_, F::State>) {
        self.backward.states.recall(past, N, |(_, y), state| state.assign(y));
    }

    /// The norm of `factor (Φⱼ + s Φⱼ*)`, where `Φ` is the correction, `j` a difference that is known, and the sum a
    /// difference at the end of the step.
    fn error(
        &mut self,
        factor: f64,
        j: usize,
        s: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> f64 {
        let Backward { states, psi, correction, .. } = &mut self.backward;
        psi.assign(correction);
        psi.add_scaled(s * states.aimed().beta[j], &states.known()[j]);
        factor.abs() * norm.norm(psi, y0, y1)
    }
}

impl<L> Method for Bdf<L> {
    const ORDER: u32 = 1;
    const NAME: &'static str = "BDF";
}

impl<F: Dynamics, L: LinearSolver<F>> Solver<F> for Bdf<L> {
    type Workspace = BdfWorkspace<F, L>;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        BdfWorkspace {
            backward: Backward::new(&self.linear, f, y0),
            order: BdfOrder::new(),
            lead: 0.0,
            first: y0.zeros_like(),
            first_is_known: false,
            evaluations: 0,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.backward.reset();
        ws.order = BdfOrder::new();
        ws.lead = 0.0;
        ws.first_is_known = false;
    }

    /// # Errors
    /// [`NewtonDiverged`](crate::error::Error::NewtonDiverged) and [`SingularMatrix`](crate::error::Error::SingularMatrix); a shorter step
    /// may succeed.
    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        if ws.backward.states.len() == 0 {
            ws.start(f, t, y0);
            // A step that is taken again knows better than by its own length, which may have been tried after others.
            if ws.lead == 0.0 {
                ws.lead = h;
            }
            ws.backward.start(ws.lead, y0, &ws.first);
        }
        let order = ws.order.begin();
        let formula = Formula { order, kappa: self.kappa[order] };
        ws.backward.step(&self.linear, f, formula, StepStart { t, h, y0 }, y1)
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        ws.backward.accept(ws.order.current() + 2);
        ws.order.accept();
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        ws.evaluations + ws.backward.newton.evaluations(&self.linear)
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        ws.backward.newton.matrices(&self.linear)
    }

    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        ws.backward.settle(&self.linear, y);
        if !ws.first_is_known {
            ws.first.set_zeros();
        }
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        let own = y.fits(&ws.first) && are_counts(&[ws.evaluations]);
        own && ws.backward.restore(&self.linear, y) && ws.order.is_possible(ws.backward.states.len())
    }

    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        ws.backward.newton.tolerate(norm);
    }
}

impl<F: Dynamics, L: LinearSolver<F>> Embedded<F> for Bdf<L> {
    /// That of the first step, of order 1.
    const ERROR_ORDER: u32 = 2;

    fn error<'w>(&self, ws: &'w mut Self::Workspace, _: f64) -> &'w F::State {
        let k = ws.order.current();
        let Backward { states, psi, correction, .. } = &mut ws.backward;
        let distance = &states.aimed().distance;
        psi.assign(correction);
        psi.scale_by(self.kappa[k] * slopes(distance)[k] + 1.0 / distance[k]);
        psi
    }

    fn error_sq(
        &self,
        ws: &mut Self::Workspace,
        h: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> f64 {
        let error = norm.norm(self.error(ws, h), y0, y1);
        let k = ws.order.current();
        let lower = if k == 1 {
            f64::INFINITY
        } else {
            let factor = self.error_constant(k - 1) * ws.backward.states.aimed().uniformity(k);
            ws.error(factor, k, 1.0, y0, y1, norm)
        };
        ws.order.judge(error, lower);
        error * error
    }

    fn error_order(&self, ws: &Self::Workspace) -> u32 {
        ws.order.current() as u32 + 1
    }

    fn next_factor(
        &self,
        ws: &mut Self::Workspace,
        _: f64,
        y0: &F::State,
        y1: &F::State,
        norm: &impl ErrorNorm<F::State>,
    ) -> Option<f64> {
        if !ws.order.may_change() {
            return Some(ws.order.keep());
        }
        let k = ws.order.current();
        let higher = if k == HIGHEST || ws.backward.states.len() < k + 2 {
            f64::INFINITY
        } else {
            let factor = self.error_constant(k + 1) * ws.backward.states.aimed().uniformity(k + 2);
            ws.error(factor, k + 1, -1.0, y0, y1, norm)
        };
        Some(ws.order.choose(higher))
    }

    fn probe<'w>(
        &self,
        f: &F,
        ws: &'w mut Self::Workspace,
        t: f64,
        y: &F::State,
        h: impl FnOnce(&F::State) -> f64,
    ) -> Probe<'w, F::State> {
        ws.start(f, t, y);
        let h = h(&ws.first);
        ws.backward.psi.assign(y);
        ws.backward.psi.add_scaled(h, &ws.first);
        f.eval(t + h, &ws.backward.psi, &mut ws.backward.correction);
        ws.evaluations += 1;
        Probe { h, start: &ws.first, end: &ws.backward.correction }
    }
}

impl<F: Dynamics, L: LinearSolver<F>> Dense<F> for Bdf<L> {
    /// That of the first step, of order 1.
    const DENSE_ORDER: u32 = 1;
    /// At the highest order.
    const DENSE_DEGREE: usize = 5;

    fn interpolate(
        &self,
        _: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        let _ = step;
        ws.backward.interpolate(ws.order.current(), theta, out);
    }
}
