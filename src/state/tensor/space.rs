//! Tensors as states.

use super::host::{is_small, on_host, own_layout, rewrite, values, write};
use super::{read, row_major};
use crate::state::{Element, State, Tolerance};
use dfdx::shapes::{Dtype, HasShape, Shape};
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::Device;

/// An element of tensor states: `f32` and `f64`.
pub trait TensorElement: Dtype + Element {}

impl<E: Dtype + Element> TensorElement for E {}

/// Coordinates are in row-major order, for any strides.
///
/// A tensor made by broadcasting or permuting repeats or reorders its storage. It may be read as it is; the first write
/// gives it a storage of its own, and with it a fresh id.
///
/// # Panics
/// Panics like dfdx's infallible functions: if the device is out of memory, or two run-time shapes differ.
/// Where dfdx's own infallible functions do: if the device is out of memory, or two run-time shapes differ.
impl<S: Shape, E: TensorElement, D: Device<E>> State for Tensor<S, E, D> {
    // Only dimensions known at run time are stored.
    const FIXED_SHAPE: bool = size_of::<S>() == 0;

    fn fits(&self, x: &Self) -> bool {
        self.shape() == x.shape()
    }

    fn zeros_like(&self) -> Self {
        self.device().zeros_like(self.shape())
    }

    fn assign(&mut self, x: &Self) {
        if is_small(self) {
            return rewrite(self, Some(x), |_| ());
        }
        self.fill_with_zeros();
        own_layout(self);
        // −1 · 0 + x instead of 0 + x, so that −0 is copied as well.
        self.axpy(-1.0, &row_major(x), 1.0);
    }

    fn set_zeros(&mut self) {
        self.fill_with_zeros();
    }

    fn add_scaled(&mut self, a: f64, x: &Self) {
        self.accumulate(a, &[1.0], std::slice::from_ref(x));
    }

    fn scale_by(&mut self, a: f64) {
        if is_small(self) {
            let a = E::embed(a);
            return rewrite(self, None, |y| y.iter_mut().for_each(|y| *y *= a));
        }
        own_layout(self);
        // dfdx has no scaling in place. Two halves instead of `a` and 0, so that ∞ does not become NaN.
        let x = self.clone();
        self.axpy(0.5 * a, &x, 0.5 * a);
    }

    /// Accumulated in double precision on the host.
    fn inner(&self, x: &Self) -> f64 {
        values(self, |a| values(x, |b| a.iter().zip(b).map(|(a, b)| a.re() * b.re()).sum()))
    }

    fn count(&self) -> usize {
        self.shape().num_elements()
    }

    fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
        values(self, |e| values(y0, |y0| values(y1, |y1| E::weighted_sq_all(e, y0, y1, tol))))
    }

    fn all_finite(&self) -> bool {
        values(self, |x| <E as Element>::all_finite(x))
    }

    fn combine(&mut self, y: &Self, h: f64, c: &[f64], k: &[Self]) {
        if is_small(self) {
            return rewrite(self, Some(y), |sum| add_terms(sum, h, c, k));
        }
        self.assign(y);
        self.accumulate(h, c, k);
    }

    fn accumulate(&mut self, h: f64, c: &[f64], k: &[Self]) {
        if is_small(self) {
            return rewrite(self, None, |sum| add_terms(sum, h, c, k));
        }
        own_layout(self);
        for (&c, k) in c.iter().zip(k).filter(|(c, _)| **c != 0.0) {
            self.axpy(1.0, &row_major(k), h * c);
        }
    }

    fn rounding(&self) -> f64 {
        E::default_epsilon().re()
    }

    fn write_coordinates(&self, out: &mut Vec<f64>) {
        values(self, |x| out.extend(x.iter().map(|x| x.re())));
    }

    fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        let (mine, rest) = from.split_at_checked(self.count())?;
        let mine: Vec<E> = mine.iter().copied().map(E::embed).collect();
        write(self, &mine);
        Some(rest)
    }
}

/// `sum += h Σⱼ c[j] k[j]` on the host, in one pass for each term.
fn add_terms<S: Shape, E: TensorElement, D: Device<E>>(sum: &mut [E], h: f64, c: &[f64], k: &[Tensor<S, E, D>]) {
    for (&c, k) in c.iter().zip(k).filter(|(c, _)| **c != 0.0) {
        let factor = E::embed(h * c);
        values(k, |k| sum.iter_mut().zip(k).for_each(|(sum, &k)| *sum += factor * k));
    }
}

/// A copy with a storage and an id of its own, suitable as the input of a tape.
pub(crate) fn fresh<S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>) -> Tensor<S, E, D> {
    if on_host(x) {
        // dfdx has no copy with an id of its own; zeros and a sum would be three passes over memory.
        let mut values = vec![E::default(); x.shape().num_elements()];
        read(x, &mut values);
        return x.device().tensor_from_vec(values, *x.shape());
    }
    let mut copy = State::zeros_like(x);
    // Zeros already, so nothing has to be cleared. The sign is chosen as in `assign`.
    copy.axpy(-1.0, &row_major(x), 1.0);
    copy
}

/// Adds to `y` the elements of a tensor in row-major order.
pub(crate) fn add_elements<S: Shape, E: TensorElement, D: Device<E>>(y: &mut Tensor<S, E, D>, x: &[E]) {
    rewrite(y, None, |y| y.iter_mut().zip(x).for_each(|(y, &x)| *y += x));
}
