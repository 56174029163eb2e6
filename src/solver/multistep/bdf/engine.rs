//! The BDF method of variable order.

#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

use super::backward::{Backward, Formula, N, slopes};
use super::order::{BdfOrder, HIGHEST};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::implicit::{LinearSolver, Lu, Matrices};
use crate::solver::kept_states::are_counts;
use crate::solver::{Dense, Embedded, Method, Past, Probe, Solver, StepStart};
use crate::state::{ErrorNorm, Span, State};

/// The BDF method (backward differentiation formulas) of variable order 1 to 5, for stiff problems.
///
/// It suits expensive fields most. It solves one nonlinear system per step at any order, and chooses the order that
/// allows the longest next step.
///
/// Orders 1 and 2 are A-stable, and all are stable at infinity. Orders 3, 4 and 5 are stable in a wedge of 86°, 73° and
/// 52° about the negative real axis, and may not damp an oscillation outside it. The coefficients follow the actual
/// grid. The error estimate comes from the difference of the new state from its prediction. At order `k`, order and
/// step, and with them the matrix, are kept for at least `k` steps. The output is the polynomial through the last
/// states, of the order of the step.
///
/// [`Ndf`] is of this type, too. Under [`Fixed`](crate::control::Fixed) steps there is no error estimate, and the order
/// stays at 1; use [`FixedBdf`](crate::solver::multistep::FixedBdf) there.
///
/// C. W. Gear, *Numerical Initial Value Problems in Ordinary Differential Equations* (1971); Hairer & Wanner, *Solving
/// Ordinary Differential Equations II*, section V.1. The choice of order and step follows Shampine & Reichelt, *The
/// MATLAB ODE suite*, SIAM J. Sci. Comput. 18 (1997), doi:10.1137/S1064827594276424.
///
/// ```
/// use rheos::{Bdf, Pid, solve};
/// use rheos::dynamics::problems::VanDerPol;
///
/// let (f, y0) = VanDerPol::problem(1000.0);
/// let solution = solve(&f, y0, 0.0..2000.0, Bdf, Pid::tolerance(1e-6))?;
/// assert!((solution.last()[0] - 1.706167732170483).abs() < 1e-3);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bdf<L = Lu> {
    pub(super) linear: L,
    /// `κ` of each order, from 0.
    pub(super) kappa: [f64; HIGHEST + 1],
}

/// The method [`Bdf`](type@Bdf) as a value.
pub const Bdf: Bdf = Bdf { linear: Lu, kappa: [0.0; HIGHEST + 1] };

/// The numerical differentiation formulas (NDF) of Shampine & Reichelt, the methods of the code ode15s.
///
/// They are a [`Bdf`](type@Bdf) with smaller errors at the orders 1 to 4. Steps are longer by 26 % at the orders 1 to 3
/// and by 12 % at order 4. In exchange, the stability wedges are narrower by 7 % at order 3 (80°) and by 10 % at order
/// 4 (66°).
pub const Ndf: Bdf = Bdf { linear: Lu, kappa: [0.0, -0.1850, -1.0 / 9.0, -0.0823, -0.0415, 0.0] };

impl<L> Bdf<L> {
    /// The same method with another linear solver.
    #[must_use]
    pub fn with<M>(self, linear: M) -> Bdf<M> {
        Bdf { linear, kappa: self.kappa }
    }

    /// The error of order `k` on a uniform grid, in units of the difference of order `k + 1`.
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
    /// The distance before the start of the solve at which its first step has placed a state; 0 before that.
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

    /// Rebuilds the history from the states at the last points of `past`.
    pub(super) fn recall(&mut self, past: Past<'_, F::State>) {
        self.backward.states.recall(past, N, |(_, y), state| state.assign(y));
    }

    /// The norm of `factor (Φⱼ + s Φⱼ*)`, where `Φ` is the correction, `j` a known difference, and the sum a difference
    /// at the end of the step.
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

    const TAKES_MASS: bool = L::TAKES_MASS;

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

    fn begin(&self, f: &F, ws: &mut Self::Workspace, span: Span, y0: &F::State) -> Result<()> {
        if F::HAS_MASS {
            ws.first = ws.backward.newton.begin(&self.linear, f, span, y0)?;
            ws.first_is_known = true;
        }
        Ok(())
    }

    /// # Errors
    /// [`NewtonDiverged`](crate::error::Error::NewtonDiverged), [`SingularMatrix`](crate::error::Error::SingularMatrix)
    /// and [`NonFinite`](crate::error::Error::NonFinite); a shorter step may succeed.
    fn step(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        if ws.backward.states.len() == 0 {
            // A repeated step uses its note: its own length may have been tried after others.
            if ws.lead == 0.0 {
                ws.lead = h;
            }
            if F::HAS_MASS {
                // From the lead alone, so that a repeated step finds the same.
                ws.first = ws.backward.newton.begin(&self.linear, f, Span { t0: t, t1: t + ws.lead }, y0)?;
            } else {
                ws.start(f, t, y0);
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
    /// The order of the estimate in the first step, of order 1.
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
        if F::HAS_MASS {
            return Probe { h, start: &ws.first, end: &ws.first };
        }
        ws.backward.psi.assign(y);
        ws.backward.psi.add_scaled(h, &ws.first);
        f.eval(t + h, &ws.backward.psi, &mut ws.backward.correction);
        ws.evaluations += 1;
        Probe { h, start: &ws.first, end: &ws.backward.correction }
    }
}

impl<F: Dynamics, L: LinearSolver<F>> Dense<F> for Bdf<L> {
    /// The order of the interpolant in the first step, of order 1.
    const DENSE_ORDER: u32 = 1;
    /// The degree at the highest order.
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
