//! The distance of reconstructed states from the forward pass.

use crate::error::{Error, Result};
use crate::state::State;

/// Checks a limit of the drift.
pub(super) fn check_limit(value: f64) -> Result<()> {
    if value >= 0.0 {
        return Ok(());
    }
    Err(Error::InvalidArgument { name: "drift_limit", value, expected: "at least 0" })
}

/// Compares reconstructed states with the states of the forward pass, coordinate by coordinate: they may have
/// different units.
pub(super) struct Drift {
    limit: f64,
    /// The largest size of each coordinate in the forward pass so far.
    sizes: Vec<f64>,
    /// The largest distance so far.
    worst: f64,
}

impl Drift {
    /// No distance yet, for states of the shape of `like`.
    pub(super) fn new<Y: State>(like: &Y, limit: f64) -> Self {
        let sizes = like.coordinates().into_iter().map(f64::abs).collect();
        Self { limit, sizes, worst: 0.0 }
    }

    /// The largest relative distance so far.
    pub(super) const fn worst(&self) -> f64 {
        self.worst
    }

    /// Starts a reconstruction from `y`.
    pub(super) fn set_out<Y: State>(&mut self, y: &Y) {
        for (size, x) in self.sizes.iter_mut().zip(y.coordinates()) {
            *size = size.max(x.abs());
        }
    }

    /// Compares the reconstruction at `t` with the state `y` of the forward pass.
    pub(super) fn compare<Y: State>(&mut self, reconstructed: &Y, t: f64, y: &Y) -> Result<()> {
        self.set_out(y);
        let distances = reconstructed.coordinates().into_iter().zip(y.coordinates()).map(|(a, b)| (a - b).abs());
        for (distance, size) in distances.zip(&self.sizes) {
            let drift = if distance == 0.0 { 0.0 } else { distance / size };
            if drift.is_nan() || drift > self.limit {
                return Err(Error::Drift { t, drift, limit: self.limit });
            }
            self.worst = self.worst.max(drift);
        }
        Ok(())
    }
}
