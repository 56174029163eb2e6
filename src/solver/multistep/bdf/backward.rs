//! One BDF step, on any grid.

use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::StepStart;
use crate::solver::implicit::newton::kept::{Prepared, solve_with_kept_jacobian};
use crate::solver::implicit::{Equation, LinearSolver, Newton};
use crate::solver::kept_states::{KeptStates, Use, are_small_counts, show};
use crate::solver::multistep::differences::Differences;
use crate::solver::multistep::weights::products;
use crate::state::State;

/// The maximum number of stored differences: up to order 6, from 0.
pub(super) const N: usize = 7;

/// The convergence rate of Newton's method up to which a Jacobian is kept.
///
/// On Van der Pol's oscillator (`μ = 1000`, tolerance 10⁻⁶) this and [`ALIKE`] halve the Jacobians and save three of
/// five factorisations, for 29 % more evaluations, compared with a rate of 0.001 and a factorisation for every factor.
const FAST: f64 = 0.1;

/// Factors `a` of the matrix `I − a J` share a factorisation if their relative difference is below this. They differ
/// for some steps after the step has changed, and always by rounding.
const ALIKE: f64 = 0.1;

/// A new Jacobian is taken if the factor `a` differs by more than this, relative to the factor of the old one.
///
/// After a transient, steps grow by many orders of magnitude. A matrix that is far too large makes every correction
/// small, which looks like convergence. This rule and [`OLD`] are taken from the code LSODE.
const OTHER: f64 = 0.3;

/// A new Jacobian is taken after this many steps.
const OLD: u32 = 20;

/// States at earlier points, and the storage for the next.
///
/// The derivative of the polynomial through the new state and the last `k` is `f` at the new point. In terms of the
/// differences of the states, with the prediction `p = Σ Φⱼ*` for `j ≤ k` by the last `k + 1` states:
/// `γₖ (1 − κ) (y − p) + Σ γⱼ Φⱼ* = h f(t + h, y)`, where `γⱼ = Σ h / (tₙ₊₁ − tₙ₊₁₋ᵢ)` for `i ≤ j`, and `κ = 0`. Other `κ`
/// make the numerical differentiation formulas of Shampine & Reichelt (1997).
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "F::State: serde::Serialize, L::Workspace: serde::Serialize",
        deserialize = "F::State: serde::Deserialize<'de>, L::Workspace: serde::Deserialize<'de>"
    ))
)]
pub(super) struct Backward<F: Dynamics, L: LinearSolver<F>> {
    /// The differences of the states.
    pub states: Differences<F::State, N>,
    pub newton: Newton<F, L>,
    /// The difference of the new state from the prediction: its difference of order `k + 1`.
    pub correction: F::State,
    /// The known part of the equation; free for other use after the step.
    pub psi: F::State,
    /// The slope at the end of the step during its solution, then the state there.
    end: F::State,
    /// The predicted change in the step.
    predicted: F::State,
    /// The factor `a` of the last factorisation.
    prepared: f64,
    /// The factor `a` of the Jacobian, and its age in steps.
    taken_for: f64,
    age: u32,
}

/// Excludes the states of Newton's method.
impl<F: Dynamics, L: LinearSolver<F>> KeptStates<F::State> for Backward<F, L> {
    fn each(&mut self, see: &mut dyn FnMut(&mut F::State, Use)) {
        self.states.each(see);
        show(see, Use::Free, [&mut self.correction, &mut self.psi, &mut self.end, &mut self.predicted]);
    }
}

/// A BDF formula.
#[derive(Debug, Clone, Copy)]
pub(super) struct Formula {
    /// Its order `k`.
    pub order: usize,
    /// Its `κ`.
    pub kappa: f64,
}

impl<F: Dynamics, L: LinearSolver<F>> Backward<F, L> {
    pub fn new(linear: &L, f: &F, y0: &F::State) -> Self {
        Self {
            states: Differences::new(y0),
            newton: Newton::new(linear, f, y0).patient(FAST),
            correction: y0.zeros_like(),
            psi: y0.zeros_like(),
            end: y0.zeros_like(),
            predicted: y0.zeros_like(),
            prepared: 0.0,
            taken_for: 0.0,
            age: 0,
        }
    }

    /// As [`Solver::settle`](crate::solver::Solver::settle).
    pub fn settle(&mut self, linear: &L, y: &F::State) {
        self.scrub();
        self.newton.settle(linear, y);
    }

    /// As [`Solver::restore`](crate::solver::Solver::restore).
    pub fn restore(&mut self, linear: &L, y: &F::State) -> bool {
        let own = self.states.fit(y) && self.fit(y) && are_small_counts(&[self.age]);
        own && self.newton.restore(linear, y)
    }

    pub fn reset(&mut self) {
        self.states.clear();
        self.newton.reset();
    }

    /// Adds `y` as the first state, after a state `y − h slope` that gives the first step a prediction of order 1.
    pub fn start(&mut self, h: f64, y: &F::State, slope: &F::State) {
        self.psi.assign(y);
        self.psi.add_scaled(-h, slope);
        self.states.advance(&mut self.psi, N);
        self.states.aim(h);
        self.note(y, N);
    }

    /// Adds `y` as the state at the next point, and keeps at most `most` differences.
    pub fn note(&mut self, y: &F::State, most: usize) {
        self.end.assign(y);
        self.states.advance(&mut self.end, most);
    }

    /// Solves for the state at the end of a step.
    pub fn step(
        &mut self,
        linear: &L,
        f: &F,
        formula: Formula,
        StepStart { t, h, y0 }: StepStart<'_, F::State>,
        y1: &mut F::State,
    ) -> Result<()> {
        self.states.aim(h);
        let a = self.predict(formula, h);
        if (a - self.prepared).abs() > ALIKE * a.abs() {
            self.prepared = a;
        }
        if (a - self.taken_for).abs() > OTHER * self.taken_for.abs() || self.age >= OLD {
            self.newton.reset();
        }
        let prepare = |own: &mut Self| {
            // The equation holds at the end of the step, so the Jacobian is taken there.
            own.correction.assign(y0);
            own.correction.add_scaled(1.0, &own.predicted);
            let end = StepStart { t: t + h, h: -h, y0: &own.correction };
            let prepared = own.newton.prepare(linear, f, end, own.prepared)?;
            if prepared == Prepared::Fresh {
                (own.taken_for, own.age) = (a, 0);
            }
            Ok(prepared)
        };
        let solve = |own: &mut Self| {
            own.correction.assign(&own.predicted);
            let equation = Equation { t: t + h, a, psi: &own.psi, y0 };
            own.newton.solve(linear, f, &equation, &mut own.correction, &mut own.end)
        };
        solve_with_kept_jacobian(self, (t, h), prepare, solve)?;
        y1.assign(y0);
        y1.add_scaled(1.0, &self.correction);
        self.end.assign(y1);
        self.correction.add_scaled(-1.0, &self.predicted);
        Ok(())
    }

    /// Builds the equation `z = ψ + a f(t + h, y₀ + z)` of the step, and returns `a`.
    fn predict(&mut self, Formula { order, kappa }: Formula, h: f64) -> f64 {
        let (aim, known) = (self.states.aimed(), self.states.known());
        let gamma = slopes(&aim.distance);
        let leading = (1.0 - kappa) * gamma[order];
        let weights = aim.weigh(&gamma);
        self.predicted.set_zeros();
        self.predicted.accumulate(1.0, &aim.beta[1..=order], &known[1..=order]);
        self.psi.combine(&self.predicted, -1.0 / leading, &weights[1..=order], &known[1..=order]);
        h / leading
    }

    /// Adds the state at the end of the step, and keeps at most `most` differences.
    pub fn accept(&mut self, most: usize) {
        self.age += 1;
        self.states.advance(&mut self.end, most);
    }

    /// The polynomial through the new state and the last `order` states.
    pub fn interpolate(&self, order: usize, theta: f64, out: &mut F::State) {
        let (aim, known) = (self.states.aimed(), self.states.known());
        let products = products(&aim.distance, theta, order + 1);
        let weights = aim.weigh(&products);
        out.combine(&known[0], 1.0, &weights[1..=order], &known[1..=order]);
        out.add_scaled(products[order], &self.correction);
    }
}

/// `γⱼ = Σ h / (tₙ₊₁ − tₙ₊₁₋ᵢ)` for `i ≤ j`: the slope at the next point of the polynomial of `Φⱼ*`.
pub(super) fn slopes(distance: &[f64; N]) -> [f64; N] {
    let mut gamma = [0.0; N];
    for j in 1..N {
        gamma[j] = gamma[j - 1] + 1.0 / distance[j - 1];
    }
    gamma
}
