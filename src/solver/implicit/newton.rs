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

/// The equation `y = ψ + a f(t, y)`.
#[derive(Debug, Clone, Copy)]
pub struct Equation<'a, Y> {
    /// The time.
    pub t: f64,
    /// The factor of the field.
    pub a: f64,
    /// What does not depend on `y`.
    pub psi: &'a Y,
    /// A state of the size of the solution, beside which errors are measured.
    pub scale: &'a Y,
}

/// Solves `y = ψ + a f(t, y)` by Newton's method with a Jacobian that is kept as long as it serves.
pub struct Newton<F: Dynamics, L: LinearSolver<F>> {
    linear: L::Workspace,
    norm: Option<StoredNorm<F::State>>,
    /// Where the Jacobian was taken, if it is to be kept.
    taken_at: Option<f64>,
    /// The factor `a` that is prepared.
    prepared: Option<f64>,
    /// `η = Θ / (1 − Θ)` of the last iteration, by which an increment bounds the error that is left.
    eta: f64,
    slow: bool,
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
            increment: y0.zeros_like(),
            evaluations: 0,
        }
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

    /// Solves an equation for `y`, which holds a first guess. False, and the next step takes a new Jacobian, if the
    /// iteration does not converge.
    ///
    /// `slope` is left with `(y − ψ) / a`, which is `f(t, y)` without the amplification of the error of `y` by a stiff
    /// field.
    pub fn solve(
        &mut self,
        linear: &L,
        f: &F,
        equation: Equation<'_, F::State>,
        y: &mut F::State,
        slope: &mut F::State,
    ) -> bool {
        let Equation { t, a, psi, scale } = equation;
        // The rate of the last solve is a guess for this one, the more cautious the longer ago.
        self.eta = self.eta.max(f64::EPSILON).powf(0.8);
        let mut before = f64::INFINITY;
        for iteration in 1..=MAX_ITERATIONS {
            f.eval(t, y, slope);
            self.evaluations += 1;
            self.increment.combine(psi, a, &[1.0], std::slice::from_ref(slope));
            self.increment.add_scaled(-1.0, y);
            let norm = &self.norm;
            let tolerated = |residual: &F::State| size_of(norm, residual, scale, psi);
            if !linear.solve_within(&mut self.linear, f, &mut self.increment, tolerated) {
                break;
            }
            y.add_scaled(1.0, &self.increment);

            let size = size_of(&self.norm, &self.increment, scale, y);
            let rate = if iteration == 1 { 0.0 } else { size / before };
            // The iterates of a linear problem repeat each other once rounding is all that is left.
            let rounding = iteration > 1 && self.is_rounding(scale, y);
            if iteration > 1 && rate < 1.0 {
                self.eta = rate / (1.0 - rate);
            }
            if self.eta * size <= 1.0 && rate < 1.0 || rounding {
                self.slow |= rate > FAST && !rounding;
                slope.assign(y);
                slope.add_scaled(-1.0, psi);
                slope.scale_by(1.0 / a);
                return true;
            }
            let left = rate.powi((MAX_ITERATIONS - iteration) as i32);
            if !size.is_finite() || rate >= 1.0 || iteration > 1 && left * self.eta * size > 1.0 {
                break;
            }
            before = size;
        }
        self.taken_at = None;
        self.eta = 1.0;
        false
    }

    /// Whether the last increment is a matter of rounding.
    fn is_rounding(&self, scale: &F::State, y: &F::State) -> bool {
        close_to_rounding(y).norm(&self.increment, scale, y) <= 1.0
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
fn size_of<Y: State>(norm: &Option<StoredNorm<Y>>, x: &Y, y0: &Y, y1: &Y) -> f64 {
    match norm {
        Some(norm) => norm.norm(x, y0, y1) / SHARE,
        None => close_to_rounding(y1).norm(x, y0, y1),
    }
}

/// The tolerance where nobody names one.
fn close_to_rounding<Y: State>(y: &Y) -> Tolerance {
    let unit = 10.0 * y.rounding();
    Tolerance { rtol: unit, atol: 1e-2 * unit }
}
