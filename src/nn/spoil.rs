//! How a value says that it is none.

use crate::state::State;

/// Makes a state not a number, where there is no way to return an error.
pub(crate) fn spoil<Y: State>(y: &mut Y) {
    y.set_zeros();
    y.scale_by(f64::NAN);
}
