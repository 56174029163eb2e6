//! The trait of tensor networks that are vector fields.

use dfdx::nn::Module;
use dfdx::shapes::{Rank0, Shape};
use dfdx::tensor::{OwnedTape, SplitTape, Tensor, Trace};
use dfdx::tensor_ops::Device;

use super::failure::of_device;
use crate::error::Result;
use crate::state::TensorElement;

/// A tensor that carries dfdx's tape.
pub type Taped<S, E, D> = Tensor<S, E, D, OwnedTape<E, D>>;

/// A vector field `f(t, y)` on tensors of shape `S`, written in dfdx operations.
///
/// Every dfdx [`Module`] that maps `Tensor<S, E, D>` to itself, with a tape and without, is one, independent of time. A
/// field that depends on time implements this trait. Time is a tensor, so the tape has `∂f/∂t` as well; a field that
/// reads the number inside loses that derivative.
///
/// ```
/// use dfdx::nn::modules::Linear;
/// use dfdx::prelude::*;
/// use rheos::{Fixed, Rk4, solve};
/// use rheos::nn::tensor::{ModuleField, Taped, TensorField};
///
/// /// `f(t, y) = cos(t) (W y + b)` for a batch of points in the plane, one per row.
/// struct Driven { linear: Linear<2, 2, f64, Cpu> }
///
/// impl Driven {
///     fn at<T: Tape<f64, Cpu>>(
///         &self,
///         t: Tensor<Rank0, f64, Cpu, T>,
///         y: Tensor<(usize, Const<2>), f64, Cpu, T>,
///     ) -> Tensor<(usize, Const<2>), f64, Cpu, T> {
///         let shape = *y.shape();
///         self.linear.forward(y) * t.cos().broadcast_like(&shape)
///     }
/// }
///
/// impl TensorField<(usize, Const<2>), f64, Cpu> for Driven {
///     fn velocity_taped(
///         &self,
///         t: Taped<Rank0, f64, Cpu>,
///         y: Taped<(usize, Const<2>), f64, Cpu>,
///     ) -> Taped<(usize, Const<2>), f64, Cpu> {
///         self.at(t, y)
///     }
///     // Without this the tape is recorded and dropped.
///     fn velocity(
///         &self,
///         t: Tensor<Rank0, f64, Cpu>,
///         y: Tensor<(usize, Const<2>), f64, Cpu>,
///     ) -> Tensor<(usize, Const<2>), f64, Cpu> {
///         self.at(t, y)
///     }
/// }
///
/// let device = Cpu::default();
/// let net = ModuleField::new(Driven { linear: BuildModule::build(&device) });
/// let batch = device.tensor((vec![1.0, 0.0, 0.0, 1.0, 0.5, -0.5], (3, Const::<2>)));
/// let solution = solve(&net, batch, 0.0..1.0, Rk4, Fixed::steps(10))?;
/// assert_eq!(solution.last().shape(), &(3, Const::<2>));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
/// For training it must also be `Clone` and a dfdx
/// To be trained as well, it must be `Clone` and a dfdx
/// [`TensorCollection`](dfdx::nn::tensor_collection::TensorCollection).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a vector field on tensors of shape `{S}`",
    label = "its output and input have different shapes, or it lacks a forward pass with or without a tape",
    note = "a dfdx module is a field if it maps `Tensor<S, E, D>` to itself, with an `OwnedTape` and without; a field \
            that depends on time implements `rheos::nn::tensor::TensorField`"
)]
pub trait TensorField<S: Shape, E: TensorElement, D: Device<E>> {
    /// `f(t, y)`, recorded on the tapes of `t` and `y`.
    fn velocity_taped(&self, t: Taped<Rank0, E, D>, y: Taped<S, E, D>) -> Taped<S, E, D>;

    /// `f(t, y)`. The default calls [`velocity_taped`](Self::velocity_taped); override it to avoid the tape.
    fn velocity(&self, t: Tensor<Rank0, E, D>, y: Tensor<S, E, D>) -> Tensor<S, E, D> {
        self.velocity_taped(t.leaky_traced(), y.leaky_traced()).split_tape().0
    }

    /// [`velocity_taped`](Self::velocity_taped), or an error if there is no value. Override it if an operation can
    /// fail.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
    fn try_velocity_taped(&self, t: Taped<Rank0, E, D>, y: Taped<S, E, D>) -> Result<Taped<S, E, D>> {
        Ok(self.velocity_taped(t, y))
    }

    /// [`velocity`](Self::velocity), or an error if there is no value. Override it if an operation can fail.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
    fn try_velocity(&self, t: Tensor<Rank0, E, D>, y: Tensor<S, E, D>) -> Result<Tensor<S, E, D>> {
        Ok(self.velocity(t, y))
    }
}

/// Autonomous: time is ignored. A solve calls the fallible functions; the others panic where [`Module::forward`] does.
impl<M, S, E, D> TensorField<S, E, D> for M
where
    S: Shape,
    E: TensorElement,
    D: Device<E>,
    M: Module<Tensor<S, E, D>, Output = Tensor<S, E, D>> + Module<Taped<S, E, D>, Output = Taped<S, E, D>>,
{
    fn velocity_taped(&self, _t: Taped<Rank0, E, D>, y: Taped<S, E, D>) -> Taped<S, E, D> {
        self.forward(y)
    }

    fn velocity(&self, _t: Tensor<Rank0, E, D>, y: Tensor<S, E, D>) -> Tensor<S, E, D> {
        self.forward(y)
    }

    fn try_velocity_taped(&self, _t: Taped<Rank0, E, D>, y: Taped<S, E, D>) -> Result<Taped<S, E, D>> {
        self.try_forward(y).map_err(of_device)
    }

    fn try_velocity(&self, _t: Tensor<Rank0, E, D>, y: Tensor<S, E, D>) -> Result<Tensor<S, E, D>> {
        self.try_forward(y).map_err(of_device)
    }
}
