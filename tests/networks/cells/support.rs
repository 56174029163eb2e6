//! Layers and numbers that several tests use.

use nalgebra::{Const, Dyn, OMatrix};
use rheos::State;
use rheos::formula;
use rheos::formula::{Bias, Columns, Rows, Structure};
use rheos::nn::{Block, Gap, Net};
use rheos::train::uniform;

use super::reference::with_coordinates;
use crate::common::relative_error;

formula! {
    /// The output itself.
    pub struct Same<T> { none: Bias<T, 0> }
    fn apply(&self, h: Rows<3>) -> Rows<3> {
        h
    }
}

impl Same<f64> {
    pub fn net<K: Columns<f64>>() -> Net<Self, K> {
        Net::new(Self::zeros())
    }
}

/// A batch whose size is known at run time.
pub type Batch<const N: usize> = OMatrix<f64, Const<N>, Dyn>;

/// A state of the same shape with coordinates in `[−1, 1]`.
pub fn drawn<Y: State>(like: &Y, seed: u64) -> Y {
    let mut draw = uniform(seed);
    let coordinates: Vec<f64> = like.coordinates().iter().map(|_| 2.0 * draw() - 1.0).collect();
    with_coordinates(like.clone(), &coordinates)
}

/// One step of a block and its pullback, as coordinates.
pub struct Pass {
    pub h1: Vec<f64>,
    pub x: Vec<f64>,
    pub h: Vec<f64>,
    pub params: Vec<f64>,
}

impl Pass {
    /// The step, and the pullback of `w`.
    pub fn of<B: Block>(block: &B, x: &B::Input, h: &B::Hidden, gap: Gap<'_>, w: &B::Hidden) -> Self {
        let (h1, record) = block.forward(x, h, gap).unwrap();
        let mut params = block.params().zeros_like();
        let (x, h) = block.backward(record, w.clone(), &mut params).unwrap();
        Self { h1: h1.coordinates(), x: x.coordinates(), h: h.coordinates(), params: params.coordinates() }
    }

    fn parts(&self) -> [&[f64]; 4] {
        [&self.h1, &self.x, &self.h, &self.params]
    }

    /// The largest difference, relative to the largest entry of each part.
    pub fn error(&self, expected: &Self) -> f64 {
        let parts = self.parts().into_iter().zip(expected.parts());
        parts.map(|(a, b)| relative_error(a, b)).fold(0.0, f64::max)
    }
}

/// A batch or a pair of batches, whose samples are columns.
pub trait PerSample: State {
    fn sample(&self, sample: usize) -> Self;
    /// Writes `value` over a sample.
    fn fill(&mut self, sample: usize, value: f64);
}

impl PerSample for () {
    fn sample(&self, _: usize) {}
    fn fill(&mut self, _: usize, _: f64) {}
}

impl<const N: usize> PerSample for Batch<N> {
    fn sample(&self, sample: usize) -> Self {
        self.columns(sample, 1).into_owned()
    }
    fn fill(&mut self, sample: usize, value: f64) {
        self.column_mut(sample).fill(value);
    }
}

impl<A: PerSample, B: PerSample> PerSample for (A, B) {
    fn sample(&self, sample: usize) -> Self {
        (self.0.sample(sample), self.1.sample(sample))
    }
    fn fill(&mut self, sample: usize, value: f64) {
        self.0.fill(sample, value);
        self.1.fill(sample, value);
    }
}
