//! Is a trained model the system?

use rheos::Result;
use rheos::analysis::{BinnedDivergence, Held, Lyapunov, SpectralDistance, Spectrum};
use rheos::nn::{BatchMatrix, Block};

use super::methods::{GAP, Task};
use super::systems::{Series, with_noise};

/// The state of a model: one sample of three numbers.
type State = BatchMatrix<f64, 3>;

/// The measures of a model against a run of its system.
pub struct Verdict {
    /// The result of the training in words.
    pub training: String,
    /// The exponents per measurement, or none if the run leaves the finite numbers.
    pub spectrum: Option<Spectrum>,
    /// The divergence in state space, `D_stsp`.
    pub states: f64,
    /// The distance of the spectra, `D_H`; NaN for a model at rest, which has no spectrum.
    pub spectra: f64,
    /// `D_stsp` of the run with noise from the measured series: it needs no knowledge of the system.
    pub data: f64,
    /// The free run; shorter than asked for, if it blew up.
    pub run: Series,
}

/// `D_stsp` with 30 bins along each component, and `D_H` smoothed over 20 frequencies.
pub fn distances(reference: &[[f64; 3]], run: &[[f64; 3]]) -> (f64, f64) {
    let states = BinnedDivergence::new(30).between(reference, run).unwrap_or(f64::INFINITY);
    (states, SpectralDistance::new(20.0).between(reference, run).unwrap_or(f64::NAN))
}

/// Runs a model freely from the first state of a run of its system, and measures it.
pub fn judge<B>(model: &B, training: String, task: &Task) -> Verdict
where
    B: Block<Input = (), Hidden = State> + Clone,
{
    let start = State::from_column_slice(&task.reference[0]);
    let run = free_run(model, start.clone(), task.reference.len());
    let (states, spectra) = distances(&task.reference, &run);
    let noisy = with_noise(&run[..run.len().min(task.measured.len())], task.noise, 2);
    let (data, _) = distances(&task.measured, &noisy);
    let lyapunov = Lyapunov::over(if task.quick { 5_000 } else { 100_000 }).transient(1000);
    let spectrum = lyapunov.spectrum(&Held::new(model.clone(), ()).gap(GAP), &start, 3).ok();
    Verdict { training, spectrum, states, spectra, data, run }
}

impl Verdict {
    /// Whether the run stays within five times the attractor, whose standard deviations are 1.
    pub fn is_bounded(&self, length: usize) -> bool {
        self.run.len() == length && self.run.iter().flatten().all(|x| x.abs() < 10.0)
    }

    /// The exponents in units of 1 / time.
    pub fn exponents(&self, dt: f64) -> [f64; 3] {
        self.spectrum.as_ref().map_or([f64::NAN; 3], |found| std::array::from_fn(|i| found.exponents[i] / dt))
    }
}

/// The states after the start, up to the first that is not finite.
fn free_run<B: Block<Input = (), Hidden = State>>(model: &B, mut z: State, length: usize) -> Series {
    let mut memory = None;
    let mut next = || -> Result<[f64; 3]> {
        model.advance_with(&(), &mut z, GAP.into(), &mut memory)?;
        Ok([z[0], z[1], z[2]])
    };
    let states = (0..length).map_while(|_| next().ok());
    states.take_while(|x| x.iter().all(|x| x.is_finite())).collect()
}

/// The median, with NaN as the largest number.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.is_nan().cmp(&b.is_nan()).then(a.total_cmp(b)));
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    // Of an even number, the mean of the middle two.
    0.5 * (sorted[last / 2] + sorted[sorted.len() / 2])
}
