//! A tensor network as differentiable dynamics.

use super::owner::module_owner;
use std::marker::PhantomData;

use dfdx::nn::tensor_collection::{ModuleVisitor, TensorCollection};
use dfdx::shapes::{Dtype, Shape};
use dfdx::tensor::{Gradients, Tensor};
use dfdx::tensor_ops::Device;

use super::trace::{NetTrace, Recording, time_tensor};
use super::walk::{Assign, Deposit, walk};
use super::{TensorField, Weights};
use crate::adjoint::check_fits;
use crate::dynamics::{Differentiable, Dynamics, Parametric};
use crate::error::{Error, Result};
use crate::nn::spoil::spoil;
use crate::state::{State, TensorElement};

/// The dynamics of a [`TensorField`] `M` on tensors of shape `S` with elements `E` on the device `D`.
///
/// Every dfdx module that maps a tensor to one of the same shape qualifies. Parameters and gradients are [`Weights`].
///
/// ```
/// use dfdx::prelude::*;
/// use rheos::{DiscreteAdjoint, Fixed, Ivp, Rk4};
/// use rheos::nn::tensor::ModuleField;
///
/// type Mlp = (Linear<2, 16>, Tanh, Linear<16, 2>);
/// let device = Cpu::default();
/// let net = ModuleField::new(device.build_module::<Mlp, f64>());
/// let y0 = device.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]); // a batch of three
///
/// // L = |y(1)|²
/// let run = Ivp::new(&net, y0, 0.0..1.0).forward(Rk4, Fixed::steps(8), DiscreteAdjoint::new())?;
/// let gradient = run.backward(&[run.y[0].clone() * 2.0])?;
/// assert_eq!(gradient.params.module().0.weight.shape(), net.module().0.weight.shape());
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Failures
/// If dfdx fails, for example because the device is out of memory, an evaluation or a pullback is NaN, and the solve
/// ends with an error: [`Error::Device`], or [`Error::NonFiniteDerivative`] in the backward pass. The operations of
/// [`State`] cannot return errors; they panic if dfdx fails.
#[derive(Debug, Clone)]
pub struct ModuleField<M, S, E, D> {
    module: M,
    space: PhantomData<Space<S, E, D>>,
}

/// The tensors of a field, none of which it owns.
type Space<S, E, D> = fn() -> (S, E, D);

module_owner!(ModuleField<M, S, E, D>);

impl<M, S, E, D> ModuleField<M, S, E, D>
where
    M: TensorCollection<E, D>,
    E: TensorElement,
    D: Device<E>,
{
    /// Converts a gradient from [`Run::backward`](crate::adjoint::Run::backward) to the form that dfdx's optimisers
    /// take.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
    pub fn gradients(&self, gradient: &Weights<M, E, D>) -> Result<Gradients<E, D>, D::Err> {
        let mut grads = Gradients::leaky();
        self.add_to_gradients(gradient, &mut grads)?;
        Ok(grads)
    }

    /// Adds `gradient` to the gradients of the parameters of this network.
    pub(super) fn add_to_gradients(
        &self,
        gradient: &Weights<M, E, D>,
        grads: &mut Gradients<E, D>,
    ) -> Result<(), D::Err> {
        walk::<M, E, D, _>((gradient.module(), &self.module), &mut Deposit { grads })
    }
}

impl<M, S, E, D> Dynamics for ModuleField<M, S, E, D>
where
    M: TensorField<S, E, D>,
    S: Shape,
    E: TensorElement,
    D: Device<E>,
{
    type State = Tensor<S, E, D>;

    fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        match self.velocity(t, y) {
            Ok(velocity) => dy.assign(&velocity),
            Err(_) => spoil(dy),
        }
    }

    /// A velocity has the shape of the state.
    fn keeps_shape(&self) -> bool {
        true
    }

    fn failure(&self, t: f64, y: &Self::State) -> Option<Error> {
        self.velocity(t, y).err()
    }
}

impl<M, S, E, D> ModuleField<M, S, E, D>
where
    M: TensorField<S, E, D>,
    S: Shape,
    E: TensorElement,
    D: Device<E>,
{
    fn velocity(&self, t: f64, y: &Tensor<S, E, D>) -> Result<Tensor<S, E, D>> {
        let velocity = self.module.try_velocity(time_tensor(t, y)?, y.clone())?;
        check_fits("dy", &velocity, y)?;
        Ok(velocity)
    }

    /// An evaluation on the tape.
    fn record(&self, t: f64, y: &Tensor<S, E, D>) -> Result<Recording<S, E, D>> {
        let recording = Recording::new(&self.module, t, y)?;
        check_fits("dy", &recording.velocity(), y)?;
        Ok(recording)
    }
}

impl<M, S, E, D> Parametric for ModuleField<M, S, E, D>
where
    M: TensorCollection<E, D> + Clone,
    E: TensorElement,
    D: Device<E>,
{
    type Params = Weights<M, E, D>;

    fn params(&self) -> Self::Params {
        Weights::new(self.module.clone())
    }

    /// The tensors keep their ids, so a dfdx optimiser continues as before.
    fn set_params(&mut self, params: &Self::Params) {
        let Ok(()) = walk::<M, E, D, _>((&mut self.module, params.module()), &mut Assign {});
    }
}

impl<M, S, E, D> Differentiable for ModuleField<M, S, E, D>
where
    M: TensorField<S, E, D> + TensorCollection<E, D> + Clone,
    S: Shape,
    E: TensorElement,
    D: Device<E>,
{
    type Trace = NetTrace<S, E, D>;

    fn vjp(&self, t: f64, y: &Self::State, w: &Self::State, ybar: &mut Self::State, pbar: &mut Self::Params) -> f64 {
        let pulled = self.record(t, y).and_then(|recording| recording.pull_back(&self.module, w, ybar, pbar));
        pulled.unwrap_or_else(|_| {
            spoil(ybar);
            f64::NAN
        })
    }

    fn eval_traced(&self, t: f64, y: &Self::State, dy: &mut Self::State, trace: &mut Self::Trace) {
        trace.recording = self.record(t, y).ok();
        match &trace.recording {
            Some(recording) => dy.assign(&recording.velocity()),
            None => spoil(dy),
        }
    }

    fn vjp_traced(
        &self,
        trace: &mut Self::Trace,
        t: f64,
        y: &Self::State,
        w: &Self::State,
        ybar: &mut Self::State,
        pbar: &mut Self::Params,
    ) -> f64 {
        let Some(recording) = trace.recording.take() else { return self.vjp(t, y, w, ybar, pbar) };
        recording.pull_back(&self.module, w, ybar, pbar).unwrap_or_else(|_| {
            spoil(ybar);
            f64::NAN
        })
    }
}

/// A net is visited like its module, so optimisers, `to_dtype` and the rest of dfdx accept it.
impl<M, S, E, D> TensorCollection<E, D> for ModuleField<M, S, E, D>
where
    M: TensorCollection<E, D>,
    E: Dtype,
    D: Device<E>,
{
    type To<E2: Dtype, D2: Device<E2>> = ModuleField<M::To<E2, D2>, S, E2, D2>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(visitor: &mut V) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        visitor.visit_fields(
            <Self as TensorCollection<E, D>>::module("module", |net| &net.module, |net| &mut net.module),
            ModuleField::new,
        )
    }
}
