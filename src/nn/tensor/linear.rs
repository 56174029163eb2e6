//! Affine maps of tensors.

use std::ops::{Deref, DerefMut};

use dfdx::nn::tensor_collection::{ModuleVisitor, TensorCollection};
use dfdx::nn::{BuildModule, BuildOnDevice, Module, NonMutableModule, modules};
use dfdx::shapes::{Const, Dim, Dtype, HasShape, Shape};
use dfdx::tensor::{PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::{BroadcastTo, Device, PermuteTo, TryAdd, TryMatMul};

use super::cpu::{is_cpu, pull_back};
use crate::state::{TensorElement, read, with_scratch};

/// dfdx's [`Linear`](modules::Linear), which it dereferences to, on batches of shape `(batch, I)`: `W x + b`.
///
/// On the CPU the bias is added row by row. dfdx broadcasts it, and finds the place of every number by its indices.
#[derive(Debug, Clone)]
pub struct Linear<const I: usize, const O: usize, E: Dtype, D: Device<E>>(pub modules::Linear<I, O, E, D>);

impl<const I: usize, const O: usize, E: Dtype, D: Device<E>> Deref for Linear<I, O, E, D> {
    type Target = modules::Linear<I, O, E, D>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<const I: usize, const O: usize, E: Dtype, D: Device<E>> DerefMut for Linear<I, O, E, D> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<const I: usize, const O: usize, E: Dtype, D: Device<E>> BuildOnDevice<D, E> for super::builders::Linear<I, O>
where
    Linear<I, O, E, D>: BuildModule<D, E>,
{
    type Built = Linear<I, O, E, D>;
}

/// Written out for each type of element, since dfdx's layer asks more of it than can be named here.
macro_rules! tensor_collection {
    ($($element:ty),*) => {
        $(impl<const I: usize, const O: usize, D: Device<$element>> TensorCollection<$element, D>
            for Linear<I, O, $element, D>
        {
            type To<E2: Dtype, D2: Device<E2>> = Linear<I, O, E2, D2>;

            fn iter_tensors<V: ModuleVisitor<Self, $element, D>>(
                visitor: &mut V,
            ) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
                let linear = <Self as TensorCollection<$element, D>>::module("linear", |m| &m.0, |m| &mut m.0);
                visitor.visit_fields(linear, Linear)
            }
        })*
    };
}

tensor_collection!(f32, f64);

/// A forward pass changes nothing that a later one sees.
impl<const I: usize, const O: usize, E: Dtype, D: Device<E>> NonMutableModule for Linear<I, O, E, D> {}

impl<B: Dim, const I: usize, const O: usize, E: TensorElement, D: Device<E>, T: Tape<E, D>>
    Module<Tensor<(B, Const<I>), E, D, T>> for Linear<I, O, E, D>
{
    type Output = Tensor<(B, Const<O>), E, D, T>;
    type Error = D::Err;

    fn try_forward(&self, x: Tensor<(B, Const<I>), E, D, T>) -> Result<Self::Output, D::Err> {
        affine(x, &self.0)
    }
}

/// A batch of `N` numbers a row.
type Rows<B, const N: usize, E, D, T> = Tensor<(B, Const<N>), E, D, T>;

/// `x Wᵀ + b` for the rows `x`.
pub(super) fn affine<B: Dim, const I: usize, const O: usize, E: TensorElement, D: Device<E>, T: Tape<E, D>>(
    x: Rows<B, I, E, D, T>,
    linear: &modules::Linear<I, O, E, D>,
) -> Result<Rows<B, O, E, D, T>, D::Err> {
    let product = x.try_matmul(linear.weight.retaped::<T>().try_permute()?)?;
    if is_cpu::<D>() {
        return Ok(add_to_rows(product, &linear.bias));
    }
    let shape = *product.shape();
    product.try_add(linear.bias.retaped::<T>().try_broadcast_like(&shape)?)
}

/// Adds `bias` to every row, in place: `product` must be new, so that nobody else knows its id. Then the gradient of
/// the product and that of the sum are one.
fn add_to_rows<B: Dim, const O: usize, E: TensorElement, D: Device<E>, T: Tape<E, D>>(
    product: Rows<B, O, E, D, T>,
    bias: &Tensor<(Const<O>,), E, D>,
) -> Rows<B, O, E, D, T> {
    let (mut sum, mut tape) = product.split_tape();
    with_scratch(O, |row| {
        read(bias, row);
        with_scratch(sum.shape().num_elements(), |values| {
            sum.copy_into(values);
            for values in values.chunks_exact_mut(O.max(1)) {
                values.iter_mut().zip(&*row).for_each(|(value, &bias)| *value += bias);
            }
            sum.copy_from(values);
        });
    });
    if T::OWNS_TAPE {
        let (bias, sum) = (bias.clone(), sum.clone());
        tape.add_backward_op(move |grads| {
            pull_back(grads, &bias, &sum, |w, bias_bar| {
                for w in w.chunks_exact(O.max(1)) {
                    bias_bar.iter_mut().zip(w).for_each(|(bias_bar, &w)| *bias_bar += w);
                }
            })
        });
    }
    sum.put_tape(tape)
}
