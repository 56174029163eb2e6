//! Steinebach's pair of orders 4 and 3 for parabolic problems.
//!
//! G. Steinebach, *Order-reduction of ROW-methods for DAEs and method of lines applications*, Preprint 1741, Technische
//! Hochschule Darmstadt (1995), as in the code RODAS of Hairer and Wanner, interpolant included.

use super::table::last;
use super::{Rosenbrock, RosenbrockTable, check_rosenbrock};
use crate::solver::Interpolant;
use crate::solver::tableau::{lower_triangle, padded};

/// The table of [`Rodas4P`](type@Rodas4P).
#[derive(Debug, Clone, Copy)]
pub struct Rodas4PTable;

/// Steinebach's RODASP: order 4 with an embedded solution of order 3, 6 stages, dense output of order 3.
///
/// The method is L-stable; both solutions are stiffly accurate, with `R(∞) = 0`. It keeps its order on linear parabolic problems.
pub type Rodas4P = Rosenbrock<Rodas4PTable, 6>;
/// The method [`Rodas4P`](type@Rodas4P) as a value.
pub const Rodas4P: Rodas4P = Rosenbrock::new();

const _: () = check_rosenbrock::<Rodas4PTable, 6>();

const A5: [f64; 4] = [-7.170454962423024, -4.741636671481785, -16.31002631330971, -1.062004044111401];

#[rustfmt::skip]
#[allow(clippy::excessive_precision, reason = "the digits are those of the code RODAS")]
impl RosenbrockTable<6> for Rodas4PTable {
    const NAME: &'static str = "RODAS4P";
    const ORDER: u32 = 4;
    const EMBEDDED_ORDER: u32 = 3;
    const GAMMA: f64 = 0.25;
    const A: [[f64; 6]; 6] = lower_triangle([
        &[],
        &[3.0],
        &[1.831036793486759, 0.4955183967433795],
        &[2.304376582692669, -0.05249275245743001, -1.176798761832782],
        &A5,
        &[A5[0], A5[1], A5[2], A5[3], 1.0],
    ]);
    const C: [[f64; 6]; 6] = lower_triangle([
        &[],
        &[-12.0],
        &[-8.791795173947035, -2.207865586973518],
        &[10.81793056857153, 6.780270611428266, 19.53485944642410],
        &[34.19095006749676, 15.49671153725963, 54.74760875964130, 14.16005392148534],
        &[34.62605830930532, 15.30084976114473, 56.99955578662667, 18.40807009793095, -5.714285714285717],
    ]);
    const NODES: [f64; 6] = [0.0, 0.75, 0.21, 0.63, 1.0, 1.0];
    const TIME: [f64; 6] = [0.25, -0.5, -0.023504, -0.0362, 0.0, 0.0];
    const M: [f64; 6] = [A5[0], A5[1], A5[2], A5[3], 1.0, 1.0];
    const E: [f64; 6] = last();
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<6> = Interpolant::nested([
        Self::M,
        padded(&[25.09876703708589, 11.62013104361867, 28.49148307714626, -5.664021568594133]),
        padded(&[1.638054557396973, -0.7373619806678748, 8.477918219238990, 15.99253148779520, -1.882352941176471]),
    ]);
}
