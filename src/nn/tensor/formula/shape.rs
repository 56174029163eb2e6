//! The arguments and values of formulas as tensors.

use dfdx::shapes::{Const, Dim, HasShape};
use dfdx::tensor::{Merge, PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::{Device, RealizeTo, ReshapeTo};

use super::on_host::Batch;
use crate::formula::{Rows, Shape};
use crate::state::TensorElement;

/// Tensors on one tape, as the arguments or the values of a formula.
pub trait Form<E: TensorElement, D: Device<E>>: Sized {
    /// Their batch dimension.
    type Samples: Dim;
    /// The tape.
    type Tape: Tape<E, D> + Merge<Self::Tape>;

    /// Splits the tape off, and appends each tensor in row-major order to `out`.
    ///
    /// # Errors
    /// Errors of the device.
    fn erase(self, out: &mut Vec<Batch<E, D>>) -> Result<Self::Tape, D::Err>;

    /// The batch dimension of the first tensor.
    fn samples(&self) -> Self::Samples;
}

/// A shape of a formula as tensors with the batch dimension `B`.
pub trait TensorShape<B: Dim, E: TensorElement, D: Device<E>, T: Tape<E, D>>: Shape {
    /// The tensors.
    type Tensors;

    /// Takes tensors with their shapes from `from`; the last one gets the `tape`.
    ///
    /// # Errors
    /// Errors of the device.
    fn restore(samples: B, from: &mut dyn Iterator<Item = Batch<E, D>>, tape: T) -> Result<Self::Tensors, D::Err>;
}

impl<B: Dim, const N: usize, E: TensorElement, D: Device<E>, T: Tape<E, D> + Merge<T>> Form<E, D>
    for Tensor<(B, Const<N>), E, D, T>
{
    type Samples = B;
    type Tape = T;

    fn erase(self, out: &mut Vec<Batch<E, D>>) -> Result<T, D::Err> {
        let (x, tape) = self.try_contiguous()?.split_tape();
        out.push(x.realize());
        Ok(tape)
    }
    fn samples(&self) -> B {
        self.shape().0
    }
}

/// One number for each sample, as [`Samples::Weights`](crate::nn::Samples::Weights): the gaps of a
/// [`TimedRecurrence`](crate::nn::TimedRecurrence), say.
impl<B: Dim, E: TensorElement, D: Device<E>, T: Tape<E, D> + Merge<T>> Form<E, D> for Tensor<(B,), E, D, T> {
    type Samples = B;
    type Tape = T;

    fn erase(self, out: &mut Vec<Batch<E, D>>) -> Result<T, D::Err> {
        let samples = self.shape().0.size();
        let (x, tape) = self.try_reshape_like(&(samples, 1))?.split_tape();
        out.push(x);
        Ok(tape)
    }
    fn samples(&self) -> B {
        self.shape().0
    }
}

impl<E: TensorElement, D: Device<E>, X: Form<E, D>, Y: Form<E, D, Tape = X::Tape>> Form<E, D> for (X, Y) {
    type Samples = X::Samples;
    type Tape = X::Tape;

    fn erase(self, out: &mut Vec<Batch<E, D>>) -> Result<X::Tape, D::Err> {
        let tape = self.0.erase(out)?;
        Ok(tape.merge(self.1.erase(out)?))
    }
    fn samples(&self) -> X::Samples {
        self.0.samples()
    }
}

impl<B: Dim, const N: usize, E: TensorElement, D: Device<E>, T: Tape<E, D>> TensorShape<B, E, D, T> for Rows<N> {
    type Tensors = Tensor<(B, Const<N>), E, D, T>;

    fn restore(samples: B, from: &mut dyn Iterator<Item = Batch<E, D>>, tape: T) -> Result<Self::Tensors, D::Err> {
        let tensor: Tensor<(B, Const<N>), E, D> = match from.next() {
            Some(tensor) => tensor.realize(),
            None => unreachable!("a program has as many outputs as its formula"),
        };
        let _ = samples;
        Ok(tensor.put_tape(tape))
    }
}

/// The second part carries the tape of both.
impl<B: Dim, E: TensorElement, D: Device<E>, T: Tape<E, D> + Default, X, Y> TensorShape<B, E, D, T> for (X, Y)
where
    X: TensorShape<B, E, D, T>,
    Y: TensorShape<B, E, D, T>,
{
    type Tensors = (X::Tensors, Y::Tensors);

    fn restore(samples: B, from: &mut dyn Iterator<Item = Batch<E, D>>, tape: T) -> Result<Self::Tensors, D::Err> {
        let first = X::restore(samples, from, T::default())?;
        Ok((first, Y::restore(samples, from, tape)?))
    }
}
