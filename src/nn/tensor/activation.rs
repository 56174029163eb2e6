//! Activations of tensors by the loops over slices that matrices use.

use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::{PutTape, SplitTape, Tape, Tensor, WithEmptyTape};
use dfdx::tensor_ops::{Device, ReshapeTo, TryAdd};

use super::cpu::{is_cpu, pull_back};
use crate::state::{TensorElement, with_scratch};

/// A scalar function whose derivative is known from its value.
trait Activation: 'static {
    /// `y = f(x)`.
    fn map<E: TensorElement>(x: &[E], y: &mut [E]);

    /// `xbar += f′ w`, with the derivative found from the value `y`.
    fn pull_back<E: TensorElement>(y: &[E], w: &[E], xbar: &mut [E]);

    /// The same by dfdx's operations, on any device.
    fn in_operations<S: Shape, E: TensorElement, D: Device<E>, T: Tape<E, D>>(
        x: Tensor<S, E, D, T>,
    ) -> Result<Tensor<S, E, D, T>, D::Err>;
}

/// `f(x)` in one pass over memory on the CPU.
fn activate<A: Activation, S: Shape, E: TensorElement, D: Device<E>, T: Tape<E, D>>(
    x: Tensor<S, E, D, T>,
) -> Result<Tensor<S, E, D, T>, D::Err> {
    if !is_cpu::<D>() {
        return A::in_operations(x);
    }
    let count = x.shape().num_elements();
    let (x, mut tape) = x.try_contiguous()?.split_tape();
    if !T::OWNS_TAPE {
        return Ok(in_place::<A, S, E, D>(x)?.put_tape(tape));
    }
    let mut y = vec![E::default(); count];
    map::<A, S, E, D>(&x, &mut y);
    let mut output = x.device().try_zeros_like(x.shape())?;
    output.copy_from(&y);
    let result = output.clone();
    tape.add_backward_op(move |grads| pull_back(grads, &x, &result, |w, xbar| A::pull_back(&y, w, xbar)));
    Ok(output.put_tape(tape))
}

/// `f(x)` in the storage of a row-major `x`, if nobody shares it.
fn in_place<A: Activation, S: Shape, E: TensorElement, D: Device<E>>(
    x: Tensor<S, E, D>,
) -> Result<Tensor<S, E, D>, D::Err> {
    with_scratch(x.shape().num_elements(), |y| {
        map::<A, S, E, D>(&x, y);
        // The only way to a fresh id without a new storage is an operation of dfdx, whose result is overwritten.
        let mut output = x.try_negate()?;
        output.copy_from(y);
        Ok(output)
    })
}

/// `y = f(x)` for a row-major `x`.
fn map<A: Activation, S: Shape, E: TensorElement, D: Device<E>>(x: &Tensor<S, E, D>, y: &mut [E]) {
    with_scratch(y.len(), |input| {
        x.copy_into(input);
        A::map(input, y);
    });
}

macro_rules! activation {
    ($(#[$doc:meta])* $name:ident, $map:ident, $pull_back:ident, |$x:ident| $in_operations:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $name;

        impl Activation for $name {
            fn map<E: TensorElement>(x: &[E], y: &mut [E]) {
                E::$map(x, y);
            }
            fn pull_back<E: TensorElement>(y: &[E], w: &[E], xbar: &mut [E]) {
                E::$pull_back(y, w, xbar);
            }
            fn in_operations<S: Shape, E: TensorElement, D: Device<E>, T: Tape<E, D>>(
                $x: Tensor<S, E, D, T>,
            ) -> Result<Tensor<S, E, D, T>, D::Err> {
                $in_operations
            }
        }

        impl ZeroSizedModule for $name {}
        impl NonMutableModule for $name {}

        impl<S: Shape, E: TensorElement, D: Device<E>, T: Tape<E, D>> Module<Tensor<S, E, D, T>> for $name {
            type Output = Tensor<S, E, D, T>;
            type Error = D::Err;

            fn try_forward(&self, x: Tensor<S, E, D, T>) -> Result<Self::Output, D::Err> {
                activate::<Self, S, E, D, T>(x)
            }
        }
    };
}

activation! {
    /// `tanh x` as a dfdx layer, by wide vectors on the CPU; dfdx's own calls a function for each number.
    Tanh, tanh_all, tanh_pull_back, |x| x.try_tanh()
}

activation! {
    /// `ln(1 + eˣ)` as a dfdx layer, computed without overflow.
    Softplus, softplus_all, softplus_pull_back, |x| {
        let positive = x.with_empty_tape().try_relu()?;
        let rest = x.try_abs()?.try_negate()?.try_exp()?;
        rest.try_add(E::ONE)?.try_ln()?.try_add(positive)
    }
}
