//! Differential-algebraic systems; `cpp/dae.hpp` says the same.

use std::f64::consts::PI;

/// `M y' = f(t, y)` from 0 to `END`.
pub trait DaeProblem<const N: usize>: 'static {
    const NAME: &'static str;
    const END: f64;
    /// The absolute tolerance is the relative one times this.
    const SCALE: f64;
    fn start() -> [f64; N];
    fn rhs(t: f64, y: &[f64; N], dy: &mut [f64; N]);
    /// Calls `set(i, j, x)` for all entries of the Jacobian that can differ from zero.
    fn entries(y: &[f64; N], set: impl FnMut(usize, usize, f64));
    /// `∂f₀/∂t`; the other components do not depend on the time.
    fn slope_in_time(t: f64) -> f64;
    /// Calls `set(i, j, x)` for all entries of the mass matrix.
    fn mass(set: impl FnMut(usize, usize, f64));
}

/// The chemical Akzo Nobel problem: five reactions and an equilibrium.
pub struct ChemicalAkzoNobel;

const EQUILIBRIUM: f64 = 115.83;

impl DaeProblem<6> for ChemicalAkzoNobel {
    const NAME: &'static str = "chemakzo";
    const END: f64 = 180.0;
    const SCALE: f64 = 1e-3;
    fn start() -> [f64; 6] {
        [0.444, 0.00123, 0.0, 0.007, 0.0, EQUILIBRIUM * 0.444 * 0.007]
    }
    #[inline]
    fn rhs(_: f64, y: &[f64; 6], dy: &mut [f64; 6]) {
        let root = y[1].sqrt();
        let r1 = 18.7 * y[0].powi(4) * root;
        let r2 = 0.58 * y[2] * y[3];
        let r3 = 0.58 / 34.4 * y[0] * y[4];
        let r4 = 0.09 * y[0] * y[3] * y[3];
        let r5 = 0.42 * y[5] * y[5] * root;
        dy[0] = -2.0 * r1 + r2 - r3 - r4;
        dy[1] = -0.5 * r1 - r4 - 0.5 * r5 + 3.3 * (0.9 / 737.0 - y[1]);
        dy[2] = r1 - r2 + r3;
        dy[3] = -r2 + r3 - 2.0 * r4;
        dy[4] = r2 - r3 + r5;
        dy[5] = EQUILIBRIUM * y[0] * y[3] - y[5];
    }
    #[inline]
    fn entries(y: &[f64; 6], mut set: impl FnMut(usize, usize, f64)) {
        let root = y[1].sqrt();
        let (r10, r11) = (74.8 * y[0].powi(3) * root, 9.35 * y[0].powi(4) / root);
        let (r22, r23) = (0.58 * y[3], 0.58 * y[2]);
        let (r30, r34) = (0.58 / 34.4 * y[4], 0.58 / 34.4 * y[0]);
        let (r40, r43) = (0.09 * y[3] * y[3], 0.18 * y[0] * y[3]);
        let (r51, r55) = (0.21 * y[5] * y[5] / root, 0.84 * y[5] * root);
        let rows: [&[(usize, f64)]; 6] = [
            &[(0, -2.0 * r10 - r30 - r40), (1, -2.0 * r11), (2, r22), (3, r23 - r43), (4, -r34)],
            &[(0, -0.5 * r10 - r40), (1, -0.5 * r11 - 0.5 * r51 - 3.3), (3, -r43), (5, -0.5 * r55)],
            &[(0, r10 + r30), (1, r11), (2, -r22), (3, -r23), (4, r34)],
            &[(0, r30 - 2.0 * r40), (2, -r22), (3, -r23 - 2.0 * r43), (4, r34)],
            &[(0, -r30), (1, r51), (2, r22), (3, r23), (4, -r34), (5, r55)],
            &[(0, EQUILIBRIUM * y[3]), (3, EQUILIBRIUM * y[0]), (5, -1.0)],
        ];
        for (i, row) in rows.into_iter().enumerate() {
            row.iter().for_each(|&(j, x)| set(i, j, x));
        }
    }
    fn slope_in_time(_: f64) -> f64 {
        0.0
    }
    fn mass(mut set: impl FnMut(usize, usize, f64)) {
        (0..5).for_each(|i| set(i, i, 1.0));
    }
}

/// The transistor amplifier.
pub struct TransistorAmplifier;

/// The resistance of the first resistor and of all others, and the operating voltage.
const FIRST: f64 = 1000.0;
const OTHER: f64 = 9000.0;
const OPERATING: f64 = 6.0;

impl DaeProblem<8> for TransistorAmplifier {
    const NAME: &'static str = "transamp";
    const END: f64 = 0.2;
    const SCALE: f64 = 1.0;
    fn start() -> [f64; 8] {
        [0.0, 3.0, 3.0, 6.0, 3.0, 3.0, 6.0, 0.0]
    }
    #[inline]
    fn rhs(t: f64, y: &[f64; 8], dy: &mut [f64; 8]) {
        let input = 0.1 * (200.0 * PI * t).sin();
        let current = |voltage: f64| 1e-6 * ((voltage / 0.026).exp() - 1.0);
        let (one, two) = (current(y[1] - y[2]), current(y[4] - y[5]));
        dy[0] = (y[0] - input) / FIRST;
        dy[1] = (2.0 * y[1] - OPERATING) / OTHER + 0.01 * one;
        dy[2] = y[2] / OTHER - one;
        dy[3] = (y[3] - OPERATING) / OTHER + 0.99 * one;
        dy[4] = (2.0 * y[4] - OPERATING) / OTHER + 0.01 * two;
        dy[5] = y[5] / OTHER - two;
        dy[6] = (y[6] - OPERATING) / OTHER + 0.99 * two;
        dy[7] = y[7] / OTHER;
    }
    #[inline]
    fn entries(y: &[f64; 8], mut set: impl FnMut(usize, usize, f64)) {
        let conductance = |voltage: f64| 1e-6 / 0.026 * (voltage / 0.026).exp();
        set(0, 0, 1.0 / FIRST);
        for base in [1, 4] {
            let g = conductance(y[base] - y[base + 1]);
            set(base, base, 2.0 / OTHER + 0.01 * g);
            set(base, base + 1, -0.01 * g);
            set(base + 1, base, -g);
            set(base + 1, base + 1, 1.0 / OTHER + g);
            set(base + 2, base, 0.99 * g);
            set(base + 2, base + 1, -0.99 * g);
            set(base + 2, base + 2, 1.0 / OTHER);
        }
        set(7, 7, 1.0 / OTHER);
    }
    fn slope_in_time(t: f64) -> f64 {
        -0.1 * 200.0 * PI * (200.0 * PI * t).cos() / FIRST
    }
    fn mass(mut set: impl FnMut(usize, usize, f64)) {
        for (capacity, i, j) in [(1e-6, 0, 1), (3e-6, 3, 4), (5e-6, 6, 7)] {
            set(i, i, -capacity);
            set(i, j, capacity);
            set(j, i, capacity);
            set(j, j, -capacity);
        }
        set(2, 2, -2e-6);
        set(5, 5, -4e-6);
    }
}
