//! Operators and constants of [`Lanes`].

use std::fmt::{Display, Formatter};
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

use num_traits::{FloatConst, FromPrimitive, Inv, Num, One, Signed, Zero};

use super::{LANES, Lanes};

macro_rules! operator {
    ($($operator:ident $function:ident, $assign:ident $assign_function:ident;)*) => {$(
        impl $operator for Lanes {
            type Output = Self;
            #[inline(always)]
            fn $function(self, b: Self) -> Self {
                self.with_each(b, f64::$function)
            }
        }
        impl $operator<&Self> for Lanes {
            type Output = Self;
            #[inline(always)]
            fn $function(self, b: &Self) -> Self {
                self.with_each(*b, f64::$function)
            }
        }
        impl $operator<f64> for Lanes {
            type Output = Self;
            #[inline(always)]
            fn $function(self, b: f64) -> Self {
                self.each(|a| a.$function(b))
            }
        }
        impl $assign for Lanes {
            #[inline(always)]
            fn $assign_function(&mut self, b: Self) {
                *self = self.$function(b);
            }
        }
        impl $assign<f64> for Lanes {
            #[inline(always)]
            fn $assign_function(&mut self, b: f64) {
                *self = self.$function(b);
            }
        }
    )*};
}

operator! {
    Add add, AddAssign add_assign;
    Sub sub, SubAssign sub_assign;
    Mul mul, MulAssign mul_assign;
    Div div, DivAssign div_assign;
    Rem rem, RemAssign rem_assign;
}

impl Neg for Lanes {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.each(f64::neg)
    }
}

impl Inv for Lanes {
    type Output = Self;
    #[inline(always)]
    fn inv(self) -> Self {
        self.each(f64::recip)
    }
}

impl Sum for Lanes {
    #[inline(always)]
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::zero(), Self::add)
    }
}

impl Product for Lanes {
    #[inline(always)]
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        factors.fold(Self::one(), Self::mul)
    }
}

impl Zero for Lanes {
    #[inline(always)]
    fn zero() -> Self {
        Self([0.0; LANES])
    }
    fn is_zero(&self) -> bool {
        *self == Self::zero()
    }
}

impl One for Lanes {
    #[inline(always)]
    fn one() -> Self {
        Self([1.0; LANES])
    }
}

impl Num for Lanes {
    type FromStrRadixErr = <f64 as Num>::FromStrRadixErr;
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        f64::from_str_radix(text, radix).map(Self::from)
    }
}

impl FromPrimitive for Lanes {
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

impl Signed for Lanes {
    #[inline(always)]
    fn abs(&self) -> Self {
        self.each(f64::abs)
    }
    fn abs_sub(&self, other: &Self) -> Self {
        self.with_each(*other, |a, b| if a <= b { 0.0 } else { a - b })
    }
    #[inline(always)]
    fn signum(&self) -> Self {
        self.each(f64::signum)
    }
    fn is_positive(&self) -> bool {
        self.agreed(|x| x.is_sign_positive())
    }
    fn is_negative(&self) -> bool {
        self.agreed(|x| x.is_sign_negative())
    }
}

macro_rules! constants {
    ($($name:ident)*) => {
        impl FloatConst for Lanes {
            $(#[inline(always)]
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

impl Display for Lanes {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}
