//! The ring modulator.

use std::f64::consts::PI;

use nalgebra::{SVector, vector};

use crate::dynamics::{Autodiff, GenericDynamics, Scalar};

/// E. H. Horneber's ring modulator (1976): a circuit that mixes a signal of 1 kHz with one of 10 kHz by four diodes.
///
/// `y₁ … y₇` are voltages (V), `y₈ … y₁₅` currents (A), in SI units, as in the *Test Set for IVP Solvers*. The parasitic
/// capacitance `C_s` of the diodes makes the circuit stiff. It rings at some 5 MHz whenever the diodes switch, so every
/// method takes thousands of steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RingModulator;

/// Capacitances (F).
const C: f64 = 1.6e-8;
const C_S: f64 = 2e-12;
const C_P: f64 = 1e-8;
/// Inductances (H).
const L_H: f64 = 4.45;
const L_S1: f64 = 2e-3;
const L_S2: f64 = 5e-4;
const L_S3: f64 = 5e-4;
/// Resistances (Ω).
const R: f64 = 25e3;
const R_P: f64 = 50.0;
const R_G1: f64 = 36.3;
const R_G2: f64 = 17.3;
const R_G3: f64 = 17.3;
const R_I: f64 = 50.0;
const R_C: f64 = 600.0;
/// The current through a diode is `γ (exp(δ U) − 1)`: `γ` in A, `δ` in 1/V.
const GAMMA: f64 = 40.672_864_02e-9;
const DELTA: f64 = 17.749_333_2;

impl RingModulator {
    /// The end of the interval of integration, in seconds.
    pub const END: f64 = 1e-3;

    /// The problem from rest: all voltages and currents are zero.
    #[must_use]
    pub fn problem() -> (Autodiff<Self, 15, 0>, SVector<f64, 15>) {
        (Autodiff::new(Self, SVector::zeros()), SVector::zeros())
    }
}

/// The current through a diode at the voltage `u`.
fn diode<T: Scalar>(u: T) -> T {
    (u * DELTA).exp_m1() * GAMMA
}

impl GenericDynamics<15, 0> for RingModulator {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 15>, _: &SVector<T, 0>) -> SVector<T, 15> {
        let signal = (t * (2e3 * PI)).sin() * 0.5;
        let carrier = (t * (2e4 * PI)).sin() * 2.0;
        let diodes = [
            diode(y[2] - y[4] - y[6] - carrier),
            diode(-y[3] + y[5] - y[6] - carrier),
            diode(y[3] + y[4] + y[6] + carrier),
            diode(-y[2] - y[5] + y[6] + carrier),
        ];
        vector![
            (y[7] + (y[10] - y[9]) * 0.5 + y[13] - y[0] / R) / C,
            (y[8] + (y[12] - y[11]) * 0.5 + y[14] - y[1] / R) / C,
            (y[9] - diodes[0] + diodes[3]) / C_S,
            (diodes[1] - diodes[2] - y[10]) / C_S,
            (y[11] + diodes[0] - diodes[2]) / C_S,
            (diodes[3] - diodes[1] - y[12]) / C_S,
            (diodes[0] + diodes[1] - diodes[2] - diodes[3] - y[6] / R_P) / C_P,
            -y[0] / L_H,
            -y[1] / L_H,
            (y[0] * 0.5 - y[2] - y[9] * R_G2) / L_S2,
            (y[3] - y[0] * 0.5 - y[10] * R_G3) / L_S3,
            (y[1] * 0.5 - y[4] - y[11] * R_G2) / L_S2,
            (y[5] - y[1] * 0.5 - y[12] * R_G3) / L_S3,
            (signal - y[0] - y[13] * (R_I + R_G1)) / L_S1,
            (-y[1] - y[14] * (R_C + R_G1)) / L_S1
        ]
    }
}
