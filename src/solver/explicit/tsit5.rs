//! Tsitouras' pair of orders 5 and 4.
//!
//! Ch. Tsitouras, *Runge–Kutta pairs of order 5(4) satisfying only the first column simplifying assumption*, Comput.
//! Math. Appl. 62 (2011), doi:10.1016/j.camwa.2011.06.002, interpolant included.

use super::Erk;
use crate::solver::tableau::check_estimate;
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`Tsit5`](type@Tsit5).
#[derive(Debug, Clone, Copy)]
pub struct Tsit5Table;

/// Tsitouras' pair: order 5 with an embedded solution of order 4, 7 stages (FSAL), dense output of order 4.
///
/// Usually a little more efficient than [`Dopri5`](type@super::Dopri5).
pub type Tsit5 = Erk<Tsit5Table, 7>;
/// The method [`Tsit5`](type@Tsit5) as a value.
pub const Tsit5: Tsit5 = Erk::new();

const _: () = check_estimate::<Tsit5Table, 7>();

/// The published `b(θ)` are products of factors. They are multiplied out here, as `scale · (θ² + p θ + q)` with a
/// further `θ²` (or, for the first, `θ (θ + r)`).
#[rustfmt::skip]
#[allow(clippy::excessive_precision, reason = "the digits are those of the paper")]
const INTERPOLANT: [[f64; 7]; 4] = {
    let first = {
        let (scale, r, p, q) = (-1.0530884977290216, -1.3299890189751412, -1.4364028541716351, 0.7139816917074209);
        [scale * r * q, scale * (q + r * p), scale * (p + r), scale]
    };
    // (scale, p, q)
    let rest = [
        (0.1017, -2.1966568338249754, 1.2949852507374631),
        (2.490627285651252793, -2.38535645472061657, 1.57803468208092486),
        (-16.54810288924490272, -1.21712927295533244 - 0.61620406037800089, 1.21712927295533244 * 0.61620406037800089),
        (47.37952196281928122, -1.203071208372362603 - 0.658047292653547382, 1.203071208372362603 * 0.658047292653547382),
        (-34.87065786149660974, -1.2 - 2.0 / 3.0, 1.2 * 2.0 / 3.0),
        (2.5, -1.6, 0.6),
    ];
    let mut out = [[0.0; 7]; 4];
    let mut d = 0;
    while d < 4 {
        out[d][0] = first[d];
        d += 1;
    }
    let mut i = 0;
    while i < 6 {
        let (scale, p, q) = rest[i];
        out[1][i + 1] = scale * q;
        out[2][i + 1] = scale * p;
        out[3][i + 1] = scale;
        i += 1;
    }
    out
};

#[rustfmt::skip]
impl Tableau<7> for Tsit5Table {
    const NAME: &'static str = "Tsitouras 5(4)";
    const ORDER: u32 = 5;
    const C: [f64; 7] = [0.0, 0.161, 0.327, 0.9, 0.9800255409045097, 1.0, 1.0];
    const A: [[f64; 7]; 7] = [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.161, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [-0.008480655492356989, 0.335480655492357, 0.0, 0.0, 0.0, 0.0, 0.0],
        [2.8971530571054935, -6.359448489975075, 4.3622954328695815, 0.0, 0.0, 0.0, 0.0],
        [5.325864828439257, -11.748883564062828, 7.4955393428898365, -0.09249506636175525, 0.0, 0.0, 0.0],
        [5.86145544294642, -12.92096931784711, 8.159367898576159, -0.071584973281401, -0.028269050394068383, 0.0, 0.0],
        [0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774, 0.0],
    ];
    const B: [f64; 7] = [
        0.09646076681806523, 0.01, 0.4798896504144996, 1.379008574103742, -3.290069515436081, 2.324710524099774, 0.0,
    ];
    const DENSE_ORDER: u32 = 4;
    const DENSE: Interpolant<7> = Interpolant::new(INTERPOLANT);
}

#[rustfmt::skip]
impl EmbeddedTableau<7> for Tsit5Table {
    const EMBEDDED_ORDER: u32 = 4;
    const E: [f64; 7] = [
        0.001780011052225777, 0.0008164344596567469, -0.007880878010261995, 0.1447110071732629, -0.5823571654525552,
        0.45808210592918697, -1.0 / 66.0,
    ];
}
