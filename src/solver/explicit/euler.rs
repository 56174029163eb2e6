//! Euler's method: order 1, one stage. One step of length 1 is a residual block.
//!
//! L. Euler, *Institutionum calculi integralis* I (1768); Hairer, Nørsett & Wanner I, section I.7.

use super::Erk;
use crate::solver::Tableau;

/// The tableau of [`Euler`](type@Euler).
#[derive(Debug, Clone, Copy)]
pub struct EulerTable;

/// Euler's method `y1 = y0 + h f(t0, y0)`: order 1, 1 stage, linear dense output.
///
/// Also known as forward Euler. With `Fixed::step(1.0)` it is the update of a residual network.
pub type Euler = Erk<EulerTable, 1>;
/// The method [`Euler`](type@Euler) as a value.
pub const Euler: Euler = Erk::new();

#[rustfmt::skip]
impl Tableau<1> for EulerTable {
    const NAME: &'static str = "Euler";
    const ORDER: u32 = 1;
    const C: [f64; 1] = [0.0];
    const A: [[f64; 1]; 1] = [[0.0]];
    const B: [f64; 1] = [1.0];
}
