//! The Gauss–Legendre methods: collocation at the zeros of `P_s(2x − 1)`.
//!
//! J. C. Butcher, *Implicit Runge–Kutta processes*, Math. Comp. 18 (1964), doi:10.1090/S0025-5718-1964-0159424-9;
//! Hairer, Lubich & Wanner, *Geometric Numerical Integration*, sections II.1.3, IV.2 and VI.4. The coefficients are the
//! formulas evaluated with 50 digits.

use super::{Collocation, CollocationTableau, check_collocation, collocation_polynomial};
use crate::solver::{Interpolant, Tableau};

/// The tableau of [`GaussLegendre4`](type@GaussLegendre4).
#[derive(Debug, Clone, Copy)]
pub struct GaussLegendre4Table;

/// Gauss's method of order 4: 2 stages, symplectic, symmetric, A-stable, output of order 3.
///
/// Its error estimate of order 2 is pessimistic.
///
/// It preserves quadratic invariants to rounding. In a long solve of a Hamiltonian system with
/// [`Fixed`](crate::control::Fixed) steps, the energy does not drift; adaptive steps lose this property. In a very
/// stiff problem a fast component alternates from step to step instead of decaying: use
/// [`RadauIIA5`](type@crate::solver::implicit::RadauIIA5) there.
pub type GaussLegendre4 = Collocation<GaussLegendre4Table, 2>;
/// The method [`GaussLegendre4`](type@GaussLegendre4) as a value.
pub const GaussLegendre4: GaussLegendre4 = Collocation::new();

const _: () = check_collocation::<GaussLegendre4Table, 2>();

#[rustfmt::skip]
impl Tableau<2> for GaussLegendre4Table {
    const NAME: &'static str = "Gauss–Legendre 4";
    const ORDER: u32 = 4;
    const C: [f64; 2] = [0.211_324_865_405_187_1, 0.788_675_134_594_812_9];
    const A: [[f64; 2]; 2] = [
        [0.25, -0.038_675_134_594_812_88],
        [0.538_675_134_594_812_9, 0.25],
    ];
    const B: [f64; 2] = [0.5, 0.5];
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<2> = collocation_polynomial(Self::C);
}

#[rustfmt::skip]
impl CollocationTableau<2> for GaussLegendre4Table {
    const REAL: Option<f64> = None;
    const PAIRS: &'static [(f64, f64)] = &[(0.25, 0.144_337_567_297_406_43)];
    const T: [[f64; 2]; 2] = [
        [0.0, -0.267_949_192_431_122_7],
        [1.0, 0.0],
    ];
    const T_INV: [[f64; 2]; 2] = [
        [0.0, 1.0],
        [-3.732_050_807_568_877, 0.0],
    ];
}

/// The tableau of [`GaussLegendre6`](type@GaussLegendre6).
#[derive(Debug, Clone, Copy)]
pub struct GaussLegendre6Table;

/// Gauss's method of order 6: 3 stages, symplectic, symmetric, A-stable, output of order 4.
///
/// Its error estimate of order 3 is pessimistic.
///
/// For its uses see [`GaussLegendre4`](type@GaussLegendre4).
pub type GaussLegendre6 = Collocation<GaussLegendre6Table, 3>;
/// The method [`GaussLegendre6`](type@GaussLegendre6) as a value.
pub const GaussLegendre6: GaussLegendre6 = Collocation::new();

const _: () = check_collocation::<GaussLegendre6Table, 3>();

#[rustfmt::skip]
impl Tableau<3> for GaussLegendre6Table {
    const NAME: &'static str = "Gauss–Legendre 6";
    const ORDER: u32 = 6;
    const C: [f64; 3] = [0.112_701_665_379_258_31, 0.5, 0.887_298_334_620_741_7];
    const A: [[f64; 3]; 3] = [
        [0.138_888_888_888_888_9, -0.035_976_667_524_938_9, 0.009_789_444_015_308_325],
        [0.300_263_194_980_864_57, 0.222_222_222_222_222_2, -0.022_485_417_203_086_815],
        [0.267_988_333_762_469_44, 0.480_421_111_969_383_36, 0.138_888_888_888_888_9],
    ];
    const B: [f64; 3] = [0.277_777_777_777_777_8, 0.444_444_444_444_444_4, 0.277_777_777_777_777_8];
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<3> = collocation_polynomial(Self::C);
}

#[rustfmt::skip]
impl CollocationTableau<3> for GaussLegendre6Table {
    const REAL: Option<f64> = Some(0.215_314_423_116_112_18);
    const PAIRS: &'static [(f64, f64)] = &[(0.142_342_788_441_943_92, 0.135_799_925_708_153_8)];
    const T: [[f64; 3]; 3] = [
        [0.072_151_852_055_200_17, -0.082_241_230_573_630_67, 0.060_120_738_619_308_5],
        [0.118_832_578_741_277_81, 0.053_065_090_742_061_394, -0.316_205_051_132_291_6],
        [1.0, 1.0, 0.0],
    ];
    const T_INV: [[f64; 3]; 3] = [
        [5.991_698_084_937_801, 1.139_214_295_155_735_4, 0.432_312_113_783_858_36],
        [-5.991_698_084_937_801, -1.139_214_295_155_735_4, 0.567_687_886_216_141_6],
        [1.246_213_273_586_231_5, -2.925_559_646_192_313_7, 0.257_735_201_273_432_47],
    ];
}
