//! The elements of a tensor on the host.
//!
//! dfdx lends no slice of a tensor. It copies the storage into a slice and out of one, which on the CPU is one `memcpy`
//! each. For a few hundred elements this is cheaper than any tensor operation: each operation updates the reference
//! counts of the storage and of the device atomically, and most allocate.

use std::any::Any;

use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{Cpu, Tensor};
use dfdx::tensor_ops::{Device, ReshapeTo};

use super::TensorElement;
use super::scratch::with_scratch;

/// The largest number of elements for buffers on the stack.
const SMALL: usize = 128;

/// Whether to work on a copy on the host: on the CPU, if the tensor is small.
pub(super) fn is_small<S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>) -> bool {
    on_cpu(x).is_some() && x.shape().num_elements() <= SMALL
}

/// Whether the tensor is in host memory.
pub(super) fn on_host<S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>) -> bool {
    on_cpu(x).is_some()
}

/// `f` of the elements in row-major order.
pub(super) fn values<S: Shape, E: TensorElement, D: Device<E>, R>(x: &Tensor<S, E, D>, f: impl FnOnce(&[E]) -> R) -> R {
    with_buffer(x.shape().num_elements(), |buffer| {
        read(x, buffer);
        f(buffer)
    })
}

/// Rewrites `y` by `f`, which gets a buffer with the values of `start`, or of `y` itself.
pub(super) fn rewrite<S: Shape, E: TensorElement, D: Device<E>>(
    y: &mut Tensor<S, E, D>,
    start: Option<&Tensor<S, E, D>>,
    f: impl FnOnce(&mut [E]),
) {
    with_buffer(y.shape().num_elements(), |buffer| {
        read(start.unwrap_or(y), buffer);
        f(buffer);
        write(y, buffer);
    });
}

/// `f` of a buffer, on the stack if it is small.
fn with_buffer<E: TensorElement, R>(count: usize, f: impl FnOnce(&mut [E]) -> R) -> R {
    if count <= SMALL { f(&mut [E::default(); SMALL][..count]) } else { with_scratch(count, f) }
}

/// Copies the elements in row-major order.
pub(crate) fn read<S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>, out: &mut [E]) {
    if is_row_major(x) { x.copy_into(out) } else { row_major(x).copy_into(out) }
}

/// Sets the elements, given in row-major order. Keeps storage and id, unless the storage repeats or reorders elements.
pub(super) fn write<S: Shape, E: TensorElement, D: Device<E>>(x: &mut Tensor<S, E, D>, values: &[E]) {
    own_layout(x);
    x.copy_from(values);
}

/// `x` in row-major order. Copies nothing if it is row-major already, as every tensor made by this module is.
pub(crate) fn row_major<S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>) -> Tensor<S, E, D> {
    x.clone().contiguous()
}

/// Makes `x` row-major; keeps storage and id if it is row-major already.
pub(super) fn own_layout<S: Shape, E: TensorElement, D: Device<E>>(x: &mut Tensor<S, E, D>) {
    if !is_row_major(x) {
        *x = row_major(x);
    }
}

/// Whether the storage is known to be in row-major order.
///
/// dfdx does not expose the strides of a tensor, but on the CPU the addresses of its elements reveal them. A contiguous
/// clone from dfdx would count three references up and down instead.
pub(crate) fn is_row_major<S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>) -> bool {
    let Some(x) = on_cpu(x) else { return false };
    if x.shape().num_elements() == 0 {
        return false;
    }
    let address = |index: S::Concrete| std::ptr::from_ref(&x[index]).addr();
    let origin = address(S::Concrete::default());
    let (sizes, strides) = (x.shape().concrete(), x.shape().strides());
    (0..S::NUM_DIMS).filter(|&axis| sizes[axis] > 1).all(|axis| {
        let mut next = S::Concrete::default();
        next[axis] = 1;
        address(next).wrapping_sub(origin) == strides[axis] * size_of::<E>()
    })
}

/// The tensor itself, if it is on the CPU.
fn on_cpu<S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>) -> Option<&Tensor<S, E, Cpu>> {
    (x as &dyn Any).downcast_ref()
}
