//! Elementary functions of [`Partials`], with their derivatives.

use std::f64::consts::{LN_2, LN_10};

use num_dual::{DualNum, DualStruct, Mappable};

use super::Partials;
use crate::dynamics::Scalar;

impl<T: Scalar, const K: usize> DualStruct for Partials<T, K> {
    type Real = f64;
    type Inner = T;
    #[inline]
    fn re(&self) -> f64 {
        self.value.re()
    }
    fn from_inner(inner: &T) -> Self {
        Self::constant(*inner)
    }
}

impl<T: Scalar, const K: usize> Mappable<Self> for Partials<T, K> {
    type Output<O> = O;
    fn map_dual<M: Fn(Self) -> O, O>(self, f: M) -> O {
        f(self)
    }
}

/// Functions with the derivative `$slope` of the argument `$x` and the value `$y`.
macro_rules! functions {
    ($($name:ident |$x:ident, $y:ident| $slope:expr;)*) => {
        $(#[inline]
        fn $name(&self) -> Self {
            let ($x, $y) = (self.value, DualNum::$name(&self.value));
            self.chain($y, $slope)
        })*
    };
}

impl<T: Scalar, const K: usize> DualNum for Partials<T, K> {
    type Primitive = f64;
    type InnerDual = T;
    const NDERIV: usize = T::NDERIV + 1;

    #[inline]
    fn from_re(re: T) -> Self {
        Self::constant(re)
    }

    #[inline]
    fn scale(mut self, factor: &T) -> Self {
        self.value *= *factor;
        self.partials.iter_mut().for_each(|partial| *partial *= *factor);
        self
    }

    #[inline]
    fn powi(&self, n: i32) -> Self {
        match n {
            0 => Self::constant(T::from(1.0)),
            1 => *self,
            2 => *self * self,
            _ => self.chain(self.value.powi(n), self.value.powi(n - 1) * f64::from(n)),
        }
    }

    #[inline]
    fn powf(&self, n: f64) -> Self {
        if n == 0.0 {
            Self::constant(T::from(1.0))
        } else if n == 1.0 {
            *self
        } else {
            self.chain(self.value.powf(n), self.value.powf(n - 1.0) * n)
        }
    }

    fn powd(&self, n: Self) -> Self {
        let (x, exponent) = (self.value, n.value);
        let (value, slope) = (x.powd(exponent), x.powd(exponent - 1.0) * exponent);
        // The power of a number that is not positive has no derivative in the exponent; a constant exponent needs none.
        let by_exponent = if x.re() > 0.0 { value * x.ln() } else { T::from(f64::NAN) };
        self.chain_both(&n, value, slope, by_exponent)
    }

    fn log(&self, base: f64) -> Self {
        self.chain(self.value.log(base), DualNum::recip(&self.value) / base.ln())
    }

    /// The angle of the point `(other, self)`.
    fn atan2(&self, other: Self) -> Self {
        let (y, x) = (self.value, other.value);
        let square = x * x + y * y;
        self.chain_both(&other, y.atan2(x), x / square, -y / square)
    }

    fn sin_cos(&self) -> (Self, Self) {
        let (sin, cos) = self.value.sin_cos();
        (self.chain(sin, cos), self.chain(cos, -sin))
    }

    functions! {
        recip |_x, y| -y * y;
        sqrt |_x, y| DualNum::recip(&y) * 0.5;
        cbrt |_x, y| DualNum::recip(&(y * y * 3.0));
        exp |_x, y| y;
        exp2 |_x, y| y * LN_2;
        exp_m1 |x, _y| DualNum::exp(&x);
        ln |x, _y| DualNum::recip(&x);
        log2 |x, _y| DualNum::recip(&x) / LN_2;
        log10 |x, _y| DualNum::recip(&x) / LN_10;
        ln_1p |x, _y| DualNum::recip(&(x + 1.0));
        sin |x, _y| DualNum::cos(&x);
        cos |x, _y| -DualNum::sin(&x);
        tan |_x, y| y * y + 1.0;
        asin |x, _y| DualNum::recip(&DualNum::sqrt(&((T::from(1.0) - x) * (x + 1.0))));
        acos |x, _y| -DualNum::recip(&DualNum::sqrt(&((T::from(1.0) - x) * (x + 1.0))));
        atan |x, _y| DualNum::recip(&(x * x + 1.0));
        sinh |x, _y| DualNum::cosh(&x);
        cosh |x, _y| DualNum::sinh(&x);
        tanh |_x, y| (T::from(1.0) - y) * (y + 1.0);
        asinh |x, _y| DualNum::recip(&DualNum::sqrt(&(x * x + 1.0)));
        acosh |x, _y| DualNum::recip(&DualNum::sqrt(&((x - 1.0) * (x + 1.0))));
        atanh |x, _y| DualNum::recip(&((T::from(1.0) - x) * (x + 1.0)));
        sph_j0 |x, _y| -x.sph_j1();
        sph_j1 |x, y| if x.re().abs() < SMALL { T::from(1.0 / 3.0) - x * x / 10.0 } else { x.sph_j0() - y * 2.0 / x };
        sph_j2 |x, y| if x.re().abs() < SMALL { x * (2.0 / 15.0) } else { x.sph_j1() - y * 3.0 / x };
    }
}

/// The arguments for which the first terms of a series are exact to rounding.
const SMALL: f64 = 1e-8;
