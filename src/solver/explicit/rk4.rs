//! The classical Runge–Kutta method: order 4, four stages.
//!
//! W. Kutta, *Beitrag zur näherungsweisen Integration totaler Differentialgleichungen*, Z. Math. Phys. 46 (1901);
//! Hairer, Nørsett & Wanner I, section II.1.

use super::Erk;
use crate::solver::{Interpolant, Tableau};

/// The tableau of [`Rk4`](type@Rk4).
#[derive(Debug, Clone, Copy)]
pub struct Rk4Table;

/// The classical Runge–Kutta method: order 4, 4 stages, dense output of order 3.
///
/// Also known as "the" Runge–Kutta method.
pub type Rk4 = Erk<Rk4Table, 4>;
/// The method [`Rk4`](type@Rk4) as a value.
pub const Rk4: Rk4 = Erk::new();

#[rustfmt::skip]
impl Tableau<4> for Rk4Table {
    const NAME: &'static str = "RK4";
    const ORDER: u32 = 4;
    const C: [f64; 4] = [0.0, 0.5, 0.5, 1.0];
    const A: [[f64; 4]; 4] = [
        [0.0, 0.0, 0.0, 0.0],
        [0.5, 0.0, 0.0, 0.0],
        [0.0, 0.5, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0],
    ];
    const B: [f64; 4] = [1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0];
    const DENSE_ORDER: u32 = 3;
    /// The unique weights of order 3 on these four stages: Hairer, Nørsett & Wanner I, section II.6.
    const DENSE: Interpolant<4> = Interpolant::new([
        [1.0, 0.0, 0.0, 0.0],
        [-1.5, 1.0, 1.0, -0.5],
        [2.0 / 3.0, -2.0 / 3.0, -2.0 / 3.0, 2.0 / 3.0],
        [0.0; 4],
    ]);
}
