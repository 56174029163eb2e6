//! Elementary functions of [`Lanes`], sample by sample.

use num_dual::{DualNum, DualStruct, Mappable};

use super::Lanes;

impl DualStruct for Lanes {
    type Real = f64;
    type Inner = Self;
    /// The common value of all samples; if they differ, the evaluation is void.
    fn re(&self) -> f64 {
        // By bits, since a model may see the sign of zero.
        f64::from_bits(self.agreed(f64::to_bits))
    }
    fn from_inner(inner: &Self) -> Self {
        *inner
    }
}

impl Mappable<Self> for Lanes {
    type Output<O> = O;
    #[inline(always)]
    fn map_dual<M: Fn(Self) -> O, O>(self, f: M) -> O {
        f(self)
    }
}

macro_rules! functions {
    ($($name:ident)*) => {
        $(#[inline(always)]
        fn $name(&self) -> Self {
            self.each(|x| DualNum::$name(&x))
        })*
    };
}

impl DualNum for Lanes {
    type Primitive = f64;
    type InnerDual = f64;
    const NDERIV: usize = 0;

    #[inline(always)]
    fn from_re(re: f64) -> Self {
        Self::from(re)
    }
    #[inline(always)]
    fn scale(self, factor: &f64) -> Self {
        self * *factor
    }
    #[inline(always)]
    fn powi(&self, n: i32) -> Self {
        self.each(|x| f64::powi(x, n))
    }
    #[inline(always)]
    fn powf(&self, n: f64) -> Self {
        self.each(|x| f64::powf(x, n))
    }
    #[inline(always)]
    fn powd(&self, n: Self) -> Self {
        self.with_each(n, f64::powf)
    }
    #[inline(always)]
    fn log(&self, base: f64) -> Self {
        self.each(|x| f64::log(x, base))
    }
    #[inline(always)]
    fn atan2(&self, other: Self) -> Self {
        self.with_each(other, f64::atan2)
    }
    #[inline(always)]
    fn sin_cos(&self) -> (Self, Self) {
        (self.sin(), self.cos())
    }
    #[inline(always)]
    fn mul_add(&self, mut a: Self, b: Self) -> Self {
        for ((a, x), b) in a.0.iter_mut().zip(self.0).zip(b.0) {
            *a = x.mul_add(*a, b);
        }
        a
    }

    functions! {
        recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
        sph_j0 sph_j1 sph_j2
    }
}
