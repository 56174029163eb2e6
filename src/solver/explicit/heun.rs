//! Heun's method of order 2, the explicit trapezoidal rule.
//!
//! K. Heun, *Neue Methoden zur approximativen Integration der Differentialgleichungen einer unabhängigen Veränderlichen*,
//! Z. Math. Phys. 45 (1900).

use super::Erk;
use crate::solver::Tableau;

/// The tableau of [`Heun`](type@Heun).
#[derive(Debug, Clone, Copy)]
pub struct HeunTable;

/// Heun's method of order 2: 2 stages, dense output of order 2.
///
/// Also known as the explicit trapezoidal rule or improved Euler method; not the Crank–Nicolson method, which is
/// implicit, and not Heun's method of order 3.
pub type Heun = Erk<HeunTable, 2>;
/// The method [`Heun`](type@Heun) as a value.
pub const Heun: Heun = Erk::new();

#[rustfmt::skip]
impl Tableau<2> for HeunTable {
    const NAME: &'static str = "Heun";
    const ORDER: u32 = 2;
    const C: [f64; 2] = [0.0, 1.0];
    const A: [[f64; 2]; 2] = [
        [0.0, 0.0],
        [1.0, 0.0],
    ];
    const B: [f64; 2] = [0.5, 0.5];
}
