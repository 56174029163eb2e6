//! An electric circuit.

use nalgebra::{SVector, vector};

use super::{System, system};
use crate::dynamics::{GenericDynamics, Scalar};

/// P. Rentrop's amplifier with two transistors (1989), problem TRANSAMP. The state is the voltage of eight nodes, and the
/// mass matrix has the capacities between them, of rank 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransistorAmplifier;

/// The operating voltage.
const OPERATING: f64 = 6.0;
/// The resistance of the first resistor and of all others.
const RESISTANCES: [f64; 2] = [1000.0, 9000.0];

impl TransistorAmplifier {
    /// The end of the interval of integration, in seconds.
    pub const END: f64 = 0.2;

    /// The problem, from its state of rest.
    #[must_use]
    pub fn problem() -> (System<Self, 8>, SVector<f64, 8>) {
        // Capacities between two nodes, or between a node and the ground.
        let mut entries = Vec::new();
        for (c, i, j) in [(1e-6, 0, 1), (3e-6, 3, 4), (5e-6, 6, 7)] {
            entries.extend([(i, i, -c), (i, j, c), (j, i, c), (j, j, -c)]);
        }
        entries.extend([(2, 2, -2e-6), (5, 5, -4e-6)]);
        let half = OPERATING / 2.0;
        (system(Self, &entries), vector![0.0, half, half, OPERATING, half, half, OPERATING, 0.0])
    }
}

impl GenericDynamics<8, 0> for TransistorAmplifier {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 8>, _: &SVector<T, 0>) -> SVector<T, 8> {
        let [first, r] = RESISTANCES;
        let input = (t * (200.0 * std::f64::consts::PI)).sin() * 0.1;
        let current = |voltage: T| ((voltage / 0.026).exp() - 1.0) * 1e-6;
        let [one, two] = [current(y[1] - y[2]), current(y[4] - y[5])];
        vector![
            (y[0] - input) / first,
            y[1] * (2.0 / r) - OPERATING / r + one * 0.01,
            y[2] / r - one,
            (y[3] - OPERATING) / r + one * 0.99,
            y[4] * (2.0 / r) - OPERATING / r + two * 0.01,
            y[5] / r - two,
            (y[6] - OPERATING) / r + two * 0.99,
            y[7] / r
        ]
    }
}
