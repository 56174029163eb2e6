//! dfdx modules as layers.

use super::owner::module_owner;
use std::fmt;
use std::marker::PhantomData;

use dfdx::nn::Module;
use dfdx::nn::tensor_collection::TensorCollection;
use dfdx::shapes::{Rank0, Shape};
use dfdx::tensor::{Gradients, HasErr, NoneTape, Tensor, Trace};
use dfdx::tensor_ops::{Backward, Device, TryAdd};

use super::failure::of_device;
use super::trace::seed;
use super::walk::{Assign, Collect, collect, walk};
use super::{Taped, Weights};
use crate::dynamics::Parametric;
use crate::error::Result;
use crate::nn::Layer;
use crate::nn::spoil::spoil;
use crate::state::{State, TensorElement, fresh};

/// A dfdx module as a [`Layer`] from `In` to `Out`.
///
/// `In` is a tensor, or a pair `(h, x)` for a cell; `Out` is a tensor, or a pair for a cell whose hidden state is one. A cell can be used in
/// [`Recurrence`](crate::nn::Recurrence), [`Residual`](crate::nn::Residual) and [`Driven`](crate::nn::Driven). A cell
/// of your own is a dfdx module from `(h, x)` to `h`, with a tape and without, that is a [`TensorCollection`]. dfdx's
/// own modules need nothing more:
///
/// ```
/// use dfdx::prelude::*;
/// use rheos::nn::tensor::ModuleLayer;
/// use rheos::nn::{Block, Recurrence};
///
/// type H = Tensor<(usize, Const<4>), f64, Cpu>; // one sample per row, their number known at run time
/// type X = Tensor<(usize, Const<2>), f64, Cpu>;
/// let device = Cpu::default();
/// let module = device.build_module::<(AddInto<(Linear<4, 4>, Linear<2, 4>)>, Tanh), f64>();
/// let cell = Recurrence(ModuleLayer::<_, (H, X), H>::new(module));
/// let (h, x) = (device.zeros_like(&(3, Const)), device.ones_like(&(3, Const)));
/// let (h1, _record) = cell.forward(&x, &h, 1.0.into())?;
/// assert_eq!(h1.shape(), &(3, Const::<4>));
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// A module from a tensor to one of the same shape makes an ODE block:
///
/// ```
/// use dfdx::prelude::*;
/// use rheos::nn::tensor::ModuleLayer;
/// use rheos::nn::{AutonomousField, OdeBlock};
/// use rheos::{DiscreteAdjoint, Fixed, Rk4};
///
/// type Batch = Tensor<Rank2<4, 2>, f64, Cpu>;
/// type Mlp = (Linear<2, 8>, Tanh, Linear<8, 2>);
/// let device = Cpu::default();
/// let layer = ModuleLayer::<_, Batch, Batch>::new(device.build_module::<Mlp, f64>());
/// let block = OdeBlock::new(layer.field(), Rk4, Fixed::steps(2), DiscreteAdjoint::new());
/// # let _ = block;
/// ```
///
/// # Failures
/// If dfdx fails, for example because the device is out of memory, [`Layer::try_forward`] returns the error, and so do
/// blocks made of the layer. An output buffer or a cotangent is filled with NaN.
///
/// # Panics
/// [`Layer::forward`] and [`Layer::forward_traced`] panic if dfdx fails, like dfdx's functions of these names. The
/// library does not call them.
pub struct ModuleLayer<M, In, Out> {
    module: M,
    /// The spaces of its tensors, none of which it owns.
    space: PhantomData<fn(In) -> Out>,
}

module_owner!(ModuleLayer<M, In, Out>);

impl<M: Clone, In, Out> Clone for ModuleLayer<M, In, Out> {
    fn clone(&self) -> Self {
        Self::new(self.module.clone())
    }
}

impl<M: fmt::Debug, In, Out> fmt::Debug for ModuleLayer<M, In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ModuleLayer").field(&self.module).finish()
    }
}

/// The argument of a module: one tensor, or a pair of tensors.
pub trait ModuleInput<E: TensorElement, D: Device<E>>: State {
    /// The argument on a tape.
    type Taped;

    /// A copy with new ids: a state shares its ids with its clones, and the tape tells tensors apart by id.
    fn renewed(&self) -> Self;

    /// Puts it on a new tape.
    fn taped(&self) -> Self::Taped;

    /// Adds the gradient of each tensor to `bar`.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
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
        collect(grads, self, bar)
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

/// A number at the end of a tape, or an error of the device.
type End<E, D> = Result<Taped<Rank0, E, D>, <D as HasErr>::Err>;

/// The value of a module: a tensor, or a pair of values, such as the hidden state `(h, c)` of an LSTM.
pub trait ModuleOutput: State {
    /// The elements of its tensors.
    type Element: TensorElement;
    /// Their device.
    type Device: Device<Self::Element>;
    /// The value on a tape.
    type Taped;

    /// A copy with new ids.
    fn renewed(&self) -> Self;

    /// The value without its tape, with new ids.
    fn of_taped(taped: &Self::Taped) -> Self;

    /// A number on the tape of `taped`. The gradient of `taped` in the backward pass from it is `w`, whatever the number is.
    ///
    /// # Errors
    /// Errors of the device.
    fn seed(taped: Self::Taped, w: &Self) -> End<Self::Element, Self::Device>;
}

impl<S: Shape, E: TensorElement, D: Device<E>> ModuleOutput for Tensor<S, E, D> {
    type Element = E;
    type Device = D;
    type Taped = Taped<S, E, D>;

    fn renewed(&self) -> Self {
        fresh(self)
    }
    fn of_taped(taped: &Self::Taped) -> Self {
        fresh(&taped.retaped::<NoneTape>())
    }
    fn seed(taped: Self::Taped, w: &Self) -> End<E, D> {
        seed(taped, w)
    }
}

/// Both parts, or one of them, carry the tape.
impl<A: ModuleOutput, B: ModuleOutput<Element = A::Element, Device = A::Device>> ModuleOutput for (A, B) {
    type Element = A::Element;
    type Device = A::Device;
    type Taped = (A::Taped, B::Taped);

    fn renewed(&self) -> Self {
        (A::renewed(&self.0), B::renewed(&self.1))
    }
    fn of_taped((a, b): &Self::Taped) -> Self {
        (A::of_taped(a), B::of_taped(b))
    }
    fn seed((a, b): Self::Taped, (wa, wb): &Self) -> End<A::Element, A::Device> {
        A::seed(a, wa)?.try_add(B::seed(b, wb)?)
    }
}

/// The output of `module` with its tape, and the input of the tape.
fn record<M, In, Out>(module: &M, x: &In) -> Result<(In, Out::Taped)>
where
    M: Module<In::Taped, Output = Out::Taped>,
    In: ModuleInput<Out::Element, Out::Device>,
    Out: ModuleOutput,
{
    let x = x.renewed();
    let output = module.try_forward(x.taped()).map_err(of_device)?;
    Ok((x, output))
}

/// The trace of an evaluation of a [`ModuleLayer`]: the input, and the output with its tape.
pub struct ModuleTrace<In, Out: ModuleOutput> {
    recording: Option<(In, Out::Taped)>,
}

impl<In, Out: ModuleOutput> Default for ModuleTrace<In, Out> {
    fn default() -> Self {
        Self { recording: None }
    }
}

impl<In, Out: ModuleOutput> fmt::Debug for ModuleTrace<In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModuleTrace").field("filled", &self.recording.is_some()).finish()
    }
}

impl<M, In, Out> Parametric for ModuleLayer<M, In, Out>
where
    M: TensorCollection<Out::Element, Out::Device> + Clone,
    Out: ModuleOutput,
{
    type Params = Weights<M, Out::Element, Out::Device>;

    fn params(&self) -> Self::Params {
        Weights::new(self.module.clone())
    }

    /// The tensors keep their ids, so a dfdx optimiser continues as before.
    fn set_params(&mut self, params: &Self::Params) {
        let Ok(()) = walk::<M, Out::Element, Out::Device, _>((&mut self.module, params.module()), &mut Assign {});
    }
}

impl<M, In, Out> Layer for ModuleLayer<M, In, Out>
where
    M: TensorCollection<Out::Element, Out::Device> + Clone,
    M: Module<In, Output = Out> + Module<In::Taped, Output = Out::Taped>,
    In: ModuleInput<Out::Element, Out::Device>,
    Out: ModuleOutput,
{
    type Input = In;
    type Output = Out;
    type Trace = ModuleTrace<In, Out>;

    fn forward(&self, x: &In) -> Out {
        self.try_forward(x).unwrap_or_else(|error| panic!("{error}"))
    }

    fn forward_traced(&self, x: &In, trace: &mut Self::Trace) -> Out {
        self.try_forward_traced(x, trace).unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_forward(&self, x: &In) -> Result<Out> {
        let y = self.module.try_forward(x.clone()).map_err(of_device)?;
        Ok(ModuleOutput::renewed(&y))
    }

    fn try_forward_traced(&self, x: &In, trace: &mut Self::Trace) -> Result<Out> {
        let (_, output) = trace.recording.insert(record::<M, In, Out>(&self.module, x)?);
        Ok(Out::of_taped(output))
    }

    fn forward_into(&self, x: &In, y: &mut Out) {
        match self.try_forward(x) {
            Ok(value) => *y = value,
            Err(_) => spoil(y),
        }
    }

    fn forward_traced_into(&self, x: &In, y: &mut Out, trace: &mut Self::Trace) {
        match self.try_forward_traced(x, trace) {
            Ok(value) => *y = value,
            Err(_) => spoil(y),
        }
    }

    fn backward(&self, trace: &mut Self::Trace, x: &In, w: &Out, xbar: &mut In, pbar: &mut Self::Params) {
        let recording = trace.recording.take().map_or_else(|| record::<M, In, Out>(&self.module, x), Ok);
        let pulled = recording.and_then(|(x, output)| {
            let mut grads = Out::seed(output, w).and_then(Backward::try_backward).map_err(of_device)?;
            x.collect(&mut grads, xbar).map_err(of_device)?;
            walk::<M, Out::Element, Out::Device, _>(
                (pbar.module_mut(), &self.module),
                &mut Collect { grads: &mut grads },
            )
            .map_err(of_device)
        });
        if pulled.is_err() {
            spoil(xbar);
        }
    }
}
