//! Fehlberg's pair of orders 2 and 1.
//!
//! E. Fehlberg, *Low-order classical Runge–Kutta formulas with stepsize control and their application to some heat
//! transfer problems*, NASA Technical Report R-315 (1969).

use super::Erk;
use crate::solver::tableau::{check_estimate, lower_triangle};
use crate::solver::{EmbeddedTableau, Tableau};

/// The tableau of [`Fehlberg21`](type@Fehlberg21).
#[derive(Debug, Clone, Copy)]
pub struct Fehlberg21Table;

/// Fehlberg's pair of the lowest orders, 2 with an embedded solution of order 1: 3 stages, dense output of order 2.
///
/// Its errors are far beyond the tolerance: on the problems DETEST at 1e-6 the median is 370 tolerances, and the worst
/// 9500 (`tests/solvers/tolerances.rs`).
///
/// The embedded solution is nearly of order 2 by design, so the estimate is `h² y″ / 512`. The error of the solution of
/// order 2 is `0.04 h³ y‴` on a quadrature and `0.17 h³ y‴` on a linear field, which is more for steps above `h = 0.05`
/// or 0.012. The stages allow nothing better: an estimate of that error, by a second solution of order 2, would allow
/// steps as long or longer at 1e-6. [`HeunEuler`](type@super::HeunEuler) keeps tolerances.
///
/// The solution of order 2 is continued (local extrapolation). Also known as RKF1(2).
pub type Fehlberg21 = Erk<Fehlberg21Table, 3>;
/// The method [`Fehlberg21`](type@Fehlberg21) as a value.
pub const Fehlberg21: Fehlberg21 = Erk::new();

const _: () = check_estimate::<Fehlberg21Table, 3>();

#[rustfmt::skip]
impl Tableau<3> for Fehlberg21Table {
    const NAME: &'static str = "Fehlberg 2(1)";
    const ORDER: u32 = 2;
    const C: [f64; 3] = [0.0, 0.5, 1.0];
    const A: [[f64; 3]; 3] = lower_triangle([
        &[],
        &[0.5],
        &[1.0 / 256.0, 255.0 / 256.0],
    ]);
    const B: [f64; 3] = [1.0 / 512.0, 255.0 / 256.0, 1.0 / 512.0];
}

#[rustfmt::skip]
impl EmbeddedTableau<3> for Fehlberg21Table {
    const EMBEDDED_ORDER: u32 = 1;
    const E: [f64; 3] = [-1.0 / 512.0, 0.0, 1.0 / 512.0];
}
