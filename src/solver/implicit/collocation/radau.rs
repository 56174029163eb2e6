//! The Radau IIA methods: collocation at the zeros of `P_s(2x − 1) − P_{s−1}(2x − 1)`, of which the last is 1.
//!
//! B. L. Ehle, *On Padé approximations to the exponential function and A-stable methods for the numerical solution of
//! initial value problems* (1969); Hairer & Wanner, *Solving Ordinary Differential Equations II*, section IV.5. The
//! coefficients are the formulas evaluated with 50 digits.

use super::{Collocation, CollocationTableau, check_collocation, collocation_polynomial};
use crate::solver::{Interpolant, Tableau};

/// The tableau of [`RadauIIA3`](type@RadauIIA3).
#[derive(Debug, Clone, Copy)]
pub struct RadauIIA3Table;

/// Radau's method of order 3: 2 stages, error estimate of order 2, stiffly accurate, L-stable, output of order 3.
///
/// A step solves one complex linear system of the dimension of the state.
pub type RadauIIA3 = Collocation<RadauIIA3Table, 2>;
/// The method [`RadauIIA3`](type@RadauIIA3) as a value.
pub const RadauIIA3: RadauIIA3 = Collocation::new();

const _: () = check_collocation::<RadauIIA3Table, 2>();

#[rustfmt::skip]
impl Tableau<2> for RadauIIA3Table {
    const NAME: &'static str = "Radau IIA 3";
    const ORDER: u32 = 3;
    const C: [f64; 2] = [0.333_333_333_333_333_3, 1.0];
    const A: [[f64; 2]; 2] = [
        [0.416_666_666_666_666_7, -0.083_333_333_333_333_33],
        [0.75, 0.25],
    ];
    const B: [f64; 2] = [0.75, 0.25];
    const DENSE_ORDER: u32 = 2;
    const DENSE: Interpolant<2> = collocation_polynomial(Self::C);
}

#[rustfmt::skip]
impl CollocationTableau<2> for RadauIIA3Table {
    const REAL: Option<f64> = None;
    const PAIRS: &'static [(f64, f64)] = &[(0.333_333_333_333_333_3, 0.235_702_260_395_515_84)];
    const T: [[f64; 2]; 2] = [
        [0.111_111_111_111_111_1, -0.314_269_680_527_354_43],
        [1.0, 0.0],
    ];
    const T_INV: [[f64; 2]; 2] = [
        [0.0, 1.0],
        [-3.181_980_515_339_464, 0.353_553_390_593_273_8],
    ];
}

/// The tableau of [`RadauIIA5`](type@RadauIIA5).
#[derive(Debug, Clone, Copy)]
pub struct RadauIIA5Table;

/// Radau's method of order 5: 3 stages, error estimate of order 3, stiffly accurate, L-stable, output of order 4.
///
/// The method of the code RADAU5, and of `Radau` in SciPy.
///
/// A step solves one real and one complex linear system of the dimension of the state.
///
/// ```
/// use rheos::dynamics::problems::VanDerPol;
/// use rheos::{Pid, RadauIIA5, solve};
///
/// let (oscillator, y0) = VanDerPol::problem(1000.0);
/// let solution = solve(&oscillator, y0, 0.0..2000.0, RadauIIA5, Pid::tolerance(1e-6).atol(1e-9))?;
/// assert!((solution.last()[0] - 1.706_167_732).abs() < 1e-6);
/// assert!(solution.stats.accepted < 1000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type RadauIIA5 = Collocation<RadauIIA5Table, 3>;
/// The method [`RadauIIA5`](type@RadauIIA5) as a value.
pub const RadauIIA5: RadauIIA5 = Collocation::new();

const _: () = check_collocation::<RadauIIA5Table, 3>();

#[rustfmt::skip]
impl Tableau<3> for RadauIIA5Table {
    const NAME: &'static str = "Radau IIA 5";
    const ORDER: u32 = 5;
    const C: [f64; 3] = [0.155_051_025_721_682_2, 0.644_948_974_278_317_8, 1.0];
    const A: [[f64; 3]; 3] = [
        [0.196_815_477_223_660_4, -0.065_535_425_850_198_39, 0.023_770_974_348_220_15],
        [0.394_424_314_739_087_3, 0.292_073_411_665_228_5, -0.041_548_752_125_997_93],
        [0.376_403_062_700_467_25, 0.512_485_826_188_421_6, 0.111_111_111_111_111_1],
    ];
    const B: [f64; 3] = [0.376_403_062_700_467_25, 0.512_485_826_188_421_6, 0.111_111_111_111_111_1];
    const DENSE_ORDER: u32 = 3;
    const DENSE: Interpolant<3> = collocation_polynomial(Self::C);
}

#[rustfmt::skip]
impl CollocationTableau<3> for RadauIIA5Table {
    const REAL: Option<f64> = Some(0.274_888_829_595_677_34);
    const PAIRS: &'static [(f64, f64)] = &[(0.162_555_585_202_161_32, 0.184_949_324_407_140_8)];
    const T: [[f64; 3]; 3] = [
        [0.094_438_762_488_975_24, -0.141_255_295_020_954_2, 0.030_029_194_105_147_424],
        [0.250_213_122_965_333_3, 0.204_129_352_293_799_94, -0.382_942_112_757_261_9],
        [1.0, 1.0, 0.0],
    ];
    const T_INV: [[f64; 3]; 3] = [
        [4.178_718_591_551_905, 0.327_682_820_761_062_37, 0.523_376_445_499_449_5],
        [-4.178_718_591_551_905, -0.327_682_820_761_062_37, 0.476_623_554_500_550_44],
        [0.502_872_634_945_786_8, -2.571_926_949_855_605, 0.596_039_204_828_224_9],
    ];
}

/// The tableau of [`RadauIIA9`](type@RadauIIA9).
#[derive(Debug, Clone, Copy)]
pub struct RadauIIA9Table;

/// Radau's method of order 9: 5 stages, error estimate of order 5, stiffly accurate, L-stable, output of order 6.
///
/// For stiff problems at strict tolerances. A step solves one real and two complex linear systems of the dimension of
/// the state.
pub type RadauIIA9 = Collocation<RadauIIA9Table, 5>;
/// The method [`RadauIIA9`](type@RadauIIA9) as a value.
pub const RadauIIA9: RadauIIA9 = Collocation::new();

const _: () = check_collocation::<RadauIIA9Table, 5>();

#[rustfmt::skip]
impl Tableau<5> for RadauIIA9Table {
    const NAME: &'static str = "Radau IIA 9";
    const ORDER: u32 = 9;
    const C: [f64; 5] = [0.057_104_196_114_517_68, 0.276_843_013_638_123_8, 0.583_590_432_368_916_8, 0.860_240_135_656_219_5, 1.0];
    const A: [[f64; 5]; 5] = [
        [0.072_998_864_317_903_33, -0.026_735_331_107_945_57, 0.018_676_929_763_984_353, -0.012_879_106_093_306_44, 0.005_042_839_233_882_015],
        [0.153_775_231_479_182_46, 0.146_214_867_847_493_52, -0.036_444_568_905_128_09, 0.021_233_063_119_304_72, -0.007_935_579_902_728_777],
        [0.140_063_045_684_809_87, 0.298_967_129_491_283_46, 0.167_585_070_135_248_95, -0.033_969_101_686_617_74, 0.010_944_288_744_192_253],
        [0.144_894_308_109_534_77, 0.276_500_068_760_159_2, 0.325_797_922_910_421_03, 0.128_756_753_254_909_76, -0.015_708_917_378_805_327],
        [0.143_713_560_791_225_94, 0.281_356_015_149_462_07, 0.311_826_522_975_741_26, 0.223_103_901_083_570_75, 0.04],
    ];
    const B: [f64; 5] = [0.143_713_560_791_225_94, 0.281_356_015_149_462_07, 0.311_826_522_975_741_26, 0.223_103_901_083_570_75, 0.04];
    const DENSE_ORDER: u32 = 5;
    const DENSE: Interpolant<5> = collocation_polynomial(Self::C);
}

#[rustfmt::skip]
impl CollocationTableau<5> for RadauIIA9Table {
    const REAL: Option<f64> = Some(0.159_065_844_427_469_13);
    const PAIRS: &'static [(f64, f64)] = &[(0.133_179_077_018_299_6, 0.074_994_511_835_818_53), (0.065_065_778_545_743_62, 0.116_468_527_740_317_07)];
    const T: [[f64; 5]; 5] = [
        [0.013_576_867_344_947_943, -0.011_478_515_255_229_515, 0.014_019_858_892_875_41, -0.010_242_047_817_908_826, -0.047_673_877_290_295_72],
        [0.001_617_900_401_719_087_5, -0.007_668_830_749_180_163, -0.024_708_578_426_518_527, 0.050_172_864_517_371_06, 0.094_331_819_181_611_43],
        [0.079_157_853_347_447_21, 0.019_398_463_998_828_95, -0.081_800_353_703_751_17, -0.230_539_534_043_417_95, -0.102_703_045_380_125_9],
        [0.412_256_082_680_461_43, 0.407_601_171_280_199_07, -0.199_682_427_886_802_52, 0.377_893_902_248_861_27, -0.466_744_130_332_494_34],
        [1.0, 1.0, 0.0, 1.0, 0.0],
    ];
    const T_INV: [[f64; 5]; 5] = [
        [27.697_693_775_684_087, 12.783_337_911_304_406, 3.208_489_386_713_43, -0.951_490_412_248_916_2, 0.741_550_496_025_989_7],
        [-33.041_880_213_519, -17.376_953_479_063_566, -0.172_129_063_254_005_57, -0.099_169_777_982_542_65, 0.531_228_115_838_306_6],
        [8.611_443_979_875_292, -9.699_991_409_528_808, -1.914_728_639_696_874_3, -2.418_692_006_084_94, 1.047_463_487_935_337_5],
        [5.344_186_437_834_912, 4.593_615_567_759_161, -3.036_360_323_459_424_3, 1.050_660_190_231_459, -0.272_778_611_864_296_25],
        [-3.748_059_807_439_805, 3.984_965_736_343_885, 1.044_415_641_608_018_8, -1.184_098_568_137_948_6, 0.449_917_770_156_780_36],
    ];
}
