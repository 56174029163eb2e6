//! Dormand & Prince's pair of orders 5 and 4.
//!
//! J. R. Dormand, P. J. Prince, *A family of embedded Runge–Kutta formulae*, J. Comput. Appl. Math. 6 (1980),
//! doi:10.1016/0771-050X(80)90013-3. Dense output: Hairer, Nørsett & Wanner I, section II.6.

use super::Erk;
use crate::solver::tableau::check_estimate;
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`Dopri5`](type@Dopri5).
#[derive(Debug, Clone, Copy)]
pub struct Dopri5Table;

/// Dormand & Prince's pair: order 5 with an embedded solution of order 4, 7 stages (FSAL), dense output of order 4.
///
/// Also known as DOPRI5, DP5, RK45 or `ode45`.
pub type Dopri5 = Erk<Dopri5Table, 7>;
/// The method [`Dopri5`](type@Dopri5) as a value.
pub const Dopri5: Dopri5 = Erk::new();

const _: () = check_estimate::<Dopri5Table, 7>();

#[rustfmt::skip]
impl Tableau<7> for Dopri5Table {
    const NAME: &'static str = "Dormand–Prince 5(4)";
    const ORDER: u32 = 5;
    const C: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];
    const A: [[f64; 7]; 7] = [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [3.0 / 40.0, 9.0 / 40.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0, 0.0, 0.0, 0.0, 0.0],
        [19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0, 0.0, 0.0, 0.0],
        [9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0, 0.0, 0.0],
        [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0, 0.0],
    ];
    const B: [f64; 7] = [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0, 0.0];
    const DENSE_ORDER: u32 = 4;
    const DENSE: Interpolant<7> = Interpolant::hermite(Self::B, [
        -12715105075.0 / 11282082432.0, 0.0, 87487479700.0 / 32700410799.0, -10690763975.0 / 1880347072.0,
        701980252875.0 / 199316789632.0, -1453857185.0 / 822651844.0, 69997945.0 / 29380423.0,
    ]);
}

#[rustfmt::skip]
impl EmbeddedTableau<7> for Dopri5Table {
    const EMBEDDED_ORDER: u32 = 4;
    const E: [f64; 7] = [
        71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0,
    ];
}
