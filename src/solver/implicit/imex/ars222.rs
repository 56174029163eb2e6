//! The method (2,2,2) of Ascher, Ruuth and Spiteri.
//!
//! U. M. Ascher, S. J. Ruuth & R. J. Spiteri, *Implicit-explicit Runge–Kutta methods for time-dependent partial
//! differential equations*, Appl. Numer. Math. 25 (1997), doi:10.1016/S0168-9274(97)00056-1, section 2.

use crate::solver::Tableau;
use crate::solver::implicit::{DirkTableau, Imex, ImexTableau};
use crate::solver::tableau::lower_triangle;

/// The two tableaus of [`Ars222`](type@Ars222).
#[derive(Debug, Clone, Copy)]
pub struct Ars222Table;

/// The explicit tableau of [`Ars222`](type@Ars222).
#[derive(Debug, Clone, Copy)]
pub struct Ars222ExplicitTable;

/// The implicit tableau of [`Ars222`](type@Ars222).
#[derive(Debug, Clone, Copy)]
pub struct Ars222ImplicitTable;

/// The method (2,2,2) of Ascher, Ruuth and Spiteri: order 2, 2 implicit stages, quadratic output.
///
/// The implicit part is stiffly accurate and L-stable; the last stage is the first of the next step. The field must be
/// [`Split`](crate::dynamics::Split). There is no error estimate.
pub type Ars222 = Imex<Ars222Table, 3>;
/// The method [`Ars222`](type@Ars222) as a value.
pub const Ars222: Ars222 = Imex::new();

impl ImexTableau<3> for Ars222Table {
    const NAME: &'static str = "ARS(2,2,2)";
    type Explicit = Ars222ExplicitTable;
    type Implicit = Ars222ImplicitTable;
}

/// The diagonal entry of the implicit tableau, `1 − 1/√2`.
const G: f64 = 1.0 - std::f64::consts::FRAC_1_SQRT_2;

const D: f64 = 1.0 - 0.5 / G;

const C: [f64; 3] = [0.0, G, 1.0];

#[rustfmt::skip]
impl Tableau<3> for Ars222ExplicitTable {
    const NAME: &'static str = "ARS(2,2,2), explicit part";
    const ORDER: u32 = 2;
    const C: [f64; 3] = C;
    const A: [[f64; 3]; 3] = lower_triangle([
        &[],
        &[G],
        &Self::B,
    ]);
    const B: [f64; 3] = [D, 1.0 - D, 0.0];
}

#[rustfmt::skip]
impl Tableau<3> for Ars222ImplicitTable {
    const NAME: &'static str = "ARS(2,2,2), implicit part";
    const ORDER: u32 = 2;
    const C: [f64; 3] = C;
    const A: [[f64; 3]; 3] = lower_triangle([
        &[],
        &[0.0, G],
        &Self::B,
    ]);
    const B: [f64; 3] = [0.0, 1.0 - G, G];
}

impl DirkTableau<3> for Ars222ImplicitTable {}
