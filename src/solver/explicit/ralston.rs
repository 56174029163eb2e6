//! Ralston's method: the 2-stage method of order 2 with the smallest bound on its local error.
//!
//! A. Ralston, *Runge–Kutta methods with minimum error bounds*, Math. Comp. 16 (1962), doi:10.1090/S0025-5718-1962-0150954-0.

use super::Erk;
use crate::solver::Tableau;

/// The tableau of [`Ralston`](type@Ralston).
#[derive(Debug, Clone, Copy)]
pub struct RalstonTable;

/// Ralston's method: order 2, 2 stages, dense output of order 2.
pub type Ralston = Erk<RalstonTable, 2>;
/// The method [`Ralston`](type@Ralston) as a value.
pub const Ralston: Ralston = Erk::new();

#[rustfmt::skip]
impl Tableau<2> for RalstonTable {
    const NAME: &'static str = "Ralston";
    const ORDER: u32 = 2;
    const C: [f64; 2] = [0.0, 2.0 / 3.0];
    const A: [[f64; 2]; 2] = [
        [0.0, 0.0],
        [2.0 / 3.0, 0.0],
    ];
    const B: [f64; 2] = [0.25, 0.75];
}
