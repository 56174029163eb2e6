//! The settings of a spectrum.

use crate::error::{Error, Result};

/// The Lyapunov exponents of a map or a flow, by QR.
///
/// Tangent vectors are carried along a trajectory and made orthonormal again and again; the mean growth of the volumes that
/// they span gives the exponents (G. Benettin, L. Galgani, A. Giorgilli & J.-M. Strelcyn 1980, doi:10.1007/BF02128236; L. Dieci
/// & E. S. Van Vleck, *Lyapunov spectral intervals* (2002)). Lengths are in the time of the system: steps of a map, units of
/// time of a flow.
///
/// | setting | |
/// |---|---|
/// | [`over`](Self::over) | the length of the average |
/// | [`transient`](Self::transient) | the length before it, in which state and tangents approach the attractor; 0 by default |
/// | [`renormalise_every`](Self::renormalise_every) | the interval between factorisations; for a map 1 by default |
/// | [`blocks`](Self::blocks) | the number of finite-time exponents kept |
/// | [`tolerance`](Self::tolerance) | the error above which a spectrum is refused |
///
/// | function | |
/// |---|---|
/// | [`spectrum`](Self::spectrum), [`spectrum_of_flow`](Self::spectrum_of_flow) | the first exponents, with errors |
/// | [`covariant_vectors`](Self::covariant_vectors), [`covariant_vectors_of_flow`](Self::covariant_vectors_of_flow) | the directions of the exponents |
/// | [`gradient`](Self::gradient), [`gradient_of_flow`](Self::gradient_of_flow) | their derivative in parameters and initial state |
///
/// ```
/// use nalgebra::{SVector, vector};
/// use rheos::analysis::{Lyapunov, Map};
/// use rheos::{Autodiff, GenericDynamics, Scalar};
///
/// /// The logistic map, whose exponent is ln 2 for r = 4.
/// struct Logistic;
/// impl GenericDynamics<1, 1> for Logistic {
///     fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
///         vector![p[0] * x[0] * (T::from(1.0) - x[0])]
///     }
/// }
/// let map = Map::new(Autodiff::new(Logistic, vector![4.0]));
/// let settings = Lyapunov::over(20_000).transient(100).renormalise_every(5).blocks(100);
/// let spectrum = settings.spectrum(&map, &vector![0.3], 1)?;
/// assert!((spectrum.exponents[0] - 2.0_f64.ln()).abs() < spectrum.errors[0]);
///
/// // The finite-time exponents, and their running mean.
/// assert!((50..=100).contains(&spectrum.blocks.len()));
/// assert!(spectrum.blocks.iter().any(|block| block.exponents[0] < spectrum.exponents[0]));
/// assert!(spectrum.running().last().is_some_and(|mean| (mean.exponents[0] - 2.0_f64.ln()).abs() < 0.01));
///
/// // A tolerance refuses a spectrum that has not converged; the estimate is in the failure.
/// let failure = settings.tolerance(1e-9).spectrum(&map, &vector![0.3], 1).unwrap_err();
/// assert_eq!(failure.partial.as_ref(), Some(&spectrum));
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Accuracy
///
/// Three errors add up, and only the first is in [`Spectrum::errors`](super::Spectrum::errors).
///
/// * Statistics: the average has a finite length. The error falls as `1/√length` on a chaotic attractor, and as `1/length`
///   on a fixed point or a cycle.
/// * The method of a flow: the exponents belong to the computed steps. [`Spectrum::volume_gap`](super::Spectrum::volume_gap)
///   shows the error of the sum; compare two step lengths for the others. For Lorenz by RK4 with `h = 0.01` the sum is off by
///   1e-4.
/// * The Jacobian of a closure: its differences reach over 6e-6 of a coordinate, to each side. Wrap an angle that turns many
///   times, outside of the field: at 1e6 its differences span whole turns, and the exponents are wrong without a sign. The
///   derivatives of [`Autodiff`](crate::Autodiff) and of networks are exact everywhere.
/// * The trajectory: the exponents belong to the attractor that it reaches, and are wrong before. Tangents need a
///   transient too: two exponents that differ by `δ` are mixed until `exp(−δ t)` is small.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct Lyapunov {
    pub(super) length: f64,
    pub(super) transient: f64,
    pub(super) every: Option<f64>,
    pub(super) blocks: usize,
    pub(super) tolerance: Option<f64>,
}

/// Shorter intervals than this fraction of the whole time have no length of their own.
const RESOLUTION: f64 = 1e-14;

impl Lyapunov {
    /// Averages over `length`: steps of a map, such as `10_000`, or time of a flow, such as `600.0`.
    pub fn over(length: impl Into<f64>) -> Self {
        Self { length: length.into(), transient: 0.0, every: None, blocks: 64, tolerance: None }
    }

    /// Sets the length before the average, in which the state approaches its attractor and the tangents their directions. The
    /// tangents need it even if the state starts on the attractor.
    pub fn transient(mut self, length: impl Into<f64>) -> Self {
        self.transient = length.into();
        self
    }

    /// Sets the interval between factorisations: steps of a map, 1 by default, or time of a flow. For a flow with [fixed
    /// steps](crate::control::Fixed::step) choose a multiple of the step; by default it is about `1 / ‖∂f/∂y‖` at the initial state.
    ///
    /// An interval in which a tangent vector overflows, or is lost to rounding, is an error.
    pub fn renormalise_every(mut self, interval: impl Into<f64>) -> Self {
        self.every = Some(interval.into());
        self
    }

    /// Sets the number of [finite-time exponents](super::Spectrum::blocks) that are kept, at least 2; 64 by default. There are
    /// more than half of this number, but not more than intervals.
    pub fn blocks(mut self, at_most: usize) -> Self {
        self.blocks = at_most;
        self
    }

    /// Refuses a spectrum in which the [error](super::Spectrum::errors) of an exponent is larger, in units of 1 / time.
    pub fn tolerance(mut self, error: f64) -> Self {
        self.tolerance = Some(error);
        self
    }

    /// Checks the numbers that do not depend on the system, and `k`.
    pub(super) fn validate(&self, k: usize, dimension: usize) -> Result<()> {
        let refuse = |name, value, expected| Err(Error::InvalidArgument { name, value, expected });
        if !(self.length > 0.0 && self.length.is_finite()) {
            return refuse("length", self.length, "positive and finite");
        }
        if !(self.transient >= 0.0 && self.transient.is_finite()) {
            return refuse("transient", self.transient, "finite and not negative");
        }
        if let Some(every) = self.every
            && !(every > 0.0 && every <= self.length)
        {
            return refuse("renormalise_every", every, "positive and not above the length of the average");
        }
        if let Some(every) = self.every
            && every < RESOLUTION * (self.transient + self.length)
        {
            return refuse("renormalise_every", every, "above the rounding errors of the times, 1e-14 of all of it");
        }
        if self.blocks < 2 {
            return refuse("blocks", self.blocks as f64, "at least 2");
        }
        if let Some(tolerance) = self.tolerance
            && (tolerance.is_nan() || tolerance <= 0.0)
        {
            return refuse("tolerance", tolerance, "positive");
        }
        if k == 0 {
            return refuse("k", 0.0, "at least one exponent");
        }
        if k > dimension {
            return refuse("k", k as f64, "at most the dimension of the state");
        }
        Ok(())
    }

    /// Checks that the lengths are whole numbers of steps.
    pub(super) fn validate_steps(&self) -> Result<()> {
        let every = self.every.unwrap_or(1.0);
        for (name, value) in [("length", self.length), ("transient", self.transient), ("renormalise_every", every)] {
            if value.fract() != 0.0 || value > 9e15 {
                return Err(Error::InvalidArgument { name, value, expected: "a whole number of steps of the map" });
            }
        }
        Ok(())
    }
}

/// The intervals between factorisations: first the transient, then the average. The last of each may be
/// shorter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Intervals {
    pub(super) transient: f64,
    pub(super) length: f64,
    pub(super) every: f64,
}

/// Ends of intervals that differ by less than this fraction of an interval are one.
const ROUNDING: f64 = 1e-9;

/// One interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Interval {
    pub(super) start: f64,
    pub(super) end: f64,
    /// Whether it is shorter than the others.
    pub(super) cut: bool,
}

impl Intervals {
    /// The intervals of the transient.
    pub(super) fn before(self) -> impl Iterator<Item = Interval> {
        self.part(0.0, self.transient)
    }

    /// The intervals of the average.
    pub(super) fn of_average(self) -> impl Iterator<Item = Interval> {
        self.part(self.transient, self.length)
    }

    /// As many intervals as the transient has, behind the average.
    pub(super) fn behind(self) -> impl Iterator<Item = Interval> {
        self.part(self.transient + self.length, self.transient)
    }

    fn part(self, start: f64, length: f64) -> impl Iterator<Item = Interval> {
        let full = (length / self.every + ROUNDING).floor();
        let rest = length - full * self.every > ROUNDING * self.every;
        let at = move |i: u64| if i as f64 >= full && !rest { start + length } else { start + i as f64 * self.every };
        let whole = (0..full as u64).map(move |i| Interval { start: at(i), end: at(i + 1), cut: false });
        let last = Interval { start: at(full as u64), end: start + length, cut: true };
        whole.chain(rest.then_some(last))
    }
}
