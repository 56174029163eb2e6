//! The explicit midpoint rule: order 2, two stages.
//!
//! C. Runge, *Über die numerische Auflösung von Differentialgleichungen*, Math. Ann. 46 (1895); Hairer, Nørsett &
//! Wanner I, section II.1.

use super::Erk;
use crate::solver::Tableau;

/// The tableau of [`Midpoint`](type@Midpoint).
#[derive(Debug, Clone, Copy)]
pub struct MidpointTable;

/// The explicit midpoint rule: order 2, 2 stages, dense output of order 2.
///
/// Also known as Runge's method or the modified Euler method; not the implicit midpoint rule.
pub type Midpoint = Erk<MidpointTable, 2>;
/// The method [`Midpoint`](type@Midpoint) as a value.
pub const Midpoint: Midpoint = Erk::new();

#[rustfmt::skip]
impl Tableau<2> for MidpointTable {
    const NAME: &'static str = "Midpoint";
    const ORDER: u32 = 2;
    const C: [f64; 2] = [0.0, 0.5];
    const A: [[f64; 2]; 2] = [
        [0.0, 0.0],
        [0.5, 0.0],
    ];
    const B: [f64; 2] = [0.0, 1.0];
}
