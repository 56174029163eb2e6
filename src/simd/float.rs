//! `f32` and `f64` as the kernels see them.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// How `a b + c` is rounded.
pub(crate) trait Arithmetic: Copy {
    /// `a b + c`.
    fn mul_add<T: Float>(self, a: T, b: T, c: T) -> T;
}

/// Once, by one instruction. Only where the CPU has it: without, it would be a call.
#[derive(Clone, Copy)]
pub(super) struct Fused;

/// After the product and after the sum.
#[derive(Clone, Copy)]
pub(super) struct Separate;

impl Arithmetic for Fused {
    #[inline(always)]
    fn mul_add<T: Float>(self, a: T, b: T, c: T) -> T {
        a.fused(b, c)
    }
}

impl Arithmetic for Separate {
    #[inline(always)]
    fn mul_add<T: Float>(self, a: T, b: T, c: T) -> T {
        a * b + c
    }
}

/// A number of the hardware, with the constants its elementary functions are made of.
pub(crate) trait Float:
    Copy
    + PartialOrd
    + AddAssign
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    const ZERO: Self;
    const ONE: Self;
    const TWO: Self;
    /// `log₂ e`.
    const LOG2_E: Self;
    /// The leading bits of `ln 2`, few enough for an exact product with any exponent.
    const LN_2_HIGH: Self;
    /// The rest of `ln 2`.
    const LN_2_LOW: Self;
    /// A number so large that adding it rounds to an integer, which then stands in the low bits.
    const ROUNDER: Self;
    /// `eʸ` rounds to 0 below.
    const EXP_UNDERFLOW: Self;
    /// `eʸ − 1` rounds to −1 below.
    const EXPM1_SATURATION: Self;
    /// `2⁻ᵏ`, which brings results of `exponential` that were kept `k` binades too high back, gradually to 0.
    const DESCENT: Self;
    /// `q` of `eʳ = 1 + r + r² q(r)` for `|r| ≤ ½ ln 2`.
    const EXP: &'static [Self];
    /// `q` of `2 artanh(u / 2) = u + u v q(v)` where `v = u²`, for `0 ≤ u ≤ ⅔`.
    const LOG: &'static [Self];

    /// `self · b + c`, rounded once.
    fn fused(self, b: Self, c: Self) -> Self;
    /// `|self|`.
    fn magnitude(self) -> Self;
    /// `|self|` with the sign of `of`.
    fn with_sign(self, of: Self) -> Self;
    /// `2ⁿ`, given `n + ROUNDER`.
    fn power_of_two(rounded: Self) -> Self;
    /// `2ⁿ / DESCENT`, given `n + ROUNDER`.
    fn raised_power_of_two(rounded: Self) -> Self;
}

/// The polynomials interpolate the function at Chebyshev nodes of the interval, in 60 digits. Their largest errors,
/// relative to `eʳ − 1` and to the logarithm, are 2.4e-8 and 1.6e-8 for `f32`, 5.5e-19 and 5.0e-18 for `f64`.
macro_rules! float {
    ($t:ident, $bits:ident, mantissa: $mantissa:literal, bias: $bias:literal, raise: $raise:literal, $($constants:tt)*) => {
        impl Float for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const TWO: Self = 2.0;
            const LOG2_E: Self = std::$t::consts::LOG2_E;
            const ROUNDER: Self = (3_u64 << ($mantissa - 1)) as $t;
            const DESCENT: Self = $t::from_bits(($bias - $raise) << $mantissa);
            $($constants)*

            #[inline(always)]
            fn fused(self, b: Self, c: Self) -> Self {
                self.mul_add(b, c)
            }
            #[inline(always)]
            fn magnitude(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn with_sign(self, of: Self) -> Self {
                self.copysign(of)
            }
            #[inline(always)]
            fn power_of_two(rounded: Self) -> Self {
                $t::from_bits((rounded.to_bits() << $mantissa).wrapping_add($bias << $mantissa))
            }
            #[inline(always)]
            fn raised_power_of_two(rounded: Self) -> Self {
                $t::from_bits((rounded.to_bits() << $mantissa).wrapping_add(($bias + $raise) << $mantissa))
            }
        }
    };
}

float! {
    f32, u32, mantissa: 23, bias: 127_u32, raise: 64,
    const LN_2_HIGH: Self = 0.693_145_75;
    const LN_2_LOW: Self = 1.428_606_8e-6;
    const EXP_UNDERFLOW: Self = -104.0;
    const EXPM1_SATURATION: Self = -20.0;
    const EXP: &'static [Self] = &[0.5, 0.166_665_78, 0.041_666_556, 0.008_363_173, 0.001_392_617_6];
    const LOG: &'static [Self] = &[0.083_333_3, 0.012_502_363, 0.002_205_985_8, 0.000_524_443_34];
}

float! {
    f64, u64, mantissa: 52, bias: 1023_u64, raise: 512,
    const LN_2_HIGH: Self = 0.693_147_180_369_123_8;
    const LN_2_LOW: Self = 1.908_214_929_270_587_7e-10;
    const EXP_UNDERFLOW: Self = -746.0;
    const EXPM1_SATURATION: Self = -40.0;
    const EXP: &'static [Self] = &[
        0.5,
        0.166_666_666_666_666_7,
        0.041_666_666_666_666_67,
        0.008_333_333_333_326_141,
        0.001_388_888_888_888_375_2,
        0.000_198_412_698_748_004_93,
        2.480_158_732_533_342_6e-5,
        2.755_725_542_574_643_5e-6,
        2.755_727_366_134_863_7e-7,
        2.510_520_637_395_701e-8,
        2.091_467_937_658_393_5e-9,
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
}
