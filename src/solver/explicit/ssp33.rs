//! Shu & Osher's method: order 3, strong stability preserving.
//!
//! C.-W. Shu, S. Osher, *Efficient implementation of essentially non-oscillatory shock-capturing schemes*, J. Comput.
//! Phys. 77 (1988), doi:10.1016/0021-9991(88)90177-5; S. Gottlieb, C.-W. Shu, *Total variation diminishing Runge–Kutta
//! schemes*, Math. Comp. 67 (1998).

use super::Erk;
use crate::solver::tableau::{lower_triangle, padded};
use crate::solver::{Interpolant, Tableau};

/// The tableau of [`Ssp33`](type@Ssp33).
#[derive(Debug, Clone, Copy)]
pub struct Ssp33Table;

/// Shu & Osher's method: order 3, 3 stages, cubic Hermite output.
///
/// A step is a convex combination of Euler steps of the same length. So it preserves all properties that Euler steps
/// preserve (a bound, a total variation, a contraction). The slope at the end, which the output needs, is the first
/// stage of the next step. Also known as SSPRK(3,3) or TVD-RK3.
pub type Ssp33 = Erk<Ssp33Table, 4>;
/// The method [`Ssp33`](type@Ssp33) as a value.
pub const Ssp33: Ssp33 = Erk::new();

#[rustfmt::skip]
impl Tableau<4> for Ssp33Table {
    const NAME: &'static str = "SSPRK(3,3)";
    const ORDER: u32 = 3;
    const C: [f64; 4] = [0.0, 1.0, 0.5, 1.0];
    const A: [[f64; 4]; 4] = lower_triangle([
        &[],
        &[1.0],
        &[0.25, 0.25],
        &Self::B,
    ]);
    const B: [f64; 4] = padded(&[1.0 / 6.0, 1.0 / 6.0, 2.0 / 3.0]);
    const EXTRA: usize = 1;
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<4> = Interpolant::hermite(Self::B, [0.0; 4]);
}
