//! Lists of blocks, twice and half as long.

use crate::dynamics::Parametric;
use crate::error::{Error, Result};
use crate::state::State;

/// Each element twice.
pub(super) fn doubled<T: Clone>(list: &[T]) -> Vec<T> {
    list.iter().flat_map(|element| [element.clone(), element.clone()]).collect()
}

/// The means of pairs of models.
pub(super) fn means_of_pairs<M: Parametric + Clone>(name: &'static str, list: &[M]) -> Result<Vec<M>> {
    let (pairs, []) = list.as_chunks::<2>() else {
        return Err(Error::InvalidArgument { name, value: list.len() as f64, expected: "an even number" });
    };
    let mean = |[a, b]: &[M; 2]| {
        let mut params = a.params();
        params.scale_by(0.5);
        params.add_scaled(0.5, &b.params());
        let mut mean = a.clone();
        mean.set_params(&params);
        mean
    };
    Ok(pairs.iter().map(mean).collect())
}

/// Refuses a gradient of another number of blocks.
pub(super) fn check_blocks<P>(gradient: &[P], expected: usize) -> Result<()> {
    let found = gradient.len();
    if found == expected { Ok(()) } else { Err(Error::LengthMismatch { name: "gradient", found, expected }) }
}

/// The gradient of each block in two halves, one for each of its copies.
pub(super) fn halves<P: State>(gradient: &[P], blocks: usize) -> Result<Vec<P>> {
    check_blocks(gradient, blocks)?;
    let mut halves = doubled(gradient);
    halves.scale_by(0.5);
    Ok(halves)
}
