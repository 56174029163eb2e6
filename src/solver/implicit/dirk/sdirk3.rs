//! Alexander's method of order 3.
//!
//! R. Alexander, *Diagonally implicit Runge–Kutta methods for stiff O.D.E.'s*, SIAM J. Numer. Anal. 14 (1977),
//! doi:10.1137/0714068.

use super::{Dirk, DirkTableau};
use crate::solver::{Interpolant, Tableau};

/// The tableau of [`Sdirk3`](type@Sdirk3).
#[derive(Debug, Clone, Copy)]
pub struct Sdirk3Table;

/// Alexander's method: order 3, 3 stages, stiffly accurate and L-stable, output of order 2.
pub type Sdirk3 = Dirk<Sdirk3Table, 3>;
/// The method [`Sdirk3`](type@Sdirk3) as a value.
pub const Sdirk3: Sdirk3 = Dirk::new();

/// The root of `6γ³ − 18γ² + 9γ − 1` in `(0.4, 0.5)`.
const G: f64 = 0.435_866_521_508_459;
const B1: f64 = -0.25 * (6.0 * G * G - 16.0 * G + 1.0);
const B2: f64 = 0.25 * (6.0 * G * G - 20.0 * G + 5.0);
/// The output has the weights `b` and `θ (1 − θ) (Q, 0, −Q)`, which make it order 2.
const Q: f64 = 0.5 / (1.0 - G);

#[rustfmt::skip]
impl Tableau<3> for Sdirk3Table {
    const NAME: &'static str = "SDIRK3";
    const ORDER: u32 = 3;
    const C: [f64; 3] = [G, 0.5 * (1.0 + G), 1.0];
    const A: [[f64; 3]; 3] = [
        [G, 0.0, 0.0],
        [0.5 * (1.0 - G), G, 0.0],
        Self::B,
    ];
    const B: [f64; 3] = [B1, B2, G];
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<3> = Interpolant::nested([Self::B, [Q, 0.0, -Q]]);
}

impl DirkTableau<3> for Sdirk3Table {}
