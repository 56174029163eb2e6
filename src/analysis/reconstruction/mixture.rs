//! The divergence of two densities, by Gaussian mixtures.

use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{RngCore, SeedableRng};

use super::series::{check, moments};
use crate::error::{Error, Result};

/// The state-space divergence `D_stsp` by Gaussian mixtures, for states of any number of components: the
/// Kullback–Leibler divergence of two densities with a normal kernel at every state, in nats, by Monte Carlo.
///
/// `p(x) = 1/T Σ_t 𝒩(x; x_t, Σ)` is the density of the reference, `q` the density of the generated series, and `Σ` is diagonal with
/// the entries `(σ s_i)²`, where `s_i` is the standard deviation of component `i` of the reference. With `n` samples `x⁽ʲ⁾`
/// of `p`,
///
/// `D_stsp ≈ 1/n Σ_j ln(p(x⁽ʲ⁾) / q(x⁽ʲ⁾))`.
///
/// It depends on `σ` and on the lengths, so compare it with the divergence of two runs of the same system. The cost is
/// `n` times the length of both series. For up to three components there is
/// [`BinnedDivergence`](super::BinnedDivergence).
///
/// G. Koppe, H. Toutounji, P. Kirsch, S. Lis & D. Durstewitz, *Identifying nonlinear dynamical systems via generative
/// recurrent neural networks with applications to fMRI*, PLoS Comput. Biol. 15 (2019), doi:10.1371/journal.pcbi.1007263; sampled:
/// M. Brenner et al., *Tractable dendritic RNNs for reconstructing nonlinear dynamical systems* (2022), arXiv:2207.02542.
///
/// ```
/// use rheos::analysis::MixtureDivergence;
///
/// // Two far points with the weights 1/2 and 1/2, and 1/4 and 3/4.
/// let reference = [[-1.0], [1.0], [-1.0], [1.0]];
/// let generated = [[-1.0], [1.0], [1.0], [1.0]];
/// let found = MixtureDivergence::new(0.01).samples(10_000).between(&reference, &generated)?;
/// let exact = 0.5 * 2.0_f64.ln() + 0.5 * (2.0_f64 / 3.0).ln();
/// assert!((found.mean - exact).abs() < 4.0 * found.error && found.error < 0.01);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct MixtureDivergence {
    sigma: f64,
    samples: usize,
    seed: u64,
}

/// An average over random samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonteCarlo {
    /// The average.
    pub mean: f64,
    /// Its standard error: the standard deviation of the samples over the root of their number.
    pub error: f64,
}

impl MixtureDivergence {
    /// With kernels of the width `σ`, in units of the standard deviation of each component of the reference, and 1000 samples.
    pub const fn new(sigma: f64) -> Self {
        Self { sigma, samples: 1000, seed: 0 }
    }

    /// Sets the number of samples.
    pub const fn samples(mut self, samples: usize) -> Self {
        self.samples = samples;
        self
    }

    /// Sets the seed of the samples.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The divergence of the density of `generated` from the density of `reference`. The lengths may differ. The estimate of a
    /// small divergence may be negative.
    ///
    /// # Errors
    /// * [`Error::InvalidArgument`] for a width that is not positive and finite, for less than two samples, for states without
    ///   components, and for a generated density that underflows everywhere near a sample: raise `σ`;
    /// * [`Error::LengthMismatch`] for a series of less than two states;
    /// * [`Error::InvalidEntry`] for a state that is not finite, and for a component of the reference that is constant.
    pub fn between<const N: usize>(&self, reference: &[[f64; N]], generated: &[[f64; N]]) -> Result<MonteCarlo> {
        let refuse = |name, value, expected| Err(Error::InvalidArgument { name, value, expected });
        if !(self.sigma > 0.0 && self.sigma.is_finite()) {
            return refuse("sigma", self.sigma, "positive and finite");
        }
        if self.samples < 2 {
            return refuse("samples", self.samples as f64, "at least 2");
        }
        if N == 0 {
            return refuse("components", 0.0, "at least 1");
        }
        check("reference", reference, 2)?;
        check("generated", generated, 2)?;
        let mut units = Vec::with_capacity(N);
        for i in 0..N {
            units.push(moments("reference", reference, i)?);
        }
        // In these units the kernels are standard normal.
        let scaled = |series: &[[f64; N]]| -> Vec<[f64; N]> {
            let entry = |x: &[f64; N], i: usize| units[i].standardised(x[i]) / self.sigma;
            series.iter().map(|x| std::array::from_fn(|i| entry(x, i))).collect()
        };
        let (reference, generated) = (scaled(reference), scaled(generated));
        let mut draw = Draw(Pcg64Mcg::seed_from_u64(self.seed));
        // The running mean and sum of squares of Welford 1962.
        let (mut mean, mut squares) = (0.0, 0.0);
        for count in 1..=self.samples {
            let centre = &reference[draw.below(reference.len())];
            let x: [f64; N] = std::array::from_fn(|i| centre[i] + draw.normal());
            let ratio = log_density(&x, &reference) - log_density(&x, &generated);
            let change = ratio - mean;
            mean += change / count as f64;
            squares += change * (ratio - mean);
        }
        let n = self.samples as f64;
        let variance = squares / (n - 1.0);
        if !(mean.is_finite() && variance.is_finite()) {
            return refuse("sigma", self.sigma, "large enough for the generated states to be seen from the reference");
        }
        Ok(MonteCarlo { mean, error: (variance / n).sqrt() })
    }
}

/// The logarithm of the density of standard normal kernels at these centres, without the constant `−N/2 ln 2π`.
fn log_density<const N: usize>(x: &[f64; N], centres: &[[f64; N]]) -> f64 {
    let exponent = |centre: &[f64; N]| -0.5 * centre.iter().zip(x).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    let exponents: Vec<f64> = centres.iter().map(exponent).collect();
    let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    largest + (exponents.iter().map(|e| (e - largest).exp()).sum::<f64>() / centres.len() as f64).ln()
}

/// Random numbers.
struct Draw(Pcg64Mcg);

impl Draw {
    /// A uniform number in `[0, 1)`.
    fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 * 2.0_f64.powi(-53)
    }

    /// A uniform number below `n`.
    fn below(&mut self, n: usize) -> usize {
        ((self.uniform() * n as f64) as usize).min(n - 1)
    }

    /// A standard normal number, by Box & Muller 1958; `1 − u` is never 0.
    fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.uniform()).ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
