//! The distance of reconstructed states from the forward pass.

use crate::error::{Error, Result};
use crate::state::{State, Tolerance, error_norm};

/// Checks a limit of the drift.
pub(super) fn check_limit(value: f64) -> Result<()> {
    if value >= 0.0 {
        return Ok(());
    }
    Err(Error::InvalidArgument { name: "drift_limit", value, expected: "at least 0" })
}

/// Compares reconstructed states with the states of the forward pass.
pub(super) struct Drift<Y> {
    difference: Y,
    limit: f64,
    /// The norm of the largest state from which a reconstruction set out so far.
    largest: f64,
    /// The largest distance so far, relative to the state.
    worst: f64,
}

impl<Y: State> Drift<Y> {
    /// No distance yet, for states of the shape of `like`.
    pub(super) fn new(like: &Y, limit: f64) -> Self {
        Self { difference: like.zeros_like(), limit, largest: 0.0, worst: 0.0 }
    }

    /// The largest relative distance so far.
    pub(super) const fn worst(&self) -> f64 {
        self.worst
    }

    /// Starts a reconstruction from `y`.
    pub(super) fn set_out(&mut self, y: &Y) {
        self.largest = self.largest.max(active_norm(y));
    }

    /// Compares the reconstruction at `t` with the state `y` of the forward pass.
    pub(super) fn compare(&mut self, reconstructed: &Y, t: f64, y: &Y) -> Result<()> {
        self.difference.assign(reconstructed);
        self.difference.add_scaled(-1.0, y);
        let (error, size) = (active_norm(&self.difference), active_norm(y));
        // A state at the origin is compared with the largest state of the way back.
        let unit = if size > 0.0 { size } else { self.largest };
        let drift = if error == 0.0 { 0.0 } else { error / unit };
        if drift.is_nan() || drift > self.limit {
            return Err(Error::Drift { t, drift, limit: self.limit });
        }
        self.worst = self.worst.max(drift);
        Ok(())
    }
}

/// The root mean square of the coordinates that an error norm sees. Passive parts do not move: with them in the norm, a
/// relative drift would look smaller than it is.
fn active_norm<Y: State>(x: &Y) -> f64 {
    let zero = x.zeros_like();
    error_norm(x, &zero, &zero, Tolerance { rtol: 0.0, atol: 1.0 })
}
