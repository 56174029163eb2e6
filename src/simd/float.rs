//! `f32` and `f64` for the kernels.

use pulp::bytemuck::cast_slice_mut;

use super::Simd;

/// A hardware floating-point type: its vector instructions, and the constants of its elementary functions.
pub(crate) trait Float: Copy + 'static {
    /// A register of these numbers.
    type Lanes<S: Simd>: Copy;

    const ZERO: Self;
    const ONE: Self;
    const TWO: Self;
    /// `−log₂ e`.
    const MINUS_LOG2_E: Self;
    /// The leading bits of `ln 2`, few enough for an exact product with any exponent.
    const LN_2_HIGH: Self;
    /// The rest of `ln 2`.
    const LN_2_LOW: Self;
    /// A number so large that adding it rounds to an integer, which then stands in the low bits.
    const ROUNDER: Self;
    /// The largest `x` for which `e⁻ˣ` is a normal number.
    const EXP_RANGE: Self;
    /// From here down to 0, `eˣ` rounds to 1, and `tanh x`, `ln(1 + x)` and `1 − e⁻ˣ` round to `x`. Far above the square root of
    /// the smallest normal number.
    const SMALL: Self;
    /// `1 − e⁻ˣ` rounds to 1 above.
    const SATURATION: Self;
    /// `q` of `e⁻ʳ = 1 − r − r² q(r)` for `|r| ≤ ½ ln 2`.
    const EXP: &'static [Self];
    /// `q` of `2 artanh(u / 2) = u + u v q(v)` where `v = u²`, for `0 ≤ u ≤ ⅔`.
    const LOG: &'static [Self];

    /// Whole registers, and the remaining numbers.
    fn split<S: Simd>(x: &[Self]) -> (&[Self::Lanes<S>], &[Self]);
    /// Whole registers, and the remaining numbers.
    fn split_mut<S: Simd>(x: &mut [Self]) -> (&mut [Self::Lanes<S>], &mut [Self]);
    /// Less than a register of numbers, followed by zeros.
    fn load_rest<S: Simd>(simd: S, from: &[Self]) -> Self::Lanes<S>;
    /// Stores the first lanes, less than a register of them.
    fn store_rest<S: Simd>(simd: S, to: &mut [Self], x: Self::Lanes<S>);
    fn splat<S: Simd>(simd: S, x: Self) -> Self::Lanes<S>;
    fn add<S: Simd>(simd: S, a: Self::Lanes<S>, b: Self::Lanes<S>) -> Self::Lanes<S>;
    fn sub<S: Simd>(simd: S, a: Self::Lanes<S>, b: Self::Lanes<S>) -> Self::Lanes<S>;
    fn mul<S: Simd>(simd: S, a: Self::Lanes<S>, b: Self::Lanes<S>) -> Self::Lanes<S>;
    fn div<S: Simd>(simd: S, a: Self::Lanes<S>, b: Self::Lanes<S>) -> Self::Lanes<S>;
    fn abs<S: Simd>(simd: S, a: Self::Lanes<S>) -> Self::Lanes<S>;
    /// `a b + c`, rounded once if the CPU can.
    fn mul_add<S: Simd>(simd: S, a: Self::Lanes<S>, b: Self::Lanes<S>, c: Self::Lanes<S>) -> Self::Lanes<S>;
    /// `self b + c`, rounded once if the CPU can.
    fn fused<S: Simd>(self, b: Self, c: Self) -> Self;
    /// `max(a, bound)`, but NaN if `a` is NaN.
    fn at_least<S: Simd>(simd: S, a: Self::Lanes<S>, bound: Self::Lanes<S>) -> Self::Lanes<S>;
    /// `min(a, bound)`, but NaN if `a` is NaN.
    fn at_most<S: Simd>(simd: S, a: Self::Lanes<S>, bound: Self::Lanes<S>) -> Self::Lanes<S>;
    /// 0 where `of` is above `bound`, otherwise `a`.
    fn zero_above<S: Simd>(simd: S, a: Self::Lanes<S>, of: Self::Lanes<S>, bound: Self) -> Self::Lanes<S>;
    /// The non-negative `a` with the sign of `of`.
    fn with_sign<S: Simd>(simd: S, a: Self::Lanes<S>, of: Self::Lanes<S>) -> Self::Lanes<S>;
    /// `negative` if `of` is below 0, otherwise `other`.
    fn by_sign<S: Simd>(simd: S, of: Self::Lanes<S>, negative: Self::Lanes<S>, other: Self::Lanes<S>)
    -> Self::Lanes<S>;
    /// Whether every lane is 0.
    fn is_zero<S: Simd>(simd: S, a: Self::Lanes<S>) -> bool;
    /// `2ⁿ`, given `n + ROUNDER`, if it is a normal number.
    fn power_of_two<S: Simd>(simd: S, rounded: Self::Lanes<S>) -> Self::Lanes<S>;
}

/// Whether the CPU multiplies and adds in one instruction. Scalar code serves any CPU of the target.
const fn has_fused<S: Simd>() -> bool {
    S::F32_LANES > 1 && !cfg!(target_family = "wasm")
}

macro_rules! instructions {
    ($($name:ident: $instruction:ident($($argument:ident),+);)*) => {
        $(#[inline(always)]
        fn $name<S: Simd>(simd: S, $($argument: Self::Lanes<S>),+) -> Self::Lanes<S> {
            simd.$instruction($($argument),+)
        })*
    };
}

/// The polynomials interpolate the function at Chebyshev nodes of the interval, in 60 digits. Their largest errors,
/// relative to `1 − e⁻ʳ` and to the logarithm, are 2.4e-8 and 1.6e-8 for `f32`, 5.5e-19 and 5.0e-18 for `f64`.
impl Float for f32 {
    type Lanes<S: Simd> = S::f32s;

    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TWO: Self = 2.0;
    const MINUS_LOG2_E: Self = -std::f32::consts::LOG2_E;
    const LN_2_HIGH: Self = 0.693_145_75;
    const LN_2_LOW: Self = 1.428_606_8e-6;
    const ROUNDER: Self = 12_582_912.0; // 1.5 · 2²³
    const EXP_RANGE: Self = 87.336_54;
    const SMALL: Self = 9.313_226e-10; // 2⁻³⁰
    const SATURATION: Self = 20.0;
    const EXP: &'static [Self] = &[-0.5, 0.166_665_78, -0.041_666_556, 0.008_363_173, -0.001_392_617_6];
    const LOG: &'static [Self] = &[0.083_333_3, 0.012_502_363, 0.002_205_985_8, 0.000_524_443_34];

    #[inline(always)]
    fn fused<S: Simd>(self, b: Self, c: Self) -> Self {
        if has_fused::<S>() { self.mul_add(b, c) } else { self * b + c }
    }
    #[inline(always)]
    fn split<S: Simd>(x: &[Self]) -> (&[S::f32s], &[Self]) {
        S::as_simd_f32s(x)
    }
    #[inline(always)]
    fn split_mut<S: Simd>(x: &mut [Self]) -> (&mut [S::f32s], &mut [Self]) {
        S::as_mut_simd_f32s(x)
    }
    #[inline(always)]
    fn load_rest<S: Simd>(simd: S, from: &[Self]) -> S::f32s {
        simd.partial_load_f32s(from)
    }
    #[inline(always)]
    fn store_rest<S: Simd>(simd: S, to: &mut [Self], x: S::f32s) {
        simd.partial_store_f32s(to, x);
    }
    #[inline(always)]
    fn splat<S: Simd>(simd: S, x: Self) -> S::f32s {
        simd.splat_f32s(x)
    }
    instructions! {
        add: add_f32s(a, b);
        sub: sub_f32s(a, b);
        mul: mul_f32s(a, b);
        div: div_f32s(a, b);
        abs: abs_f32s(a);
        mul_add: mul_add_e_f32s(a, b, c);
    }
    #[inline(always)]
    fn at_least<S: Simd>(simd: S, a: S::f32s, bound: S::f32s) -> S::f32s {
        if S::IS_SCALAR {
            simd.select_f32s(simd.less_than_f32s(a, bound), bound, a)
        } else {
            // Vector maxima and minima of a number and NaN are the second argument or NaN, on every CPU.
            simd.max_f32s(bound, a)
        }
    }
    #[inline(always)]
    fn at_most<S: Simd>(simd: S, a: S::f32s, bound: S::f32s) -> S::f32s {
        if S::IS_SCALAR { simd.select_f32s(simd.less_than_f32s(bound, a), bound, a) } else { simd.min_f32s(bound, a) }
    }
    #[inline(always)]
    fn zero_above<S: Simd>(simd: S, a: S::f32s, of: S::f32s, bound: Self) -> S::f32s {
        simd.select_f32s(simd.less_than_f32s(simd.splat_f32s(bound), of), simd.splat_f32s(0.0), a)
    }
    #[inline(always)]
    fn with_sign<S: Simd>(simd: S, a: S::f32s, of: S::f32s) -> S::f32s {
        simd.or_f32s(a, simd.and_f32s(of, simd.splat_f32s(-0.0)))
    }
    #[inline(always)]
    fn by_sign<S: Simd>(simd: S, of: S::f32s, negative: S::f32s, other: S::f32s) -> S::f32s {
        simd.select_f32s(simd.less_than_f32s(of, simd.splat_f32s(0.0)), negative, other)
    }
    #[inline(always)]
    fn is_zero<S: Simd>(simd: S, a: S::f32s) -> bool {
        simd.reduce_sum_f32s(simd.abs_f32s(a)) == 0.0
    }
    #[inline(always)]
    fn power_of_two<S: Simd>(_: S, mut rounded: S::f32s) -> S::f32s {
        let bits: &mut [u32] = cast_slice_mut(std::slice::from_mut(&mut rounded));
        for bits in bits {
            *bits = (*bits << 23).wrapping_add(1.0_f32.to_bits());
        }
        rounded
    }
}

impl Float for f64 {
    type Lanes<S: Simd> = S::f64s;

    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TWO: Self = 2.0;
    const MINUS_LOG2_E: Self = -std::f64::consts::LOG2_E;
    const LN_2_HIGH: Self = 0.693_147_180_369_123_8;
    const LN_2_LOW: Self = 1.908_214_929_270_587_7e-10;
    const ROUNDER: Self = 6_755_399_441_055_744.0; // 1.5 · 2⁵²
    const EXP_RANGE: Self = 708.396_418_532_264_1;
    const SMALL: Self = 8.673_617_379_884_035e-19; // 2⁻⁶⁰
    const SATURATION: Self = 40.0;
    const EXP: &'static [Self] = &[
        -0.5,
        0.166_666_666_666_666_7,
        -0.041_666_666_666_666_67,
        0.008_333_333_333_326_141,
        -0.001_388_888_888_888_375_2,
        0.000_198_412_698_748_004_93,
        -2.480_158_732_533_342_6e-5,
        2.755_725_542_574_643_5e-6,
        -2.755_727_366_134_863_7e-7,
        2.510_520_637_395_701e-8,
        -2.091_467_937_658_393_5e-9,
    ];
    const LOG: &'static [Self] = &[
        0.083_333_333_333_333_33,
        0.012_500_000_000_004_558,
        0.002_232_142_856_805_371_8,
        0.000_434_027_787_449_762_97,
        8.877_826_873_111_747e-5,
        1.878_121_345_820_144_4e-5,
        4.063_154_360_856_609e-6,
        9.156_091_926_262_446e-7,
        1.678_607_651_928_839_5e-7,
        7.707_617_574_664_846e-8,
    ];

    #[inline(always)]
    fn fused<S: Simd>(self, b: Self, c: Self) -> Self {
        if has_fused::<S>() { self.mul_add(b, c) } else { self * b + c }
    }
    #[inline(always)]
    fn split<S: Simd>(x: &[Self]) -> (&[S::f64s], &[Self]) {
        S::as_simd_f64s(x)
    }
    #[inline(always)]
    fn split_mut<S: Simd>(x: &mut [Self]) -> (&mut [S::f64s], &mut [Self]) {
        S::as_mut_simd_f64s(x)
    }
    #[inline(always)]
    fn load_rest<S: Simd>(simd: S, from: &[Self]) -> S::f64s {
        simd.partial_load_f64s(from)
    }
    #[inline(always)]
    fn store_rest<S: Simd>(simd: S, to: &mut [Self], x: S::f64s) {
        simd.partial_store_f64s(to, x);
    }
    #[inline(always)]
    fn splat<S: Simd>(simd: S, x: Self) -> S::f64s {
        simd.splat_f64s(x)
    }
    instructions! {
        add: add_f64s(a, b);
        sub: sub_f64s(a, b);
        mul: mul_f64s(a, b);
        div: div_f64s(a, b);
        abs: abs_f64s(a);
        mul_add: mul_add_e_f64s(a, b, c);
    }
    #[inline(always)]
    fn at_least<S: Simd>(simd: S, a: S::f64s, bound: S::f64s) -> S::f64s {
        if S::IS_SCALAR {
            simd.select_f64s(simd.less_than_f64s(a, bound), bound, a)
        } else {
            // Vector maxima and minima of a number and NaN are the second argument or NaN, on every CPU.
            simd.max_f64s(bound, a)
        }
    }
    #[inline(always)]
    fn at_most<S: Simd>(simd: S, a: S::f64s, bound: S::f64s) -> S::f64s {
        if S::IS_SCALAR { simd.select_f64s(simd.less_than_f64s(bound, a), bound, a) } else { simd.min_f64s(bound, a) }
    }
    #[inline(always)]
    fn zero_above<S: Simd>(simd: S, a: S::f64s, of: S::f64s, bound: Self) -> S::f64s {
        simd.select_f64s(simd.less_than_f64s(simd.splat_f64s(bound), of), simd.splat_f64s(0.0), a)
    }
    #[inline(always)]
    fn with_sign<S: Simd>(simd: S, a: S::f64s, of: S::f64s) -> S::f64s {
        simd.or_f64s(a, simd.and_f64s(of, simd.splat_f64s(-0.0)))
    }
    #[inline(always)]
    fn by_sign<S: Simd>(simd: S, of: S::f64s, negative: S::f64s, other: S::f64s) -> S::f64s {
        simd.select_f64s(simd.less_than_f64s(of, simd.splat_f64s(0.0)), negative, other)
    }
    #[inline(always)]
    fn is_zero<S: Simd>(simd: S, a: S::f64s) -> bool {
        simd.reduce_sum_f64s(simd.abs_f64s(a)) == 0.0
    }
    #[inline(always)]
    fn power_of_two<S: Simd>(_: S, mut rounded: S::f64s) -> S::f64s {
        let bits: &mut [u64] = cast_slice_mut(std::slice::from_mut(&mut rounded));
        for bits in bits {
            *bits = (*bits << 52).wrapping_add(1.0_f64.to_bits());
        }
        rounded
    }
}
