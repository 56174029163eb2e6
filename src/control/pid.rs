//! Digital filters of the errors of the last three steps.

use super::{Accepted, Adaptive, StepLaw};
use crate::error::{Error, Result};
use crate::state::{Tolerance, Tolerances};

/// A proportional–integral–derivative controller of the step size.
///
/// A step is accepted if the root mean square of its error, in units of `atol + rtol max(|y0|, |y1|)`, is at most 1.
/// With `εₙ` the norms of the last errors and `k` the order of the estimate, the next step is `h` times
/// `safety εₙ^(−(P+I+D)/k) εₙ₋₁^((P+2D)/k) εₙ₋₂^(−D/k)`, kept within `[min_factor, max_factor]`.
///
/// | law | `P`, `I`, `D` | |
/// |---|---|---|
/// | default | 0.2, 0.65, 0 | the controller of DOPRI5: Hairer, Nørsett & Wanner II, section IV.2 |
/// | [`integral`](Self::integral) | 0, 1, 0 | the elementary controller: Hairer, Nørsett & Wanner I, section II.4 |
/// | [`h211`](Self::h211) | −1/6, 1/3, 0 | H211PI: smooth step sequences |
/// | [`h312`](Self::h312) | −2/9, 2/9, 1/18 | H312PID: smoother still, for fields that are not smooth |
///
/// ```
/// use rheos::{Dopri5, Pid, ode, solve};
///
/// // Both tolerances 1e-8; then a smaller absolute one, as the state decays.
/// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
/// let coarse = solve(&decay, 1.0, 0.0..10.0, Dopri5, Pid::tolerance(1e-8))?;
/// let fine = solve(&decay, 1.0, 0.0..10.0, Dopri5, Pid::tolerance(1e-8).atol(1e-14))?;
/// assert!(fine.stats.accepted > coarse.stats.accepted);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// The form with `P, I, D` and the filters H211PI and H312PID are from Söderlind, *Digital filters in adaptive
/// time-stepping*, ACM TOMS 29 (2003), table III, doi:10.1145/641876.641877.
///
/// A batch (the columns of a matrix, a tensor) is one state: its samples share each step, and the error is the mean
/// over all samples. [`Ensemble`](crate::solution::Ensemble) gives each sample its own steps.
pub type Pid<W = Tolerance> = Adaptive<Filter, W>;

/// The [`StepLaw`] of [`Pid`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filter {
    proportional: f64,
    integral: f64,
    derivative: f64,
}

impl Filter {
    /// The filter with these coefficients.
    #[must_use]
    pub const fn new(proportional: f64, integral: f64, derivative: f64) -> Self {
        Self { proportional, integral, derivative }
    }
}

/// The PI controller of DOPRI5.
const DOPRI5: Filter = Filter::new(0.2, 0.65, 0.0);

impl Adaptive<Filter, Tolerance> {
    /// The default controller with the relative tolerance and the absolute tolerance `tolerance > 0`.
    ///
    /// [`atol`](Self::atol) sets another absolute tolerance, in units of the state.
    pub const fn tolerance(tolerance: f64) -> Self {
        Self::with_law(DOPRI5, Tolerance { rtol: tolerance, atol: tolerance })
    }
}

impl<Y> Adaptive<Filter, Tolerances<Y>> {
    /// The default controller with relative and absolute tolerances for each coordinate, given as states.
    ///
    /// ```
    /// use nalgebra::{Vector2, vector};
    /// use rheos::state::Tolerances;
    /// use rheos::{Dopri5, Pid, ode, solve};
    ///
    /// // A concentration of about 1e-9 beside a temperature of about 300.
    /// let model = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[0], 1e9 * y[0]]);
    /// let control = Pid::tolerances(Tolerances { rtol: vector![1e-6, 1e-6], atol: vector![1e-15, 1e-4] });
    /// let end = *solve(&model, vector![1e-9, 300.0], 0.0..1.0, Dopri5, control)?.last();
    /// assert!((end[0] - 1e-9 * (-1.0_f64).exp()).abs() < 1e-15);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    pub const fn tolerances(tolerances: Tolerances<Y>) -> Self {
        Self::with_law(DOPRI5, tolerances)
    }
}

impl<W> Adaptive<Filter, W> {
    /// The default controller with an error norm of your own.
    pub const fn with_norm(norm: W) -> Self {
        Self::with_law(DOPRI5, norm)
    }

    /// The elementary (I) controller, which uses the last error only.
    pub const fn integral(self) -> Self {
        self.coefficients(0.0, 1.0, 0.0)
    }

    /// The filter H211PI.
    pub const fn h211(self) -> Self {
        self.coefficients(-1.0 / 6.0, 1.0 / 3.0, 0.0)
    }

    /// The filter H312PID.
    pub const fn h312(self) -> Self {
        self.coefficients(-2.0 / 9.0, 2.0 / 9.0, 1.0 / 18.0)
    }

    /// Sets the coefficients `P`, `I`, `D`.
    pub const fn coefficients(self, proportional: f64, integral: f64, derivative: f64) -> Self {
        self.replace_law(Filter::new(proportional, integral, derivative))
    }
}

impl StepLaw for Filter {
    /// The logarithms of the errors of the last two steps, newest first.
    type Past = [f32; 2];

    #[inline(always)]
    fn factor(&self, past: &[f32; 2], step: Accepted) -> f64 {
        let weight = |c: f64| (0.5 * c * (1.0 / step.order)) as f32;
        let past = weight(self.proportional + 2.0 * self.derivative) * past[0] - weight(self.derivative) * past[1];
        let now = weight(self.proportional + self.integral + self.derivative) * step.log_sq;
        f64::from((past - now).exp2())
    }

    #[inline(always)]
    fn remember(&self, past: &mut [f32; 2], step: Accepted) {
        *past = [step.log_sq, past[0]];
    }

    fn validate(&self) -> Result<()> {
        let Self { proportional, integral, derivative } = *self;
        for (name, value) in [("proportional", proportional), ("integral", integral), ("derivative", derivative)] {
            if !value.is_finite() {
                return Err(Error::InvalidArgument { name, value, expected: "finite" });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Accepted, Filter, Pid, StepLaw};

    /// `βᵢ` such that the next step is `h Πᵢ εₙ₋ᵢ^(−βᵢ/k)`.
    type Exponents = [f64; 3];

    /// H211PI, H312PID (Söderlind 2003, table III), and the PI controller of DOPRI5 (Hairer, Nørsett & Wanner II, section
    /// IV.2, with `k = 5`: 0.17 and −0.04), with the constructor of each.
    fn published() -> [(Filter, Pid, Exponents); 4] {
        let h211 = (-1.0 / 6.0, 1.0 / 3.0, 0.0);
        let h312 = (-2.0 / 9.0, 2.0 / 9.0, 1.0 / 18.0);
        let dopri5 = (0.2, 0.65, 0.0);
        let elementary = (0.0, 1.0, 0.0);
        let filter = |(p, i, d)| Filter::new(p, i, d);
        [
            (filter(h211), Pid::tolerance(1e-3).h211(), [1.0 / 6.0, 1.0 / 6.0, 0.0]),
            (filter(h312), Pid::tolerance(1e-3).h312(), [1.0 / 18.0, 1.0 / 9.0, 1.0 / 18.0]),
            (filter(dopri5), Pid::tolerance(1e-3), [5.0 * 0.17, 5.0 * -0.04, 0.0]),
            (filter(elementary), Pid::tolerance(1e-3).integral(), [1.0, 0.0, 0.0]),
        ]
    }

    #[test]
    fn the_laws_are_the_published_ones() {
        let errors = [0.3, 0.9, 0.05, 0.6];
        for (law, control, exponents) in published() {
            let Filter { proportional, integral, derivative } = law;
            assert_eq!(control, Pid::tolerance(1e-3).coefficients(proportional, integral, derivative));
            for order in [2.0, 5.0] {
                let step = |error: f64| Accepted { h: 0.1, log_sq: (2.0 * error.log2()) as f32, order };
                let mut past = <Filter as StepLaw>::Past::default();
                for (n, &error) in errors.iter().enumerate() {
                    // Before the first step, every error is 1.
                    let before = |i: usize| n.checked_sub(i).map_or(1.0_f64, |n| errors[n]);
                    let expected: f64 = (0..3).map(|i| before(i).powf(-exponents[i] / order)).product();
                    let found = law.factor(&past, step(error));
                    assert!((found / expected - 1.0).abs() < 1e-5, "{law:?}, step {n}: {found} {expected}");
                    law.remember(&mut past, step(error));
                }
            }
        }
    }
}
