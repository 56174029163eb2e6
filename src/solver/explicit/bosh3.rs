//! Bogacki & Shampine's pair of orders 3 and 2.
//!
//! P. Bogacki, L. F. Shampine, *A 3(2) pair of Runge–Kutta formulas*, Appl. Math. Lett. 2 (1989),
//! doi:10.1016/0893-9659(89)90079-7.

use super::Erk;
use crate::solver::tableau::check_estimate;
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`Bosh3`](type@Bosh3).
#[derive(Debug, Clone, Copy)]
pub struct Bosh3Table;

/// Bogacki & Shampine's pair: order 3 with an embedded solution of order 2, 4 stages (FSAL), cubic Hermite output.
///
/// Also known as `ode23` or BS3.
pub type Bosh3 = Erk<Bosh3Table, 4>;
/// The method [`Bosh3`](type@Bosh3) as a value.
pub const Bosh3: Bosh3 = Erk::new();

const _: () = check_estimate::<Bosh3Table, 4>();

#[rustfmt::skip]
impl Tableau<4> for Bosh3Table {
    const NAME: &'static str = "Bogacki–Shampine 3(2)";
    const ORDER: u32 = 3;
    const C: [f64; 4] = [0.0, 0.5, 0.75, 1.0];
    const A: [[f64; 4]; 4] = [
        [0.0, 0.0, 0.0, 0.0],
        [0.5, 0.0, 0.0, 0.0],
        [0.0, 0.75, 0.0, 0.0],
        [2.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0, 0.0],
    ];
    const B: [f64; 4] = [2.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0, 0.0];
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<4> = Interpolant::hermite(Self::B, [0.0; 4]);
}

#[rustfmt::skip]
impl EmbeddedTableau<4> for Bosh3Table {
    const EMBEDDED_ORDER: u32 = 2;
    const E: [f64; 4] = [-5.0 / 72.0, 1.0 / 12.0, 1.0 / 9.0, -1.0 / 8.0];
}
