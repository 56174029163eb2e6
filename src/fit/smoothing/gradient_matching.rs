//! The loss of a field on slopes.

use super::SlopeSamples;
use crate::dynamics::Differentiable;
use crate::error::{Error, Result};
use crate::state::State;
use crate::train::{MiniBatch, Objective};

/// The mean square error of the slopes of a field, as an [`Objective`]: with it
/// [`Trainer`](crate::train::Trainer) or [`Lbfgs`](crate::train::Lbfgs) fit any [`Differentiable`] field, a network or a
/// physical model, without a solve.
///
/// `L = 1/(m n) Σᵢ Σⱼ ((fⱼ(tᵢ, yᵢ) − sᵢⱼ)/σⱼ)²` over `m` samples and `n` coordinates. The scale `σⱼ` is the root mean
/// square of the slopes of coordinate `j`, so that the loss depends on no unit.
///
/// ```
/// use nalgebra::vector;
/// use rheos::dynamics::problems::LotkaVolterra;
/// use rheos::fit::{GradientMatching, SlopeSamples};
/// use rheos::train::{Lbfgs, MiniBatch, Objective};
/// use rheos::{Dynamics, Parametric};
///
/// let (truth, _) = LotkaVolterra::problem();
/// let states = vec![vector![1.0, 1.0], vector![3.0, 1.0], vector![2.0, 3.0], vector![5.0, 2.0]];
/// let slope = |y| { let mut dy = vector![0.0, 0.0]; truth.eval(0.0, y, &mut dy); dy };
/// let slopes = states.iter().map(slope).collect();
/// let matching = GradientMatching::new(SlopeSamples::new(vec![0.0; 4], states, slopes)?)?;
///
/// let mut model = LotkaVolterra::problem().0;
/// model.set_params(&vector![1.0, 1.0, 1.0, 1.0]);
/// let batch = MiniBatch { samples: &[0, 1, 2, 3], seed: 0 };
/// Lbfgs::new().minimise(&mut model, |model| matching.gradient(model, batch))?;
/// assert!((model.params() - truth.params()).norm() < 1e-4);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GradientMatching<Y> {
    samples: SlopeSamples<Y>,
    scales: Vec<f64>,
}

impl<Y: State> GradientMatching<Y> {
    /// The loss on `samples`, with the root mean square of the slopes of each coordinate as its scale.
    ///
    /// # Errors
    /// [`Error::InvalidEntry`] named `scales` for a coordinate whose slopes are all zero or overflow: give the scales
    /// by [`with_scales`](Self::with_scales).
    pub fn new(samples: SlopeSamples<Y>) -> Result<Self> {
        let slopes: Vec<Vec<f64>> = samples.slopes().iter().map(State::coordinates).collect();
        let scale = |j: usize| {
            let largest = slopes.iter().fold(0.0_f64, |largest, slope| largest.max(slope[j].abs()));
            // Without overflow or underflow of squares.
            let squares: f64 = slopes.iter().map(|slope| (slope[j] / largest).powi(2)).sum();
            if largest > 0.0 { largest * (squares / slopes.len() as f64).sqrt() } else { 0.0 }
        };
        let scales = (0..slopes[0].len()).map(scale).collect();
        Self::checked(samples, scales)
    }

    /// The loss on `samples` with a scale for each coordinate, in its unit per unit of time.
    ///
    /// # Errors
    /// * [`Error::LengthMismatch`] for another number of scales than coordinates;
    /// * [`Error::InvalidEntry`] for a scale that is not positive and finite.
    pub fn with_scales(samples: SlopeSamples<Y>, scales: &[f64]) -> Result<Self> {
        let expected = samples.slopes()[0].coordinates().len();
        if scales.len() != expected {
            return Err(Error::LengthMismatch { name: "scales", found: scales.len(), expected });
        }
        Self::checked(samples, scales.to_vec())
    }

    fn checked(samples: SlopeSamples<Y>, scales: Vec<f64>) -> Result<Self> {
        let invalid = |scale: &f64| !(*scale > 0.0 && scale.is_finite());
        match scales.iter().position(invalid) {
            Some(index) => {
                let value = scales[index];
                Err(Error::InvalidEntry { name: "scales", index, value, expected: "positive and finite" })
            }
            None => Ok(Self { samples, scales }),
        }
    }

    /// The data.
    pub const fn samples(&self) -> &SlopeSamples<Y> {
        &self.samples
    }

    /// The scale of each coordinate.
    #[must_use]
    pub fn scales(&self) -> &[f64] {
        &self.scales
    }

    /// The weighted error of the slopes at one sample: the terms `(fⱼ − sⱼ)/σⱼ`.
    fn errors(&self, slope: &Y, index: usize) -> Result<Vec<f64>> {
        let expected = self.samples.slopes()[index].coordinates();
        let found = slope.coordinates();
        let errors: Vec<f64> =
            found.iter().zip(&expected).zip(&self.scales).map(|((f, s), scale)| (f - s) / scale).collect();
        if errors.iter().all(|error| error.is_finite()) && found.len() == expected.len() {
            return Ok(errors);
        }
        let at = self.samples.states()[index].coordinates();
        Err(Error::NonFiniteSystem { quantity: "field", at })
    }

    /// The indices of a batch, checked.
    fn check<'b>(&self, batch: MiniBatch<'b>) -> Result<&'b [usize]> {
        if batch.samples.is_empty() {
            return Err(Error::LengthMismatch { name: "samples", found: 0, expected: 1 });
        }
        match batch.samples.iter().find(|&&index| index >= self.samples.len()) {
            Some(&index) => {
                let expected = "the index of a sample";
                Err(Error::InvalidArgument { name: "samples", value: index as f64, expected })
            }
            None => Ok(batch.samples),
        }
    }
}

/// The square of a vector.
fn square(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

fn finite(loss: f64) -> Result<f64> {
    if loss.is_finite() { Ok(loss) } else { Err(Error::NonFiniteLoss { value: loss }) }
}

impl<F: Differentiable> Objective<F> for GradientMatching<F::State> {
    fn samples(&self) -> usize {
        self.samples.len()
    }

    fn gradient(&self, model: &F, batch: MiniBatch<'_>) -> Result<(f64, F::Params)> {
        const { assert!(!F::HAS_MASS, "slopes are matched to `y' = f(t, y)`, but this field has a mass matrix") }
        let indices = self.check(batch)?;
        let mut gradient = model.params();
        gradient.set_zeros();
        let (mut loss, mut trace) = (0.0, F::Trace::default());
        let weight = 1.0 / (indices.len() * self.scales.len()) as f64;
        for &index in indices {
            let (t, y) = (self.samples.times()[index], &self.samples.states()[index]);
            let (mut slope, mut unused) = (y.zeros_like(), y.zeros_like());
            model.eval_traced(t, y, &mut slope, &mut trace);
            let errors = self.errors(&slope, index).map_err(|error| model.failure(t, y).unwrap_or(error))?;
            loss += weight * square(&errors);
            let cotangent: Vec<f64> =
                errors.iter().zip(&self.scales).map(|(e, scale)| 2.0 * weight * e / scale).collect();
            let mut w = y.zeros_like();
            if w.read_coordinates(&cotangent).is_none() {
                let (name, found, expected) = ("scales", cotangent.len(), y.coordinates().len());
                return Err(Error::LengthMismatch { name, found, expected });
            }
            model.vjp_traced(&mut trace, t, y, &w, &mut unused, &mut gradient);
        }
        Ok((finite(loss)?, gradient))
    }

    fn loss(&self, model: &F, batch: MiniBatch<'_>) -> Result<f64> {
        const { assert!(!F::HAS_MASS, "slopes are matched to `y' = f(t, y)`, but this field has a mass matrix") }
        let indices = self.check(batch)?;
        let mut loss = 0.0;
        for &index in indices {
            let (t, y) = (self.samples.times()[index], &self.samples.states()[index]);
            let mut slope = y.zeros_like();
            model.eval(t, y, &mut slope);
            let errors = self.errors(&slope, index).map_err(|error| model.failure(t, y).unwrap_or(error))?;
            loss += square(&errors);
        }
        finite(loss / (indices.len() * self.scales.len()) as f64)
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{Vector2, vector};

    use super::*;
    use crate::dynamics::problems::LotkaVolterra;
    use crate::dynamics::{Dynamics, Parametric};
    use crate::fit::LocalQuadratic;
    use crate::formula::Static;
    use crate::nn::{Mlp, Net};
    use crate::train::{Adam, Lbfgs, Trainer, uniform};

    /// States of the predator and its prey with slopes: exact ones of other parameters.
    fn samples() -> SlopeSamples<Vector2<f64>> {
        let truth = LotkaVolterra::problem().0;
        let mut draw = uniform(5);
        let states: Vec<_> = (0..20).map(|_| vector![0.5 + 3.0 * draw(), 0.5 + 3.0 * draw()]).collect();
        let slope = |y: &Vector2<f64>| {
            let mut dy = y.zeros_like();
            truth.eval(0.0, y, &mut dy);
            dy
        };
        SlopeSamples::new(vec![0.0; 20], states.clone(), states.iter().map(slope).collect()).unwrap()
    }

    fn batch(samples: &[usize]) -> MiniBatch<'_> {
        MiniBatch { samples, seed: 0 }
    }

    #[test]
    fn the_loss_is_the_mean_of_squares() {
        let states = vec![vector![1.0, 2.0], vector![3.0, 1.0]];
        let slopes = vec![vector![1.0, 0.0], vector![-2.0, 4.0]];
        let matching = GradientMatching::new(SlopeSamples::new(vec![0.0, 1.0], states, slopes).unwrap()).unwrap();
        assert!((matching.scales()[0] - 2.5_f64.sqrt()).abs() < 1e-15);
        assert!((matching.scales()[1] - 8.0_f64.sqrt()).abs() < 1e-15);
        // f = (1.5 − 2, 2 − 6) and (4.5 − 3, 3 − 3).
        let expected = [(2.25 / 2.5 + 16.0 / 8.0) / 2.0, (12.25 / 2.5 + 16.0 / 8.0) / 2.0];
        let model = LotkaVolterra::problem().0;
        for (indices, expected) in
            [(vec![0], expected[0]), (vec![1], expected[1]), (vec![0, 1], (expected[0] + expected[1]) / 2.0)]
        {
            let loss = matching.loss(&model, batch(&indices)).unwrap();
            assert!((loss - expected).abs() < 1e-14, "{indices:?}: {loss} {expected}");
            assert!((matching.gradient(&model, batch(&indices)).unwrap().0 - loss).abs() < 1e-14);
        }
    }

    #[test]
    fn the_gradient_is_the_derivative_of_the_loss() {
        let matching = GradientMatching::new(samples()).unwrap();
        let indices: Vec<usize> = (3..17).collect();
        let mut model = LotkaVolterra::problem().0;
        let p = vector![1.2, 0.8, 2.0, 1.4];
        model.set_params(&p);
        let gradient = matching.gradient(&model, batch(&indices)).unwrap().1;
        for j in 0..4 {
            // The loss is a parabola in the parameters, so central differences are exact.
            let [up, down] = [0.1, -0.1].map(|h| {
                let mut shifted = p;
                shifted[j] += h;
                model.set_params(&shifted);
                matching.loss(&model, batch(&indices)).unwrap()
            });
            assert!(((up - down) / 0.2 - gradient[j]).abs() < 1e-12 * gradient.norm().max(1.0), "{j}");
        }
    }

    #[test]
    fn units_do_not_matter() {
        let (samples, mut model) = (samples(), LotkaVolterra::problem().0);
        model.set_params(&vector![1.0, 1.0, 1.0, 1.0]);
        let loss = |samples: &SlopeSamples<Vector2<f64>>, model: &_| {
            GradientMatching::new(samples.clone()).unwrap().loss(model, batch(&[0, 5, 7])).unwrap()
        };
        let expected = loss(&samples, &model);
        // Prey in 1e-3, predators in 1e4 and times in 1e2 of the unit.
        let unit = vector![1e3, 1e-4];
        let (states, slopes): (Vec<_>, Vec<_>) = samples
            .states()
            .iter()
            .zip(samples.slopes())
            .map(|(y, dy)| (y.component_mul(&unit), dy.component_mul(&unit) * 100.0))
            .unzip();
        model.set_params(&vector![1e2, 1e2 / unit[1], 1e2, 1e2 / unit[0]]);
        let found = loss(&SlopeSamples::new(vec![0.0; 20], states, slopes).unwrap(), &model);
        assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn a_network_learns_slopes_of_smoothed_data() {
        // A circle with noise: y' = (−y₂, y₁).
        let mut draw = uniform(9);
        let times: Vec<f64> = (0..80).map(|i| 0.1 * f64::from(i)).collect();
        let noisy: Vec<_> =
            times.iter().map(|t| vector![t.cos(), t.sin()].map(|y| y + 0.02 * (draw() - 0.5))).collect();
        let smooth = LocalQuadratic::new(&times, &noisy).unwrap();
        let matching = GradientMatching::new(smooth.samples(&times).unwrap()).unwrap();
        let mut field = Net::<_, Static<1>>::new(Mlp::<f64, 2, 8, 2>::uniform(&mut draw)).field();
        Trainer::new(&mut field, &matching, Adam::new(0.02)).epochs(40).batch_size(16).fit().unwrap();
        let all: Vec<usize> = (0..times.len()).collect();
        Lbfgs::new().minimise(&mut field, |field| matching.gradient(field, batch(&all))).unwrap();
        let mut dy = vector![0.0, 0.0];
        for angle in [0.3_f64, 1.7, 4.0] {
            field.eval(0.0, &vector![angle.cos(), angle.sin()], &mut dy);
            assert!((dy - vector![-angle.sin(), angle.cos()]).norm() < 0.05, "{angle}: {dy}");
        }
    }

    #[test]
    fn bad_arguments_are_named() {
        let (times, y) = (vec![0.0, 1.0], vec![vector![1.0, 2.0]; 2]);
        let error = |times: &[f64], states: &[Vector2<f64>], slopes: &[Vector2<f64>]| {
            SlopeSamples::new(times.to_vec(), states.to_vec(), slopes.to_vec()).unwrap_err()
        };
        assert!(matches!(error(&[], &[], &[]), Error::LengthMismatch { name: "times", .. }));
        assert!(matches!(error(&times, &[], &y), Error::LengthMismatch { name: "states", found: 0, expected: 2 }));
        assert!(matches!(error(&times, &y, &y[1..]), Error::LengthMismatch { name: "slopes", .. }));
        let bad = vec![y[0], vector![1.0, f64::NAN]];
        assert!(matches!(error(&times, &y, &bad), Error::InvalidEntry { name: "slopes", index: 1, .. }));
        assert!(matches!(error(&times, &bad, &y), Error::InvalidEntry { name: "states", index: 1, .. }));
        assert!(matches!(error(&[0.0, f64::NAN], &y, &y), Error::InvalidEntry { name: "times", index: 1, .. }));

        let resting = SlopeSamples::new(times.clone(), y.clone(), vec![vector![1.0, 0.0]; 2]).unwrap();
        let error = GradientMatching::new(resting.clone()).unwrap_err();
        assert!(matches!(error, Error::InvalidEntry { name: "scales", index: 1, .. }), "{error}");
        assert!(GradientMatching::with_scales(resting.clone(), &[1.0, 2.0]).is_ok());
        assert!(GradientMatching::with_scales(resting.clone(), &[1.0, -2.0]).is_err());
        assert!(GradientMatching::with_scales(resting, &[1.0]).is_err());

        let (matching, mut model) = (GradientMatching::new(samples()).unwrap(), LotkaVolterra::problem().0);
        for indices in [vec![], vec![20]] {
            assert!(matching.loss(&model, batch(&indices)).is_err());
            assert!(matching.gradient(&model, batch(&indices)).is_err());
        }
        model.set_params(&vector![f64::NAN, 1.0, 1.0, 1.0]);
        let error = matching.loss(&model, batch(&[1])).unwrap_err();
        assert!(matches!(error, Error::NonFiniteSystem { quantity: "field", .. }), "{error}");
        model.set_params(&vector![1e200, 1.0, 1.0, 1.0]);
        assert!(matches!(matching.gradient(&model, batch(&[1])), Err(Error::NonFiniteLoss { .. })));
    }
}
