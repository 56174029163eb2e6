//! The distance of two power spectra.

use realfft::RealFftPlanner;

use super::series::{check, moments};
use crate::error::{Error, Result};

/// The distance `D_H` of the power spectra of two series (feature `spectra`): the Hellinger distance of smoothed and
/// normalised spectra, averaged over the components. It is between 0 and 1.
///
/// A component without its mean has the discrete Fourier transform `X_k`, `k = 1 … ⌊T/2⌋`. The spectrum `|X_k|²` is
/// smoothed by a Gaussian kernel with the standard deviation `σ` in units of the frequency `1/(T Δt)`, cut at `8 σ`, and divided by
/// its sum. With the spectra `P` and `Q` of both series,
///
/// `D_H = √(1 − Σ_k √(P_k Q_k))`.
///
/// It is symmetric, and does not depend on the units of the components. Two runs of a chaotic system do not have the same
/// spectrum: compare with their distance.
///
/// J. Mikhaeil, Z. Monfared & D. Durstewitz, *On the difficulty of learning chaotic dynamics with RNNs* (2022),
/// arXiv:2110.07238; F. Hess, Z. Monfared, M. Brenner & D. Durstewitz, *Generalized teacher forcing for learning chaotic
/// dynamics* (2023), arXiv:2306.04406.
///
/// ```
/// use rheos::analysis::SpectralDistance;
///
/// let sine = |cycles: f64| (0..1000).map(|t| [(std::f64::consts::TAU * cycles * f64::from(t) / 1000.0).sin()]).collect();
/// let (slow, fast): (Vec<_>, Vec<_>) = (sine(100.0), sine(110.0));
/// let distance = SpectralDistance::new(5.0).between(&slow, &fast)?;
/// // Two normal densities of the standard deviation 5, 10 apart.
/// let exact = (1.0 - (-10.0_f64.powi(2) / (8.0 * 5.0_f64.powi(2))).exp()).sqrt();
/// assert!((distance - exact).abs() < 1e-12);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct SpectralDistance {
    sigma: f64,
}

/// The least number of states.
const LEAST: usize = 4;
/// The half-width of the kernel, in standard deviations.
const CUT: f64 = 8.0;

impl SpectralDistance {
    /// With a kernel of the standard deviation `sigma`, in units of the frequency of one cycle over the whole series; 0 does
    /// not smooth.
    pub const fn new(sigma: f64) -> Self {
        Self { sigma }
    }

    /// The smoothed spectrum of each component, with the sum 1: entry `k − 1` is at the frequency `k/(T Δt)`, for a series of
    /// `T` states and `k = 1 … ⌊T/2⌋`.
    ///
    /// # Errors
    /// The errors of [`of_each`](Self::of_each), for one series.
    pub fn spectra<const N: usize>(&self, series: &[[f64; N]]) -> Result<[Vec<f64>; N]> {
        self.spectra_of("series", series)
    }

    /// The distance of the spectra of two series of the same length and the same time step.
    ///
    /// # Errors
    /// The errors of [`of_each`](Self::of_each).
    pub fn between<const N: usize>(&self, reference: &[[f64; N]], generated: &[[f64; N]]) -> Result<f64> {
        Ok(self.of_each(reference, generated)?.iter().sum::<f64>() / N as f64)
    }

    /// The distance of each component.
    ///
    /// # Errors
    /// * [`Error::InvalidArgument`] for a kernel whose standard deviation is negative or not finite, and for states without components;
    /// * [`Error::LengthMismatch`] for series of different lengths or of less than four states;
    /// * [`Error::InvalidEntry`] for a state that is not finite, and for a component that is constant, by its index: it has no
    ///   spectrum.
    pub fn of_each<const N: usize>(&self, reference: &[[f64; N]], generated: &[[f64; N]]) -> Result<[f64; N]> {
        check("generated", generated, reference.len())?;
        check("reference", reference, generated.len())?;
        let (p, q) = (self.spectra_of("reference", reference)?, self.spectra_of("generated", generated)?);
        let mut distances = [0.0; N];
        for (i, distance) in distances.iter_mut().enumerate() {
            // `1 − Σ √(P Q)` of normalised spectra, without cancellation.
            let squares = p[i].iter().zip(&q[i]).map(|(p, q)| (p.sqrt() - q.sqrt()).powi(2)).sum::<f64>();
            *distance = (0.5 * squares).sqrt().min(1.0);
        }
        Ok(distances)
    }

    fn spectra_of<const N: usize>(&self, name: &'static str, series: &[[f64; N]]) -> Result<[Vec<f64>; N]> {
        if N == 0 {
            return Err(Error::InvalidArgument { name: "components", value: 0.0, expected: "at least 1" });
        }
        check(name, series, LEAST)?;
        let mut spectra = [const { Vec::new() }; N];
        for (i, spectrum) in spectra.iter_mut().enumerate() {
            *spectrum = self.spectrum(name, series, i)?;
        }
        Ok(spectra)
    }

    /// The spectrum of component `i`.
    fn spectrum<const N: usize>(&self, name: &'static str, series: &[[f64; N]], i: usize) -> Result<Vec<f64>> {
        if !(self.sigma >= 0.0 && self.sigma.is_finite()) {
            let expected = "finite and not negative";
            return Err(Error::InvalidArgument { name: "sigma", value: self.sigma, expected });
        }
        let moments = moments(name, series, i)?;
        let fft = RealFftPlanner::<f64>::new().plan_fft_forward(series.len());
        let mut values: Vec<f64> = series.iter().map(|x| moments.standardised(x[i])).collect();
        let mut transform = fft.make_output_vec();
        if fft.process(&mut values, &mut transform).is_err() {
            // Both buffers have the lengths of the plan.
            return Err(Error::LengthMismatch { name, found: values.len(), expected: series.len() });
        }
        let powers: Vec<f64> = transform[1..].iter().map(|x| x.norm_sqr()).collect();
        let mut smooth = smoothed(&powers, self.sigma);
        let sum: f64 = smooth.iter().sum();
        smooth.iter_mut().for_each(|power| *power /= sum);
        Ok(smooth)
    }
}

/// The convolution with a Gaussian kernel; there is nothing beyond the ends.
fn smoothed(powers: &[f64], sigma: f64) -> Vec<f64> {
    if sigma == 0.0 {
        return powers.to_vec();
    }
    let width = ((CUT * sigma) as usize).min(powers.len() - 1);
    let kernel: Vec<f64> = (0..=width).map(|d| (-0.5 * (d as f64 / sigma).powi(2)).exp()).collect();
    let mut out = vec![0.0; powers.len()];
    for (k, out) in out.iter_mut().enumerate() {
        let from = k.saturating_sub(width);
        let to = (k + width + 1).min(powers.len());
        *out = (from..to).map(|j| powers[j] * kernel[j.abs_diff(k)]).sum();
    }
    out
}
