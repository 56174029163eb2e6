//! States that are batches of samples.

use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix, U1};

use crate::state::{Element, Passive, State};

/// A state that is a batch of independent samples.
pub trait Samples: State {
    /// One number per sample.
    type Weights: State;

    /// Multiplies every sample by its weight.
    fn scale_samples(&mut self, weights: &Self::Weights);

    /// Adds the inner products of the samples of `self` and `x` to `out`.
    fn inner_samples(&self, x: &Self, out: &mut Self::Weights);

    /// Whether there are as many `weights` as samples.
    ///
    /// The default compares with [`weights`](Self::weights); override it to avoid the allocation.
    fn fits_weights(&self, weights: &Self::Weights) -> bool {
        Self::Weights::FIXED_SHAPE || self.weights(0.0).fits(weights)
    }

    /// The same `weight` for every sample.
    fn weights(&self, weight: f64) -> Self::Weights;

    /// Makes all `weights` the same.
    fn set_weights(weights: &mut Self::Weights, weight: f64);

    /// The number of samples.
    fn count_samples(&self) -> usize;

    /// These weights, one for each sample; `None` if their number differs.
    fn weights_of(&self, weights: &[f64]) -> Option<Self::Weights> {
        let mut all = self.weights(0.0);
        match all.read_coordinates(weights) {
            Some([]) => Some(all),
            _ => None,
        }
    }

    /// Replaces the samples marked in `which` by the samples of `from`.
    ///
    /// The default goes through the coordinates, in which the samples follow each other.
    fn copy_samples(&mut self, from: &Self, which: &[bool]) {
        let (mut to, from) = (self.coordinates(), from.coordinates());
        let size = to.len() / which.len().max(1);
        if size > 0 {
            for ((to, from), _) in to.chunks_mut(size).zip(from.chunks(size)).zip(which).filter(|(_, which)| **which) {
                to.copy_from_slice(from);
            }
            let _ = self.read_coordinates(&to);
        }
    }

    /// The sum of all weights.
    fn sum_weights(weights: &Self::Weights) -> f64 {
        weights.coordinates().iter().sum()
    }
}

/// The samples of a matrix are its columns.
impl<T: Element, R: Dim, C: Dim> Samples for OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C> + Allocator<U1, C>,
{
    type Weights = OMatrix<T, U1, C>;

    #[inline]
    fn scale_samples(&mut self, weights: &Self::Weights) {
        for (mut column, &weight) in self.column_iter_mut().zip(weights.iter()) {
            column *= weight;
        }
    }

    #[inline]
    fn inner_samples(&self, x: &Self, out: &mut Self::Weights) {
        for ((a, b), out) in self.column_iter().zip(x.column_iter()).zip(out.iter_mut()) {
            *out += a.dot(&b);
        }
    }

    #[inline]
    fn fits_weights(&self, weights: &Self::Weights) -> bool {
        self.ncols() == weights.ncols()
    }

    #[inline]
    fn weights(&self, weight: f64) -> Self::Weights {
        OMatrix::repeat_generic(U1, self.shape_generic().1, T::embed(weight))
    }

    #[inline]
    fn set_weights(weights: &mut Self::Weights, weight: f64) {
        weights.fill(T::embed(weight));
    }

    #[inline]
    fn count_samples(&self) -> usize {
        self.ncols()
    }

    fn copy_samples(&mut self, from: &Self, which: &[bool]) {
        for ((mut to, from), _) in
            self.column_iter_mut().zip(from.column_iter()).zip(which).filter(|(_, which)| **which)
        {
            to.copy_from(&from);
        }
    }

    #[inline]
    fn sum_weights(weights: &Self::Weights) -> f64 {
        weights.iter().map(|weight| weight.re()).sum()
    }
}

/// Both parts have the same samples.
impl<A: Samples, B: Samples<Weights = A::Weights>> Samples for (A, B) {
    type Weights = A::Weights;

    #[inline]
    fn scale_samples(&mut self, weights: &Self::Weights) {
        self.0.scale_samples(weights);
        self.1.scale_samples(weights);
    }

    #[inline]
    fn inner_samples(&self, x: &Self, out: &mut Self::Weights) {
        self.0.inner_samples(&x.0, out);
        self.1.inner_samples(&x.1, out);
    }

    #[inline]
    fn fits_weights(&self, weights: &Self::Weights) -> bool {
        self.0.fits_weights(weights) && self.1.fits_weights(weights)
    }

    #[inline]
    fn weights(&self, weight: f64) -> Self::Weights {
        self.0.weights(weight)
    }

    #[inline]
    fn set_weights(weights: &mut Self::Weights, weight: f64) {
        A::set_weights(weights, weight);
    }

    #[inline]
    fn count_samples(&self) -> usize {
        self.0.count_samples()
    }

    fn weights_of(&self, weights: &[f64]) -> Option<Self::Weights> {
        self.0.weights_of(weights)
    }

    fn copy_samples(&mut self, from: &Self, which: &[bool]) {
        self.0.copy_samples(&from.0, which);
        self.1.copy_samples(&from.1, which);
    }

    #[inline]
    fn sum_weights(weights: &Self::Weights) -> f64 {
        A::sum_weights(weights)
    }
}

impl<Y: Samples> Samples for Passive<Y> {
    type Weights = Y::Weights;

    #[inline]
    fn scale_samples(&mut self, weights: &Self::Weights) {
        self.0.scale_samples(weights);
    }

    #[inline]
    fn inner_samples(&self, x: &Self, out: &mut Self::Weights) {
        self.0.inner_samples(&x.0, out);
    }

    #[inline]
    fn fits_weights(&self, weights: &Self::Weights) -> bool {
        self.0.fits_weights(weights)
    }

    #[inline]
    fn weights(&self, weight: f64) -> Self::Weights {
        self.0.weights(weight)
    }

    #[inline]
    fn set_weights(weights: &mut Self::Weights, weight: f64) {
        Y::set_weights(weights, weight);
    }

    #[inline]
    fn count_samples(&self) -> usize {
        self.0.count_samples()
    }

    fn copy_samples(&mut self, from: &Self, which: &[bool]) {
        self.0.copy_samples(&from.0, which);
    }

    #[inline]
    fn sum_weights(weights: &Self::Weights) -> f64 {
        Y::sum_weights(weights)
    }
}

macro_rules! number {
    ($($t:ty),*) => {$(
        /// A number is one sample.
        impl Samples for $t {
            type Weights = Self;

            fn scale_samples(&mut self, weights: &Self) {
                *self *= weights;
            }
            fn inner_samples(&self, x: &Self, out: &mut Self) {
                *out += self * x;
            }
            fn fits_weights(&self, _: &Self) -> bool {
                true
            }
            fn weights(&self, weight: f64) -> Self {
                weight as Self
            }
            fn set_weights(weights: &mut Self, weight: f64) {
                *weights = weight as Self;
            }
            fn count_samples(&self) -> usize {
                1
            }
        }
    )*};
}

number!(f32, f64);
