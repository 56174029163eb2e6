//! The sizes of coordinates along a trajectory.

use crate::state::State;

/// The largest absolute value of each coordinate so far, from which Jacobians by differences take their increments.
#[derive(Debug)]
pub(super) struct Sizes<Y> {
    sizes: Y,
    largest: Vec<f64>,
    scratch: Vec<f64>,
}

impl<Y: State> Sizes<Y> {
    /// Of no state yet, in the shape of `like`.
    pub(super) fn new(like: &Y) -> Self {
        let n = like.coordinates().len();
        Self { sizes: like.zeros_like(), largest: vec![0.0; n], scratch: Vec::with_capacity(n) }
    }

    /// Sees a state; returns whether a size has grown.
    pub(super) fn grow(&mut self, y: &Y) -> bool {
        self.scratch.clear();
        y.write_coordinates(&mut self.scratch);
        let mut grown = false;
        for (largest, x) in self.largest.iter_mut().zip(&self.scratch) {
            if x.abs() > *largest {
                *largest = x.abs();
                grown = true;
            }
        }
        grown && self.sizes.read_coordinates(&self.largest).is_some()
    }

    /// The sizes.
    pub(super) const fn get(&self) -> &Y {
        &self.sizes
    }
}
