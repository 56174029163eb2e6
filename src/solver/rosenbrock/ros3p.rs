//! Lang and Verwer's method of order 3 for parabolic problems, with another error estimate.
//!
//! J. Lang, J. Verwer, *ROS3P — an accurate third-order Rosenbrock solver designed for parabolic problems*, BIT 41 (2001),
//! doi:10.1023/A:1021900219772.
//!
//! # The error estimate
//!
//! The published embedded solution has the stability function of the method, so on a linear field its estimate is zero.
//! The three stages allow no other: the two conditions of order 2 leave one direction for `b − b̂`, and that direction
//! satisfies the condition of the tall tree of order 3. So there is a fourth stage here, at the end of the step. Its
//! argument is `y₁`, so its evaluation serves the next step too. Its increment `u₄` is the difference of a stiffly
//! accurate solution of order 2 from `y₁`: with `b̂ = b + γ₄` the two conditions of order 2 are `Σ γ₄ⱼ = 0` and
//! `Σ γ₄ⱼ βⱼ = 0`. The third condition for `γ₄` makes the leading terms of the two trees of order 3 a multiple of `y‴`:
//! `Σ γ₄ⱼ αⱼ² = 2 Σ γ₄ⱼ βⱼₖ βₖ`, where the right-hand side is `−(1/3 + 2√3/9)`. Then
//!
//! `γ₄ = (1/3 + 2√3/9, −5/6 − √3/2, √3/9, γ)`.
//!
//! The estimate is `u₄ / 2`, about `0.18 h³ y‴`, which is about as large on quadratures as the published one. The
//! embedded solution is A-stable with `R(∞) ≈ −0.37`. The fourth stage also gives an interpolant of order 3, the only
//! one.

use super::{Rosenbrock, RosenbrockTable, check_rosenbrock};
use crate::solver::Interpolant;
use crate::solver::tableau::lower_triangle;

/// The table of [`Ros3P`](type@Ros3P).
#[derive(Debug, Clone, Copy)]
pub struct Ros3PTable;

/// Lang and Verwer's ROS3P: order 3 with an embedded solution of order 2, dense output of order 3.
///
/// It has 4 stages and 2 evaluations.
///
/// A-stable, with `|R(∞)| ≈ 0.73`. It keeps its order on parabolic problems with time-dependent boundary conditions,
/// where most methods of this order lose it.
///
/// The solution is the published one. The error estimate is not: the published one is zero on linear fields. Here a
/// fourth stage estimates their error, at the cost of one more linear solve per step.
pub type Ros3P = Rosenbrock<Ros3PTable, 4>;
/// The method [`Ros3P`](type@Ros3P) as a value.
pub const Ros3P: Ros3P = Rosenbrock::new();

const _: () = check_rosenbrock::<Ros3PTable, 4>();

/// `(3 + √3) / 6`.
const G: f64 = 0.788_675_134_594_812_9;

/// `1 / γ`.
const A: f64 = 1.267_949_192_431_122_7;

#[rustfmt::skip]
impl RosenbrockTable<4> for Ros3PTable {
    const NAME: &'static str = "ROS3P";
    const ORDER: u32 = 3;
    const EMBEDDED_ORDER: u32 = 2;
    const GAMMA: f64 = G;
    const A: [[f64; 4]; 4] = lower_triangle([&[], &[A], &[A], &Self::M]);
    const C: [[f64; 4]; 4] = lower_triangle([
        &[],
        &[-1.607_695_154_586_736_2],
        &[-3.464_101_615_137_754_6, -1.732_050_807_568_877_3],
        &[-1.464_101_615_137_754_6, -2.309_401_076_758_503, 0.309_401_076_758_503_06],
    ]);
    const NODES: [f64; 4] = [0.0, 1.0, 1.0, 1.0];
    const TIME: [f64; 4] = [G, G - 1.0, 0.5 - 2.0 * G, 0.0];
    const M: [f64; 4] = [2.0, 0.577_350_269_189_625_8, 0.422_649_730_810_374_2, 0.0];
    const E: [f64; 4] = [0.0, 0.0, 0.0, -0.5];
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<4> = Interpolant::nested([
        Self::M,
        [0.535_898_384_862_245_4, -1.732_050_807_568_877_3, 0.732_050_807_568_877_3, -1.732_050_807_568_877_3],
        [0.0, 0.0, 0.0, 0.464_101_615_137_754_6],
    ]);
}
