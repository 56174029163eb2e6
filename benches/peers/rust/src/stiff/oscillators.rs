//! Van der Pol's oscillator and the Oregonator.

use super::StiffProblem;

/// Van der Pol's oscillator with `μ = 1000`.
pub struct VanDerPol;

impl StiffProblem<2> for VanDerPol {
    const NAME: &'static str = "van-der-pol";
    const END: f64 = 2000.0;
    const SCALE: f64 = 1e-3;
    fn start() -> [f64; 2] {
        [2.0, 0.0]
    }
    #[inline(always)]
    fn rhs(y: &[f64; 2], dy: &mut [f64; 2]) {
        *dy = [y[1], 1000.0 * (1.0 - y[0] * y[0]) * y[1] - y[0]];
    }
    #[inline(always)]
    fn entries(y: &[f64; 2], mut set: impl FnMut(usize, usize, f64)) {
        set(0, 1, 1.0);
        set(1, 0, -2000.0 * y[0] * y[1] - 1.0);
        set(1, 1, 1000.0 * (1.0 - y[0] * y[0]));
    }
}

/// A model of the Belousov–Zhabotinsky reaction.
pub struct Oregonator;

const S: f64 = 77.27;
const Q: f64 = 8.375e-6;
const W: f64 = 0.161;

impl StiffProblem<3> for Oregonator {
    const NAME: &'static str = "orego";
    const END: f64 = 360.0;
    const SCALE: f64 = 1.0;
    fn start() -> [f64; 3] {
        [1.0, 2.0, 3.0]
    }
    #[inline(always)]
    fn rhs(y: &[f64; 3], dy: &mut [f64; 3]) {
        dy[0] = S * (y[1] + y[0] * (1.0 - Q * y[0] - y[1]));
        dy[1] = (y[2] - (1.0 + y[0]) * y[1]) / S;
        dy[2] = W * (y[0] - y[2]);
    }
    #[inline(always)]
    fn entries(y: &[f64; 3], mut set: impl FnMut(usize, usize, f64)) {
        set(0, 0, S * (1.0 - 2.0 * Q * y[0] - y[1]));
        set(0, 1, S * (1.0 - y[0]));
        set(1, 0, -y[1] / S);
        set(1, 1, -(1.0 + y[0]) / S);
        set(1, 2, 1.0 / S);
        set(2, 0, W);
        set(2, 2, -W);
    }
}
