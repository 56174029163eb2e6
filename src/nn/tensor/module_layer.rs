//! dfdx modules as layers.

use std::fmt;
use std::marker::PhantomData;

use dfdx::nn::Module;
use dfdx::nn::tensor_collection::TensorCollection;
use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, NoneTape, Tensor, Trace};
use dfdx::tensor_ops::Device;

use super::trace::back_propagate;
use super::walk::{Assign, Collect, gradient_of, walk};
use super::{Taped, Weights};
use crate::nn::Layer;
use crate::state::{TensorElement, fresh};
use crate::{Parametric, State};

/// A dfdx module as a [`Layer`] from `In` to `Tensor<S, E, D>`.
///
/// `In` is a tensor, or a pair `(h, x)` of tensors for a cell such as [`ElmanModule`](super::ElmanModule): then the layer
/// goes wherever a cell goes, into [`Recurrence`](crate::nn::Recurrence), [`Residual`](crate::nn::Residual) or
/// [`Driven`](crate::nn::Driven).
///
/// ```
/// use dfdx::prelude::*;
/// use rheos::nn::tensor::ModuleLayer;
/// use rheos::nn::{LayerField, OdeBlock};
/// use rheos::{Discrete, Fixed, Rk4};
///
/// type Batch = Tensor<Rank2<4, 2>, f64, Cpu>;
/// type Mlp = (Linear<2, 8>, Tanh, Linear<8, 2>);
/// let device = Cpu::default();
/// let layer = ModuleLayer::<_, Batch, Rank2<4, 2>, f64, Cpu>::new(device.build_module::<Mlp, f64>());
/// let block = OdeBlock::new(LayerField(layer), Rk4, Fixed::steps(2), Discrete::new());
/// # let _ = block;
/// ```
///
/// # Panics
/// A layer cannot fail, and dfdx only fails if the device is out of memory; then this panics.
pub struct ModuleLayer<M, In, S, E, D> {
    module: M,
    space: PhantomData<Space<In, S, E, D>>,
}

/// Which tensors a layer works on; it owns none of them.
type Space<In, S, E, D> = fn() -> (In, S, E, D);

impl<M, In, S, E, D> ModuleLayer<M, In, S, E, D> {
    /// The layer of `module`.
    #[must_use]
    pub const fn new(module: M) -> Self {
        Self { module, space: PhantomData }
    }

    /// The module.
    #[must_use]
    pub const fn module(&self) -> &M {
        &self.module
    }
}

impl<M: Clone, In, S, E, D> Clone for ModuleLayer<M, In, S, E, D> {
    fn clone(&self) -> Self {
        Self::new(self.module.clone())
    }
}

impl<M: fmt::Debug, In, S, E, D> fmt::Debug for ModuleLayer<M, In, S, E, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ModuleLayer").field(&self.module).finish()
    }
}

/// What a module is given: one tensor, or a pair of them.
pub trait ModuleInput<E: TensorElement, D: Device<E>>: State {
    /// The same on the tape.
    type Taped;

    /// A copy with ids of its own: states share theirs with their clones, and the tape tells tensors apart by them.
    fn renewed(&self) -> Self;

    /// On a new tape.
    fn taped(&self) -> Self::Taped;

    /// Adds the gradient of each tensor to `bar`.
    ///
    /// # Errors
    /// Those of the device.
    fn collect(&self, grads: &mut Gradients<E, D>, bar: &mut Self) -> Result<(), D::Err>;
}

impl<S: Shape, E: TensorElement, D: Device<E>> ModuleInput<E, D> for Tensor<S, E, D> {
    type Taped = Taped<S, E, D>;
    fn renewed(&self) -> Self {
        fresh(self)
    }
    fn taped(&self) -> Self::Taped {
        self.leaky_trace()
    }
    fn collect(&self, grads: &mut Gradients<E, D>, bar: &mut Self) -> Result<(), D::Err> {
        bar.add_scaled(1.0, &gradient_of(grads, self)?);
        Ok(())
    }
}

impl<E: TensorElement, D: Device<E>, A: ModuleInput<E, D>, B: ModuleInput<E, D>> ModuleInput<E, D> for (A, B) {
    type Taped = (A::Taped, B::Taped);
    fn renewed(&self) -> Self {
        (self.0.renewed(), self.1.renewed())
    }
    fn taped(&self) -> Self::Taped {
        (self.0.taped(), self.1.taped())
    }
    fn collect(&self, grads: &mut Gradients<E, D>, bar: &mut Self) -> Result<(), D::Err> {
        self.0.collect(grads, &mut bar.0)?;
        self.1.collect(grads, &mut bar.1)
    }
}

/// What an evaluation of a [`ModuleLayer`] keeps for its pullback: the input, and the output with its tape.
pub struct ModuleTrace<In, S: Shape, E: TensorElement, D: Device<E>> {
    recording: Option<(In, Taped<S, E, D>)>,
}

impl<In, S: Shape, E: TensorElement, D: Device<E>> Default for ModuleTrace<In, S, E, D> {
    fn default() -> Self {
        Self { recording: None }
    }
}

impl<M, In, S, E, D> Parametric for ModuleLayer<M, In, S, E, D>
where
    M: TensorCollection<E, D> + Clone,
    E: TensorElement,
    D: Device<E>,
{
    type Params = Weights<M, E, D>;

    fn params(&self) -> Self::Params {
        Weights::new(self.module.clone())
    }

    /// The tensors keep their ids, so a dfdx optimiser goes on as before.
    fn set_params(&mut self, params: &Self::Params) {
        let Ok(()) = walk::<M, E, D, _>((&mut self.module, params.module()), &mut Assign {});
    }
}

impl<M, In, S, E, D> Layer for ModuleLayer<M, In, S, E, D>
where
    M: TensorCollection<E, D> + Clone,
    M: Module<In, Output = Tensor<S, E, D>> + Module<In::Taped, Output = Taped<S, E, D>>,
    In: ModuleInput<E, D>,
    S: Shape,
    E: TensorElement,
    D: Device<E>,
{
    type Input = In;
    type Output = Tensor<S, E, D>;
    type Trace = ModuleTrace<In, S, E, D>;

    fn forward(&self, x: &In) -> Tensor<S, E, D> {
        fresh(&self.module.forward(x.clone()))
    }

    fn forward_traced(&self, x: &In, trace: &mut Self::Trace) -> Tensor<S, E, D> {
        let x = x.renewed();
        let output = self.module.forward(x.taped());
        let value = fresh(&output.retaped::<NoneTape>());
        trace.recording = Some((x, output));
        value
    }

    fn backward(
        &self,
        trace: &mut Self::Trace,
        x: &In,
        w: &Tensor<S, E, D>,
        xbar: &mut In,
        pbar: &mut Weights<M, E, D>,
    ) {
        let (x, output) = trace.recording.take().unwrap_or_else(|| {
            let x = x.renewed();
            let output = self.module.forward(x.taped());
            (x, output)
        });
        let pull = || -> Result<(), D::Err> {
            let mut grads = back_propagate(output, w)?;
            x.collect(&mut grads, xbar)?;
            walk::<M, E, D, _>((pbar.module_mut(), &self.module), &mut Collect { grads: &mut grads })
        };
        if let Err(error) = pull() {
            panic!("dfdx could not compute a pullback: {error}");
        }
    }
}
