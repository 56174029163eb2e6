//! Kværnø's pair of orders 5 and 4.
//!
//! A. Kværnø, *Singly diagonally implicit Runge–Kutta methods with an explicit first stage*, BIT 44 (2004),
//! doi:10.1023/B:BITN.0000046811.70614.38.

use super::{Dirk, DirkTableau, check_embedded_dirk};
use crate::solver::tableau::{lower_triangle, padded};
use crate::solver::{EmbeddedTableau, Interpolant, Tableau};

/// The tableau of [`Kvaerno5`](type@Kvaerno5).
#[derive(Debug, Clone, Copy)]
pub struct Kvaerno5Table;

/// Kværnø's pair: order 5 with an embedded solution of order 4, 7 stages of which the first is explicit and known from
/// the step before, output of order 4.
///
/// Both solutions are stiffly accurate, and the method is L-stable. One stage lies behind the end of the step, by 0.23 of
/// its length.
///
/// The paper has no interpolant. Ours is the cubic Hermite polynomial and a term `θ² (1 − θ)² Σ d k`, where `d` is the
/// shortest vector that satisfies the conditions of order 4.
pub type Kvaerno5 = Dirk<Kvaerno5Table, 7>;
/// The method [`Kvaerno5`](type@Kvaerno5) as a value.
pub const Kvaerno5: Kvaerno5 = Dirk::new();

const _: () = check_embedded_dirk::<Kvaerno5Table, 7>();

const G: f64 = 0.26;

const A6: [f64; 7] = [
    0.138_556_402_312_682_24,
    0.0,
    -0.042_453_372_017_520_43,
    0.024_466_578_980_031_41,
    0.619_430_390_724_806_8,
    G,
    0.0,
];

#[rustfmt::skip]
impl Tableau<7> for Kvaerno5Table {
    const NAME: &'static str = "Kværnø 5(4)";
    const ORDER: u32 = 5;
    const C: [f64; 7] =
        [0.0, 0.52, 1.230_333_209_967_908, 0.895_765_984_350_076, 0.436_393_609_858_647_6, 1.0, 1.0];
    const A: [[f64; 7]; 7] = lower_triangle([
        &[],
        &[G, G],
        &[0.13, 0.840_333_209_967_908_1, G],
        &[0.223_719_614_783_205_04, 0.476_755_323_197_997, -0.064_708_953_631_126_15, G],
        &[0.166_485_643_232_483_22, 0.104_500_188_415_917_2, 0.036_314_822_720_987_15, -0.130_907_044_510_739_98, G],
        &A6,
        &Self::B,
    ]);
    const B: [f64; 7] = padded(&[
        0.136_597_511_776_402_92,
        0.0,
        -0.054_969_087_965_383_76,
        -0.041_186_267_283_210_46,
        0.629_933_048_990_164,
        0.069_624_794_482_027_28,
        G,
    ]);
    const DENSE_ORDER: u32 = 4;
    const DENSE: Interpolant<7> = Interpolant::hermite(Self::B, [
        -0.484_249_349_645_857_6,
        0.0,
        0.992_174_701_180_345_6,
        -0.624_108_033_102_151,
        1.380_100_427_378_421_4,
        -0.631_958_872_905_380_8,
        -0.631_958_872_905_378_2,
    ]);
}

impl DirkTableau<7> for Kvaerno5Table {}

impl EmbeddedTableau<7> for Kvaerno5Table {
    const EMBEDDED_ORDER: u32 = 4;
    const E: [f64; 7] = crate::solver::interpolant::difference(Self::B, A6);
}
