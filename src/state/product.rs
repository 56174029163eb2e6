//! Product spaces: tuples, arrays and vectors of states, and the trivial space `()`.

use super::{State, Tolerance};

macro_rules! tuple {
    ($($part:ident $i:tt),*) => {
        /// The product of the parts; its inner product is the sum of their inner products.
        impl<$($part: State),*> State for ($($part,)*) {
            const IS_DUAL: bool = false $(|| $part::IS_DUAL)*;
            const FIXED_SHAPE: bool = true $(&& $part::FIXED_SHAPE)*;

            #[inline]
            fn fits(&self, _x: &Self) -> bool {
                true $(&& self.$i.fits(&_x.$i))*
            }

            #[inline]
            #[allow(clippy::unused_unit, reason = "the empty product is written as such")]
            fn zeros_like(&self) -> Self {
                ($(self.$i.zeros_like(),)*)
            }
            #[inline]
            fn assign(&mut self, _x: &Self) {
                $(self.$i.assign(&_x.$i);)*
            }
            #[inline]
            fn set_zeros(&mut self) {
                $(self.$i.set_zeros();)*
            }
            #[inline]
            fn add_scaled(&mut self, _a: f64, _x: &Self) {
                $(self.$i.add_scaled(_a, &_x.$i);)*
            }
            #[inline]
            fn scale_by(&mut self, _a: f64) {
                $(self.$i.scale_by(_a);)*
            }
            #[inline]
            fn inner(&self, _x: &Self) -> f64 {
                0.0 $(+ self.$i.inner(&_x.$i))*
            }
            #[inline]
            fn count(&self) -> usize {
                0 $(+ self.$i.count())*
            }
            #[inline]
            fn weighted_sq(&self, _y0: &Self, _y1: &Self, _tol: Tolerance) -> f64 {
                0.0 $(+ self.$i.weighted_sq(&_y0.$i, &_y1.$i, _tol))*
            }
            #[inline]
            fn weighted_sq_each(&self, _y0: &Self, _y1: &Self, _rtol: &Self, _atol: &Self) -> f64 {
                0.0 $(+ self.$i.weighted_sq_each(&_y0.$i, &_y1.$i, &_rtol.$i, &_atol.$i))*
            }
            #[inline]
            fn all_finite(&self) -> bool {
                true $(&& self.$i.all_finite())*
            }
            fn rounding(&self) -> f64 {
                f64::EPSILON $(.max(self.$i.rounding()))*
            }
            fn write_coordinates(&self, _out: &mut Vec<f64>) {
                $(self.$i.write_coordinates(_out);)*
            }
            fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
                $(let from = self.$i.read_coordinates(from)?;)*
                Some(from)
            }
        }
    };
}

tuple!();
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);

macro_rules! sequence {
    ($t:ty, [$($generic:tt)*], $fixed:expr, $zeros:expr) => {
        /// The product of the entries; its inner product is the sum of their inner products.
        impl<Y: State, $($generic)*> State for $t {
            const IS_DUAL: bool = Y::IS_DUAL;
            const FIXED_SHAPE: bool = $fixed;

            #[inline]
            fn fits(&self, x: &Self) -> bool {
                Self::FIXED_SHAPE || self.len() == x.len() && self.iter().zip(x).all(|(y, x)| y.fits(x))
            }

            #[inline]
            fn zeros_like(&self) -> Self {
                let zeros: fn(&Self) -> Self = $zeros;
                zeros(self)
            }
            #[inline]
            fn assign(&mut self, x: &Self) {
                self.iter_mut().zip(x).for_each(|(y, x)| y.assign(x));
            }
            #[inline]
            fn set_zeros(&mut self) {
                self.iter_mut().for_each(Y::set_zeros);
            }
            #[inline]
            fn add_scaled(&mut self, a: f64, x: &Self) {
                self.iter_mut().zip(x).for_each(|(y, x)| y.add_scaled(a, x));
            }
            #[inline]
            fn scale_by(&mut self, a: f64) {
                self.iter_mut().for_each(|y| y.scale_by(a));
            }
            #[inline]
            fn inner(&self, x: &Self) -> f64 {
                self.iter().zip(x).map(|(y, x)| y.inner(x)).sum()
            }
            #[inline]
            fn count(&self) -> usize {
                self.iter().map(Y::count).sum()
            }
            #[inline]
            fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
                let ends = y0.iter().zip(y1);
                self.iter().zip(ends).map(|(e, (y0, y1))| e.weighted_sq(y0, y1, tol)).sum()
            }
            #[inline]
            fn weighted_sq_each(&self, y0: &Self, y1: &Self, rtol: &Self, atol: &Self) -> f64 {
                let (ends, tolerances) = (y0.iter().zip(y1), rtol.iter().zip(atol));
                let terms = self.iter().zip(ends).zip(tolerances);
                terms.map(|((e, (y0, y1)), (rtol, atol))| e.weighted_sq_each(y0, y1, rtol, atol)).sum()
            }
            #[inline]
            fn all_finite(&self) -> bool {
                self.iter().all(Y::all_finite)
            }
            fn rounding(&self) -> f64 {
                self.first().map_or(f64::EPSILON, Y::rounding)
            }
            fn write_coordinates(&self, out: &mut Vec<f64>) {
                self.iter().for_each(|y| y.write_coordinates(out));
            }
            fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
                self.iter_mut().try_fold(from, |rest, y| y.read_coordinates(rest))
            }
        }
    };
}

sequence!([Y; N], [const N: usize], Y::FIXED_SHAPE, |y| std::array::from_fn(|i| y[i].zeros_like()));
sequence!(Vec<Y>, [], false, |y| y.iter().map(Y::zeros_like).collect());
