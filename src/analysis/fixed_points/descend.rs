//! From a start to a zero of the residual.

use nalgebra::{DMatrix, DVector};

use super::cholesky::solve_shifted;
use super::residual::{Place, Residual, Slopes};
use crate::analysis::System;
use crate::error::Result;
use crate::state::State;

/// The buffers of a search from one start.
#[derive(Debug)]
pub(in crate::analysis) struct Buffers<Y> {
    pub here: Place<Y>,
    pub slopes: Slopes,
    pub trial: Place<Y>,
    target: Vec<f64>,
    normal: DMatrix<f64>,
    factor: DMatrix<f64>,
    gradient: DVector<f64>,
    step: DVector<f64>,
    pub other: Slopes,
}

/// How a descent ended. The point is in the buffers, with its Jacobian unless the system is not finite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::analysis) enum Descent {
    /// The residual falls no further: at a zero, or at a local minimum.
    Ended,
    /// The budget is used up.
    Unfinished,
    /// The system is not finite.
    NotFinite,
}

/// The first factor of the damping.
const FIRST_DAMPING: f64 = 1e-2;

/// The least factor of the damping: with it a step near a zero differs from a Gauss–Newton step by rounding only.
const LEAST_DAMPING: f64 = 1e-8;

/// A step is accepted if the residual falls by this fraction of the prediction.
const ACCEPTED: f64 = 1e-4;

/// The gradient of `½|r|²` vanishes if it is below this fraction of `‖J‖ |r|`.
const FLAT: f64 = 1e-6;

/// The steps of Newton's method after a descent.
const POLISH: usize = 40;

impl<Y: State> Buffers<Y> {
    pub fn new<S: System<State = Y>>(residual: &Residual<S>, like: &Y) -> Self {
        let n = residual.units.len();
        let square = DMatrix::zeros(n, n);
        Self {
            here: residual.place(like),
            slopes: residual.slopes(),
            trial: residual.place(like),
            target: vec![0.0; n],
            normal: square.clone(),
            factor: square,
            gradient: DVector::zeros(n),
            step: DVector::zeros(n),
            other: residual.slopes(),
        }
    }

    /// Moves to `start`, with the Jacobian there; false if the system is not finite.
    pub fn begin<S: System<State = Y>>(&mut self, residual: &Residual<S>, start: &Y) -> Result<bool> {
        self.here.state.assign(start);
        residual.evaluate(&mut self.here)?;
        Ok(self.here.norm.is_finite() && residual.linearise(&self.here, &mut self.slopes)?)
    }

    /// The coordinates of `here` minus `step`, in `target`.
    fn aim(&mut self, units: &[f64]) {
        for (i, target) in self.target.iter_mut().enumerate() {
            *target = self.here.at[i] - self.step[i] * units[i];
        }
    }
}

/// Minimises `½|r|²` from `start` by the method of Levenberg and Marquardt with a damping proportional to the residual:
/// J. Fan & Y. Yuan, *On the quadratic convergence of the Levenberg–Marquardt method without nonsingularity assumption*,
/// Computing 74 (2005), doi:10.1007/s00607-004-0083-1. The factor follows H. B. Nielsen's rule. Steps of Newton's method
/// follow while the residual falls.
pub(in crate::analysis) fn descend<S: System>(
    residual: &Residual<S>,
    start: &S::State,
    budget: usize,
    b: &mut Buffers<S::State>,
) -> Result<Descent> {
    if !b.begin(residual, start)? {
        return Ok(Descent::NotFinite);
    }
    let n = b.target.len() as f64;
    let (mut damping, mut growth, mut steepest) = (FIRST_DAMPING, 2.0, b.slopes.norm);
    let mut fresh = true;
    let mut end = Descent::Unfinished;
    for _ in 0..budget {
        if fresh {
            steepest = steepest.max(b.slopes.norm);
            b.normal.gemm_tr(1.0, &b.slopes.matrix, &b.slopes.matrix, 0.0);
            b.gradient.gemv_tr(1.0, &b.slopes.matrix, &DVector::from_column_slice(&b.here.residual), 0.0);
        }
        if b.here.norm <= b.slopes.noise_norm() || b.gradient.norm() <= FLAT * steepest * b.here.norm {
            end = Descent::Ended;
            break;
        }
        let shift = damping * b.slopes.norm * b.here.norm + n * f64::EPSILON * b.slopes.norm.powi(2);
        b.step.copy_from(&b.gradient);
        fresh = false;
        if solve_shifted(&b.normal, shift, &mut b.factor, b.step.as_mut_slice()) {
            b.aim(residual.units);
            // A system that has no value at the trial, or fails there, is not followed.
            let _ = residual.move_to(&mut b.trial, &b.target);
            if b.trial.at == b.here.at {
                end = Descent::Ended;
                break;
            }
            let predicted = b.step.dot(&b.gradient) + shift * b.step.norm_squared();
            let actual = (b.here.norm - b.trial.norm) * (b.here.norm + b.trial.norm);
            if actual > ACCEPTED * predicted && residual.linearise(&b.trial, &mut b.other).is_ok_and(|finite| finite) {
                std::mem::swap(&mut b.here, &mut b.trial);
                std::mem::swap(&mut b.slopes, &mut b.other);
                let ratio = actual / predicted;
                damping = (damping * (1.0 - (2.0 * ratio - 1.0).powi(3)).clamp(0.1, 2.0)).max(LEAST_DAMPING);
                (growth, fresh) = (2.0, true);
                continue;
            }
        }
        damping *= growth;
        growth *= 2.0;
        if !damping.is_finite() {
            end = Descent::Ended;
            break;
        }
    }
    polish(residual, b);
    Ok(end)
}

/// Steps of Newton's method while the residual falls.
pub(in crate::analysis) fn polish<S: System>(residual: &Residual<S>, b: &mut Buffers<S::State>) {
    for _ in 0..POLISH {
        if b.here.norm == 0.0 {
            return;
        }
        b.step.copy_from_slice(&b.here.residual);
        if !b.slopes.matrix.clone().lu().solve_mut(&mut b.step) || !b.step.iter().all(|x| x.is_finite()) {
            return;
        }
        b.aim(residual.units);
        let moved = residual.move_to(&mut b.trial, &b.target).is_ok() && b.trial.norm < b.here.norm;
        if !moved || !residual.linearise(&b.trial, &mut b.other).is_ok_and(|finite| finite) {
            return;
        }
        std::mem::swap(&mut b.here, &mut b.trial);
        std::mem::swap(&mut b.slopes, &mut b.other);
    }
}
