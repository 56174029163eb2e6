//! ODE layers of dfdx networks.

use dfdx::nn::tensor_collection::{ModuleVisitor, TensorCollection};
use dfdx::nn::{Module, NonMutableModule};
use dfdx::shapes::{Dtype, Shape};
use dfdx::tensor::{Gradients, PutTape, SplitTape, Tape, Tensor};
use dfdx::tensor_ops::Device;

use super::failure::LastFailure;
use super::walk::{add_gradient, gradient_of};
use super::{ModuleField, Taped, TensorField, Weights};
use crate::adjoint::{Adjoint, Problem};
use crate::control::Controller;
use crate::error::{Error, Result};
use crate::integrate::Integration;
use crate::solver::Solver;
use crate::state::{Span, State, TensorElement, fresh};

/// The dfdx layer that maps `y(t0)` to `y(t1)`, with `dy/dt = f(t, y)`; `F` is a [`ModuleField`].
///
/// It is used in a network like any other layer: optimisers see the parameters of the field, and the adjoint `A`
/// computes the gradient. The tape of the network records one operation for the whole solve. It is generic over the
/// device, but only `Cpu` is tested.
///
/// ```
/// use dfdx::optim::{Adam, AdamConfig};
/// use dfdx::prelude::*;
/// use rheos::{DiscreteAdjoint, Fixed, Rk4};
/// use rheos::nn::tensor::{ModuleField, OdeLayer};
///
/// let device = Cpu::default();
/// let field = ModuleField::new(device.build_module::<(Linear<8, 32>, Tanh, Linear<32, 8>), f64>());
/// let flow = OdeLayer::new(field, Rk4, Fixed::steps(4), DiscreteAdjoint::new(), 0.0..1.0);
/// let mut network = (device.build_module::<Linear<2, 8>, f64>(), flow, device.build_module::<Linear<8, 1>, f64>());
///
/// let grads = network.alloc_grads();
/// let x: Tensor<Rank2<5, 2>, f64, Cpu> = device.sample_normal();
/// let loss = network.forward(x.traced(grads)).square().mean();
/// let grads = loss.backward();
/// let mut adam = Adam::new(&network, AdamConfig::default());
/// adam.update(&mut network, &grads).expect("every parameter took part");
/// # assert!(network.1.failure().is_none());
/// ```
///
/// # Failures
/// dfdx passes only errors of the device through a network, so a failed solve cannot return its own error. Its output
/// is NaN, like the output of a layer that overflows, and [`failure`](Self::failure) returns the reason. The gradients
/// of a failed backward pass are NaN as well. [`solve`](Self::solve) returns the error itself.
#[derive(Debug, Clone)]
pub struct OdeLayer<F, S, C, A> {
    /// The vector field.
    pub field: F,
    /// The method.
    pub solver: S,
    /// The step-size controller.
    pub control: C,
    /// The adjoint; unused without a tape.
    pub adjoint: A,
    /// The interval of integration.
    pub span: Span,
    failure: LastFailure,
}

impl<F, S, C, A> OdeLayer<F, S, C, A> {
    /// Solves `field` over `span` by `solver` with steps chosen by `control`, differentiated by `adjoint`.
    #[must_use]
    pub fn new(field: F, solver: S, control: C, adjoint: A, span: impl Into<Span>) -> Self {
        Self { field, solver, control, adjoint, span: span.into(), failure: LastFailure::default() }
    }

    /// The error of the last forward or backward pass through this layer; `None` if it succeeded.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        self.failure.get()
    }
}

impl<M, Sh, E, D, S, C, A> OdeLayer<ModuleField<M, Sh, E, D>, S, C, A>
where
    M: TensorField<Sh, E, D>,
    Sh: Shape,
    E: TensorElement,
    D: Device<E>,
    S: Solver<ModuleField<M, Sh, E, D>>,
    C: Controller<ModuleField<M, Sh, E, D>, S>,
{
    /// `y(t1)` for `y(t0) = y0`.
    ///
    /// # Errors
    /// Any error of the solve.
    pub fn solve(&self, y0: &Tensor<Sh, E, D>) -> Result<Tensor<Sh, E, D>> {
        let Self { field, solver, control, span, .. } = self;
        let integration = Integration { field, solver, control, span: *span, stops: &[], jumps: &[] };
        let reached = integration.run(fresh(y0), solver.workspace(field, y0), &mut ());
        reached.outcome.map(|_| reached.y).map_err(|halt| halt.error)
    }
}

/// Without a tape. The error of a failed solve is in [`OdeLayer::failure`].
impl<M, Sh, E, D, S, C, A> Module<Tensor<Sh, E, D>> for OdeLayer<ModuleField<M, Sh, E, D>, S, C, A>
where
    M: TensorField<Sh, E, D>,
    Sh: Shape,
    E: TensorElement,
    D: Device<E>,
    S: Solver<ModuleField<M, Sh, E, D>>,
    C: Controller<ModuleField<M, Sh, E, D>, S>,
{
    type Output = Tensor<Sh, E, D>;
    type Error = D::Err;

    fn try_forward(&self, x: Tensor<Sh, E, D>) -> Result<Self::Output, D::Err> {
        Ok(self.failure.note(self.solve(&x)).unwrap_or_else(|| not_a_number(&x)))
    }
}

/// With a tape. The error of a failed solve is in [`OdeLayer::failure`].
impl<M, Sh, E, D, S, C, A> Module<Taped<Sh, E, D>> for OdeLayer<ModuleField<M, Sh, E, D>, S, C, A>
where
    M: TensorField<Sh, E, D> + TensorCollection<E, D> + Clone + 'static,
    Sh: Shape,
    E: TensorElement,
    D: Device<E>,
    S: Solver<ModuleField<M, Sh, E, D>> + Clone + 'static,
    C: Controller<ModuleField<M, Sh, E, D>, S> + Clone + 'static,
    A: Adjoint<ModuleField<M, Sh, E, D>, S, C, Record: 'static> + Clone + 'static,
{
    type Output = Taped<Sh, E, D>;
    type Error = D::Err;

    fn try_forward(&self, x: Taped<Sh, E, D>) -> Result<Self::Output, D::Err> {
        let (x, mut tape) = x.split_tape();
        let forward = self.adjoint.forward(&self.problem(), &x);
        let (y1, record) = match self.failure.note(forward.map_err(Error::from)) {
            Some(mut forward) => (forward.y.pop(), Some(forward.record)),
            None => (None, None),
        };
        // With an id of its own: a state shares its id with its clones.
        let output = y1.map_or_else(|| not_a_number(&x), |y1| fresh(&y1));

        // Clones of tensors keep their ids, so gradients find the parameters of this layer.
        let layer = Self { failure: self.failure.share(), ..self.clone() };
        let out = output.clone();
        tape.add_backward_op(move |grads| layer.pull_back(grads, &x, &out, record));
        Ok(output.put_tape(tape))
    }
}

impl<M, Sh, E, D, S, C, A> OdeLayer<ModuleField<M, Sh, E, D>, S, C, A>
where
    M: TensorField<Sh, E, D> + TensorCollection<E, D> + Clone,
    Sh: Shape,
    E: TensorElement,
    D: Device<E>,
    S: Solver<ModuleField<M, Sh, E, D>>,
    C: Controller<ModuleField<M, Sh, E, D>, S>,
    A: Adjoint<ModuleField<M, Sh, E, D>, S, C>,
{
    /// The problem for the adjoint.
    fn problem(&self) -> Problem<'_, ModuleField<M, Sh, E, D>, S, C> {
        Problem::new(&self.field, &self.solver, &self.control, self.span)
    }

    /// Pulls the gradient of `output` back to `x` and the parameters. Without a record the gradients are NaN.
    fn pull_back(
        &self,
        grads: &mut Gradients<E, D>,
        x: &Tensor<Sh, E, D>,
        output: &Tensor<Sh, E, D>,
        record: Option<A::Record>,
    ) -> Result<(), D::Err> {
        let cotangents = [gradient_of(grads, output)?];
        let mut pbar = Weights::new(self.field.module().clone()).zeros_like();
        let pulled = record.and_then(|record| {
            self.failure.note(self.adjoint.backward(&self.problem(), &record, (&cotangents).into(), &mut pbar))
        });
        let xbar = pulled.map_or_else(
            || {
                pbar.scale_by(f64::NAN);
                not_a_number(x)
            },
            |pulled| pulled.y0,
        );
        add_gradient(grads, x, &xbar)?;
        self.field.add_to_gradients(&pbar, grads)
    }
}

fn not_a_number<Sh: Shape, E: TensorElement, D: Device<E>>(like: &Tensor<Sh, E, D>) -> Tensor<Sh, E, D> {
    let mut nan = State::zeros_like(like);
    nan.scale_by(f64::NAN);
    nan
}

/// A forward pass has no effect on later ones.
impl<F, S, C, A> NonMutableModule for OdeLayer<F, S, C, A> {}

/// The tensors of the field.
///
/// dfdx rebuilds a module for another element type or device from its tensors alone, so it cannot carry the solver and
/// the span over. It returns the converted field as [`Unsolved`].
impl<F, E, D, S, C, A> TensorCollection<E, D> for OdeLayer<F, S, C, A>
where
    F: TensorCollection<E, D>,
    E: Dtype,
    D: Device<E>,
{
    type To<E2: Dtype, D2: Device<E2>> = Unsolved<F::To<E2, D2>>;

    fn iter_tensors<V: ModuleVisitor<Self, E, D>>(visitor: &mut V) -> Result<Option<Self::To<V::E2, V::D2>>, V::Err> {
        visitor.visit_fields(Self::module("field", |layer| &layer.field, |layer| &mut layer.field), Unsolved)
    }
}

/// The converted field of an [`OdeLayer`] that dfdx moved to another element type or device.
///
/// It is not a layer, so a converted network without its solver does not compile. Make a new layer from it.
#[derive(Debug, Clone)]
pub struct Unsolved<F>(pub F);
