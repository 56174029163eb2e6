//! A periodic orbit.

use nalgebra::{Complex, DMatrix};

/// A periodic orbit of a field, found by [`periodic_orbit`](super::periodic_orbit) or
/// [`forced_orbit`](super::forced_orbit).
///
/// ```
/// use nalgebra::{Vector2, vector};
/// use rheos::analysis::periodic_orbit;
/// use rheos::solver::explicit::Dop853;
/// use rheos::{Pid, ode};
/// use std::f64::consts::{PI, TAU};
///
/// // dr/dt = −r (1 − r²), dθ/dt = 4: an unstable cycle of radius 1, with the multiplier exp(2 · 2π/4).
/// let field = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| {
///     let growth = y.norm_squared() - 1.0;
///     *dy = vector![growth * y[0] - 4.0 * y[1], 4.0 * y[0] + growth * y[1]];
/// });
/// let orbit = periodic_orbit(&field, vector![0.9, 0.0], 1.5, Dop853, Pid::tolerance(1e-11))?;
/// assert!((orbit.x.norm() - 1.0).abs() < 1e-8 && (orbit.period - TAU / 4.0).abs() < 1e-8);
/// let multiplier = orbit.nontrivial().next().expect("of two");
/// assert!((multiplier.re / PI.exp() - 1.0).abs() < 1e-7);
/// assert!((orbit.exponents()[0].re - 2.0).abs() < 1e-7);
/// assert!(orbit.unstable_directions() == 1 && orbit.accuracy() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodicOrbit<Y> {
    /// A point on the orbit, at the time [`t0`](Self::t0).
    pub x: Y,
    /// The time at `x`: 0 for an autonomous field.
    pub t0: f64,
    /// The period: the minimal one of an autonomous field, as far as its divisions by primes below 100 tell.
    pub period: f64,
    /// How many periods the guess contained: more than 1 if it was a multiple of the minimal period.
    pub repeats: usize,
    /// Times over one period, both ends included.
    pub times: Vec<f64>,
    /// The states at these times, for drawing: by the interpolant of the method.
    pub states: Vec<Y>,
    /// The monodromy matrix `∂y(t₀ + T)/∂y(t₀)`.
    pub monodromy: DMatrix<f64>,
    /// Its eigenvalues, the Floquet multipliers, by decreasing absolute value.
    pub multipliers: Vec<Complex<f64>>,
    /// The index of the multiplier along the orbit of an autonomous field: 1 but for the error of the method.
    pub trivial: Option<usize>,
    /// The integral of the divergence over a period, the logarithm of the product of all multipliers (Liouville's
    /// formula). In a plane it has the other multiplier, also if that is too small for the monodromy matrix.
    pub log_volume: f64,
    /// The distance `y(t₀ + T) − x`: root mean square over the coordinates, in units of half of their ranges along the
    /// orbit. The orbit of a forced field may be at rest, so its units are at least the half ranges along the
    /// trajectory of the guess.
    pub residual: f64,
    /// The last correction of Newton's method to `x` and the period, in the same relative units. The error of the
    /// method of integration is not in it; see [`accuracy`](Self::accuracy).
    pub correction: f64,
    /// Whether the orbit is isolated: if not, as in a conservative system, it is one of a family.
    pub isolated: bool,
}

impl<Y> PeriodicOrbit<Y> {
    /// The multipliers without the trivial one.
    pub fn nontrivial(&self) -> impl Iterator<Item = Complex<f64>> + '_ {
        let rest = self.multipliers.iter().enumerate().filter(|(index, _)| Some(*index) != self.trivial);
        rest.map(|(_, multiplier)| *multiplier)
    }

    /// A measure of the error of the integration: the deviation of the trivial multiplier from 1, or of a forced orbit
    /// the deviation of `|det M|` from its value by Liouville's formula, relative to the larger one.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        match self.trivial {
            Some(index) => (self.multipliers[index] - 1.0).norm(),
            None => {
                let (found, expected) = (self.monodromy.determinant().abs(), self.log_volume.exp());
                // Both may contract to nothing.
                if found == expected { 0.0 } else { (found - expected).abs() / found.max(expected) }
            }
        }
    }

    /// The number of unstable directions: multipliers outside the unit circle by more than twice the
    /// [accuracy](Self::accuracy), the trivial one left out.
    #[must_use]
    pub fn unstable_directions(&self) -> usize {
        let margin = 2.0 * self.accuracy();
        self.nontrivial().filter(|multiplier| multiplier.norm() > 1.0 + margin).count()
    }

    /// Whether the orbit is asymptotically (orbitally) stable: every multiplier but the trivial one is inside the unit
    /// circle, by more than twice the [accuracy](Self::accuracy).
    ///
    /// `None` if that is undecided: no multiplier is outside, but one is too near the circle. A bifurcation is near, or the
    /// orbit is one of a family.
    #[must_use]
    pub fn is_stable(&self) -> Option<bool> {
        let margin = 2.0 * self.accuracy();
        if self.unstable_directions() > 0 {
            return Some(false);
        }
        self.nontrivial().all(|multiplier| multiplier.norm() < 1.0 - margin).then_some(true)
    }

    /// The Floquet exponents `ln μ / T` of the [multipliers](Self::multipliers), in the same order; their imaginary
    /// parts are within `±π/T`.
    #[must_use]
    pub fn exponents(&self) -> Vec<Complex<f64>> {
        self.multipliers.iter().map(|multiplier| multiplier.ln() / self.period).collect()
    }
}
