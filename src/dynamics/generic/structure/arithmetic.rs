//! Operators and constants of [`Dependent`].

use std::fmt::{Display, Formatter};
use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

use num_traits::{FloatConst, FromPrimitive, Inv, Num, One, Signed, Zero};

use super::dependent::Dependent;

macro_rules! operator {
    ($($operator:ident $function:ident, $assign:ident $assign_function:ident;)*) => {$(
        impl $operator for Dependent {
            type Output = Self;
            #[inline]
            fn $function(self, b: Self) -> Self {
                self.combine(&b, f64::$function)
            }
        }
        impl $operator<&Self> for Dependent {
            type Output = Self;
            #[inline]
            fn $function(self, b: &Self) -> Self {
                self.combine(b, f64::$function)
            }
        }
        impl $operator<f64> for Dependent {
            type Output = Self;
            #[inline]
            fn $function(self, b: f64) -> Self {
                self.map(|a| a.$function(b))
            }
        }
        impl $assign for Dependent {
            #[inline]
            fn $assign_function(&mut self, b: Self) {
                *self = self.$function(b);
            }
        }
        impl $assign<f64> for Dependent {
            #[inline]
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

impl Neg for Dependent {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        self.map(f64::neg)
    }
}

impl Inv for Dependent {
    type Output = Self;
    #[inline]
    fn inv(self) -> Self {
        self.map(f64::recip)
    }
}

impl Sum for Dependent {
    #[inline]
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::zero(), Self::add)
    }
}

impl Product for Dependent {
    #[inline]
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        factors.fold(Self::one(), Self::mul)
    }
}

impl Zero for Dependent {
    #[inline]
    fn zero() -> Self {
        Self::from(0.0)
    }
    fn is_zero(&self) -> bool {
        self.value == 0.0
    }
}

impl One for Dependent {
    #[inline]
    fn one() -> Self {
        Self::from(1.0)
    }
}

impl Num for Dependent {
    type FromStrRadixErr = <f64 as Num>::FromStrRadixErr;
    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        f64::from_str_radix(text, radix).map(Self::from)
    }
}

impl FromPrimitive for Dependent {
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

impl Signed for Dependent {
    #[inline]
    fn abs(&self) -> Self {
        self.map(f64::abs)
    }
    fn abs_sub(&self, other: &Self) -> Self {
        self.combine(other, |a, b| if a <= b { 0.0 } else { a - b })
    }
    #[inline]
    fn signum(&self) -> Self {
        self.map(f64::signum)
    }
    fn is_positive(&self) -> bool {
        self.value.is_sign_positive()
    }
    fn is_negative(&self) -> bool {
        self.value.is_sign_negative()
    }
}

macro_rules! constants {
    ($($name:ident)*) => {
        impl FloatConst for Dependent {
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

impl Display for Dependent {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.value)
    }
}
