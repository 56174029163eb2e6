//! Kværnø's pair of orders 4 and 3.
//!
//! A. Kværnø, *Singly diagonally implicit Runge–Kutta methods with an explicit first stage*, BIT 44 (2004),
//! doi:10.1023/B:BITN.0000046811.70614.38. The paper gives the coefficients as functions of `γ`.

use super::{Dirk, DirkTableau, check_embedded_dirk};
use crate::solver::tableau::{lower_triangle, padded};
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`Kvaerno4`](type@Kvaerno4).
#[derive(Debug, Clone, Copy)]
pub struct Kvaerno4Table;

/// Kværnø's pair: order 4 with an embedded solution of order 3, 5 stages of which the first is explicit and known from
/// the step before, cubic Hermite output.
///
/// Both solutions are stiffly accurate, and the method is L-stable. One stage lies behind the end of the step, by 0.15 of
/// its length.
pub type Kvaerno4 = Dirk<Kvaerno4Table, 5>;
/// The method [`Kvaerno4`](type@Kvaerno4) as a value.
pub const Kvaerno4: Kvaerno4 = Dirk::new();

const _: () = check_embedded_dirk::<Kvaerno4Table, 5>();

/// The root of `γ⁴ − 4γ³ + 3γ² − (2/3)γ + 1/24` that makes the method L-stable.
const G: f64 = 0.572_816_062_482_134_9;

const U: f64 = (12.0 * G - 6.0) * G + 1.0;
const V: f64 = (12.0 * G - 9.0) * G + 2.0;
const W: f64 = 3.0 * G - 1.0;

const A3: [f64; 2] = [
    ((((144.0 * G - 180.0) * G + 81.0) * G - 15.0) * G + 1.0) * G / (U * U),
    (((-36.0 * G + 39.0) * G - 15.0) * G + 2.0) * G / (U * U),
];

const A4: [f64; 3] = [
    (((((-144.0 * G + 396.0) * G - 330.0) * G + 117.0) * G - 18.0) * G + 1.0) / (12.0 * G * G * V),
    ((((72.0 * G - 126.0) * G + 69.0) * G - 15.0) * G + 1.0) / (12.0 * G * G * W),
    ((-6.0 * G + 6.0) * G - 1.0) * U * U / (12.0 * G * G * V * W),
];

const A5: [f64; 4] = [
    ((((288.0 * G - 312.0) * G + 120.0) * G - 18.0) * G + 1.0) / (48.0 * G * G * V),
    ((24.0 * G - 12.0) * G + 1.0) / (48.0 * G * G * W),
    -U * U * U / (48.0 * G * G * W * V * ((6.0 * G - 6.0) * G + 1.0)),
    (((-24.0 * G + 36.0) * G - 12.0) * G + 1.0) / ((24.0 * G - 24.0) * G + 4.0),
];

#[rustfmt::skip]
impl Tableau<5> for Kvaerno4Table {
    const NAME: &'static str = "Kværnø 4(3)";
    const ORDER: u32 = 4;
    const C: [f64; 5] = [0.0, 2.0 * G, A3[0] + A3[1] + G, 1.0, 1.0];
    const A: [[f64; 5]; 5] = lower_triangle([
        &[],
        &[G, G],
        &[A3[0], A3[1], G],
        &[A4[0], A4[1], A4[2], G],
        &Self::B,
    ]);
    const B: [f64; 5] = padded(&[A5[0], A5[1], A5[2], A5[3], G]);
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<5> = Interpolant::hermite(Self::B, [0.0; 5]);
}

impl DirkTableau<5> for Kvaerno4Table {}

impl EmbeddedTableau<5> for Kvaerno4Table {
    const EMBEDDED_ORDER: u32 = 3;
    const E: [f64; 5] = [A5[0] - A4[0], A5[1] - A4[1], A5[2] - A4[2], A5[3] - G, G];
}
