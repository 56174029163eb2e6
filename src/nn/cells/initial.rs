//! Initial weights.

use crate::formula::{Slices, Structure};

/// Draws the entries uniformly from `[−1/√units, 1/√units]`.
pub(super) fn uniform<P: Structure<Store: Slices>>(units: usize, rng: &mut (impl FnMut() -> f64 + ?Sized)) -> P {
    let bound = 1.0 / (units.max(1) as f64).sqrt();
    P::draw(&mut || (2.0 * rng() - 1.0) * bound)
}

/// The initial weights of a cell with `H` units, and its constants.
macro_rules! uniform_cell {
    ($cell:ident<$T:ident, $I:ident, $H:ident> $(, $constant:ident: $value:expr)*) => {
        impl<$T: Slices, const $I: usize, const $H: usize> $cell<$T, $I, $H> {
            /// Draws the entries uniformly from `[−1/√H, 1/√H]`, given a source of uniform numbers in `[0, 1)`.
            pub fn uniform(rng: &mut (impl FnMut() -> f64 + ?Sized)) -> Self {
                let cell: Self = $crate::nn::cells::initial::uniform($H, rng);
                Self { $($constant: $crate::formula::Constant::constant($value),)* ..cell }
            }
        }
    };
}

pub(super) use uniform_cell;
