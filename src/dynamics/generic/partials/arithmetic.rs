//! Operators and constants of [`Partials`].

use std::cmp::Ordering;
use std::fmt::{Display, Formatter};
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

use num_dual::DualNum;
use num_traits::{FloatConst, FromPrimitive, Inv, Num, One, Signed, Zero};

use super::Partials;
use crate::dynamics::Scalar;

macro_rules! operator {
    ($($operator:ident $function:ident, $assign:ident $assign_function:ident, $both:expr, $one:expr;)*) => {$(
        impl<T: Scalar, const K: usize> $operator for Partials<T, K> {
            type Output = Self;
            #[inline]
            fn $function(self, b: Self) -> Self {
                let rule: fn(Self, &Self) -> Self = $both;
                rule(self, &b)
            }
        }
        impl<T: Scalar, const K: usize> $operator<&Self> for Partials<T, K> {
            type Output = Self;
            #[inline]
            fn $function(self, b: &Self) -> Self {
                let rule: fn(Self, &Self) -> Self = $both;
                rule(self, b)
            }
        }
        impl<T: Scalar, const K: usize> $operator<f64> for Partials<T, K> {
            type Output = Self;
            #[inline]
            fn $function(self, b: f64) -> Self {
                let rule: fn(Self, f64) -> Self = $one;
                rule(self, b)
            }
        }
        impl<T: Scalar, const K: usize> $assign for Partials<T, K> {
            #[inline]
            fn $assign_function(&mut self, b: Self) {
                *self = self.$function(b);
            }
        }
        impl<T: Scalar, const K: usize> $assign<f64> for Partials<T, K> {
            #[inline]
            fn $assign_function(&mut self, b: f64) {
                *self = self.$function(b);
            }
        }
    )*};
}

operator! {
    Add add, AddAssign add_assign,
        |mut a, b| {
            a.value += b.value;
            a.partials.iter_mut().zip(b.partials).for_each(|(a, b)| *a += b);
            a
        },
        |mut a, b| {
            a.value += b;
            a
        };
    Sub sub, SubAssign sub_assign,
        |mut a, b| {
            a.value -= b.value;
            a.partials.iter_mut().zip(b.partials).for_each(|(a, b)| *a -= b);
            a
        },
        |mut a, b| {
            a.value -= b;
            a
        };
    Mul mul, MulAssign mul_assign,
        |mut a, b| {
            let rule = |(x, &dy): (&mut T, &T)| *x = *x * b.value + a.value * dy;
            a.partials.iter_mut().zip(&b.partials).for_each(rule);
            a.value *= b.value;
            a
        },
        |mut a, b| {
            a.value *= b;
            a.partials.iter_mut().for_each(|a| *a *= b);
            a
        };
    Div div, DivAssign div_assign,
        |mut a, b| {
            let (quotient, inverse) = (a.value / b.value, DualNum::recip(&b.value));
            let rule = |(x, &dy): (&mut T, &T)| *x = (*x - quotient * dy) * inverse;
            a.partials.iter_mut().zip(&b.partials).for_each(rule);
            a.value = quotient;
            a
        },
        |mut a, b| {
            a.value /= b;
            a.partials.iter_mut().for_each(|a| *a /= b);
            a
        };
    Rem rem, RemAssign rem_assign,
        |a, b| a - *b * whole(a.value.re(), b.value.re()),
        |a, b| a - whole(a.value.re(), b) * b;
}

/// The integer `q` of `a % b = a − q b`.
fn whole(a: f64, b: f64) -> f64 {
    ((a - a % b) / b).round()
}

impl<T: Scalar, const K: usize> Neg for Partials<T, K> {
    type Output = Self;
    #[inline]
    fn neg(mut self) -> Self {
        self.value = -self.value;
        self.partials.iter_mut().for_each(|partial| *partial = -*partial);
        self
    }
}

impl<T: Scalar, const K: usize> Inv for Partials<T, K> {
    type Output = Self;
    #[inline]
    fn inv(self) -> Self {
        DualNum::recip(&self)
    }
}

impl<T: Scalar, const K: usize> Sum for Partials<T, K> {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::zero(), Self::add)
    }
}

impl<T: Scalar, const K: usize> Product for Partials<T, K> {
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        factors.fold(Self::one(), Self::mul)
    }
}

impl<T: Scalar, const K: usize> Zero for Partials<T, K> {
    #[inline]
    fn zero() -> Self {
        Self::constant(T::zero())
    }
    fn is_zero(&self) -> bool {
        self.value.is_zero()
    }
}

impl<T: Scalar, const K: usize> One for Partials<T, K> {
    #[inline]
    fn one() -> Self {
        Self::constant(T::one())
    }
}

impl<T: Scalar, const K: usize> From<f64> for Partials<T, K> {
    #[inline]
    fn from(x: f64) -> Self {
        Self::constant(T::from(x))
    }
}

impl<T: Scalar, const K: usize> Num for Partials<T, K> {
    type FromStrRadixErr = <f64 as Num>::FromStrRadixErr;
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        f64::from_str_radix(text, radix).map(Self::from)
    }
}

impl<T: Scalar, const K: usize> FromPrimitive for Partials<T, K> {
    fn from_i64(n: i64) -> Option<Self> {
        f64::from_i64(n).map(Self::from)
    }
    fn from_u64(n: u64) -> Option<Self> {
        f64::from_u64(n).map(Self::from)
    }
    fn from_f64(x: f64) -> Option<Self> {
        Some(Self::from(x))
    }
}

impl<T: Scalar, const K: usize> Signed for Partials<T, K> {
    #[inline]
    fn abs(&self) -> Self {
        if self.is_negative() { -*self } else { *self }
    }
    fn abs_sub(&self, other: &Self) -> Self {
        if self <= other { Self::zero() } else { *self - other }
    }
    #[inline]
    fn signum(&self) -> Self {
        Self::constant(self.value.signum())
    }
    fn is_positive(&self) -> bool {
        self.value.is_positive()
    }
    fn is_negative(&self) -> bool {
        self.value.is_negative()
    }
}

/// By the value alone.
impl<T: Scalar, const K: usize> PartialEq for Partials<T, K> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// By the value alone.
impl<T: Scalar, const K: usize> PartialOrd for Partials<T, K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Scalar, const K: usize> PartialEq<f64> for Partials<T, K> {
    fn eq(&self, other: &f64) -> bool {
        self.value == *other
    }
}

impl<T: Scalar, const K: usize> PartialOrd<f64> for Partials<T, K> {
    fn partial_cmp(&self, other: &f64) -> Option<Ordering> {
        self.value.partial_cmp(other)
    }
}

macro_rules! constants {
    ($($name:ident)*) => {
        impl<T: Scalar, const K: usize> FloatConst for Partials<T, K> {
            $(#[inline]
            fn $name() -> Self {
                Self::from(<f64 as FloatConst>::$name())
            })*
        }
    };
}

constants! {
    E FRAC_1_PI FRAC_1_SQRT_2 FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8 LN_10 LN_2
    LOG10_E LOG2_E PI SQRT_2 TAU LOG10_2 LOG2_10
}

impl<T: Scalar, const K: usize> Display for Partials<T, K> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.value)
    }
}
