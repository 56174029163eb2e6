//! Kennedy and Carpenter's pair of orders 5 and 4.
//!
//! C. A. Kennedy & M. H. Carpenter, *Diagonally implicit Runge–Kutta methods for stiff ODEs*, Appl. Numer. Math. 146
//! (2019), doi:10.1016/j.apnum.2019.07.008: the method `ESDIRK5(4)7L[2]SA2`. The paper gives all coefficients except
//! the first of each row, which follows from the row sums.

use super::{Dirk, DirkTableau, check_embedded_dirk};
use crate::solver::interpolant::difference;
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`Esdirk547`](type@Esdirk547).
#[derive(Debug, Clone, Copy)]
pub struct Esdirk547Table;

/// Kennedy and Carpenter's pair ESDIRK5(4)7L\[2\]SA2: order 5 with an embedded solution of order 4, output of order 4.
///
/// It has 7 stages; the first is explicit and known from the previous step.
///
/// Stiffly accurate and L-stable; the embedded solution is A-stable, with `R(∞) = −1/4`. All stages lie in the step.
///
/// The paper has no interpolant. Ours has the shortest weights that satisfy the conditions of order 4 and are bounded
/// on infinitely stiff problems.
pub type Esdirk547 = Dirk<Esdirk547Table, 7>;
/// The method [`Esdirk547`](type@Esdirk547) as a value.
pub const Esdirk547: Esdirk547 = Dirk::new();

const _: () = check_embedded_dirk::<Esdirk547Table, 7>();

const G: f64 = 23.0 / 125.0;

const C: [f64; 7] = [
    0.0,
    46.0 / 125.0,
    7121331996143.0 / 11335814405378.0,
    49.0 / 353.0,
    3706679970760.0 / 5295570149437.0,
    347.0 / 382.0,
    1.0,
];

/// A row with the sum `c`, given all but its first entry.
const fn row(c: f64, rest: &[f64]) -> [f64; 7] {
    let mut row = [0.0; 7];
    row[0] = c;
    let mut j = 0;
    while j < rest.len() {
        row[0] -= rest[j];
        row[j + 1] = rest[j];
        j += 1;
    }
    row
}

#[rustfmt::skip]
impl Tableau<7> for Esdirk547Table {
    const NAME: &'static str = "ESDIRK5(4)7L[2]SA2";
    const ORDER: u32 = 5;
    const C: [f64; 7] = C;
    const A: [[f64; 7]; 7] = [
        [0.0; 7],
        row(C[1], &[G]),
        row(C[2], &[791020047304.0 / 3561426431547.0, G]),
        row(C[3], &[-158159076358.0 / 11257294102345.0, -85517644447.0 / 5003708988389.0, G]),
        row(C[4], &[
            -1653327111580.0 / 4048416487981.0, 1514767744496.0 / 9099671765375.0, 14283835447591.0 / 12247432691556.0, G,
        ]),
        row(C[5], &[
            -4540011970825.0 / 8418487046959.0, -1790937573418.0 / 7393406387169.0, 10819093665085.0 / 7266595846747.0,
            4109463131231.0 / 7386972500302.0, G,
        ]),
        Self::B,
    ];
    const B: [f64; 7] = row(1.0, &[
        -188593204321.0 / 4778616380481.0, 2809310203510.0 / 10304234040467.0, 1021729336898.0 / 2364210264653.0,
        870612361811.0 / 2470410392208.0, -1307970675534.0 / 8059683598661.0, G,
    ]);
    const DENSE_ORDER: u32 = 4;
    const DENSE: Interpolant<7> = Interpolant::nested([
        Self::B,
        [
            1.486795363771641, 1.486795363771641, -2.014657004966968, -1.603159723488228, 0.5572322851834703,
            0.39292177113778576, -0.30592805540934226,
        ],
        [
            -1.4302473717890685, -1.4302473717890685, 2.4963008956297976, 1.8377024561417452, -0.3775984893284334,
            -0.6902000214683482, -0.4057100973966255,
        ],
        [
            -3.840973426424147, -3.840973426424147, 5.293645180397164, 6.959139287039264, -5.7999061953077655,
            0.5178217615563805, 0.7112468191632523,
        ],
    ]);
}

impl DirkTableau<7> for Esdirk547Table {}

impl EmbeddedTableau<7> for Esdirk547Table {
    const EMBEDDED_ORDER: u32 = 4;
    const E: [f64; 7] = difference(
        Self::B,
        row(
            1.0,
            &[
                -582099335757.0 / 7214068459310.0,
                615023338567.0 / 3362626566945.0,
                3192122436311.0 / 6174152374399.0,
                6156034052041.0 / 14430468657929.0,
                -1011318518279.0 / 9693750372484.0,
                1914490192573.0 / 13754262428401.0,
            ],
        ),
    );
}
