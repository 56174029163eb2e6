//! Kværnø's pair of orders 3 and 2.
//!
//! A. Kværnø, *Singly diagonally implicit Runge–Kutta methods with an explicit first stage*, BIT 44 (2004),
//! doi:10.1023/B:BITN.0000046811.70614.38. The paper gives the coefficients as functions of `γ`.

use super::{Dirk, DirkTableau, check_embedded_dirk};
use crate::solver::tableau::{lower_triangle, padded};
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`Kvaerno3`](type@Kvaerno3).
#[derive(Debug, Clone, Copy)]
pub struct Kvaerno3Table;

/// Kværnø's pair: order 3 with an embedded solution of order 2, output of order 3.
///
/// It has 4 stages; the first is explicit and known from the previous step.
///
/// Both solutions are stiffly accurate; the method is L-stable, the embedded solution A-stable.
///
/// The paper has no interpolant. Ours is the only one of order 3 that is bounded on infinitely stiff problems. A cubic
/// Hermite polynomial multiplies a component that has not decayed yet by `h λ`.
pub type Kvaerno3 = Dirk<Kvaerno3Table, 4>;
/// The method [`Kvaerno3`](type@Kvaerno3) as a value.
pub const Kvaerno3: Kvaerno3 = Dirk::new();

const _: () = check_embedded_dirk::<Kvaerno3Table, 4>();

/// The root of `6γ³ − 18γ² + 9γ − 1` in `(0.4, 0.5)`.
const G: f64 = 0.435_866_521_508_459;

const A3: [f64; 2] = [(-4.0 * G * G + 6.0 * G - 1.0) / (4.0 * G), (1.0 - 2.0 * G) / (4.0 * G)];

const A4: [f64; 3] =
    [(6.0 * G - 1.0) / (12.0 * G), -1.0 / ((24.0 * G - 12.0) * G), (-6.0 * G * G + 6.0 * G - 1.0) / (6.0 * G - 3.0)];

#[rustfmt::skip]
impl Tableau<4> for Kvaerno3Table {
    const NAME: &'static str = "Kværnø 3(2)";
    const ORDER: u32 = 3;
    const C: [f64; 4] = [0.0, 2.0 * G, 1.0, 1.0];
    const A: [[f64; 4]; 4] = lower_triangle([
        &[],
        &[G, G],
        &[A3[0], A3[1], G],
        &Self::B,
    ]);
    const B: [f64; 4] = padded(&[A4[0], A4[1], A4[2], G]);
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<4> = Interpolant::nested([
        Self::B,
        [0.6911900300232527, -1.4905633884217797, 2.280500135242087, -1.4811267768435599],
        [-0.382380060046506, 2.9811267768435576, -3.515740015149069, 0.9169932983520177],
    ]);
}

impl DirkTableau<4> for Kvaerno3Table {}

impl EmbeddedTableau<4> for Kvaerno3Table {
    const EMBEDDED_ORDER: u32 = 2;
    const E: [f64; 4] = [A4[0] - A3[0], A4[1] - A3[1], A4[2] - G, G];
}
