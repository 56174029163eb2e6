//! The trapezoidal rule followed by the BDF method of order 2.
//!
//! R. E. Bank, W. M. Coughran, W. Fichtner, E. H. Grosse, D. J. Rose, R. K. Smith, *Transient simulation of silicon devices
//! and circuits*, IEEE Trans. Computer-Aided Design 4 (1985), doi:10.1109/TCAD.1985.1270142; M. E. Hosea, L. F. Shampine,
//! *Analysis and implementation of TR-BDF2*, Appl. Numer. Math. 20 (1996), doi:10.1016/0168-9274(95)00115-8.

use std::f64::consts::SQRT_2;

use super::{Dirk, DirkTableau, check_embedded_dirk};
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`TrBdf2`](type@TrBdf2).
#[derive(Debug, Clone, Copy)]
pub struct TrBdf2Table;

/// TR-BDF2: order 2 with an embedded solution of order 3, 3 stages.
///
/// The first stage is explicit and known from the previous step. Its errors exceed the tolerance by the number of
/// steps: on the problems DETEST at 1e-6 the median is 58 tolerances, and the worst 9300 (`tests/solvers/tolerances.rs`).
///
/// The estimate is right, but it estimates one step of the continued solution. With steps `h` for a tolerance `h³` the
/// errors of all steps add up to `h²`, which is the power 2/3 of the tolerance. (A method that continues the more
/// accurate of its two solutions has errors of about the tolerance; here that solution is not stable.)
///
/// L-stable. The estimate of Hosea & Shampine is multiplied by `(I − h γ J)⁻¹`. The output is the parabola of order 2
/// that is bounded on infinitely stiff problems. A cubic Hermite polynomial multiplies a component that has not decayed
/// yet by `h λ`.
pub type TrBdf2 = Dirk<TrBdf2Table, 3>;
/// The method [`TrBdf2`](type@TrBdf2) as a value.
pub const TrBdf2: TrBdf2 = Dirk::new();

const _: () = check_embedded_dirk::<TrBdf2Table, 3>();

/// Half of the length of the trapezoidal rule, in steps.
const D: f64 = 1.0 - 0.5 * SQRT_2;
const W: f64 = 0.25 * SQRT_2;

impl Tableau<3> for TrBdf2Table {
    const NAME: &'static str = "TR-BDF2";
    const ORDER: u32 = 2;
    const C: [f64; 3] = [0.0, 2.0 * D, 1.0];
    const A: [[f64; 3]; 3] = [[0.0; 3], [D, D, 0.0], Self::B];
    const B: [f64; 3] = [W, W, D];
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<3> = Interpolant::nested([Self::B, [W, W, -2.0 * W]]);
}

impl DirkTableau<3> for TrBdf2Table {
    const FILTERED: Option<[f64; 3]> = Some(Self::E);
}

impl EmbeddedTableau<3> for TrBdf2Table {
    const EMBEDDED_ORDER: u32 = 3;
    const E: [f64; 3] = [W - (1.0 - W) / 3.0, W - (3.0 * W + 1.0) / 3.0, D - D / 3.0];
}
