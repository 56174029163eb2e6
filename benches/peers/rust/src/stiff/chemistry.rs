//! Reactions of a few species.

use super::StiffProblem;

/// Robertson's reaction.
pub struct Robertson;

impl StiffProblem<3> for Robertson {
    const NAME: &'static str = "robertson";
    const END: f64 = 4e10;
    const SCALE: f64 = 1e-8;
    fn start() -> [f64; 3] {
        [1.0, 0.0, 0.0]
    }
    #[inline(always)]
    fn rhs(y: &[f64; 3], dy: &mut [f64; 3]) {
        let (decay, pairing, back) = (0.04 * y[0], 3e7 * y[1] * y[1], 1e4 * y[1] * y[2]);
        *dy = [back - decay, decay - back - pairing, pairing];
    }
    #[inline(always)]
    fn entries(y: &[f64; 3], mut set: impl FnMut(usize, usize, f64)) {
        let (a, b, c) = (6e7 * y[1], 1e4 * y[2], 1e4 * y[1]);
        set(0, 0, -0.04);
        set(0, 1, b);
        set(0, 2, c);
        set(1, 0, 0.04);
        set(1, 1, -b - a);
        set(1, 2, -c);
        set(2, 1, a);
    }
}

/// High irradiance responses of plants.
pub struct Hires;

impl StiffProblem<8> for Hires {
    const NAME: &'static str = "hires";
    const END: f64 = 321.8122;
    const SCALE: f64 = 1e-4;
    fn start() -> [f64; 8] {
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057]
    }
    #[inline(always)]
    fn rhs(y: &[f64; 8], dy: &mut [f64; 8]) {
        let bound = 280.0 * y[5] * y[7];
        dy[0] = -1.71 * y[0] + 0.43 * y[1] + 8.32 * y[2] + 0.0007;
        dy[1] = 1.71 * y[0] - 8.75 * y[1];
        dy[2] = -10.03 * y[2] + 0.43 * y[3] + 0.035 * y[4];
        dy[3] = 8.32 * y[1] + 1.71 * y[2] - 1.12 * y[3];
        dy[4] = -1.745 * y[4] + 0.43 * y[5] + 0.43 * y[6];
        dy[5] = -bound + 0.69 * y[3] + 1.71 * y[4] - 0.43 * y[5] + 0.69 * y[6];
        dy[6] = bound - 1.81 * y[6];
        dy[7] = -dy[6];
    }
    #[inline(always)]
    fn entries(y: &[f64; 8], mut set: impl FnMut(usize, usize, f64)) {
        let constant = [
            [-1.71, 0.43, 8.32, 0.0, 0.0, 0.0, 0.0],
            [1.71, -8.75, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, -10.03, 0.43, 0.035, 0.0, 0.0],
            [0.0, 8.32, 1.71, -1.12, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 0.0, -1.745, 0.43, 0.43],
        ];
        for (i, row) in constant.into_iter().enumerate() {
            row.into_iter().enumerate().filter(|&(_, x)| x != 0.0).for_each(|(j, x)| set(i, j, x));
        }
        let (a, b) = (280.0 * y[7], 280.0 * y[5]);
        for (j, x) in [(3, 0.69), (4, 1.71), (5, -a - 0.43), (6, 0.69), (7, -b)] {
            set(5, j, x);
        }
        for (j, x) in [(5, a), (6, -1.81), (7, b)] {
            set(6, j, x);
            set(7, j, -x);
        }
    }
}

/// Pyrolysis in three unknowns `(y₁, y₃, y₄)`, since `y₂ = y₃ + y₄`: the four equations lose all but three digits.
pub struct E5;

const A: f64 = 7.89e-10;
const B: f64 = 1.1e7;
const C: f64 = 1.13e3;
/// `M C`.
const MC: f64 = 1.13e9;

impl StiffProblem<3> for E5 {
    const NAME: &'static str = "e5";
    const END: f64 = 1e13;
    const SCALE: f64 = 1e-24;
    fn start() -> [f64; 3] {
        [1.76e-3, 0.0, 0.0]
    }
    #[inline(always)]
    fn rhs(y: &[f64; 3], dy: &mut [f64; 3]) {
        let (start, pairing) = (A * y[0], B * y[0] * y[1]);
        let (ending, decay) = (MC * (y[1] + y[2]) * y[1], C * y[2]);
        dy[0] = -start - pairing;
        dy[2] = pairing - decay;
        dy[1] = start - ending - dy[2];
    }
    #[inline(always)]
    fn entries(y: &[f64; 3], mut set: impl FnMut(usize, usize, f64)) {
        set(0, 0, -A - B * y[1]);
        set(0, 1, -B * y[0]);
        set(1, 0, A - B * y[1]);
        set(1, 1, -MC * (2.0 * y[1] + y[2]) - B * y[0]);
        set(1, 2, C - MC * y[1]);
        set(2, 0, B * y[1]);
        set(2, 1, B * y[0]);
        set(2, 2, -C);
    }
}
