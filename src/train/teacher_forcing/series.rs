//! The objective on windows of a series.

use std::sync::atomic::{AtomicU64, Ordering};

use nalgebra::SMatrix;

use super::forced::Windows;
use super::observation::Observation;
use crate::error::{Error, Result};
use crate::nn::{BatchMatrix, Block};
use crate::state::Element;
use crate::train::check::check_fraction;
use crate::train::objective::{MiniBatch, Objective};
use crate::train::samples::check_samples;

/// Generalised teacher forcing: trains a model of the state of a system on windows of a measured series of `N` numbers.
///
/// The model is a [`Block`] without input that maps a state `z` of `M` numbers to the next, and `x = B z` is the
/// observation; by default `B = I` and `M = N`. A window of `W` steps has `W + 1` observations `x₀ … x_W`. The
/// recursion starts at `B⁺ x₀`, with the pseudo-inverse `B⁺`, and goes
///
/// `z_{t+1} = F(z̃_t)`, `z̃_t = z_t + α B⁺ (x_t − B z_t)`;
///
/// with `B = I` this is `z̃_t = (1 − α) z_t + α x_t`. The loss is the mean of the squares of `B z_t − x_t` over
/// `t = 1 … W`, all windows of the batch and all `N` numbers. Its gradient is exact: backpropagation through the forced
/// recursion, in which a forcing with `B = I` shortens cotangents by `1 − α`.
///
/// | setting | training |
/// |---|---|
/// | `α = 0` | free run from the first observation; the gradients of a chaotic model explode with the length of a window |
/// | `α = 1` | prediction of a single step |
/// | between | generalised teacher forcing |
/// | `α = 1`, [`every(τ)`](Self::every) | sparse teacher forcing |
///
/// F. Hess, Z. Monfared, M. Brenner & D. Durstewitz, *Generalized teacher forcing for learning chaotic dynamics* (2023),
/// arXiv:2306.04406; sparse: J. Mikhaeil, Z. Monfared & D. Durstewitz, *On the difficulty of learning chaotic dynamics with
/// RNNs* (2022), arXiv:2110.07238. For `M > N` only the observed part of the state is forced, in the row space of `B`, and the
/// other part of the first state is 0.
///
/// A sample is a window, and every start in the series is one, so the [`Trainer`](crate::train::Trainer) draws random
/// windows without replacement.
///
/// ```
/// use rheos::nn::{Autonomous, Net, Recurrence, ShallowPlrnn};
/// use rheos::train::{Exponential, RAdam, TeacherForcing, Trainer, uniform};
///
/// // The logistic map in its chaotic regime.
/// let mut x = 0.3;
/// let series: Vec<[f64; 1]> = (0..1000).map(|_| { x = 3.9 * x * (1.0 - x); [x] }).collect();
///
/// let cell = ShallowPlrnn::<f64, 1, 30>::uniform(&mut uniform(1)).thresholds_at(&series[..30]);
/// let mut model = Recurrence(Autonomous(Net::dynamic(cell)));
/// let loss = TeacherForcing::new(&series, 5)?.alpha(0.7)?;
/// let training = Trainer::new(&mut model, &loss, RAdam::new(1e-2))
///     .epochs(60)
///     .schedule(|steps| Exponential::new(1e-2, 1e-3_f64.powf(1.0 / steps as f64)))
///     .fit()?;
/// assert!(training.epochs[59].loss < 0.02 * training.epochs[0].loss);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TeacherForcing<'a, const N: usize, const M: usize> {
    series: &'a [[f64; N]],
    steps: usize,
    stride: usize,
    dt: f64,
    every: usize,
    transient: usize,
    /// The bits of `α`, which changes during a training.
    alpha: AtomicU64,
    observation: Observation<N, M>,
}

impl<'a, const N: usize> TeacherForcing<'a, N, N> {
    /// Windows of `steps` steps of a series, whose numbers are the state itself: `B = I`. Without forcing, `α = 0`, unless
    /// [`alpha`](Self::alpha) sets it.
    ///
    /// # Errors
    /// * [`Error::InvalidArgument`] for windows without a step, and for observations without numbers;
    /// * [`Error::LengthMismatch`] for a series shorter than a window, which has one more number than steps;
    /// * [`Error::InvalidEntry`] for a number that is not finite, by its time.
    pub fn new(series: &'a [[f64; N]], steps: usize) -> Result<Self> {
        Self::with(series, steps, Observation::Identity)
    }
}

impl<'a, const N: usize, const M: usize> TeacherForcing<'a, N, M> {
    /// [`new`](Self::new) for observations `x = B z` of a state of `M ≥ N` numbers, with this matrix `B`.
    ///
    /// # Errors
    /// The errors of [`new`](Self::new), and [`Error::InvalidArgument`] for a matrix that is not finite, or whose rank is
    /// below `N`.
    pub fn observed_by(series: &'a [[f64; N]], steps: usize, observation: SMatrix<f64, N, M>) -> Result<Self> {
        Self::with(series, steps, Observation::linear(observation)?)
    }

    fn with(series: &'a [[f64; N]], steps: usize, observation: Observation<N, M>) -> Result<Self> {
        if N == 0 {
            return Err(Error::InvalidArgument { name: "series", value: 0.0, expected: "of at least one number" });
        }
        if steps == 0 {
            return Err(Error::InvalidArgument { name: "steps", value: 0.0, expected: "at least 1" });
        }
        if series.len() <= steps {
            let expected = steps.saturating_add(1);
            return Err(Error::LengthMismatch { name: "series", found: series.len(), expected });
        }
        for (index, x) in series.iter().enumerate() {
            if let Some(&value) = x.iter().find(|x| !x.is_finite()) {
                return Err(Error::InvalidEntry { name: "series", index, value, expected: "finite" });
            }
        }
        let alpha = AtomicU64::new(0.0_f64.to_bits());
        Ok(Self { series, steps, stride: 1, dt: 1.0, every: 1, transient: 0, alpha, observation })
    }

    /// Sets the strength `α` of the forcing, in `[0, 1]`.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] outside this range.
    pub fn alpha(self, alpha: f64) -> Result<Self> {
        self.set_alpha(alpha)?;
        Ok(self)
    }

    /// Forces only after every `every`-th step of a window: sparse teacher forcing.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for 0.
    pub const fn every(mut self, every: usize) -> Result<Self> {
        if every == 0 {
            return Err(Error::InvalidArgument { name: "every", value: 0.0, expected: "at least 1" });
        }
        self.every = every;
        Ok(self)
    }

    /// Leaves the predictions of the first `steps` steps of a window out of the loss, none by default. A window starts at a
    /// noisy observation; after a transient of a few `1/α` steps the forcing has averaged over the noise of several.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] unless it is shorter than a window.
    pub const fn transient(mut self, steps: usize) -> Result<Self> {
        if steps >= self.steps {
            let expected = "fewer steps than a window has";
            return Err(Error::InvalidArgument { name: "transient", value: steps as f64, expected });
        }
        self.transient = steps;
        Ok(self)
    }

    /// Sets the distance between the starts of two windows, 1 by default: a longer one makes epochs shorter.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for 0.
    pub const fn stride(mut self, stride: usize) -> Result<Self> {
        if stride == 0 {
            return Err(Error::InvalidArgument { name: "stride", value: 0.0, expected: "at least 1" });
        }
        self.stride = stride;
        Ok(self)
    }

    /// Sets the time between two observations, 1 by default: the gap for an [`OdeBlock`](crate::nn::OdeBlock). A cell
    /// ignores it.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] unless it is positive and finite.
    pub fn step(mut self, dt: f64) -> Result<Self> {
        if !(dt > 0.0 && dt.is_finite()) {
            return Err(Error::InvalidArgument { name: "dt", value: dt, expected: "positive and finite" });
        }
        self.dt = dt;
        Ok(self)
    }

    /// Changes `α` between two steps of a training, as from [`Trainer::on_epoch`](crate::train::Trainer::on_epoch): along a
    /// schedule, or to [`estimate_alpha`](Self::estimate_alpha). A checkpoint does not hold it.
    ///
    /// ```
    /// use rheos::nn::{Autonomous, Net, Recurrence, ShallowPlrnn};
    /// use rheos::train::{RAdam, TeacherForcing, Trainer, TrainingAction, uniform};
    ///
    /// let series: Vec<[f64; 2]> = (0..200).map(|t| (0.1 * f64::from(t)).sin_cos().into()).collect();
    /// let mut model = Recurrence(Autonomous(Net::dynamic(ShallowPlrnn::<f64, 2, 10>::uniform(&mut uniform(1)))));
    /// let loss = TeacherForcing::new(&series, 20)?.alpha(1.0)?;
    /// let training = Trainer::new(&mut model, &loss, RAdam::new(1e-3)).epochs(4);
    /// training.on_epoch(|epoch, _| loss.set_alpha(0.5_f64.powi(epoch.epoch as i32)).map(|()| TrainingAction::Continue)).fit()?;
    /// assert_eq!(loss.strength(), 0.0625);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] outside `[0, 1]`.
    pub fn set_alpha(&self, alpha: f64) -> Result<()> {
        check_fraction("alpha", alpha)?;
        self.alpha.store(alpha.to_bits(), Ordering::Relaxed);
        Ok(())
    }

    /// The present strength `α`.
    #[must_use]
    pub fn strength(&self) -> f64 {
        f64::from_bits(self.alpha.load(Ordering::Relaxed))
    }

    /// The state of a model at the end of a window, from which it predicts the observations that follow: the forced
    /// recursion along the window, its last observation included.
    ///
    /// A trained model follows the observations and averages over their noise, and finds the part of the state that is not
    /// observed, if it synchronises with its system: G. Duane, J. Tribbia & J. Weiss, *Synchronicity in predictive modelling:
    /// a new view of data assimilation* (2006), doi:10.5194/npg-13-601-2006.
    ///
    /// ```
    /// use rheos::formula::Structure;
    /// use rheos::nn::{Autonomous, Linear, Net, Recurrence};
    /// use rheos::train::TeacherForcing;
    ///
    /// // The model x₁ = x follows measurements of the constant 1, with an error of ±0.1.
    /// let mut weights = [1.0, 0.0].into_iter();
    /// let model = Recurrence(Autonomous(Net::<Linear<f64, 1, 1>>::dynamic(Linear::draw(&mut || weights.next().unwrap_or(0.0)))));
    /// let measured: Vec<[f64; 1]> = (0..100).map(|t| [if t % 2 == 0 { 0.9 } else { 1.1 }]).collect();
    /// let state = TeacherForcing::new(&measured, 99)?.alpha(0.1)?.synchronise(&model, 0)?;
    /// assert!((state[0] - 1.0_f64).abs() < 0.006);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for an index beyond the windows, [`Error::InvalidEntry`] for a state that is not finite, and the
    /// errors of the model.
    pub fn synchronise<B, T>(&self, model: &B, window: usize) -> Result<BatchMatrix<T, M>>
    where
        T: Element,
        B: Block<Input = (), Hidden = BatchMatrix<T, M>>,
    {
        self.check("window", &[window])?;
        self.windows(&[window]).last(model)
    }

    /// The number of windows.
    #[must_use]
    pub const fn count_windows(&self) -> usize {
        (self.series.len() - self.steps).div_ceil(self.stride)
    }

    /// The observations of these windows.
    pub(super) fn windows<T: Element>(&self, starts: &[usize]) -> Windows<'_, T, N, M> {
        let entry = |window: usize, t: usize, row: usize| T::embed(self.series[starts[window] * self.stride + t][row]);
        let at = |t: usize| BatchMatrix::from_fn(starts.len(), |row, window| entry(window, t, row));
        Windows {
            observation: &self.observation,
            x: (0..=self.steps).map(at).collect(),
            dt: self.dt,
            alpha: self.strength(),
            every: self.every,
            transient: self.transient,
        }
    }

    /// Checks that these are indices of windows.
    pub(super) fn check(&self, name: &'static str, windows: &[usize]) -> Result<()> {
        check_samples(name, windows, self.count_windows(), "the index of a window")
    }

    fn checked_windows<T: Element>(&self, samples: &[usize]) -> Result<Windows<'_, T, N, M>> {
        self.check("samples", samples)?;
        if samples.is_empty() {
            return Err(Error::InvalidArgument { name: "samples", value: 0.0, expected: "at least one window" });
        }
        Ok(self.windows(samples))
    }
}

impl<B, T, const N: usize, const M: usize> Objective<B> for TeacherForcing<'_, N, M>
where
    T: Element,
    B: Block<Input = (), Hidden = BatchMatrix<T, M>>,
{
    fn samples(&self) -> usize {
        self.count_windows()
    }

    fn gradient(&self, model: &B, batch: MiniBatch<'_>) -> Result<(f64, B::Params)> {
        let windows = self.checked_windows::<T>(batch.samples)?;
        let (loss, pass) = windows.forward(model)?;
        Ok((loss, windows.backward(model, pass)?))
    }

    fn loss(&self, model: &B, batch: MiniBatch<'_>) -> Result<f64> {
        self.checked_windows::<T>(batch.samples)?.loss(model)
    }
}
