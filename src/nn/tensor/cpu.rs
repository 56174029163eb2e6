//! Slices of dfdx's storage on the CPU.
//!
//! dfdx lends slices of gradients only, whose storage on the CPU is a vector. Tensors are copied by `copy_into` and
//! `copy_from`. Other devices have no slices, so dfdx's own operations are used there.

use std::any::{Any, TypeId};

use dfdx::tensor::{Cpu, Storage};

use crate::state::TensorElement;

/// Whether tensors of the device `D` lie in the memory of the host.
pub(super) fn is_cpu<D: 'static>() -> bool {
    TypeId::of::<D>() == TypeId::of::<Cpu>()
}

/// The numbers in a storage; empty if it is not on the CPU.
pub(super) fn slice_mut<E: TensorElement, D: Storage<E>>(storage: &mut D::Vec) -> &mut [E] {
    (storage as &mut dyn Any).downcast_mut::<<Cpu as Storage<E>>::Vec>().map_or(&mut [], |vec| vec.as_mut_slice())
}
