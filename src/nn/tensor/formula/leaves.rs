//! The weights of a formula without their shapes.

use dfdx::shapes::{Const, HasShape, Shape};
use dfdx::tensor::{Gradients, Tensor};
use dfdx::tensor_ops::{Device, RealizeTo};

use super::super::cpu::slice_mut;
use super::store::Tensors;
use crate::formula::{Structure, Visitor};
use crate::state::{TensorElement, is_row_major, read};

/// A matrix or a vector whose shape is known at run time, with the id of its tensor.
#[derive(Debug, Clone)]
pub(super) enum Leaf<E: TensorElement, D: Device<E>> {
    Weight(Tensor<(usize, usize), E, D>),
    Bias(Tensor<(usize,), E, D>),
}

/// The leaves of a structure, in order.
pub(super) fn leaves<P, E, D>(params: &P) -> Vec<Leaf<E, D>>
where
    P: Structure<Store = Tensors<E, D>>,
    E: TensorElement,
    D: Device<E>,
{
    let mut leaves = Leaves(Vec::with_capacity(P::LEAVES));
    params.visit(&mut leaves);
    leaves.0
}

struct Leaves<E: TensorElement, D: Device<E>>(Vec<Leaf<E, D>>);

impl<E: TensorElement, D: Device<E>> Visitor<Tensors<E, D>> for Leaves<E, D> {
    fn weight<const O: usize, const I: usize>(&mut self, weight: &Tensor<(Const<O>, Const<I>), E, D>) {
        self.0.push(Leaf::Weight(weight.clone().realize()));
    }
    fn bias<const N: usize>(&mut self, bias: &Tensor<(Const<N>,), E, D>) {
        self.0.push(Leaf::Bias(bias.clone().realize()));
    }
}

impl<E: TensorElement, D: Device<E>> Leaf<E, D> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Weight(weight) => weight.shape().num_elements(),
            Self::Bias(bias) => bias.shape().num_elements(),
        }
    }

    /// Whether the storage is known to be in row-major order.
    pub(super) fn is_row_major(&self) -> bool {
        match self {
            Self::Weight(weight) => weight.shape().num_elements() == 0 || is_row_major(weight),
            Self::Bias(bias) => bias.shape().num_elements() == 0 || is_row_major(bias),
        }
    }

    /// The entries in row-major order.
    pub(super) fn read(&self, out: &mut [E]) {
        match self {
            Self::Weight(weight) => read(weight, out),
            Self::Bias(bias) => read(bias, out),
        }
    }

    /// Adds to the gradient of a tensor that [is row-major](Self::is_row_major).
    pub(super) fn add_gradient(&self, grads: &mut Gradients<E, D>, bar: &[E]) -> Result<(), D::Err> {
        let storage = match self {
            Self::Weight(weight) => grads.get_or_alloc_mut(weight)?,
            Self::Bias(bias) => grads.get_or_alloc_mut(bias)?,
        };
        add(slice_mut::<E, D>(storage), bar);
        Ok(())
    }
}

/// `y += x`.
pub(super) fn add<E: TensorElement>(y: &mut [E], x: &[E]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += x;
    }
}
