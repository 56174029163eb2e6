//! The modes of a linear system.

use std::f64::consts::TAU;

use nalgebra::Complex;

use crate::analysis::{Eigen, Kind};

/// A mode of a linear system: a real eigenvalue, or a pair of complex ones.
///
/// Along its eigenvectors a perturbation is `exp(−s/τ)` times a constant or an oscillation of the frequency `ν`, after
/// `s` steps of a map (`λ = exp(−1/τ + 2πiν)`) or after the time `s` of a flow (`λ = −1/τ + 2πiν`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    /// The index of its eigenvalue in [`Eigen::values`]; the other one of a pair follows.
    pub index: usize,
    /// The eigenvalue, with the positive imaginary part in a pair.
    pub value: Complex<f64>,
    /// The number of its directions: 2 for a pair, otherwise 1.
    pub directions: usize,
    /// The time constant `τ`, in steps or in units of time: `−1/ln|λ|` or `−1/Re λ`. Negative for a mode that grows,
    /// infinite for one that does neither, and 0 for one that a map erases in a step.
    pub time_constant: f64,
    /// The frequency `ν` in cycles per step or per unit of time: `arg λ / 2π` or `Im λ / 2π`. A negative eigenvalue of
    /// a map has ½: its sign changes at every step.
    pub frequency: f64,
}

/// The modes of `δ₁ = J δ₀` or `dδ/dt = J δ`.
pub(in crate::analysis) fn modes(eigen: &Eigen, kind: Kind) -> Vec<Mode> {
    let mut modes = Vec::new();
    let mut index = 0;
    while let Some(&value) = eigen.values.get(index) {
        let directions = if value.im == 0.0 { 1 } else { 2 };
        let (rate, angle) = match kind {
            // The branch cut of the argument is at negative numbers, whose imaginary part may be −0.
            Kind::Map => (value.norm().ln(), value.im.abs().atan2(value.re)),
            Kind::Flow => (value.re, value.im.abs()),
        };
        let time_constant = if rate == 0.0 { f64::INFINITY } else { -1.0 / rate };
        modes.push(Mode { index, value, directions, time_constant, frequency: angle / TAU });
        index += directions;
    }
    modes
}
