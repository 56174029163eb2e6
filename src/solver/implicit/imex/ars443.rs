//! The method (4,4,3) of Ascher, Ruuth and Spiteri.
//!
//! U. M. Ascher, S. J. Ruuth & R. J. Spiteri, *Implicit-explicit Runge–Kutta methods for time-dependent partial
//! differential equations*, Appl. Numer. Math. 25 (1997), doi:10.1016/S0168-9274(97)00056-1, section 2.

use crate::solver::implicit::{DirkTableau, Imex, ImexTableau};
use crate::solver::tableau::{lower_triangle, padded};
use crate::solver::{Interpolant, Tableau};

/// The two tableaus of [`Ars443`](type@Ars443).
#[derive(Debug, Clone, Copy)]
pub struct Ars443Table;

/// The explicit tableau of [`Ars443`](type@Ars443).
#[derive(Debug, Clone, Copy)]
pub struct Ars443ExplicitTable;

/// The implicit tableau of [`Ars443`](type@Ars443).
#[derive(Debug, Clone, Copy)]
pub struct Ars443ImplicitTable;

/// The method (4,4,3) of Ascher, Ruuth and Spiteri: order 3, 4 implicit stages, cubic Hermite output.
///
/// The implicit part is stiffly accurate and L-stable; the last stage is the first of the next step. The field must be
/// [`Split`](crate::dynamics::Split). There is no error estimate.
pub type Ars443 = Imex<Ars443Table, 5>;
/// The method [`Ars443`](type@Ars443) as a value.
pub const Ars443: Ars443 = Imex::new();

impl ImexTableau<5> for Ars443Table {
    const NAME: &'static str = "ARS(4,4,3)";
    type Explicit = Ars443ExplicitTable;
    type Implicit = Ars443ImplicitTable;
}

const C: [f64; 5] = [0.0, 0.5, 2.0 / 3.0, 0.5, 1.0];

#[rustfmt::skip]
impl Tableau<5> for Ars443ExplicitTable {
    const NAME: &'static str = "ARS(4,4,3), explicit part";
    const ORDER: u32 = 3;
    const C: [f64; 5] = C;
    const A: [[f64; 5]; 5] = lower_triangle([
        &[],
        &[0.5],
        &[11.0 / 18.0, 1.0 / 18.0],
        &[5.0 / 6.0, -5.0 / 6.0, 0.5],
        &Self::B,
    ]);
    const B: [f64; 5] = padded(&[0.25, 1.75, 0.75, -1.75]);
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<5> = Interpolant::hermite(Self::B, [0.0; 5]);
}

#[rustfmt::skip]
impl Tableau<5> for Ars443ImplicitTable {
    const NAME: &'static str = "ARS(4,4,3), implicit part";
    const ORDER: u32 = 3;
    const C: [f64; 5] = C;
    const A: [[f64; 5]; 5] = lower_triangle([
        &[],
        &[0.0, 0.5],
        &[0.0, 1.0 / 6.0, 0.5],
        &[0.0, -0.5, 0.5, 0.5],
        &Self::B,
    ]);
    const B: [f64; 5] = [0.0, 1.5, -1.5, 0.5, 0.5];
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<5> = Interpolant::hermite(Self::B, [0.0; 5]);
}

impl DirkTableau<5> for Ars443ImplicitTable {}
