//! The BDF method of fixed order.

use super::backward::{Backward, Formula};
use crate::dynamics::Dynamics;
use crate::error::Result;
use crate::solver::implicit::{DirkWorkspace, Esdirk547, LinearSolver, Lu, Matrices};
use crate::solver::{Dense, Method, Past, Solver, StepStart, slope_by_values};
use crate::state::{ErrorNorm, State};

/// The BDF method of fixed order `K`, 1 to 6: one nonlinear system per step, output of order `K`.
///
/// The output in the first `K` steps comes from [`Esdirk547`](type@Esdirk547), with order 4 at most.
///
/// [`Esdirk547`](type@Esdirk547), of order 5 and L-stable, makes the first `K` steps, also after a
/// [`reset`](Solver::reset). The coefficients follow the actual grid, so the method keeps its order if the step length
/// changes. Use it with [`Fixed`](crate::control::Fixed) steps; [`Bdf`](type@crate::solver::multistep::Bdf) chooses its
/// own steps. Orders 1 and 2 are A-stable, and all are stable at infinity; the others are stable in a wedge of 86°,
/// 73°, 52° and 18° about the negative real axis.
///
/// Hairer, Nørsett & Wanner I, sections III.1 and III.5; Hairer & Wanner II, section V.1.
///
/// ```
/// use rheos::{Fixed, ode, solve};
/// use rheos::solver::multistep::FixedBdf;
///
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -1000.0 * y);
/// let solution = solve(&decay, 1.0, 0.0..10.0, FixedBdf::<3>::new(), Fixed::step(0.1))?;
/// assert!(solution.last().abs() < 1e-50);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FixedBdf<const K: usize, L = Lu> {
    pub(super) linear: L,
}

impl<const K: usize> FixedBdf<K> {
    /// The method.
    #[must_use]
    pub const fn new() -> Self {
        const { check::<K>() }
        Self { linear: Lu }
    }
}

impl<const K: usize> Default for FixedBdf<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const K: usize, L> FixedBdf<K, L> {
    /// The same method with another linear solver.
    #[must_use]
    pub fn with<M>(self, linear: M) -> FixedBdf<K, M> {
        FixedBdf { linear }
    }
}

/// Fails to compile for an invalid order.
const fn check<const K: usize>() {
    assert!(1 <= K && K <= 6, "BDF methods have order 1 to 6");
}

/// The workspace of [`FixedBdf`].
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "F::State: serde::Serialize, L::Workspace: serde::Serialize",
        deserialize = "F::State: serde::Deserialize<'de>, L::Workspace: serde::Deserialize<'de>"
    ))
)]
pub struct FixedBdfWorkspace<F: Dynamics, L: LinearSolver<F>> {
    backward: Backward<F, L>,
    starter: DirkWorkspace<F, 7, L>,
    /// Whether the state at the start of the step is known.
    is_current: bool,
}

impl<F: Dynamics, L: LinearSolver<F>> FixedBdfWorkspace<F, L> {
    /// Whether the starting method made the last step of a method of order `k`.
    pub(super) fn is_starting(&self, k: usize) -> bool {
        self.backward.states.len() <= k
    }

    /// Rebuilds the history from the states at the last points of `past`, with at most `most` differences.
    pub(super) fn recall(&mut self, past: Past<'_, F::State>, most: usize) {
        self.backward.states.recall(past, most, |(_, y), state| state.assign(y));
        self.is_current = true;
    }
}

impl<const K: usize, L> Method for FixedBdf<K, L> {
    const ORDER: u32 = {
        check::<K>();
        K as u32
    };
    const NAME: &'static str = ["BDF 1", "BDF 2", "BDF 3", "BDF 4", "BDF 5", "BDF 6"][K - 1];
}

impl<F: Dynamics, L: LinearSolver<F>, const K: usize> Solver<F> for FixedBdf<K, L> {
    type Workspace = FixedBdfWorkspace<F, L>;

    fn workspace(&self, f: &F, y0: &F::State) -> Self::Workspace {
        FixedBdfWorkspace {
            backward: Backward::new(&self.linear, f, y0),
            starter: Esdirk547.with(self.linear.clone()).workspace(f, y0),
            is_current: false,
        }
    }

    fn reset(&self, ws: &mut Self::Workspace) {
        ws.backward.reset();
        Esdirk547.with(self.linear.clone()).reset(&mut ws.starter);
        ws.is_current = false;
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
        if !ws.is_current {
            ws.backward.note(y0, K + 1);
            ws.is_current = true;
        }
        if ws.is_starting(K) {
            ws.backward.states.aim(h);
            return Esdirk547.with(self.linear.clone()).step(f, &mut ws.starter, StepStart { t, h, y0 }, y1);
        }
        let formula = Formula { order: K, kappa: 0.0 };
        ws.backward.step(&self.linear, f, formula, StepStart { t, h, y0 }, y1)
    }

    fn accept(&self, ws: &mut Self::Workspace) {
        if ws.is_starting(K) {
            Esdirk547.with(self.linear.clone()).accept(&mut ws.starter);
        }
        ws.is_current = false;
    }

    fn evaluations(&self, ws: &Self::Workspace) -> u64 {
        let starting = Esdirk547.with(self.linear.clone()).evaluations(&ws.starter);
        starting + ws.backward.newton.evaluations(&self.linear)
    }

    fn matrices(&self, ws: &Self::Workspace) -> Matrices {
        let starting = Esdirk547.with(self.linear.clone()).matrices(&ws.starter);
        let own = ws.backward.newton.matrices(&self.linear);
        Matrices {
            jacobians: starting.jacobians + own.jacobians,
            factorisations: starting.factorisations + own.factorisations,
        }
    }

    fn settle(&self, ws: &mut Self::Workspace, y: &F::State) {
        ws.backward.settle(&self.linear, y);
        Esdirk547.with(self.linear.clone()).settle(&mut ws.starter, y);
    }

    fn restore(&self, ws: &mut Self::Workspace, y: &F::State) -> bool {
        let starter = Esdirk547.with(self.linear.clone());
        ws.backward.restore(&self.linear, y) && starter.restore(&mut ws.starter, y)
    }

    fn tolerate(&self, ws: &mut Self::Workspace, norm: &impl ErrorNorm<F::State>) {
        Esdirk547.with(self.linear.clone()).tolerate(&mut ws.starter, norm);
        ws.backward.newton.tolerate(norm);
    }
}

impl<F: Dynamics, L: LinearSolver<F>, const K: usize> Dense<F> for FixedBdf<K, L> {
    const DENSE_ORDER: u32 = if K < 4 { K as u32 } else { 4 };
    const DENSE_DEGREE: usize = K;

    fn interpolate(
        &self,
        f: &F,
        ws: &mut Self::Workspace,
        step: StepStart<'_, F::State>,
        theta: f64,
        out: &mut F::State,
    ) {
        if ws.is_starting(K) {
            Esdirk547.with(self.linear.clone()).interpolate(f, &mut ws.starter, step, theta, out);
        } else {
            ws.backward.interpolate(K, theta, out);
        }
    }

    fn slope(&self, f: &F, ws: &mut Self::Workspace, step: StepStart<'_, F::State>, theta: f64, out: &mut F::State) {
        if ws.is_starting(K) {
            Esdirk547.with(self.linear.clone()).slope(f, &mut ws.starter, step, theta, out);
        } else {
            slope_by_values(self, K, f, ws, step, theta, out);
        }
    }
}
