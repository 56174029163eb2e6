//! Cash & Karp's pair of orders 5 and 4.
//!
//! J. R. Cash, A. H. Karp, *A variable order Runge–Kutta method for initial value problems with rapidly varying right-hand
//! sides*, ACM Trans. Math. Softw. 16 (1990), doi:10.1145/79505.79507.

use super::Erk;
use crate::solver::tableau::{check_estimate, lower_triangle, padded};
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`CashKarp`](type@CashKarp).
#[derive(Debug, Clone, Copy)]
pub struct CashKarpTable;

/// Cash & Karp's pair: order 5 with an embedded solution of order 4, 6 stages, output of order 4.
///
/// The slope at the end, which the output needs, is the first stage of the next step. The paper has no interpolant.
/// Ours is the cubic Hermite polynomial and a term `θ² (1 − θ)² Σ d k`, where `d` is the shortest vector that satisfies
/// the conditions of order 4.
pub type CashKarp = Erk<CashKarpTable, 7>;
/// The method [`CashKarp`](type@CashKarp) as a value.
pub const CashKarp: CashKarp = Erk::new();

const _: () = check_estimate::<CashKarpTable, 7>();

#[rustfmt::skip]
impl Tableau<7> for CashKarpTable {
    const NAME: &'static str = "Cash–Karp 5(4)";
    const ORDER: u32 = 5;
    const C: [f64; 7] = [0.0, 0.2, 0.3, 0.6, 1.0, 0.875, 1.0];
    const A: [[f64; 7]; 7] = lower_triangle([
        &[],
        &[0.2],
        &[0.075, 0.225],
        &[0.3, -0.9, 1.2],
        &[-11.0 / 54.0, 2.5, -70.0 / 27.0, 35.0 / 27.0],
        &[1631.0 / 55296.0, 175.0 / 512.0, 575.0 / 13824.0, 44275.0 / 110592.0, 253.0 / 4096.0],
        &Self::B,
    ]);
    const B: [f64; 7] = padded(&[37.0 / 378.0, 0.0, 250.0 / 621.0, 125.0 / 594.0, 0.0, 512.0 / 1771.0]);
    const EXTRA: usize = 1;
    const DENSE_ORDER: u32 = 4;
    const DENSE: Interpolant<7> = Interpolant::hermite(Self::B, [
        -1.1018420338130008, 0.0, 2.7202241635761943, -1.1888949659367491, -0.31543200930136195, -2.614055154525083, 2.5,
    ]);
}

#[rustfmt::skip]
impl EmbeddedTableau<7> for CashKarpTable {
    const EMBEDDED_ORDER: u32 = 4;
    const E: [f64; 7] = padded(&[
                          -277.0 / 64512.0, 0.0, 6925.0 / 370944.0, -6925.0 / 202752.0, -277.0 / 14336.0,
                          277.0 / 7084.0,
                      ]);
}
