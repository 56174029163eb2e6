//! Simplified Newton iterations for the stages of implicit methods.
//!
//! The iteration, its stopping rule and its constants follow Hairer & Wanner, *Solving Ordinary Differential Equations
//! II*, section IV.8. The Jacobian is kept while the iteration converges fast, and the error of the last iterate is
//! estimated from the rate of convergence. An iterative linear solver receives a bound for its residual in the same
//! units, so that its increments are exact for this estimate.

use super::convergence::{Convergence, Increment, Progress, each_sq, size_sq};
use super::dae::start_slope;
use super::kept::{Prepared, Unsolved, is_not_worth_a_factorisation, serves};
use super::linear::{LinearSolver, Matrices};
use crate::dynamics::{Dynamics, Neighbourhood};
use crate::error::Error;
use crate::solver::StepStart;
use crate::solver::kept_states::{KeptStates, Use, are_counts, measures, show};
use crate::state::{ErrorNorm, Span, State, StoredNorm};

/// The equation `z = ψ + a f(t, y₀ + z)`, or `M (z − ψ) = a f(t, y₀ + z)` with a mass matrix.
///
/// The unknown is the change `z` and not the state: small steps have small changes, with small rounding errors.
#[derive(Debug)]
pub struct Equation<'a, Y> {
    /// The time.
    pub t: f64,
    /// The factor `a`.
    pub a: f64,
    /// The part independent of `z`.
    pub psi: &'a Y,
    /// The state to be changed.
    pub y0: &'a Y,
}

/// Solves an [`Equation`] by Newton's method. The Jacobian is kept as long as the iteration converges fast.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "F::State: serde::Serialize, L::Workspace: serde::Serialize",
        deserialize = "F::State: serde::Deserialize<'de>, L::Workspace: serde::Deserialize<'de>"
    ))
)]
pub struct Newton<F: Dynamics, L: LinearSolver<F>> {
    linear: L::Workspace,
    norm: Option<StoredNorm<F::State>>,
    /// The time of the Jacobian, if it is to be kept.
    taken_at: Option<f64>,
    /// The factor `a` of the factorisation.
    prepared: Option<f64>,
    convergence: Convergence,
    /// Whether an iteration was so slow that the next step takes a new Jacobian.
    slow: bool,
    /// `y₀ + z`.
    y: F::State,
    increment: F::State,
    /// Differences of states, before the mass matrix multiplies them.
    massless: F::State,
    evaluations: u64,
}

impl<F: Dynamics, L: LinearSolver<F>> Newton<F, L> {
    /// A solver for states of the shape of `y0`.
    pub fn new(linear: &L, f: &F, y0: &F::State) -> Self {
        Self {
            linear: linear.workspace(f, y0),
            norm: None,
            taken_at: None,
            prepared: None,
            convergence: Convergence::new(),
            slow: false,
            y: y0.zeros_like(),
            increment: y0.zeros_like(),
            massless: y0.zeros_like(),
            evaluations: 0,
        }
    }

    /// Keeps the Jacobian while the error shrinks to this part in an iteration. An old Jacobian may have become worse
    /// than that since the last iteration, so no better rate is assumed before it is known.
    pub fn patient(self, fast: f64) -> Self {
        Self { convergence: Convergence::patient(fast), ..self }
    }

    /// Solves to a fraction of this norm from now on, and not to machine precision.
    pub fn tolerate(&mut self, norm: &impl ErrorNorm<F::State>) {
        self.norm = Some(norm.stored());
    }

    /// The slope at the start `y` of `span`, of a system with a mass matrix.
    ///
    /// # Errors
    /// The errors of [`start_slope`].
    pub fn begin(&mut self, linear: &L, f: &F, span: Span, y: &F::State) -> Result<F::State, Error> {
        self.taken_at = None;
        start_slope((linear, &mut self.linear), f, span, y, self.norm.as_ref())
    }

    /// Forgets the Jacobian.
    pub fn reset(&mut self) {
        self.taken_at = None;
    }

    /// As [`Solver::settle`](crate::solver::Solver::settle).
    pub fn settle(&mut self, linear: &L, y: &F::State) {
        self.scrub();
        self.convergence.settle();
        linear.settle(&mut self.linear, y);
    }

    /// As [`Solver::restore`](crate::solver::Solver::restore).
    pub fn restore(&mut self, linear: &L, y: &F::State) -> bool {
        // The matrix is factorised again: the linear solver does not have the mass matrix here.
        if F::HAS_MASS {
            self.prepared = None;
        }
        let own = self.fit(y) && measures(self.norm.as_ref(), y) && are_counts(&[self.evaluations]);
        own && linear.restore(&mut self.linear, y)
    }

    /// Prepares the stages of a step with the factor `a`. The Jacobian is taken at the start of `step`.
    ///
    /// # Errors
    /// The errors of [`LinearSolver::linearise`].
    pub fn prepare(&mut self, linear: &L, f: &F, step: StepStart<'_, F::State>, a: f64) -> Result<Prepared, Error> {
        let StepStart { t, h, y0 } = step;
        if self.taken_at.is_none() || self.slow && self.taken_at != Some(t) {
            let near = Neighbourhood { h, slope: None, norm: self.norm.as_ref() };
            linear.linearise(&mut self.linear, f, t, y0, near)?;
            self.taken_at = Some(t);
            self.prepared = None;
            self.slow = false;
        }
        if !serves(self.prepared, a) {
            if linear.prepare(&mut self.linear, f, a).is_err() {
                self.taken_at = None;
                return Ok(Prepared::Singular);
            }
            self.prepared = Some(a);
        }
        Ok(if self.taken_at == Some(t) { Prepared::Fresh } else { Prepared::Kept })
    }

    /// Solves an equation for `z`, which holds a first guess. If the iteration does not converge, the next step takes a
    /// new Jacobian.
    ///
    /// Afterwards `slope` is `(z − ψ) / a`. Without a mass matrix it equals `f(t, y₀ + z)`, but a stiff field does not amplify the error of
    /// `z` in it.
    pub fn solve(
        &mut self,
        linear: &L,
        f: &F,
        equation: &Equation<'_, F::State>,
        z: &mut F::State,
        slope: &mut F::State,
    ) -> Result<(), Unsolved> {
        self.convergence.begin(self.norm.is_none(), equation.a);
        while self.iterate(linear, f, equation, z, slope) {
            match self.convergence.judge(self.measure(equation.y0)) {
                Progress::Converged => {
                    self.slow |= self.convergence.was_slow();
                    slope.assign(z);
                    slope.add_scaled(-1.0, equation.psi);
                    slope.scale_by(1.0 / equation.a);
                    return Ok(());
                }
                Progress::Continue => {}
                Progress::Hopeless => break,
            }
        }
        self.taken_at = None;
        Err(Unsolved::after(std::slice::from_ref(slope)))
    }

    /// One iteration: `z += (M − a J)⁻¹ (M (ψ − z) + a f(t, y₀ + z))`. False if the linear system was not solved.
    fn iterate(
        &mut self,
        linear: &L,
        f: &F,
        &Equation { t, a, psi, y0 }: &Equation<'_, F::State>,
        z: &mut F::State,
        slope: &mut F::State,
    ) -> bool {
        self.y.combine(y0, 1.0, &[1.0], std::slice::from_ref(z));
        f.eval(t, &self.y, slope);
        self.evaluations += 1;
        if let Some(mass) = f.mass() {
            self.massless.assign(psi);
            self.massless.add_scaled(-1.0, z);
            mass.multiply(&self.massless, &mut self.increment);
            self.increment.add_scaled(a, slope);
        } else {
            self.increment.combine(psi, a, &[1.0], std::slice::from_ref(slope));
            self.increment.add_scaled(-1.0, z);
        }
        let tolerated = |residual: &F::State| size_sq(self.norm.as_ref(), residual, y0, &self.y).sqrt();
        let solved = linear.solve_within(&mut self.linear, f, &mut self.increment, tolerated);
        z.add_scaled(1.0, &self.increment);
        solved.is_ok()
    }

    /// The size of the last increment.
    fn measure(&self, y0: &F::State) -> Increment {
        let Self { norm, increment, y, .. } = self;
        let roundings = (increment.inner(increment) / y.inner(y)).sqrt() / y.rounding();
        let each = each_sq(norm.as_ref(), increment, y0, y).sqrt();
        Increment { size: size_sq(norm.as_ref(), increment, y0, y).sqrt(), each, roundings }
    }

    /// `x ← (M − a J)⁻¹ M x` with the prepared matrix. False if no solution was found.
    pub fn filter(&mut self, linear: &L, f: &F, x: &mut F::State) -> bool {
        if let Some(mass) = f.mass() {
            self.massless.assign(x);
            mass.multiply(&self.massless, x);
        }
        linear.solve(&mut self.linear, f, x).is_ok()
    }

    /// As [`Embedded::keeps_step`](crate::solver::Embedded::keeps_step), if the linear solver has factorisations.
    pub fn keeps_step(&self, linear: &L, factor: f64) -> bool {
        self.matrices(linear).factorisations > 0
            && self.taken_at.is_some()
            && !self.slow
            && is_not_worth_a_factorisation(factor)
    }

    /// The number of field evaluations.
    pub fn evaluations(&self, linear: &L) -> u64 {
        self.evaluations + linear.evaluations(&self.linear)
    }

    /// The numbers of Jacobians and factorisations.
    pub fn matrices(&self, linear: &L) -> Matrices {
        linear.matrices(&self.linear)
    }
}

impl<F: Dynamics, L: LinearSolver<F>> KeptStates<F::State> for Newton<F, L> {
    fn each(&mut self, see: &mut dyn FnMut(&mut F::State, Use)) {
        show(see, Use::Free, [&mut self.y, &mut self.increment, &mut self.massless]);
    }
}
