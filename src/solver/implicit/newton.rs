//! Simplified Newton iterations for the stages of implicit methods.
//!
//! The iteration, its stopping rule and its constants follow Hairer & Wanner, *Solving Ordinary Differential Equations
//! II*, section IV.8: the Jacobian is kept while the iteration converges fast, and the error of the last iterate is
//! estimated from the rate of convergence. A linear solver that iterates itself is told how large a residual may be, in
//! the same units, so that the increments it returns are exact as far as that estimate looks.

use super::linear::{LinearSolver, Matrices};
use crate::state::{ErrorNorm, StoredNorm};
use crate::{Dynamics, State, Tolerance};

/// Iterations before a step is given up.
const MAX_ITERATIONS: u32 = 10;

/// The part of the tolerance that the error of an iteration may have.
const SHARE: f64 = 0.01;

/// A Jacobian is good enough for the next step where the error shrinks by this factor in an iteration.
const FAST: f64 = 1e-3;

/// The equation `z = ψ + a f(t, y₀ + z)`.
///
/// The unknown is the change `z` and not the state, since it is small where steps are, and so are its rounding errors.
#[derive(Debug)]
pub struct Equation<'a, Y> {
    /// The time.
    pub t: f64,
    /// The factor of the field.
    pub a: f64,
    /// What does not depend on `z`.
    pub psi: &'a Y,
    /// The state that changes.
    pub y0: &'a Y,
}

/// Solves `z = ψ + a f(t, y₀ + z)` by Newton's method with a Jacobian that is kept as long as it serves.
pub struct Newton<F: Dynamics, L: LinearSolver<F>> {
    linear: L::Workspace,
    norm: Option<StoredNorm<F::State>>,
    /// Where the Jacobian was taken, if it is to be kept.
    taken_at: Option<f64>,
    /// The factor `a` that is prepared.
    prepared: Option<f64>,
    /// `η = Θ / (1 − Θ)` of the last iteration with the rate `Θ`: what is left of an error, in units of the increment.
    eta: f64,
    /// Whether an iteration was so slow that the next step deserves a new Jacobian.
    slow: bool,
    /// The rate of convergence up to which an iteration is not slow.
    fast: f64,
    /// The least `η` that is supposed of an iteration before its rate is known.
    least_eta: f64,
    /// `y₀ + z`.
    y: F::State,
    increment: F::State,
    evaluations: u64,
}

impl<F: Dynamics, L: LinearSolver<F>> Newton<F, L> {
    /// For states of the shape of `y0`.
    pub fn new(linear: &L, f: &F, y0: &F::State) -> Self {
        Self {
            linear: linear.workspace(f, y0),
            norm: None,
            taken_at: None,
            prepared: None,
            eta: 1.0,
            slow: false,
            fast: FAST,
            least_eta: 0.0,
            y: y0.zeros_like(),
            increment: y0.zeros_like(),
            evaluations: 0,
        }
    }

    /// The same, which keeps the Jacobian while the error shrinks to this part in an iteration. A Jacobian that is kept for
    /// long may have become worse than that since the last iteration, so none is trusted to be better before its rate is
    /// known.
    pub fn patient(self, fast: f64) -> Self {
        Self { fast, least_eta: fast, ..self }
    }

    /// Solves to a part of this norm from now on, and not to rounding.
    pub fn tolerate(&mut self, norm: &impl ErrorNorm<F::State>) {
        self.norm = Some(norm.stored());
    }

    /// Forgets the Jacobian.
    pub fn reset(&mut self) {
        self.taken_at = None;
    }

    /// Gets ready for the stages of a step from `(t, y)` with the factor `a`. False if the matrix is singular.
    pub fn prepare(&mut self, linear: &L, f: &F, t: f64, y: &F::State, a: f64) -> bool {
        if self.taken_at.is_none() || self.slow && self.taken_at != Some(t) {
            linear.linearise(&mut self.linear, f, t, y);
            self.taken_at = Some(t);
            self.prepared = None;
            self.slow = false;
        }
        if self.prepared != Some(a) {
            if !linear.prepare(&mut self.linear, a) {
                self.taken_at = None;
                return false;
            }
            self.prepared = Some(a);
        }
        true
    }

    /// Whether the Jacobian is that of the step from `t`.
    pub fn is_fresh(&self, t: f64) -> bool {
        self.taken_at == Some(t)
    }

    /// Solves an equation for `z`, which holds a first guess. False, and the next step takes a new Jacobian, if the
    /// iteration does not converge.
    ///
    /// `slope` is left with `(z − ψ) / a`, which is `f(t, y₀ + z)` without the amplification of the error of `z` by a
    /// stiff field.
    pub fn solve(
        &mut self,
        linear: &L,
        f: &F,
        equation: &Equation<'_, F::State>,
        z: &mut F::State,
        slope: &mut F::State,
    ) -> bool {
        // The rate of the last solve is a guess for this one, though not one to bet all digits on.
        let guess = self.eta.max(f64::EPSILON).powf(0.8).max(self.least_eta);
        self.eta = if self.norm.is_some() { guess } else { 1.0 };
        let mut before = f64::INFINITY;
        for iteration in 1..=MAX_ITERATIONS {
            if !self.iterate(linear, f, equation, z, slope) {
                break;
            }
            let size = size(&self.norm, &self.increment, equation.y0, &self.y);
            let rate = if iteration == 1 { 0.0 } else { size / before };
            let at_rounding = iteration > 1 && self.is_rounding(equation.y0);
            if iteration > 1 && rate < 1.0 {
                self.eta = rate / (1.0 - rate);
            }
            let stalls = rate >= 1.0 || iteration == MAX_ITERATIONS;
            if !stalls && self.eta * size <= 1.0 || stalls && at_rounding {
                self.slow |= rate > self.fast && !at_rounding;
                slope.assign(z);
                slope.add_scaled(-1.0, equation.psi);
                slope.scale_by(1.0 / equation.a);
                return true;
            }
            let left = rate.powi((MAX_ITERATIONS - iteration) as i32);
            let hopeless = iteration > 1 && left * self.eta * size > 1.0 && !at_rounding;
            if stalls || hopeless || !size.is_finite() {
                break;
            }
            before = size;
        }
        self.taken_at = None;
        self.eta = 1.0;
        false
    }

    /// One iteration: `z += (I − a J)⁻¹ (ψ + a f(t, y₀ + z) − z)`. False if the linear system was not solved.
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
        self.increment.combine(psi, a, &[1.0], std::slice::from_ref(slope));
        self.increment.add_scaled(-1.0, z);
        let tolerated = |residual: &F::State| size(&self.norm, residual, y0, &self.y);
        let solved = linear.solve_within(&mut self.linear, f, &mut self.increment, tolerated);
        z.add_scaled(1.0, &self.increment);
        solved
    }

    /// Whether the last increment is a matter of rounding.
    fn is_rounding(&self, y0: &F::State) -> bool {
        roundings(10.0, y0).norm(&self.increment, y0, &self.y) <= 1.0
    }

    /// `x ← (I − a J)⁻¹ x` with what was prepared. False if no solution was found.
    pub fn filter(&mut self, linear: &L, f: &F, x: &mut F::State) -> bool {
        linear.solve(&mut self.linear, f, x)
    }

    /// Evaluations of the field.
    pub fn evaluations(&self, linear: &L) -> u64 {
        self.evaluations + linear.evaluations(&self.linear)
    }

    /// Jacobians and factorisations.
    pub fn matrices(&self, linear: &L) -> Matrices {
        linear.matrices(&self.linear)
    }
}

/// The size of an increment or a residual, in units of what is tolerated.
fn size<Y: State>(norm: &Option<StoredNorm<Y>>, x: &Y, y0: &Y, y1: &Y) -> f64 {
    match norm {
        Some(norm) => norm.norm(x, y0, y1) / SHARE,
        None => roundings(0.01, y0).norm(x, y0, y1),
    }
}

/// So many units in the last place of a state, or of a hundredth for what is smaller.
fn roundings<Y: State>(count: f64, y: &Y) -> Tolerance {
    let unit = count * y.rounding();
    Tolerance { rtol: unit, atol: 1e-2 * unit }
}
