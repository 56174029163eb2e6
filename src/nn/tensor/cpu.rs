//! Slices of what dfdx keeps on the CPU.
//!
//! dfdx lends slices of gradients, whose storage on the CPU is a vector, and of nothing else; tensors are copied, by
//! `copy_into` and `copy_from`. On another device there is no slice, and dfdx's own operations are used instead.

use std::any::{Any, TypeId};

use dfdx::shapes::Shape;
use dfdx::tensor::{Cpu, Gradients, Storage, Tensor};
use dfdx::tensor_ops::Device;

use crate::state::TensorElement;

/// Whether tensors of the device `D` lie in the memory of the host.
pub(super) fn is_cpu<D: 'static>() -> bool {
    TypeId::of::<D>() == TypeId::of::<Cpu>()
}

/// The numbers in a storage; none, if it is not on the CPU.
pub(super) fn slice_mut<E: TensorElement, D: Storage<E>>(storage: &mut D::Vec) -> &mut [E] {
    (storage as &mut dyn Any).downcast_mut::<<Cpu as Storage<E>>::Vec>().map_or(&mut [], |vec| vec.as_mut_slice())
}

/// Adds to the gradient of `x` what `pull_back(w, xbar)` makes of the gradient `w` of `y`.
pub(super) fn pull_back<S: Shape, S2: Shape, E: TensorElement, D: Device<E>>(
    grads: &mut Gradients<E, D>,
    x: &Tensor<S, E, D>,
    y: &Tensor<S2, E, D>,
    pull_back: impl FnOnce(&[E], &mut [E]),
) -> Result<(), D::Err> {
    // Two gradients cannot be borrowed at once, so the one of `y` is taken out meanwhile.
    let empty = Storage::<E>::try_alloc_len(y.device(), 0)?;
    let mut w = std::mem::replace(grads.get_or_alloc_mut(y)?, empty);
    pull_back(slice_mut::<E, D>(&mut w), slice_mut::<E, D>(grads.get_or_alloc_mut(x)?));
    *grads.get_or_alloc_mut(y)? = w;
    Ok(())
}
