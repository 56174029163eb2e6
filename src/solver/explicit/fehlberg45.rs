//! Fehlberg's pair of orders 4 and 5.
//!
//! E. Fehlberg, *Low-order classical Runge–Kutta formulas with stepsize control and their application to some heat
//! transfer problems*, NASA Technical Report R-315 (1969); Hairer, Nørsett & Wanner I, section II.4.

use super::Erk;
use crate::solver::tableau::{check_estimate, lower_triangle, padded};
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`Fehlberg45`](type@Fehlberg45).
#[derive(Debug, Clone, Copy)]
pub struct Fehlberg45Table;

/// Fehlberg's pair: order 4 with an embedded solution of order 5, 6 stages, output of order 4.
///
/// The solution of order 4 is continued, as Fehlberg intended, so the estimate is of its own error. The slope at the
/// end, which the output needs, is the first stage of the next step. Also known as RKF45.
///
/// The report has no interpolant. Ours is the cubic Hermite polynomial and a term `θ² (1 − θ)² Σ d k`, where `d` is the
/// shortest vector that satisfies the conditions of order 4.
pub type Fehlberg45 = Erk<Fehlberg45Table, 7>;
/// The method [`Fehlberg45`](type@Fehlberg45) as a value.
pub const Fehlberg45: Fehlberg45 = Erk::new();

const _: () = check_estimate::<Fehlberg45Table, 7>();

#[rustfmt::skip]
impl Tableau<7> for Fehlberg45Table {
    const NAME: &'static str = "Fehlberg 4(5)";
    const ORDER: u32 = 4;
    const C: [f64; 7] = [0.0, 0.25, 0.375, 12.0 / 13.0, 1.0, 0.5, 1.0];
    const A: [[f64; 7]; 7] = lower_triangle([
        &[],
        &[0.25],
        &[3.0 / 32.0, 9.0 / 32.0],
        &[1932.0 / 2197.0, -7200.0 / 2197.0, 7296.0 / 2197.0],
        &[439.0 / 216.0, -8.0, 3680.0 / 513.0, -845.0 / 4104.0],
        &[-8.0 / 27.0, 2.0, -3544.0 / 2565.0, 1859.0 / 4104.0, -0.275],
        &Self::B,
    ]);
    const B: [f64; 7] = padded(&[25.0 / 216.0, 0.0, 1408.0 / 2565.0, 2197.0 / 4104.0, -0.2]);
    const EXTRA: usize = 1;
    const DENSE_ORDER: u32 = 4;
    const DENSE: Interpolant<7> = Interpolant::hermite(Self::B, [
        -0.8669739448448056, 0.0, 3.5064700300464877, -4.902352040714326, 1.6577875971173837, -1.8949316416047615, 2.5,
    ]);
}

#[rustfmt::skip]
impl EmbeddedTableau<7> for Fehlberg45Table {
    const EMBEDDED_ORDER: u32 = 5;
    const E: [f64; 7] = padded(&[-1.0 / 360.0, 0.0, 128.0 / 4275.0, 2197.0 / 75240.0, -0.02, -2.0 / 55.0]);
}
