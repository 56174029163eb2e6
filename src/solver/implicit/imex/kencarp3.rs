//! Kennedy and Carpenter's additive pair of orders 3 and 2.
//!
//! C. A. Kennedy & M. H. Carpenter, *Additive Runge–Kutta schemes for convection–diffusion–reaction equations*, Appl.
//! Numer. Math. 44 (2003), doi:10.1016/S0168-9274(02)00138-1: the method `ARK3(2)4L[2]SA`. Its rational coefficients
//! satisfy the order conditions to 24 digits and more.

use super::difference;
use crate::solver::implicit::{Dirk, DirkTableau, Imex, ImexTableau, check_embedded_dirk, check_embedded_imex};
use crate::solver::tableau::lower_triangle;
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The two tableaus of [`KenCarp3`](type@KenCarp3).
#[derive(Debug, Clone, Copy)]
pub struct KenCarp3Table;

/// The explicit tableau of [`KenCarp3`](type@KenCarp3).
#[derive(Debug, Clone, Copy)]
pub struct KenCarp3ExplicitTable;

/// The implicit tableau of [`KenCarp3`](type@KenCarp3), and the tableau of [`Esdirk3`](type@Esdirk3).
#[derive(Debug, Clone, Copy)]
pub struct Esdirk3Table;

/// Kennedy and Carpenter's additive pair ARK3(2): order 3 with an embedded solution of order 2, dense output of
/// order 2.
///
/// It has 4 stages, of which the first is explicit.
///
/// The implicit part is stiffly accurate and L-stable; its embedded solution damps stiff components by 0.075. The field
/// must be [`Split`](crate::dynamics::Split).
///
/// On stiff equations with a forced solution, such as Prothero and Robinson's, its order falls to 2 and its estimate to
/// a tenth of the error; [`KenCarp4`](type@super::KenCarp4) is more accurate there.
pub type KenCarp3 = Imex<KenCarp3Table, 4>;
/// The method [`KenCarp3`](type@KenCarp3) as a value.
pub const KenCarp3: KenCarp3 = Imex::new();

/// The implicit part of [`KenCarp3`](type@KenCarp3) for a whole field: order 3 with an embedded solution of order 2.
///
/// It has 4 stages, of which the first is known from the previous step, and dense output of order 2. It is stiffly
/// accurate and L-stable.
///
/// Also known as `ARK3(2)4L[2]SA–ESDIRK`.
pub type Esdirk3 = Dirk<Esdirk3Table, 4>;
/// The method [`Esdirk3`](type@Esdirk3) as a value.
pub const Esdirk3: Esdirk3 = Dirk::new();

const _: () = check_embedded_imex::<KenCarp3Table, 4>();
const _: () = check_embedded_dirk::<Esdirk3Table, 4>();

impl ImexTableau<4> for KenCarp3Table {
    const NAME: &'static str = "KenCarp 3(2)";
    type Explicit = KenCarp3ExplicitTable;
    type Implicit = Esdirk3Table;
}

/// The diagonal entry of the implicit tableau.
const G: f64 = 1767732205903.0 / 4055673282236.0;

const C: [f64; 4] = [0.0, 1767732205903.0 / 2027836641118.0, 0.6, 1.0];

#[rustfmt::skip]
const B: [f64; 4] = [1471266399579.0 / 7840856788654.0, -4482444167858.0 / 7529755066697.0, 11266239266428.0 / 11593286722821.0, G];

#[rustfmt::skip]
const B_EMBEDDED: [f64; 4] = [
    2756255671327.0 / 12835298489170.0, -10771552573575.0 / 22201958757719.0, 9247589265047.0 / 10645013368117.0,
    2193209047091.0 / 5459859503100.0,
];

/// The coefficients of `θ, θ², ..`.
#[rustfmt::skip]
const DENSE: [[f64; 4]; 2] = [
    [
        4655552711362.0 / 22874653954995.0, -18682724506714.0 / 9892148508045.0, 34259539580243.0 / 13192909600954.0,
        584795268549.0 / 6622622206610.0,
    ],
    [
        -215264564351.0 / 13552729205753.0, 17870216137069.0 / 13817060693119.0,
        -28141676662227.0 / 17317692491321.0, 2508943948391.0 / 7218656332882.0,
    ],
];

#[rustfmt::skip]
impl Tableau<4> for KenCarp3ExplicitTable {
    const NAME: &'static str = "KenCarp 3(2), explicit part";
    const ORDER: u32 = 3;
    const C: [f64; 4] = C;
    const A: [[f64; 4]; 4] = lower_triangle([
        &[],
        &[1767732205903.0 / 2027836641118.0],
        &[5535828885825.0 / 10492691773637.0, 788022342437.0 / 10882634858940.0],
        &[
            6485989280629.0 / 16251701735622.0, -4246266847089.0 / 9704473918619.0,
            10755448449292.0 / 10357097424841.0,
        ],
    ]);
    const B: [f64; 4] = B;
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<4> = Interpolant::new(DENSE);
}

#[rustfmt::skip]
impl Tableau<4> for Esdirk3Table {
    const NAME: &'static str = "ESDIRK 3(2)";
    const ORDER: u32 = 3;
    const C: [f64; 4] = C;
    const A: [[f64; 4]; 4] = lower_triangle([
        &[],
        &[G, G],
        &[2746238789719.0 / 10658868560708.0, -640167445237.0 / 6845629431997.0, G],
        &B,
    ]);
    const B: [f64; 4] = B;
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<4> = Interpolant::new(DENSE);
}

impl DirkTableau<4> for Esdirk3Table {}

impl EmbeddedTableau<4> for KenCarp3ExplicitTable {
    const EMBEDDED_ORDER: u32 = 2;
    const E: [f64; 4] = difference(B, B_EMBEDDED);
}

impl EmbeddedTableau<4> for Esdirk3Table {
    const EMBEDDED_ORDER: u32 = 2;
    const E: [f64; 4] = difference(B, B_EMBEDDED);
}
