//! Elementary functions of [`Dependent`].

use num_dual::{DualNum, DualStruct, Mappable};

use super::dependent::Dependent;

impl DualStruct for Dependent {
    type Real = f64;
    type Inner = Self;
    fn re(&self) -> f64 {
        self.value
    }
    fn from_inner(inner: &Self) -> Self {
        *inner
    }
}

impl Mappable<Self> for Dependent {
    type Output<O> = O;
    #[inline]
    fn map_dual<M: Fn(Self) -> O, O>(self, f: M) -> O {
        f(self)
    }
}

macro_rules! functions {
    ($($name:ident)*) => {
        $(#[inline]
        fn $name(&self) -> Self {
            self.map(|x| DualNum::$name(&x))
        })*
    };
}

impl DualNum for Dependent {
    type Primitive = f64;
    type InnerDual = f64;
    const NDERIV: usize = 0;

    #[inline]
    fn from_re(re: f64) -> Self {
        Self::from(re)
    }
    #[inline]
    fn scale(self, factor: &f64) -> Self {
        self * *factor
    }
    #[inline]
    fn powi(&self, n: i32) -> Self {
        self.map(|x| f64::powi(x, n))
    }
    #[inline]
    fn powf(&self, n: f64) -> Self {
        self.map(|x| f64::powf(x, n))
    }
    #[inline]
    fn powd(&self, n: Self) -> Self {
        self.combine(&n, f64::powf)
    }
    #[inline]
    fn log(&self, base: f64) -> Self {
        self.map(|x| f64::log(x, base))
    }
    #[inline]
    fn atan2(&self, other: Self) -> Self {
        self.combine(&other, f64::atan2)
    }
    #[inline]
    fn sin_cos(&self) -> (Self, Self) {
        (self.sin(), self.cos())
    }
    #[inline]
    fn mul_add(&self, a: Self, b: Self) -> Self {
        let value = self.value.mul_add(a.value, b.value);
        self.combine(&a, |x, _| x).combine(&b, |_, _| value)
    }

    functions! {
        recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
        sph_j0 sph_j1 sph_j2
    }
}
