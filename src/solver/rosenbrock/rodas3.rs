//! Sandu's stiffly accurate pair of orders 3 and 2.
//!
//! A. Sandu, J. G. Verwer, J. G. Blom, E. J. Spee, G. R. Carmichael, F. A. Potra, *Benchmarking stiff ODE solvers for
//! atmospheric chemistry problems II: Rosenbrock solvers*, Atmos. Environ. 31 (1997), doi:10.1016/S1352-2310(97)83212-8.

use super::table::last;
use super::{Rosenbrock, RosenbrockTable, check_rosenbrock};
use crate::solver::Interpolant;
use crate::solver::tableau::lower_triangle;

/// The table of [`Rodas3`](type@Rodas3).
#[derive(Debug, Clone, Copy)]
pub struct Rodas3Table;

/// Sandu et al.'s RODAS3: order 3 with an embedded solution of order 2, dense output of order 2.
///
/// It has 4 stages and 3 evaluations.
///
/// Both solutions are stiffly accurate, with `R(∞) = 0`.
///
/// On a stiff problem the ends of its steps can be far more accurate than its order suggests, and its steps are long.
/// On Robertson's reaction at a relative tolerance of 1e-6 the ends are within 2 tolerances, and the output inside a
/// step is off by 3e4. Therefore [`save_at`](crate::solution::Ivp::save_at) lands on its times. For curves and events
/// [`Rodas4`](type@super::Rodas4) is better.
pub type Rodas3 = Rosenbrock<Rodas3Table, 4>;
/// The method [`Rodas3`](type@Rodas3) as a value.
pub const Rodas3: Rodas3 = Rosenbrock::new();

const _: () = check_rosenbrock::<Rodas3Table, 4>();

/// Its stages allow no interpolant of order 3. This one satisfies the conditions of order 2 and the quadrature
/// condition of order 3, and its stability function at infinity is `1 − θ`.
#[rustfmt::skip]
impl RosenbrockTable<4> for Rodas3Table {
    const NAME: &'static str = "RODAS3";
    const ORDER: u32 = 3;
    const EMBEDDED_ORDER: u32 = 2;
    const GAMMA: f64 = 0.5;
    const A: [[f64; 4]; 4] = lower_triangle([&[], &[], &[2.0], &[2.0, 0.0, 1.0]]);
    const C: [[f64; 4]; 4] = lower_triangle([&[], &[4.0], &[1.0, -1.0], &[1.0, -1.0, -8.0 / 3.0]]);
    const NODES: [f64; 4] = [0.0, 0.0, 1.0, 1.0];
    const TIME: [f64; 4] = [0.5, 1.5, 0.0, 0.0];
    const M: [f64; 4] = [2.0, 0.0, 1.0, 1.0];
    const E: [f64; 4] = last();
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<4> = Interpolant::nested([Self::M, [3.0, -1.0, 2.0, 8.0], [0.0, 0.0, 0.0, 2.0]]);
    const LANDS: bool = true;
}
