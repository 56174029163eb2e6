//! The classical problems, written once for every Rust library; `cpp/problems.hpp` and `python/problems.py` say the same.

use std::f64::consts::PI;

/// `y' = f(y)` from 0 to `END`.
pub trait Problem<const N: usize> {
    const NAME: &'static str;
    const END: f64;
    fn start() -> [f64; N];
    fn rhs(y: &[f64; N], dy: &mut [f64; N]);
}

/// A task for every problem.
pub trait Visit {
    fn visit<P: Problem<N>, const N: usize>(&mut self);
}

/// Visits all problems.
pub fn each(visitor: &mut impl Visit) {
    visitor.visit::<LotkaVolterra, 2>();
    visitor.visit::<Lorenz, 3>();
    visitor.visit::<Arenstorf, 4>();
    visitor.visit::<Pleiades, 28>();
    visitor.visit::<Brusselator, 64>();
    visitor.visit::<Linear, 100>();
}

/// Predator and prey.
pub struct LotkaVolterra;

impl Problem<2> for LotkaVolterra {
    const NAME: &'static str = "lotka-volterra";
    const END: f64 = 10.0;
    fn start() -> [f64; 2] {
        [1.0, 1.0]
    }
    #[inline(always)]
    fn rhs(y: &[f64; 2], dy: &mut [f64; 2]) {
        dy[0] = 1.5 * y[0] - y[0] * y[1];
        dy[1] = y[0] * y[1] - 3.0 * y[1];
    }
}

/// The chaotic regime.
pub struct Lorenz;

impl Problem<3> for Lorenz {
    const NAME: &'static str = "lorenz";
    const END: f64 = 10.0;
    fn start() -> [f64; 3] {
        [1.0; 3]
    }
    #[inline(always)]
    fn rhs(y: &[f64; 3], dy: &mut [f64; 3]) {
        dy[0] = 10.0 * (y[1] - y[0]);
        dy[1] = y[0] * (28.0 - y[2]) - y[1];
        dy[2] = y[0] * y[1] - 8.0 / 3.0 * y[2];
    }
}

/// A periodic orbit of the restricted three-body problem, Hairer, Nørsett & Wanner I, section II.0.
pub struct Arenstorf;

impl Problem<4> for Arenstorf {
    const NAME: &'static str = "arenstorf";
    const END: f64 = 17.065_216_560_157_964;
    fn start() -> [f64; 4] {
        [0.994, 0.0, 0.0, -2.001_585_106_379_082_5]
    }
    #[inline(always)]
    fn rhs(y: &[f64; 4], dy: &mut [f64; 4]) {
        const MU: f64 = 0.012_277_471;
        let [x, y, vx, vy] = *y;
        let (a, b) = ((x + MU) * (x + MU) + y * y, (x - 1.0 + MU) * (x - 1.0 + MU) + y * y);
        let (a, b) = ((1.0 - MU) / (a * a.sqrt()), MU / (b * b.sqrt()));
        *dy = [vx, vy, x + 2.0 * vy - a * (x + MU) - b * (x - 1.0 + MU), y - 2.0 * vx - a * y - b * y];
    }
}

/// Seven stars of masses 1 to 7 in a plane, Hairer, Nørsett & Wanner I, section II.10: `(x, y, x', y')`.
pub struct Pleiades;

impl Problem<28> for Pleiades {
    const NAME: &'static str = "pleiades";
    const END: f64 = 3.0;
    fn start() -> [f64; 28] {
        [
            3.0, 3.0, -1.0, -3.0, 2.0, -2.0, 2.0, 3.0, -3.0, 2.0, 0.0, 0.0, -4.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.75,
            -1.5, 0.0, 0.0, 0.0, -1.25, 1.0, 0.0, 0.0,
        ]
    }
    #[inline(always)]
    fn rhs(y: &[f64; 28], dy: &mut [f64; 28]) {
        for i in 0..14 {
            dy[i] = y[i + 14];
            dy[i + 14] = 0.0;
        }
        for i in 0..7 {
            for j in i + 1..7 {
                let (dx, dz) = (y[j] - y[i], y[j + 7] - y[i + 7]);
                let r2 = dx * dx + dz * dz;
                let pull = 1.0 / (r2 * r2.sqrt());
                let (to_j, to_i) = ((j + 1) as f64 * pull, (i + 1) as f64 * pull);
                dy[i + 14] += to_j * dx;
                dy[i + 21] += to_j * dz;
                dy[j + 14] -= to_i * dx;
                dy[j + 21] -= to_i * dz;
            }
        }
    }
}

/// Reaction and diffusion, `u' = 1 + u²v − 4u + u_xx/50`, `v' = 3u − u²v + v_xx/50`, on 32 inner points of [0, 1] with
/// `u = 1`, `v = 3` at both ends: `(u, v)`. Hairer, Nørsett & Wanner I, section II.10, on a coarser grid.
pub struct Brusselator;

impl Problem<64> for Brusselator {
    const NAME: &'static str = "brusselator";
    const END: f64 = 10.0;
    fn start() -> [f64; 64] {
        std::array::from_fn(|i| if i < 32 { 1.0 + (2.0 * PI * (i + 1) as f64 / 33.0).sin() } else { 3.0 })
    }
    #[inline(always)]
    fn rhs(y: &[f64; 64], dy: &mut [f64; 64]) {
        const D: f64 = 33.0 * 33.0 / 50.0;
        for i in 0..32 {
            let (u, v) = (y[i], y[i + 32]);
            let (left_u, left_v) = if i == 0 { (1.0, 3.0) } else { (y[i - 1], y[i + 31]) };
            let (right_u, right_v) = if i == 31 { (1.0, 3.0) } else { (y[i + 1], y[i + 33]) };
            let uuv = u * u * v;
            dy[i] = 1.0 + uuv - 4.0 * u + D * (left_u - 2.0 * u + right_u);
            dy[i + 32] = 3.0 * u - uuv + D * (left_v - 2.0 * v + right_v);
        }
    }
}

/// Diffusion along a chain with zero at both ends, `yᵢ' = yᵢ₋₁ − 2yᵢ + yᵢ₊₁`, from `yᵢ = 1/i`.
pub struct Linear;

impl Problem<100> for Linear {
    const NAME: &'static str = "linear";
    const END: f64 = 10.0;
    fn start() -> [f64; 100] {
        std::array::from_fn(|i| 1.0 / (i + 1) as f64)
    }
    #[inline(always)]
    fn rhs(y: &[f64; 100], dy: &mut [f64; 100]) {
        dy[0] = y[1] - 2.0 * y[0];
        for i in 1..99 {
            dy[i] = y[i - 1] - 2.0 * y[i] + y[i + 1];
        }
        dy[99] = y[98] - 2.0 * y[99];
    }
}

/// The tolerances of a work–precision curve, relative and absolute alike; every third in a quick run.
pub fn tolerances() -> impl Iterator<Item = f64> {
    let quick = std::env::var("PEERS_QUICK").is_ok_and(|value| !value.is_empty());
    (3..=12).step_by(if quick { 3 } else { 1 }).map(|digits| format!("1e-{digits}").parse().unwrap_or(f64::NAN))
}
