//! The transition map of a simple recurrent network, on tensors.

use dfdx::nn::modules::Linear;
use dfdx::nn::tensor_collection::{ModuleVisitor, TensorCollection};
use dfdx::nn::{BuildModule, Module, NonMutableModule};
use dfdx::shapes::{Const, Dim, Dtype};
use dfdx::tensor::{Merge, Tape, Tensor};
use dfdx::tensor_ops::{Device, TryAdd};

use super::Tanh;
use super::linear::affine;
use crate::state::TensorElement;

/// `g(h, x) = tanh(W_ih x + b_ih + W_hh h + b_hh)`: a dfdx module from `(h, x)` of shapes `(batch, H)` and `(batch, I)`
/// to `(batch, H)`.
///
/// J. L. Elman, *Finding structure in time*, Cognitive Science 14 (1990), doi:10.1207/s15516709cog1402_1; the
/// parameters are those of `torch.nn.RNNCell`. On static matrices the same map is [`ElmanCell`](crate::nn::ElmanCell).
#[derive(Debug, Clone)]
pub struct ElmanModule<const I: usize, const H: usize, E: Dtype, D: Device<E>> {
    /// Input weights and bias.
    pub ih: Linear<I, H, E, D>,
    /// Recurrent weights and bias.
    pub hh: Linear<H, H, E, D>,
}

impl<const I: usize, const H: usize, E: Dtype, D: Device<E>> ElmanModule<I, H, E, D>
where
    Self: BuildModule<D, E>,
{
    /// With dfdx's random initial weights: uniform in `[−1/√I, 1/√I]` for the input, in `[−1/√H, 1/√H]` for the state.
    ///
    /// # Errors
    /// Those of the device.
    pub fn try_new(device: &D) -> Result<Self, D::Err> {
        BuildModule::try_build(device)
    }
}

/// Written out for each type of element, since dfdx's [`Linear`] asks more of it than can be named here.
macro_rules! tensor_collection {
    ($($element:ty),*) => {
        $(impl<const I: usize, const H: usize, D: Device<$element>> TensorCollection<$element, D>
            for ElmanModule<I, H, $element, D>
        {
            type To<E2: Dtype, D2: Device<E2>> = ElmanModule<I, H, E2, D2>;

            fn iter_tensors<V: ModuleVisitor<Self, $element, D>>(
                visitor: &mut V,
            ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
                visitor.visit_fields(
                    (
                        <Self as TensorCollection<$element, D>>::module("ih", |m| &m.ih, |m| &mut m.ih),
                        <Self as TensorCollection<$element, D>>::module("hh", |m| &m.hh, |m| &mut m.hh),
                    ),
                    |(ih, hh)| ElmanModule { ih, hh },
                )
            }
        })*
    };
}

tensor_collection!(f32, f64);

/// A forward pass changes nothing that a later one sees.
impl<const I: usize, const H: usize, E: Dtype, D: Device<E>> NonMutableModule for ElmanModule<I, H, E, D> {}

/// The input and the hidden state on the same kind of tape.
impl<B: Dim, const I: usize, const H: usize, E: TensorElement, D: Device<E>, T: Tape<E, D> + Merge<T>>
    Module<(Tensor<(B, Const<H>), E, D, T>, Tensor<(B, Const<I>), E, D, T>)> for ElmanModule<I, H, E, D>
{
    type Output = Tensor<(B, Const<H>), E, D, T>;
    type Error = D::Err;

    fn try_forward(
        &self,
        (h, x): (Tensor<(B, Const<H>), E, D, T>, Tensor<(B, Const<I>), E, D, T>),
    ) -> Result<Self::Output, D::Err> {
        Tanh.try_forward(affine(x, &self.ih)?.try_add(affine(h, &self.hh)?)?)
    }
}
