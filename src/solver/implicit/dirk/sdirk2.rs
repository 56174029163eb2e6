//! Alexander's method of order 2.
//!
//! R. Alexander, *Diagonally implicit Runge–Kutta methods for stiff O.D.E.'s*, SIAM J. Numer. Anal. 14 (1977),
//! doi:10.1137/0714068.

use std::f64::consts::FRAC_1_SQRT_2;

use super::{Dirk, DirkTableau};
use crate::solver::{Interpolant, Tableau};

/// The tableau of [`Sdirk2`](type@Sdirk2).
#[derive(Debug, Clone, Copy)]
pub struct Sdirk2Table;

/// Alexander's method: order 2, 2 stages, stiffly accurate and L-stable, output of order 2.
pub type Sdirk2 = Dirk<Sdirk2Table, 2>;
/// The method [`Sdirk2`](type@Sdirk2) as a value.
pub const Sdirk2: Sdirk2 = Dirk::new();

const G: f64 = 1.0 - FRAC_1_SQRT_2;

/// The output has the weights `b` and `θ (1 − θ) (Q, −Q)`, which make it order 2.
const Q: f64 = 0.5 / (1.0 - G);

impl Tableau<2> for Sdirk2Table {
    const NAME: &'static str = "SDIRK2";
    const ORDER: u32 = 2;
    const C: [f64; 2] = [G, 1.0];
    const A: [[f64; 2]; 2] = [[G, 0.0], Self::B];
    const B: [f64; 2] = [1.0 - G, G];
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<2> = Interpolant::nested([Self::B, [Q, -Q]]);
}

impl DirkTableau<2> for Sdirk2Table {}
