//! The statistics and the early end of a solve.

use crate::error::Error;

/// The statistics of a solve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stats {
    /// Field evaluations. For states of run-time size, the evaluation that finds the shape of the output is not
    /// counted.
    pub evaluations: u64,
    /// Accepted steps.
    pub accepted: u64,
    /// Rejected steps.
    pub rejected: u64,
    /// Accepted steps with too large an error, at the smallest allowed step.
    pub forced: u64,
    /// Jacobians of an implicit method. Evaluations for a Jacobian by differences are not counted.
    pub jacobians: u64,
    /// Factorisations of matrices.
    pub factorisations: u64,
    /// Steps that a backward pass recomputed from a checkpoint.
    pub recomputed: u64,
}

impl Stats {
    /// All counts.
    pub(crate) fn all(&self) -> [u64; 7] {
        let Self { evaluations, accepted, rejected, forced, jacobians, factorisations, recomputed } = *self;
        [evaluations, accepted, rejected, forced, jacobians, factorisations, recomputed]
    }
}

impl std::ops::Add for Stats {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self += other;
        self
    }
}

impl std::ops::AddAssign for Stats {
    fn add_assign(&mut self, other: Self) {
        self.evaluations += other.evaluations;
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.forced += other.forced;
        self.jacobians += other.jacobians;
        self.factorisations += other.factorisations;
        self.recomputed += other.recomputed;
    }
}

/// The early end of a solve.
#[derive(Debug, Clone, PartialEq)]
pub struct Termination {
    /// The reason.
    pub error: Error,
    /// Time of the last good state.
    pub t: f64,
    /// The cost so far.
    pub stats: Stats,
}
