//! Tensors as hidden states of blocks, and as batches of samples.

use dfdx::shapes::{Axes2, Axes3, Axis, Const, Dim, HasShape, Shape};
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::{BroadcastTo, Device, SumTo, TryMul};

use crate::nn::spoil::spoil;
use crate::nn::{FromSamples, Hidden, Phase, Replicate, Samples, ZeroSamples};
use crate::state::{State, TensorElement};

/// A tensor is a hidden state without input.
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

/// The rows of a Jacobian follow one after the other, by a pullback for each.
impl<S: Shape, E: TensorElement, D: Device<E>> Replicate for Tensor<S, E, D> where Self: State {}

/// The samples of a tensor lie along its first axis.
macro_rules! samples {
    ($($axes:ty: $($rest:ident),*;)*) => {
        $(
            /// One sample per index of the first axis.
            ///
            /// If the device fails, the result is NaN.
            impl<B: Dim, $($rest: Dim,)* E: TensorElement, D: Device<E>> Samples for Tensor<(B, $($rest),*), E, D> {
                type Weights = Tensor<(B,), E, D>;

                fn scale_samples(&mut self, weights: &Self::Weights) {
                    let shape = *self.shape();
                    let weights = weights.clone().try_broadcast_like::<_, $axes>(&shape);
                    let scaled = weights.and_then(|weights| self.clone().try_mul(weights));
                    match scaled {
                        Ok(scaled) => self.assign(&scaled),
                        Err(_) => spoil(self),
                    }
                }

                fn inner_samples(&self, x: &Self, out: &mut Self::Weights) {
                    let product = self.clone().try_mul(x.clone());
                    let sums = product.and_then(|product| product.try_sum::<(B,), $axes>());
                    match sums {
                        Ok(sums) => out.add_scaled(1.0, &sums),
                        Err(_) => spoil(out),
                    }
                }

                fn weights(&self, weight: f64) -> Self::Weights {
                    let mut weights = self.device().zeros_like(&(self.shape().0,));
                    Self::set_weights(&mut weights, weight);
                    weights
                }

                fn count_samples(&self) -> usize {
                    self.shape().0.size()
                }

                fn set_weights(weights: &mut Self::Weights, weight: f64) {
                    weights.fill_with_zeros();
                    let ones: Tensor<(B,), E, D> = weights.device().ones_like(weights.shape());
                    weights.add_scaled(weight, &ones);
                }
            }

            impl<B: Dim, $($rest: Dim,)* E: TensorElement, D: Device<E>> Hidden for Tensor<(B, $($rest),*), E, D> {
                type Output = Self;
                fn output(&self) -> &Self {
                    self
                }
                fn output_mut(&mut self) -> &mut Self {
                    self
                }
            }
        )*
    };
}

samples! {
    Axis<1>: N1;
    Axes2<1, 2>: N1, N2;
    Axes3<1, 2, 3>: N1, N2, N3;
}

impl<const N: usize, E: TensorElement, D: Device<E>> ZeroSamples for Tensor<(usize, Const<N>), E, D> {
    fn zero_samples(samples: usize) -> Self {
        D::default().zeros_like(&(samples, Const))
    }
}

impl<const N: usize, E: TensorElement, D: Device<E>> FromSamples<N> for Tensor<(usize, Const<N>), E, D> {
    fn from_samples(samples: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Self {
        let mut tensor = Self::zero_samples(samples);
        let entries: Vec<f64> = (0..samples)
            .flat_map(|sample| (0..N).map(move |row| (sample, row)))
            .map(|(sample, row)| entry(sample, row))
            .collect();
        if tensor.read_coordinates(&entries).is_none() {
            spoil(&mut tensor);
        }
        tensor
    }
}
