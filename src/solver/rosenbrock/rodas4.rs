//! Hairer and Wanner's stiffly accurate pair of orders 4 and 3.
//!
//! The method of the code RODAS: E. Hairer, G. Wanner, *Solving Ordinary Differential Equations II*, section VI.4,
//! doi:10.1007/978-3-642-05221-7, interpolant included.

use super::table::last;
use super::{Rosenbrock, RosenbrockTable, check_rosenbrock};
use crate::solver::Interpolant;
use crate::solver::tableau::{lower_triangle, padded};

/// The table of [`Rodas4`](type@Rodas4).
#[derive(Debug, Clone, Copy)]
pub struct Rodas4Table;

/// Hairer and Wanner's RODAS: order 4 with an embedded solution of order 3, 6 stages, dense output of order 3.
///
/// The method is L-stable; both solutions are stiffly accurate, with `R(∞) = 0`.
pub type Rodas4 = Rosenbrock<Rodas4Table, 6>;
/// The method [`Rodas4`](type@Rodas4) as a value.
pub const Rodas4: Rodas4 = Rosenbrock::new();

const _: () = check_rosenbrock::<Rodas4Table, 6>();

const A5: [f64; 4] = [1.221224509226641, 6.019134481288629, 12.53708332932087, -0.687886036105895];

#[rustfmt::skip]
#[allow(clippy::excessive_precision, reason = "the digits are those of the code RODAS")]
impl RosenbrockTable<6> for Rodas4Table {
    const NAME: &'static str = "RODAS4";
    const ORDER: u32 = 4;
    const EMBEDDED_ORDER: u32 = 3;
    const GAMMA: f64 = 0.25;
    const A: [[f64; 6]; 6] = lower_triangle([
        &[],
        &[1.544],
        &[0.9466785280815826, 0.2557011698983284],
        &[3.314825187068521, 2.896124015972201, 0.9986419139977817],
        &A5,
        &[A5[0], A5[1], A5[2], A5[3], 1.0],
    ]);
    const C: [[f64; 6]; 6] = lower_triangle([
        &[],
        &[-5.6688],
        &[-2.430093356833875, -0.2063599157091915],
        &[-0.1073529058151375, -9.594562251023355, -20.47028614809616],
        &[7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160],
        &[8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054],
    ]);
    const NODES: [f64; 6] = [0.0, 0.386, 0.21, 0.63, 1.0, 1.0];
    const TIME: [f64; 6] = [0.25, -0.1043, 0.1035, -0.0362, 0.0, 0.0];
    const M: [f64; 6] = [A5[0], A5[1], A5[2], A5[3], 1.0, 1.0];
    const E: [f64; 6] = last();
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<6> = Interpolant::nested([
        Self::M,
        padded(&[10.12623508344586, -7.487995877610167, -34.80091861555747, -7.992771707568823, 1.025137723295662]),
        padded(&[-0.6762803392801253, 6.087714651680015, 16.43084320892478, 24.76722511418386, -6.594389125716872]),
    ]);
}
