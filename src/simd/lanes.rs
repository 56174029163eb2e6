//! Vectors of the CPU at hand, for loops that the compiler would not turn into vectors by itself.

use pulp::Simd;

/// A number that comes in vectors.
pub(crate) trait Lanes: nalgebra::RealField + Copy + 'static {
    /// The vector.
    type Of<S: Simd>: Copy;

    /// The whole vectors in `x`, and the rest.
    fn split<S: Simd>(x: &[Self]) -> (&[Self::Of<S>], &[Self]);
    /// The whole vectors in `x`, and the rest.
    fn split_mut<S: Simd>(x: &mut [Self]) -> (&mut [Self::Of<S>], &mut [Self]);
    /// `x` in every lane.
    fn repeat<S: Simd>(simd: S, x: Self) -> Self::Of<S>;
    /// `a + b c`, rounded twice, so that the result does not depend on the CPU.
    fn add_product<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>, c: Self::Of<S>) -> Self::Of<S>;
    /// `a / b`.
    fn quotient<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>) -> Self::Of<S>;
    /// `max(|a|, |b|)`; of two operands one of which is NaN, `|b|`.
    fn larger_magnitude<S: Simd>(simd: S, a: Self::Of<S>, b: Self::Of<S>) -> Self::Of<S>;
    /// The sum over the lanes.
    fn sum<S: Simd>(simd: S, x: Self::Of<S>) -> Self;
}

macro_rules! lanes {
    ($t:ident, $of:ident, $split:ident, $split_mut:ident, $splat:ident, $add:ident, $mul:ident, $div:ident, $abs:ident, $max:ident, $sum:ident) => {
        impl Lanes for $t {
            type Of<S: Simd> = S::$of;

            #[inline(always)]
            fn split<S: Simd>(x: &[Self]) -> (&[S::$of], &[Self]) {
                S::$split(x)
            }
            #[inline(always)]
            fn split_mut<S: Simd>(x: &mut [Self]) -> (&mut [S::$of], &mut [Self]) {
                S::$split_mut(x)
            }
            #[inline(always)]
            fn repeat<S: Simd>(simd: S, x: Self) -> S::$of {
                simd.$splat(x)
            }
            #[inline(always)]
            fn add_product<S: Simd>(simd: S, a: S::$of, b: S::$of, c: S::$of) -> S::$of {
                simd.$add(a, simd.$mul(b, c))
            }
            #[inline(always)]
            fn quotient<S: Simd>(simd: S, a: S::$of, b: S::$of) -> S::$of {
                simd.$div(a, b)
            }
            #[inline(always)]
            fn larger_magnitude<S: Simd>(simd: S, a: S::$of, b: S::$of) -> S::$of {
                simd.$max(simd.$abs(a), simd.$abs(b))
            }
            #[inline(always)]
            fn sum<S: Simd>(simd: S, x: S::$of) -> Self {
                simd.$sum(x)
            }
        }
    };
}

lanes!(
    f32,
    f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    splat_f32s,
    add_f32s,
    mul_f32s,
    div_f32s,
    abs_f32s,
    max_f32s,
    reduce_sum_f32s
);
lanes!(
    f64,
    f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    splat_f64s,
    add_f64s,
    mul_f64s,
    div_f64s,
    abs_f64s,
    max_f64s,
    reduce_sum_f64s
);
