//! Tensors as hidden states of blocks, and as batches with one sample per row.

use dfdx::shapes::{Axis, Const, Dim, HasShape, Shape};
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::{BroadcastTo, Device, SumTo, TryMul};

use crate::State;
use crate::nn::{Phase, Samples};
use crate::state::TensorElement;

/// A tensor is all hidden state: a flow without input.
impl<S: Shape, E: TensorElement, D: Device<E>> Phase for Tensor<S, E, D> {
    type Hidden = Self;
    type Input = ();
    fn join(h: &Self, (): &()) -> Self {
        h.clone()
    }
    fn split(self) -> (Self, ()) {
        (self, ())
    }
}

/// The samples of a matrix are its rows.
///
/// # Panics
/// If the device is out of memory.
impl<B: Dim, const N: usize, E: TensorElement, D: Device<E>> Samples for Tensor<(B, Const<N>), E, D> {
    type Weights = Tensor<(B,), E, D>;

    fn scale_samples(&mut self, weights: &Self::Weights) {
        let shape = *self.shape();
        let weights = weights.clone().broadcast_like::<_, Axis<1>>(&shape);
        let scaled = self.clone().try_mul(weights);
        self.assign(&scaled.unwrap_or_else(|error| panic!("dfdx could not scale a batch: {error}")));
    }

    fn inner_samples(&self, x: &Self, out: &mut Self::Weights) {
        let sums = self.clone().try_mul(x.clone()).and_then(|product| product.try_sum::<(B,), Axis<1>>());
        out.add_scaled(1.0, &sums.unwrap_or_else(|error| panic!("dfdx could not sum over a batch: {error}")));
    }
}
