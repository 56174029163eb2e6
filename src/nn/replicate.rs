//! Copies of a state of one sample, one for each direction of a derivative.

use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix};

use crate::state::{Element, Passive, State};

/// A state of one sample that becomes a batch of copies, one for each direction of a derivative.
///
/// A network on batches of any size has its whole Jacobian in one pullback: one sample for each row. A state with a fixed
/// number of samples has no copies, and the rows follow one after the other.
pub trait Replicate: State {
    /// A batch of `copies` of this state; `None` if the type fixes the number of samples.
    fn replicate(&self, copies: usize) -> Option<Self> {
        let _ = copies;
        None
    }

    /// Appends the coordinates of one sample. The default is for states of one sample.
    fn write_sample(&self, sample: usize, out: &mut Vec<f64>) {
        let _ = sample;
        self.write_coordinates(out);
    }

    /// Replaces the coordinates of one sample by the first entries of `from`, and returns the rest; `None` if `from` is
    /// too short. The default is for states of one sample.
    fn read_sample<'a>(&mut self, sample: usize, from: &'a [f64]) -> Option<&'a [f64]> {
        let _ = sample;
        self.read_coordinates(from)
    }
}

/// Batches of any number of samples have copies.
impl<T: Element, R: Dim, C: Dim> Replicate for OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    fn replicate(&self, copies: usize) -> Option<Self> {
        if C::try_to_usize().is_some() || self.ncols() != 1 {
            return None;
        }
        let rows = self.shape_generic().0;
        Some(Self::from_fn_generic(rows, C::from_usize(copies), |row, _| self[(row, 0)]))
    }

    fn write_sample(&self, sample: usize, out: &mut Vec<f64>) {
        out.extend(self.column(sample).iter().map(|x| x.re()));
    }

    fn read_sample<'a>(&mut self, sample: usize, from: &'a [f64]) -> Option<&'a [f64]> {
        let (own, rest) = from.split_at_checked(self.nrows())?;
        for (x, &value) in self.column_mut(sample).iter_mut().zip(own) {
            *x = T::embed(value);
        }
        Some(rest)
    }
}

/// The absent input: it is its own copy.
impl Replicate for () {
    fn replicate(&self, _: usize) -> Option<()> {
        Some(())
    }
}

impl Replicate for f64 {}
impl Replicate for f32 {}

impl<A: Replicate, B: Replicate> Replicate for (A, B) {
    fn replicate(&self, copies: usize) -> Option<Self> {
        Some((self.0.replicate(copies)?, self.1.replicate(copies)?))
    }

    fn write_sample(&self, sample: usize, out: &mut Vec<f64>) {
        self.0.write_sample(sample, out);
        self.1.write_sample(sample, out);
    }

    fn read_sample<'a>(&mut self, sample: usize, from: &'a [f64]) -> Option<&'a [f64]> {
        let rest = self.0.read_sample(sample, from)?;
        self.1.read_sample(sample, rest)
    }
}

impl<Y: Replicate> Replicate for Passive<Y> {
    fn replicate(&self, copies: usize) -> Option<Self> {
        self.0.replicate(copies).map(Passive)
    }

    fn write_sample(&self, sample: usize, out: &mut Vec<f64>) {
        self.0.write_sample(sample, out);
    }

    fn read_sample<'a>(&mut self, sample: usize, from: &'a [f64]) -> Option<&'a [f64]> {
        self.0.read_sample(sample, from)
    }
}
