//! The Brusselator with diffusion in one dimension.

use std::f64::consts::PI;

use super::StiffProblem;

/// `u' = 1 + u²v − 4u + c Δu`, `v' = 3u − u²v + c Δv` on `N/2` points, `u = 1` and `v = 3` at both ends:
/// `(u₁, v₁, u₂, v₂, …)`. `c = (N/2 + 1)²/50`.
pub struct Brusselator;

const fn c(n: usize) -> f64 {
    let intervals = (n / 2 + 1) as f64;
    intervals * intervals / 50.0
}

impl<const N: usize> StiffProblem<N> for Brusselator {
    const NAME: &'static str = if N == 100 { "brusselator-100" } else { "brusselator-1000" };
    const END: f64 = 10.0;
    const SCALE: f64 = 1.0;
    fn start() -> [f64; N] {
        let x = |i: usize| (i / 2 + 1) as f64 / (N / 2 + 1) as f64;
        std::array::from_fn(|i| if i % 2 == 0 { 1.0 + (2.0 * PI * x(i)).sin() } else { 3.0 })
    }
    #[inline(always)]
    fn rhs(y: &[f64; N], dy: &mut [f64; N]) {
        let c = const { c(N) };
        for i in (0..N).step_by(2) {
            let (u, v) = (y[i], y[i + 1]);
            let (left_u, left_v) = if i == 0 { (1.0, 3.0) } else { (y[i - 2], y[i - 1]) };
            let (right_u, right_v) = if i == N - 2 { (1.0, 3.0) } else { (y[i + 2], y[i + 3]) };
            let uuv = u * u * v;
            dy[i] = 1.0 + uuv - 4.0 * u + c * (left_u - 2.0 * u + right_u);
            dy[i + 1] = 3.0 * u - uuv + c * (left_v - 2.0 * v + right_v);
        }
    }
    #[inline(always)]
    fn entries(y: &[f64; N], mut set: impl FnMut(usize, usize, f64)) {
        let c = const { c(N) };
        for i in (0..N).step_by(2) {
            let (uu, uv) = (y[i] * y[i], y[i] * y[i + 1]);
            set(i, i, 2.0 * uv - 4.0 - 2.0 * c);
            set(i, i + 1, uu);
            set(i + 1, i, 3.0 - 2.0 * uv);
            set(i + 1, i + 1, -uu - 2.0 * c);
            for k in [i, i + 1] {
                if i > 0 {
                    set(k, k - 2, c);
                }
                if i < N - 2 {
                    set(k, k + 2, c);
                }
            }
        }
    }
}
