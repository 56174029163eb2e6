//! The parameters of a wrapper.

/// Wrappers with the parameters of the inner value.
macro_rules! parametric_wrappers {
    ($($wrapper:ident),*) => {
        $(impl<P: $crate::Parametric> $crate::Parametric for $wrapper<P> {
            type Params = P::Params;
            fn params(&self) -> P::Params {
                self.0.params()
            }
            fn set_params(&mut self, params: &P::Params) {
                self.0.set_params(params);
            }
            fn fits_params(&self, params: &P::Params) -> bool {
                self.0.fits_params(params)
            }
        })*
    };
}

pub(super) use parametric_wrappers;
