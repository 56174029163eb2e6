//! Heun's method of order 2 with Euler's method as its embedded solution.
//!
//! K. Heun (1900), see [`Heun`](type@super::Heun). This is the simplest pair: Hairer, Nørsett & Wanner I, section II.4.

use super::Erk;
use crate::solver::tableau::{check_estimate, lower_triangle};
use crate::solver::{EmbeddedTableau, Tableau};

/// The tableau of [`HeunEuler`](type@HeunEuler).
#[derive(Debug, Clone, Copy)]
pub struct HeunEulerTable;

/// Heun's method with an Euler step as error estimate: orders 2 and 1, 2 stages, dense output of order 2.
///
/// Also known as adaptive Heun.
pub type HeunEuler = Erk<HeunEulerTable, 2>;
/// The method [`HeunEuler`](type@HeunEuler) as a value.
pub const HeunEuler: HeunEuler = Erk::new();

const _: () = check_estimate::<HeunEulerTable, 2>();

#[rustfmt::skip]
impl Tableau<2> for HeunEulerTable {
    const NAME: &'static str = "Heun–Euler 2(1)";
    const ORDER: u32 = 2;
    const C: [f64; 2] = [0.0, 1.0];
    const A: [[f64; 2]; 2] = lower_triangle([
        &[],
        &[1.0],
    ]);
    const B: [f64; 2] = [0.5, 0.5];
}

#[rustfmt::skip]
impl EmbeddedTableau<2> for HeunEulerTable {
    const EMBEDDED_ORDER: u32 = 1;
    const E: [f64; 2] = [-0.5, 0.5];
}
