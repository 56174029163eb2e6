//! Newton's method for the point and the period of an orbit.

use nalgebra::{DMatrix, DVector, Dyn, SVD};

use super::shot::{Shoot, Shot};
use crate::error::{Error, Result};
use crate::state::State;

/// The most Newton steps.
const ITERATIONS: u32 = 60;

/// The shortest fraction of a Newton step.
const SHORTEST: f64 = 1e-3;

/// The largest relative change of the period, and of the point in units of half of its range, in a step.
const LARGEST_CHANGE: f64 = 0.5;

/// A correction in which rounding dominates.
const ROUNDING: f64 = 1e-14;

/// A correction that may stand still because the steps of an adaptive solve change.
const ACCEPTABLE: f64 = 1e-4;

/// How often the correction may stand still.
const STANDS: u32 = 3;

/// A singular value below this fraction of the largest is zero: the orbit is not isolated.
pub(super) const RANK: f64 = 1e-10;

/// An orbit whose coordinates all move by less than this fraction of their first ranges has collapsed.
const COLLAPSED: f64 = 1e-6;

/// A period below this fraction of the guess has vanished: any point returns after no time.
const VANISHED: f64 = 1e-3;

/// Whether the period is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Period {
    Unknown,
    Given,
}

/// A converged orbit.
pub(super) struct Converged<Y> {
    pub shot: Shot<Y>,
    /// The units of the correction.
    pub units: DVector<f64>,
    pub correction: f64,
    /// The ratio of the extreme singular values of the equations.
    pub regularity: f64,
}

/// The linearised equations of a shot, in units of the coordinates and of the period.
struct Equations {
    svd: SVD<f64, Dyn, Dyn>,
    units: DVector<f64>,
    unknown: Period,
    period: f64,
}

/// A correction in those units.
struct Correction {
    scaled: DVector<f64>,
    size: f64,
}

impl Equations {
    /// `(M − I) δx + f(x₁) δT = −(x₁ − x₀)` and the phase condition `f(x₀) · δx = 0`; `None` if they overflow.
    fn of<Y: State>(shot: &Shot<Y>, units: DVector<f64>, unknown: Period) -> Option<Self> {
        let n = shot.start.len();
        let size = if unknown == Period::Unknown { n + 1 } else { n };
        let mut matrix = DMatrix::zeros(size, size);
        for i in 0..n {
            for j in 0..n {
                matrix[(i, j)] = shot.monodromy[(i, j)] * (units[j] / units[i]) - if i == j { 1.0 } else { 0.0 };
            }
        }
        if unknown == Period::Unknown {
            let [first, last] = [&shot.velocity[0], &shot.velocity[1]].map(|velocity| velocity.component_div(&units));
            let speed = first.norm();
            for i in 0..n {
                matrix[(i, n)] = last[i] * shot.period;
                matrix[(n, i)] = if speed > 0.0 { first[i] / speed } else { 0.0 };
            }
        }
        // The iteration of the decomposition would not end.
        let finite = matrix.iter().all(|x| x.is_finite());
        finite.then(|| Self { svd: matrix.svd(true, true), units, unknown, period: shot.period })
    }

    /// The ratio of the extreme singular values.
    fn regularity(&self) -> f64 {
        self.svd.singular_values.min() / self.svd.singular_values.max()
    }

    /// The shortest correction for the gap of a shot.
    fn solve<Y: State>(&self, shot: &Shot<Y>) -> Option<Correction> {
        let gap = -shot.gap(&self.units);
        let right = if self.unknown == Period::Unknown { gap.push(0.0) } else { gap };
        let scaled = self.svd.solve(&right, RANK * self.svd.singular_values.max()).ok()?;
        let size = scaled.norm() / (scaled.len() as f64).sqrt();
        size.is_finite().then_some(Correction { scaled, size })
    }

    /// The largest fraction of the correction that changes neither the period nor the point too much; all of it if the
    /// period is given.
    fn longest(&self, correction: &Correction) -> f64 {
        match self.unknown {
            Period::Unknown => (LARGEST_CHANGE / correction.scaled.amax()).min(1.0),
            Period::Given => 1.0,
        }
    }

    /// The point and the period after a fraction of a correction.
    fn moved(&self, start: &DVector<f64>, correction: &Correction, fraction: f64) -> (DVector<f64>, f64) {
        let n = start.len();
        let change = correction.scaled.rows(0, n).component_mul(&self.units) * fraction;
        let relative = if self.unknown == Period::Unknown { correction.scaled[n] * fraction } else { 0.0 };
        (start + change, self.period * (1.0 + relative))
    }
}

/// Newton's method from a shot, with a line search on the natural level function (Deuflhard, *Newton Methods for
/// Nonlinear Problems*, section 3.3).
///
/// The derivative belongs to the computed steps. An adaptive solve changes its steps with the point, so the corrections
/// stand still at about its tolerance.
pub(super) fn newton<S: Shoot>(
    shooter: &S,
    like: &S::State,
    guess: DVector<f64>,
    (period, unknown): (f64, Period),
) -> Result<Converged<S::State>> {
    let mut shot = shooter.shoot(like, guess, period, &shooter.first_units(like, period))?;
    let (first, first_units) = (shot.amplitudes.clone(), shot.units());
    let units = |shot: &Shot<S::State>, unknown| match unknown {
        Period::Unknown => shot.units(),
        // A forced orbit may be at rest.
        Period::Given => shot.units().sup(&first_units),
    };
    let mut best: Option<Converged<S::State>> = None;
    let (mut before, mut stands) = (f64::INFINITY, 0);
    for iteration in 0..ITERATIONS {
        if unknown == Period::Unknown && has_collapsed(&shot, &first) {
            let shrank = shot.period < VANISHED * period;
            let reason = if shrank { "the period shrank to zero" } else { "it collapsed to an equilibrium" };
            return Err(failure(reason, iteration, &shot));
        }
        let overflow = || failure("the monodromy matrix overflows", iteration, &shot);
        let equations = Equations::of(&shot, units(&shot, unknown), unknown).ok_or_else(overflow)?;
        let correction = equations.solve(&shot).ok_or_else(overflow)?;
        let size = correction.size;
        stands += u32::from(size > 0.5 * before && size <= ACCEPTABLE);
        before = size;
        if best.as_ref().is_none_or(|best| size < best.correction) {
            let (units, regularity) = (equations.units.clone(), equations.regularity());
            best = Some(Converged { shot: shot.clone(), units, correction: size, regularity });
        }
        if size <= ROUNDING || size <= ACCEPTABLE && stands >= STANDS {
            break;
        }
        let mut fraction = equations.longest(&correction);
        let next = loop {
            let (x, period) = equations.moved(&shot.start, &correction, fraction);
            if let Ok(next) = shooter.shoot(like, x, period, &equations.units) {
                let ahead = equations.solve(&next).map_or(f64::INFINITY, |ahead| ahead.size);
                if ahead <= (1.0 - 0.25 * fraction) * size || size <= ACCEPTABLE {
                    break Some(next);
                }
            }
            fraction *= 0.5;
            if fraction < SHORTEST {
                break None;
            }
        };
        let Some(next) = next else { break };
        shot = next;
    }
    match best {
        Some(best) if best.correction <= ACCEPTABLE => Ok(best),
        _ => Err(failure("Newton's method does not converge", ITERATIONS, &shot)),
    }
}

fn has_collapsed<Y: State>(shot: &Shot<Y>, first: &DVector<f64>) -> bool {
    let ranges = shot.amplitudes.iter().zip(first.iter());
    shot.is_at_rest() || ranges.into_iter().all(|(range, first)| *range <= COLLAPSED * first)
}

fn failure<Y: State>(reason: &'static str, steps: u32, shot: &Shot<Y>) -> Error {
    Error::NoPeriodicOrbit { reason, steps, period: shot.period, at: shot.start.as_slice().to_vec() }
}
