//! Formulas as dfdx modules.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use dfdx::nn::tensor_collection::{ModuleFields, ModuleVisitor, TensorCollection, TensorOptions};
use dfdx::nn::{Module, NonMutableModule};
use dfdx::shapes::{Const, ConstShape, Dtype, HasShape};
use dfdx::tensor::Tape;
use dfdx::tensor_ops::Device;

use super::super::cpu::is_cpu;
use super::leaves::{Leaf, leaves};
use super::on_host::{Batch, Evaluated};
use super::packed::PackedWeights;
use super::shape::{Form, TensorShape};
use super::store::{Tensors, to_device, to_host};
use super::{on_device, on_host};
use crate::dynamics::Parametric;
use crate::error::Result;
use crate::formula::{Formula, Name, Program, Slices, Structure, Types, record};
use crate::state::{State, TensorElement};

/// A formula as a dfdx module, with its weights in [`Tensors`].
///
/// It can be used wherever a module can: in a dfdx network, in [`ModuleField`](crate::nn::tensor::ModuleField) and
/// [`ModuleLayer`](crate::nn::tensor::ModuleLayer), with an optimiser. Its arguments are tensors of the shape `(batch,
/// N)`.
///
/// ```
/// use dfdx::prelude::*;
/// use rheos::nn::Mlp;
/// use rheos::nn::tensor::{FormulaModule, ModuleField};
/// use rheos::{Fixed, Rk4, solve};
///
/// let device = Cpu::default();
/// let mlp = Mlp::<f32, 2, 16, 2>::uniform(&mut || 0.25);
/// let field = ModuleField::new(FormulaModule::on_device(&mlp, &device)?);
/// let batch: Tensor<Rank2<5, 2>, f32, Cpu> = device.sample_normal();
/// let end = solve(&field, batch, 0.0..1.0, Rk4, Fixed::steps(4))?;
/// assert_eq!(end.last().shape(), &(Const::<5>, Const::<2>));
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Failures
/// dfdx passes only errors of the device through a network. If the arguments have different numbers of samples, or the
/// formula uses a copy of a weight, the output is NaN instead.
///
/// dfdx cannot convert it to another element or device; use [`to_host`](Self::to_host) and
/// [`on_device`](Self::on_device).
pub struct FormulaModule<P> {
    params: P,
    program: Option<Arc<Program>>,
    packed: PackedWeights,
}

impl<P: Formula> FormulaModule<P> {
    /// The module of these parameters.
    #[must_use]
    pub fn new(params: P) -> Self {
        let program = record(&params).map(Arc::new);
        Self { params, program, packed: PackedWeights::default() }
    }

    /// The parameters.
    #[must_use]
    pub const fn weights(&self) -> &P {
        &self.params
    }

    /// The parameters, mutable.
    pub const fn weights_mut(&mut self) -> &mut P {
        &mut self.params
    }
}

impl<P, E: TensorElement, D: Device<E>> FormulaModule<P>
where
    P: Formula<Store = Tensors<E, D>>,
{
    /// The module of `params`, moved to `device`.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
    pub fn on_device<Q>(params: &Q, device: &D) -> Result<Self>
    where
        Q: Structure<In<Tensors<E, D>> = P, Store: Slices>,
    {
        Ok(Self::new(to_device(params, device)?))
    }

    /// The parameters as matrices.
    #[must_use]
    pub fn to_host(&self) -> P::In<E> {
        to_host(&self.params)
    }

    /// The outputs, and the tape.
    fn run<T: Tape<E, D>>(&self, inputs: Vec<Batch<E, D>>, tape: T) -> Result<Evaluated<E, D, T>, D::Err> {
        let samples = inputs[0].shape().0;
        let Some(program) = self.program.as_ref().filter(|_| inputs.iter().all(|x| x.shape().0 == samples)) else {
            return Ok(Evaluated { outputs: nothing::<P, E, D>(&inputs[0], samples), tape });
        };
        let leaves = leaves(&self.params);
        if is_cpu::<D>() && leaves.iter().all(Leaf::is_row_major) {
            on_host::run((program, &self.packed), leaves, inputs, tape)
        } else {
            on_device::run(program, &leaves, &inputs, tape)
        }
    }
}

/// A copy of the parameters shares the ids of the tensors, and replaced tensors keep theirs.
impl<P: Formula> Parametric for FormulaModule<P> {
    type Params = P;
    fn params(&self) -> P {
        self.params.clone()
    }
    fn set_params(&mut self, params: &P) {
        self.params.assign(params);
    }
}

/// Outputs of NaN.
fn nothing<P: Formula, E: TensorElement, D: Device<E>>(like: &Batch<E, D>, samples: usize) -> Vec<Batch<E, D>> {
    let mut rows = Vec::new();
    <P::Output as crate::formula::Shape>::rows(&mut rows);
    let nan = |rows: usize| {
        let mut output: Batch<E, D> = like.device().zeros_like(&(samples, rows));
        State::scale_by(&mut output, f64::NAN);
        output
    };
    rows.into_iter().map(nan).collect()
}

/// The tensors keep their ids.
impl<P: Clone> Clone for FormulaModule<P> {
    fn clone(&self) -> Self {
        Self { params: self.params.clone(), program: self.program.clone(), packed: self.packed.clone() }
    }
}

/// The program, as [`Net`](crate::nn::Net) prints it.
impl<P: Formula> fmt::Debug for FormulaModule<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.program {
            Some(program) => program.show(f, &self.params, P::INPUTS),
            None => f.write_str("FormulaModule { a formula that uses a copy of a weight }"),
        }
    }
}

impl<P, X, E, D> Module<X> for FormulaModule<P>
where
    P: Formula<Store = Tensors<E, D>>,
    P::Output: TensorShape<X::Samples, E, D, X::Tape>,
    X: Form<E, D>,
    E: TensorElement,
    D: Device<E>,
{
    type Output = <P::Output as TensorShape<X::Samples, E, D, X::Tape>>::Tensors;
    type Error = D::Err;

    fn try_forward(&self, x: X) -> Result<Self::Output, D::Err> {
        let samples = x.samples();
        let mut inputs = Vec::with_capacity(2);
        let tape = x.erase(&mut inputs)?;
        let Evaluated { outputs, tape } = self.run(inputs, tape)?;
        P::Output::restore(samples, &mut outputs.into_iter(), tape)
    }
}

/// A forward pass has no effect on later ones.
impl<P> NonMutableModule for FormulaModule<P> {}

/// The tensors of a formula, by the names of its parameters. dfdx's optimisers do not train
/// [`Frozen`](crate::formula::Frozen) ones.
impl<P, E, D> TensorCollection<E, D> for FormulaModule<P>
where
    P: Formula<Store = Tensors<E, D>>,
    E: TensorElement,
    D: Device<E>,
{
    type To<E2: Dtype, D2: Device<E2>> = Unconverted;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(visitor: &mut V) -> Result<Option<Unconverted>, V::Err> {
        visitor.visit_fields(AllLeaves, |()| Unconverted)
    }
}

/// A placeholder: dfdx makes it of a [`FormulaModule`] when it converts a network to another element or device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unconverted;

/// All leaves of a formula as fields of its module.
struct AllLeaves;

impl<P, E, D> ModuleFields<FormulaModule<P>, E, D> for AllLeaves
where
    P: Formula<Store = Tensors<E, D>>,
    E: TensorElement,
    D: Device<E>,
{
    type Options<E2: Dtype, D2: Device<E2>> = ();
    type Output<E2: Dtype, D2: Device<E2>> = ();

    fn visit_fields<V: ModuleVisitor<FormulaModule<P>, E, D>>(self, visitor: &mut V) -> Result<(), V::Err> {
        let mut each = Each { visitor, of: PhantomData::<(P, E, D)> };
        P::types(&Name::ROOT, &mut 0, &mut each)
    }

    fn handle_options<E2: Dtype, D2: Device<E2>>((): ()) -> Option<()> {
        None
    }
}

/// Passes the leaves to a visitor of dfdx.
struct Each<'v, V, P, E, D> {
    visitor: &'v mut V,
    of: PhantomData<(P, E, D)>,
}

impl<V, P, E, D> Each<'_, V, P, E, D>
where
    V: ModuleVisitor<FormulaModule<P>, E, D>,
    P: Formula<Store = Tensors<E, D>>,
    E: TensorElement,
    D: Device<E>,
{
    fn visit<S: ConstShape>(&mut self, name: &Name<'_>, k: usize, is_trained: bool) -> Result<(), V::Err> {
        let options = if is_trained { TensorOptions::<S, E, D>::reset_with } else { TensorOptions::detached };
        let options = options(|_| Ok(()));
        self.visitor.visit_tensor(&name.to_string(), |m| leaf(m, k), |m| leaf_mut(m, k), options).map(|_| ())
    }
}

impl<V, P, E, D> Types for Each<'_, V, P, E, D>
where
    V: ModuleVisitor<FormulaModule<P>, E, D>,
    P: Formula<Store = Tensors<E, D>>,
    E: TensorElement,
    D: Device<E>,
{
    type Error = V::Err;

    fn weight<const O: usize, const I: usize>(&mut self, name: &Name<'_>, k: usize) -> Result<(), V::Err> {
        self.visit::<(Const<O>, Const<I>)>(name, k, true)
    }
    fn bias<const N: usize>(&mut self, name: &Name<'_>, k: usize) -> Result<(), V::Err> {
        self.visit::<(Const<N>,)>(name, k, true)
    }
    fn frozen_weight<const O: usize, const I: usize>(&mut self, name: &Name<'_>, k: usize) -> Result<(), V::Err> {
        self.visit::<(Const<O>, Const<I>)>(name, k, false)
    }
    fn frozen_bias<const N: usize>(&mut self, name: &Name<'_>, k: usize) -> Result<(), V::Err> {
        self.visit::<(Const<N>,)>(name, k, false)
    }
}

const OF_ITS_TYPE: &str = "a structure names the types of its leaves";

fn leaf<P: Structure, T: Any>(module: &FormulaModule<P>, k: usize) -> &T {
    module.params.leaf(k).and_then(|leaf| leaf.downcast_ref()).expect(OF_ITS_TYPE)
}

fn leaf_mut<P: Structure, T: Any>(module: &mut FormulaModule<P>, k: usize) -> &mut T {
    module.params.leaf_mut(k).and_then(|leaf| leaf.downcast_mut()).expect(OF_ITS_TYPE)
}
