//! Lang and Verwer's pair of orders 3 and 2 for parabolic problems.
//!
//! J. Lang, J. Verwer, *ROS3P — an accurate third-order Rosenbrock solver designed for parabolic problems*, BIT 41 (2001),
//! doi:10.1023/A:1021900219772.

use super::{Rosenbrock, RosenbrockTable, check_rosenbrock};
use crate::solver::Interpolant;
use crate::solver::tableau::lower_triangle;

/// The table of [`Ros3P`](type@Ros3P).
#[derive(Debug, Clone, Copy)]
pub struct Ros3PTable;

/// Lang and Verwer's ROS3P: order 3 with an embedded solution of order 2, 3 stages and 2 evaluations, dense output of
/// order 2.
///
/// A-stable, with `|R(∞)| ≈ 0.73`; it keeps its order on parabolic problems with boundary conditions that depend on
/// time, where most methods of this order lose it.
pub type Ros3P = Rosenbrock<Ros3PTable, 3>;
/// The method [`Ros3P`](type@Ros3P) as a value.
pub const Ros3P: Ros3P = Rosenbrock::new();

const _: () = check_rosenbrock::<Ros3PTable, 3>();

/// `(3 + √3) / 6`.
const G: f64 = 0.788_675_134_594_812_9;

/// `1 / γ`.
const A: f64 = 1.267_949_192_431_122_7;

/// The interpolant satisfies the conditions of order 2, and of those of order 3 the one that a quadrature needs.
#[rustfmt::skip]
impl RosenbrockTable<3> for Ros3PTable {
    const NAME: &'static str = "ROS3P";
    const ORDER: u32 = 3;
    const EMBEDDED_ORDER: u32 = 2;
    const GAMMA: f64 = G;
    const A: [[f64; 3]; 3] = lower_triangle([&[], &[A], &[A]]);
    const C: [[f64; 3]; 3] =
        lower_triangle([&[], &[-1.607_695_154_586_736_2], &[-3.464_101_615_137_754_6, -1.732_050_807_568_877_3]]);
    const NODES: [f64; 3] = [0.0, 1.0, 1.0];
    const TIME: [f64; 3] = [G, G - 1.0, 0.5 - 2.0 * G];
    const M: [f64; 3] = [2.0, 0.577_350_269_189_625_8, 0.422_649_730_810_374_2];
    const E: [f64; 3] = [-0.113_248_654_051_871_18, -0.422_649_730_810_374_2, 0.0];
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<3> = Interpolant::nested([
        Self::M,
        [0.958_548_115_672_62, -0.154_700_538_379_251_5, 0.732_050_807_568_877_3],
        [-0.113_248_654_051_871_18, -0.422_649_730_810_374_2, 0.0],
    ]);
}
