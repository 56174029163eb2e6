//! Hairer & Wanner's method of order 4.
//!
//! E. Hairer, G. Wanner, *Solving Ordinary Differential Equations II*, section IV.6, table 6.5 and equation (6.17).
//!
//! The interpolant is ours. It is the only one of order 3 with `b(θ)ᵀ A⁻¹ c² = θ²`: the condition of order 2 for
//! algebraic components (section VI.1), which the fast components of a stiff problem resemble. The interpolant of the
//! book has order 1 there, and is 20 times less accurate on Robertson's reaction.

use super::{Dirk, DirkTableau, check_embedded_dirk};
use crate::solver::tableau::{lower_triangle, padded};
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`Sdirk4`](type@Sdirk4).
#[derive(Debug, Clone, Copy)]
pub struct Sdirk4Table;

/// Hairer & Wanner's method: order 4 with an embedded solution of order 3, 5 stages, output of order 3.
///
/// Stiffly accurate and L-stable. The error estimate is multiplied by `(I − h γ J)⁻¹`.
///
/// Inside a step, algebraic components have order 2 only. On stiff problems its steps are too long for this, so
/// [`save_at`](crate::solution::Ivp::save_at) lands on its times.
pub type Sdirk4 = Dirk<Sdirk4Table, 5>;
/// The method [`Sdirk4`](type@Sdirk4) as a value.
pub const Sdirk4: Sdirk4 = Dirk::new();

const _: () = check_embedded_dirk::<Sdirk4Table, 5>();

#[rustfmt::skip]
impl Tableau<5> for Sdirk4Table {
    const NAME: &'static str = "SDIRK4";
    const ORDER: u32 = 4;
    const C: [f64; 5] = [0.25, 0.75, 11.0 / 20.0, 0.5, 1.0];
    const A: [[f64; 5]; 5] = lower_triangle([
        &[0.25],
        &[0.5, 0.25],
        &[17.0 / 50.0, -1.0 / 25.0, 0.25],
        &[371.0 / 1360.0, -137.0 / 2720.0, 15.0 / 544.0, 0.25],
        &Self::B,
    ]);
    const B: [f64; 5] = padded(&[25.0 / 24.0, -49.0 / 48.0, 125.0 / 16.0, -85.0 / 12.0, 0.25]);
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<5> = Interpolant::new([
        [97.0 / 32.0, 169.0 / 64.0, -275.0 / 64.0, 0.0, -3.0 / 8.0],
        [-109.0 / 32.0, -669.0 / 64.0, 2175.0 / 64.0, -85.0 / 4.0, 9.0 / 8.0],
        [17.0 / 12.0, 163.0 / 24.0, -175.0 / 8.0, 85.0 / 6.0, -0.5],
    ]);
}

impl DirkTableau<5> for Sdirk4Table {
    const FILTERED: Option<[f64; 5]> = Some(Self::E);
    const LANDS: bool = true;
}

impl EmbeddedTableau<5> for Sdirk4Table {
    const EMBEDDED_ORDER: u32 = 3;
    const E: [f64; 5] = [-3.0 / 16.0, -27.0 / 32.0, 25.0 / 32.0, 0.0, 0.25];
}
