//! Kennedy and Carpenter's additive pair of orders 4 and 3.
//!
//! C. A. Kennedy & M. H. Carpenter, *Additive Runge–Kutta schemes for convection–diffusion–reaction equations*, Appl.
//! Numer. Math. 44 (2003), doi:10.1016/S0168-9274(02)00138-1: the method `ARK4(3)6L[2]SA`. Its rational coefficients
//! satisfy the order conditions to 24 digits and more.

use super::difference;
use crate::solver::implicit::{Dirk, DirkTableau, Imex, ImexTableau, check_embedded_dirk, check_embedded_imex};
use crate::solver::tableau::lower_triangle;
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The two tableaus of [`KenCarp4`](type@KenCarp4).
#[derive(Debug, Clone, Copy)]
pub struct KenCarp4Table;

/// The explicit tableau of [`KenCarp4`](type@KenCarp4).
#[derive(Debug, Clone, Copy)]
pub struct KenCarp4ExplicitTable;

/// The implicit tableau of [`KenCarp4`](type@KenCarp4), and the tableau of [`Esdirk4`](type@Esdirk4).
#[derive(Debug, Clone, Copy)]
pub struct Esdirk4Table;

/// Kennedy and Carpenter's additive pair ARK4(3): order 4 with an embedded solution of order 3, dense output of
/// order 3.
///
/// It has 6 stages, of which the first is explicit.
///
/// The implicit part is stiffly accurate and L-stable; its embedded solution damps stiff components by 0.15. The field
/// must be [`Split`](crate::dynamics::Split).
pub type KenCarp4 = Imex<KenCarp4Table, 6>;
/// The method [`KenCarp4`](type@KenCarp4) as a value.
pub const KenCarp4: KenCarp4 = Imex::new();

/// The implicit part of [`KenCarp4`](type@KenCarp4) for a whole field: order 4 with an embedded solution of order 3.
///
/// It has 6 stages, of which the first is known from the previous step, and dense output of order 3. It is stiffly
/// accurate and L-stable.
///
/// Also known as `ARK4(3)6L[2]SA–ESDIRK`.
pub type Esdirk4 = Dirk<Esdirk4Table, 6>;
/// The method [`Esdirk4`](type@Esdirk4) as a value.
pub const Esdirk4: Esdirk4 = Dirk::new();

const _: () = check_embedded_imex::<KenCarp4Table, 6>();
const _: () = check_embedded_dirk::<Esdirk4Table, 6>();

impl ImexTableau<6> for KenCarp4Table {
    const NAME: &'static str = "KenCarp 4(3)";
    type Explicit = KenCarp4ExplicitTable;
    type Implicit = Esdirk4Table;
}

/// The diagonal entry of the implicit tableau.
const G: f64 = 1.0 / 4.0;

const C: [f64; 6] = [0.0, 0.5, 83.0 / 250.0, 31.0 / 50.0, 17.0 / 20.0, 1.0];

#[rustfmt::skip]
const B: [f64; 6] = [82889.0 / 524892.0, 0.0, 15625.0 / 83664.0, 69875.0 / 102672.0, -2260.0 / 8211.0, G];

#[rustfmt::skip]
const B_EMBEDDED: [f64; 6] = [
    4586570599.0 / 29645900160.0, 0.0, 178811875.0 / 945068544.0, 814220225.0 / 1159782912.0,
    -3700637.0 / 11593932.0, 61727.0 / 225920.0,
];

/// The coefficients of `θ, θ², ..`.
#[rustfmt::skip]
const DENSE: [[f64; 6]; 3] = [
    [
        6943876665148.0 / 7220017795957.0, 0.0, 7640104374378.0 / 9702883013639.0,
        -20649996744609.0 / 7521556579894.0, 8854892464581.0 / 2390941311638.0, -11397109935349.0 / 6675773540249.0,
    ],
    [
        -54480133.0 / 30881146.0, 0.0, -11436875.0 / 14766696.0, 174696575.0 / 18121608.0, -12120380.0 / 966161.0,
        3843.0 / 706.0,
    ],
    [
        6818779379841.0 / 7100303317025.0, 0.0, 2173542590792.0 / 12501825683035.0,
        -31592104683404.0 / 5083833661969.0, 61146701046299.0 / 7138195549469.0, -17219254887155.0 / 4939391667607.0,
    ],
];

#[rustfmt::skip]
impl Tableau<6> for KenCarp4ExplicitTable {
    const NAME: &'static str = "KenCarp 4(3), explicit part";
    const ORDER: u32 = 4;
    const C: [f64; 6] = C;
    const A: [[f64; 6]; 6] = lower_triangle([
        &[],
        &[1.0 / 2.0],
        &[13861.0 / 62500.0, 6889.0 / 62500.0],
        &[-116923316275.0 / 2393684061468.0, -2731218467317.0 / 15368042101831.0, 9408046702089.0 / 11113171139209.0],
        &[
            -451086348788.0 / 2902428689909.0, -2682348792572.0 / 7519795681897.0,
            12662868775082.0 / 11960479115383.0, 3355817975965.0 / 11060851509271.0,
        ],
        &[
            647845179188.0 / 3216320057751.0, 73281519250.0 / 8382639484533.0, 552539513391.0 / 3454668386233.0,
            3354512671639.0 / 8306763924573.0, 4040.0 / 17871.0,
        ],
    ]);
    const B: [f64; 6] = B;
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<6> = Interpolant::new(DENSE);
}

#[rustfmt::skip]
impl Tableau<6> for Esdirk4Table {
    const NAME: &'static str = "ESDIRK 4(3)";
    const ORDER: u32 = 4;
    const C: [f64; 6] = C;
    const A: [[f64; 6]; 6] = lower_triangle([
        &[],
        &[G, G],
        &[8611.0 / 62500.0, -1743.0 / 31250.0, G],
        &[5012029.0 / 34652500.0, -654441.0 / 2922500.0, 174375.0 / 388108.0, G],
        &[
            15267082809.0 / 155376265600.0, -71443401.0 / 120774400.0, 730878875.0 / 902184768.0,
            2285395.0 / 8070912.0, G,
        ],
        &B,
    ]);
    const B: [f64; 6] = B;
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<6> = Interpolant::new(DENSE);
}

impl DirkTableau<6> for Esdirk4Table {}

impl EmbeddedTableau<6> for KenCarp4ExplicitTable {
    const EMBEDDED_ORDER: u32 = 3;
    const E: [f64; 6] = difference(B, B_EMBEDDED);
}

impl EmbeddedTableau<6> for Esdirk4Table {
    const EMBEDDED_ORDER: u32 = 3;
    const E: [f64; 6] = difference(B, B_EMBEDDED);
}
