//! Sandu's L-stable pair of orders 3 and 2.
//!
//! A. Sandu, J. G. Verwer, J. G. Blom, E. J. Spee, G. R. Carmichael, F. A. Potra, *Benchmarking stiff ODE solvers for
//! atmospheric chemistry problems II: Rosenbrock solvers*, Atmos. Environ. 31 (1997), doi:10.1016/S1352-2310(97)83212-8.

use super::{Rosenbrock, RosenbrockTable, check_rosenbrock};
use crate::solver::Interpolant;
use crate::solver::tableau::lower_triangle;

/// The table of [`Ros3`](type@Ros3).
#[derive(Debug, Clone, Copy)]
pub struct Ros3Table;

/// Sandu et al.'s ROS3: order 3 with an embedded solution of order 2, dense output of order 2.
///
/// It has 3 stages and 2 evaluations.
///
/// L-stable; the embedded solution has `R(∞) = 0.5`.
pub type Ros3 = Rosenbrock<Ros3Table, 3>;
/// The method [`Ros3`](type@Ros3) as a value.
pub const Ros3: Ros3 = Rosenbrock::new();

const _: () = check_rosenbrock::<Ros3Table, 3>();

/// The root of `6γ³ − 18γ² + 9γ − 1` in `(0.4, 0.5)`.
const G: f64 = 0.435_866_521_508_459;

/// The interpolant satisfies the conditions of order 2 and the quadrature condition of order 3.
#[rustfmt::skip]
impl RosenbrockTable<3> for Ros3Table {
    const NAME: &'static str = "ROS3";
    const ORDER: u32 = 3;
    const EMBEDDED_ORDER: u32 = 2;
    const GAMMA: f64 = G;
    const A: [[f64; 3]; 3] = lower_triangle([&[], &[1.0], &[1.0]]);
    const C: [[f64; 3]; 3] =
        lower_triangle([&[], &[-1.015_617_108_387_770_2], &[4.075_995_645_253_77, 9.207_679_429_833_08]]);
    const NODES: [f64; 3] = [0.0, G, G];
    const TIME: [f64; 3] = [G, 0.242_919_964_548_168_04, 2.185_138_002_766_406];
    const M: [f64; 3] = [1.0, 6.169_794_704_382_824_6, -0.427_722_565_432_185_73];
    const E: [f64; 3] = [0.5, -2.907_955_871_680_547, 0.223_540_698_978_115_7];
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<3> = Interpolant::nested([
        Self::M,
        [2.436_924_232_454_054_5, -3.588_560_720_558_085_4, -0.087_152_685_606_767_81],
        [1.126_151_535_091_890_7, -6.549_597_937_745_053_5, 0.503_481_402_619_439_1],
    ]);
}
