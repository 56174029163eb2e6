//! A state that is another one: its field `0`.

/// The functions of the vector space and of the coordinates, by the field.
macro_rules! space_of_field {
    () => {
        #[inline]
        fn fits(&self, x: &Self) -> bool {
            self.0.fits(&x.0)
        }
        #[inline]
        fn zeros_like(&self) -> Self {
            Self(self.0.zeros_like())
        }
        #[inline]
        fn assign(&mut self, x: &Self) {
            self.0.assign(&x.0);
        }
        #[inline]
        fn set_zeros(&mut self) {
            self.0.set_zeros();
        }
        #[inline]
        fn add_scaled(&mut self, a: f64, x: &Self) {
            self.0.add_scaled(a, &x.0);
        }
        #[inline]
        fn scale_by(&mut self, a: f64) {
            self.0.scale_by(a);
        }
        #[inline]
        fn inner(&self, x: &Self) -> f64 {
            self.0.inner(&x.0)
        }
        #[inline]
        fn all_finite(&self) -> bool {
            self.0.all_finite()
        }
        fn rounding(&self) -> f64 {
            self.0.rounding()
        }
        fn write_coordinates(&self, out: &mut Vec<f64>) {
            self.0.write_coordinates(out);
        }
        fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
            self.0.read_coordinates(from)
        }
    };
}

/// The functions of the error norm, by the field.
macro_rules! norm_of_field {
    () => {
        #[inline]
        fn count(&self) -> usize {
            crate::state::State::count(&self.0)
        }
        #[inline]
        fn weighted_sq(&self, y0: &Self, y1: &Self, tol: crate::state::Tolerance) -> f64 {
            self.0.weighted_sq(&y0.0, &y1.0, tol)
        }
        #[inline]
        fn weighted_sq_each(&self, y0: &Self, y1: &Self, rtol: &Self, atol: &Self) -> f64 {
            self.0.weighted_sq_each(&y0.0, &y1.0, &rtol.0, &atol.0)
        }
    };
}

pub(crate) use norm_of_field;
pub(crate) use space_of_field;
