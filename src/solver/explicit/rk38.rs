//! The 3/8 rule: order 4, four stages, with smaller error constants than the classical method.
//!
//! W. Kutta, *Beitrag zur näherungsweisen Integration totaler Differentialgleichungen*, Z. Math. Phys. 46 (1901);
//! Hairer, Nørsett & Wanner I, section II.1.

use super::Erk;
use crate::solver::{Interpolant, Tableau};

/// The tableau of [`Rk38`](type@Rk38).
#[derive(Debug, Clone, Copy)]
pub struct Rk38Table;

/// The 3/8 rule: order 4, 4 stages, dense output of order 3.
///
/// This method is `rk4` in torchdiffeq.
pub type Rk38 = Erk<Rk38Table, 4>;
/// The method [`Rk38`](type@Rk38) as a value.
pub const Rk38: Rk38 = Erk::new();

#[rustfmt::skip]
impl Tableau<4> for Rk38Table {
    const NAME: &'static str = "RK4 (3/8 rule)";
    const ORDER: u32 = 4;
    const C: [f64; 4] = [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0];
    const A: [[f64; 4]; 4] = [
        [0.0, 0.0, 0.0, 0.0],
        [1.0 / 3.0, 0.0, 0.0, 0.0],
        [-1.0 / 3.0, 1.0, 0.0, 0.0],
        [1.0, -1.0, 1.0, 0.0],
    ];
    const B: [f64; 4] = [1.0 / 8.0, 3.0 / 8.0, 3.0 / 8.0, 1.0 / 8.0];
    const DENSE_ORDER: u32 = 3;
    /// The unique weights of order 3 on these four stages, from the four conditions of Hairer, Nørsett & Wanner I,
    /// section II.6.
    const DENSE: Interpolant<4> = Interpolant::new([
        [1.0, 0.0, 0.0, 0.0],
        [-15.0 / 8.0, 15.0 / 8.0, 3.0 / 8.0, -3.0 / 8.0],
        [1.0, -1.5, 0.0, 0.5],
        [0.0; 4],
    ]);
}
