//! dfdx tensors of every shape, on every device, without a tape.
//!
//! dfdx keys gradients by the id of a tensor, and `clone` keeps the id. Here [`zeros_like`](State::zeros_like) gives a
//! fresh id, and what writes into a tensor leaves its id alone.

use dfdx::shapes::{Dtype, HasShape, Shape};
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::{Device, ReshapeTo};

use super::{Element, State, Tolerance};

/// An element of tensors that are states: `f32` and `f64`.
pub trait TensorElement: Dtype + Element {}

impl<E: Dtype + Element> TensorElement for E {}

/// Coordinates are in row-major order, whatever the strides.
///
/// A tensor made by broadcasting or permuting repeats or reorders its storage. It may be read as it is; the first
/// write into it gives it a storage of its own, and with that a fresh id.
///
/// # Panics
/// Where dfdx's own infallible functions do: if the device is out of memory, or two run-time shapes differ.
impl<S: Shape, E: TensorElement, D: Device<E>> State for Tensor<S, E, D> {
    fn zeros_like(&self) -> Self {
        self.device().zeros_like(self.shape())
    }

    fn assign(&mut self, x: &Self) {
        self.fill_with_zeros();
        own_layout(self);
        // −1 · 0 + x, and not 0 + x, so that −0 is copied as well.
        self.axpy(-1.0, &row_major(x), 1.0);
    }

    fn set_zeros(&mut self) {
        self.fill_with_zeros();
    }

    fn add_scaled(&mut self, a: f64, x: &Self) {
        own_layout(self);
        self.axpy(1.0, &row_major(x), a);
    }

    fn scale_by(&mut self, a: f64) {
        own_layout(self);
        // dfdx has no scaling in place. Two halves, and not `a` and 0, so that ∞ does not become NaN.
        let x = self.clone();
        self.axpy(0.5 * a, &x, 0.5 * a);
    }

    /// Accumulated in double precision on the host.
    fn inner(&self, x: &Self) -> f64 {
        to_host(self).into_iter().zip(to_host(x)).map(|(a, b)| a.re() * b.re()).sum()
    }

    fn count(&self) -> usize {
        self.shape().num_elements()
    }

    fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
        let ends = to_host(y0).into_iter().zip(to_host(y1));
        let ratio = |(e, (a, b)): (E, (E, E))| e.re() / tol.scale(a.re(), b.re());
        to_host(self).into_iter().zip(ends).map(ratio).map(|ratio| ratio * ratio).sum()
    }

    fn all_finite(&self) -> bool {
        to_host(self).into_iter().all(|x| x.re().is_finite())
    }

    fn write_coordinates(&self, out: &mut Vec<f64>) {
        out.extend(to_host(self).into_iter().map(Element::re));
    }

    fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        let (mine, rest) = from.split_at_checked(self.count())?;
        let mine: Vec<E> = mine.iter().copied().map(E::embed).collect();
        own_layout(self);
        self.copy_from(&mine);
        Some(rest)
    }
}

/// A copy with a storage and an id of its own: what a tape may start from.
pub(crate) fn fresh<S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>) -> Tensor<S, E, D> {
    let mut copy = State::zeros_like(x);
    copy.assign(x);
    copy
}

/// `x` in row-major order. Copies nothing where it is so already, as every tensor made by this module is.
fn row_major<S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>) -> Tensor<S, E, D> {
    x.clone().contiguous()
}

/// Makes `x` row-major; keeps storage and id where it is so already.
fn own_layout<S: Shape, E: TensorElement, D: Device<E>>(x: &mut Tensor<S, E, D>) {
    *x = row_major(x);
}

fn to_host<S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>) -> Vec<E> {
    let mut values = vec![E::default(); x.count()];
    row_major(x).copy_into(&mut values);
    values
}
