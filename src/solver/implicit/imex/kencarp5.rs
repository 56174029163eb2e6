//! Kennedy and Carpenter's additive pair of orders 5 and 4.
//!
//! C. A. Kennedy & M. H. Carpenter, *Additive Runge–Kutta schemes for convection–diffusion–reaction equations*, Appl.
//! Numer. Math. 44 (2003), doi:10.1016/S0168-9274(02)00138-1: the method `ARK5(4)8L[2]SA`. Its rational coefficients
//! satisfy the order conditions to 24 digits and more.
//!
//! # The error estimate
//!
//! The published embedded solution agrees with the method on linear implicit fields: its error there, `120 eᵀ A⁴ 1` in
//! units of the term `(h λ)⁵ / 5!`, is 2e-6, and the implicit part alone missed tolerances by up to 4e4 times. The 36
//! conditions of order 4 for the two tableaus leave two directions for `e = b − b̂`. The one with a bounded stability
//! function is the published one. Here `e` is the combination with `120 eᵀ A⁴ 1 = 1/100` and `5 eᵀ c⁴ = −1/200`, for
//! which the estimate is about the error of the solution itself at `h λ = −1` and `i`. Its difference from the
//! published one is multiplied by `(I − h γ J)⁻¹`, which bounds it on stiff problems.
//!
//! # The interpolants
//!
//! For the two parts together there is none above order 3, the published one. The interpolant of the implicit part
//! alone has order 4. Its weights are the shortest that satisfy the conditions, are bounded at infinity and have
//! `R(∞; θ) = 1 − θ` there, as the published ones have.

use super::difference;
use crate::solver::implicit::{Dirk, DirkTableau, Imex, ImexTableau, check_embedded_dirk, check_embedded_imex};
use crate::solver::tableau::lower_triangle;
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The two tableaus of [`KenCarp5`](type@KenCarp5).
#[derive(Debug, Clone, Copy)]
pub struct KenCarp5Table;

/// The explicit tableau of [`KenCarp5`](type@KenCarp5).
#[derive(Debug, Clone, Copy)]
pub struct KenCarp5ExplicitTable;

/// The implicit tableau of [`KenCarp5`](type@KenCarp5).
#[derive(Debug, Clone, Copy)]
pub struct KenCarp5ImplicitTable;

/// The tableau of [`Esdirk5`](type@Esdirk5): [`KenCarp5ImplicitTable`] with an interpolant of its own.
#[derive(Debug, Clone, Copy)]
pub struct Esdirk5Table;

/// Kennedy and Carpenter's additive pair ARK5(4): order 5 with an embedded solution of order 4, dense output of
/// order 3.
///
/// It has 8 stages, of which the first is explicit.
///
/// The implicit part is stiffly accurate and L-stable. The field must be [`Split`](crate::dynamics::Split).
///
/// The error estimate is not the published one, which is blind to linear implicit parts. The dense output is two orders
/// below the method, so [`save_at`](crate::solution::Ivp::save_at) lands on its times.
pub type KenCarp5 = Imex<KenCarp5Table, 8>;
/// The method [`KenCarp5`](type@KenCarp5) as a value.
pub const KenCarp5: KenCarp5 = Imex::new();

/// The implicit part of [`KenCarp5`](type@KenCarp5) for a whole field: order 5 with an embedded solution of order 4.
///
/// It has 8 stages, of which the first is known from the previous step, and dense output of order 4. It is stiffly
/// accurate and L-stable.
///
/// The error estimate is not the published one, which is blind to linear fields. Also known as `ARK5(4)8L[2]SA–ESDIRK`.
pub type Esdirk5 = Dirk<Esdirk5Table, 8>;
/// The method [`Esdirk5`](type@Esdirk5) as a value.
pub const Esdirk5: Esdirk5 = Dirk::new();

const _: () = check_embedded_imex::<KenCarp5Table, 8>();
const _: () = check_embedded_dirk::<Esdirk5Table, 8>();

impl ImexTableau<8> for KenCarp5Table {
    const NAME: &'static str = "KenCarp 5(4)";
    type Explicit = KenCarp5ExplicitTable;
    type Implicit = KenCarp5ImplicitTable;
    const LANDS: bool = true;
}

/// The diagonal entry of the implicit tableau.
const G: f64 = 41.0 / 200.0;

const C: [f64; 8] =
    [0.0, 0.41, 2935347310677.0 / 11292855782101.0, 1426016391358.0 / 7196633302097.0, 0.92, 0.24, 0.6, 1.0];

#[rustfmt::skip]
const B: [f64; 8] = [
    -872700587467.0 / 9133579230613.0, 0.0, 0.0, 22348218063261.0 / 9555858737531.0,
    -1143369518992.0 / 8141816002931.0, -39379526789629.0 / 19018526304540.0, 32727382324388.0 / 42900044865799.0, G,
];

#[rustfmt::skip]
const B_EMBEDDED: [f64; 8] = [
    -975461918565.0 / 9796059967033.0, 0.0, 0.0, 78070527104295.0 / 32432590147079.0,
    -548382580838.0 / 3424219808633.0, -33438840321285.0 / 15594753105479.0, 3629800801594.0 / 4656183773603.0,
    4035322873751.0 / 18575991585200.0,
];

/// The weights of the published estimate.
const PUBLISHED: [f64; 8] = difference(B, B_EMBEDDED);

/// `e`, see above.
#[rustfmt::skip]
const E: [f64; 8] = [
    -0.013079209749586592, 0.0, 0.0, 0.07527534841692417, 0.049880974253426004, -0.055303207264141355,
    -0.023100830405257275, -0.03367307525136494,
];

/// The coefficients of `θ, θ², ..`.
#[rustfmt::skip]
const DENSE: [[f64; 8]; 3] = [
    [
        -17674230611817.0 / 10670229744614.0, 0.0, 0.0, 65168852399939.0 / 7868540260826.0,
        15494834004392.0 / 5936557850923.0, -99329723586156.0 / 26959484932159.0,
        -19024464361622.0 / 5461577185407.0, -6511271360970.0 / 6095937251113.0,
    ],
    [
        43486358583215.0 / 12773830924787.0, 0.0, 0.0, -91478233927265.0 / 11067650958493.0,
        -79368583304911.0 / 10890268929626.0, -12239297817655.0 / 9152339842473.0,
        115839755401235.0 / 10719374521269.0, 5843115559534.0 / 2180450260947.0,
    ],
    [
        -9257016797708.0 / 5021505065439.0, 0.0, 0.0, 26096422576131.0 / 11239449250142.0,
        92396832856987.0 / 20362823103730.0, 30029262896817.0 / 10175596800299.0,
        -26136350496073.0 / 3983972220547.0, -5289405421727.0 / 3760307252460.0,
    ],
];

#[rustfmt::skip]
impl Tableau<8> for KenCarp5ExplicitTable {
    const NAME: &'static str = "KenCarp 5(4), explicit part";
    const ORDER: u32 = 5;
    const C: [f64; 8] = C;
    const A: [[f64; 8]; 8] = lower_triangle([
        &[],
        &[41.0 / 100.0],
        &[367902744464.0 / 2072280473677.0, 677623207551.0 / 8224143866563.0],
        &[1268023523408.0 / 10340822734521.0, 0.0, 1029933939417.0 / 13636558850479.0],
        &[
            14463281900351.0 / 6315353703477.0, 0.0, 66114435211212.0 / 5879490589093.0,
            -54053170152839.0 / 4284798021562.0,
        ],
        &[
            14090043504691.0 / 34967701212078.0, 0.0, 15191511035443.0 / 11219624916014.0,
            -18461159152457.0 / 12425892160975.0, -281667163811.0 / 9011619295870.0,
        ],
        &[
            19230459214898.0 / 13134317526959.0, 0.0, 21275331358303.0 / 2942455364971.0,
            -38145345988419.0 / 4862620318723.0, -1.0 / 8.0, -1.0 / 8.0,
        ],
        &[
            -19977161125411.0 / 11928030595625.0, 0.0, -40795976796054.0 / 6384907823539.0,
            177454434618887.0 / 12078138498510.0, 782672205425.0 / 8267701900261.0,
            -69563011059811.0 / 9646580694205.0, 7356628210526.0 / 4942186776405.0,
        ],
    ]);
    const B: [f64; 8] = B;
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<8> = Interpolant::new(DENSE);
}

#[rustfmt::skip]
const IMPLICIT: [[f64; 8]; 8] = lower_triangle([
    &[],
    &[G, G],
    &[41.0 / 400.0, -567603406766.0 / 11931857230679.0, G],
    &[683785636431.0 / 9252920307686.0, 0.0, -110385047103.0 / 1367015193373.0, G],
    &[
        3016520224154.0 / 10081342136671.0, 0.0, 30586259806659.0 / 12414158314087.0,
        -22760509404356.0 / 11113319521817.0, G,
    ],
    &[
        218866479029.0 / 1489978393911.0, 0.0, 638256894668.0 / 5436446318841.0,
        -1179710474555.0 / 5321154724896.0, -60928119172.0 / 8023461067671.0, G,
    ],
    &[
        1020004230633.0 / 5715676835656.0, 0.0, 25762820946817.0 / 25263940353407.0,
        -2161375909145.0 / 9755907335909.0, -211217309593.0 / 5846859502534.0,
        -4269925059573.0 / 7827059040749.0, G,
    ],
    &B,
]);

impl Tableau<8> for KenCarp5ImplicitTable {
    const NAME: &'static str = "KenCarp 5(4), implicit part";
    const ORDER: u32 = 5;
    const C: [f64; 8] = C;
    const A: [[f64; 8]; 8] = IMPLICIT;
    const B: [f64; 8] = B;
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<8> = Interpolant::new(DENSE);
}

#[rustfmt::skip]
impl Tableau<8> for Esdirk5Table {
    const NAME: &'static str = "ESDIRK 5(4)";
    const ORDER: u32 = 5;
    const C: [f64; 8] = C;
    const A: [[f64; 8]; 8] = IMPLICIT;
    const B: [f64; 8] = B;
    const DENSE_ORDER: u32 = 4;
    const DENSE: Interpolant<8> = Interpolant::nested([
        B,
        [
            1.0804873782658533, 0.0, -1.0762427796181497, -0.30834223466858296, -1.6178641333255424, 0.537925303615736,
            0.45964508399953974, 0.9243913817311465,
        ],
        [
            -0.7940847966883225, 0.0, 3.644213660784795, 0.1841725780412804, 0.9656467236572217, -2.9556572474810623,
            0.29619789129617835, -1.3404888096100906,
        ],
        [
            -2.4686057442947753, 0.0, 3.3341006604061585, 2.457014695152649, 5.116606472060898, -0.06824184786746221,
            -5.816210669565158, -2.554663565892309,
        ],
    ]);
}

impl DirkTableau<8> for KenCarp5ImplicitTable {
    const FILTERED: Option<[f64; 8]> = Some(difference(E, PUBLISHED));
    const UNFILTERED: [f64; 8] = PUBLISHED;
}

impl DirkTableau<8> for Esdirk5Table {
    const FILTERED: Option<[f64; 8]> = Some(difference(E, PUBLISHED));
    const UNFILTERED: [f64; 8] = PUBLISHED;
}

impl EmbeddedTableau<8> for KenCarp5ExplicitTable {
    const EMBEDDED_ORDER: u32 = 4;
    const E: [f64; 8] = E;
}

impl EmbeddedTableau<8> for KenCarp5ImplicitTable {
    const EMBEDDED_ORDER: u32 = 4;
    const E: [f64; 8] = E;
}

impl EmbeddedTableau<8> for Esdirk5Table {
    const EMBEDDED_ORDER: u32 = 4;
    const E: [f64; 8] = E;
}
