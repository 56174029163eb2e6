//! Walking over the tensors of several modules of one type in parallel.

use std::convert::Infallible;

use dfdx::nn::tensor_collection::{
    RecursiveWalker, TensorCollection, TensorOptions, TensorViewer, TensorVisitor, ViewTensorMut, ViewTensorRef,
};
use dfdx::shapes::Shape;
use dfdx::tensor::{Gradients, Tensor, Trace};
use dfdx::tensor_ops::{Backward, Device, SumTo, TryMul};

use super::cpu::slice_mut;
use crate::error::Result;
use crate::state::{State, TensorElement, Tolerance, add_elements, is_row_major};

/// Applies `op` to every tensor of the modules in `view`.
pub(super) fn walk<'a, M, E, D, V>(view: <V::Viewer as TensorViewer>::View<'a, M>, op: &'a mut V) -> Result<(), V::Err>
where
    M: TensorCollection<E, D>,
    E: TensorElement,
    D: Device<E>,
    V: TensorVisitor<E, D>,
{
    M::iter_tensors(&mut RecursiveWalker { m: view, f: op }).map(|_| ())
}

/// A visitor of the trained tensors, or of every tensor: dfdx does not train the running statistics of a batch norm.
macro_rules! visitor {
    (@if trained, $options:ident) => { $options.do_gradient_update };
    (@if every, $options:ident) => {{ let _ = $options; true }};
    ($which:ident $name:ident $(<$life:lifetime>)? { $($field:ident: $kind:ty),* }, $viewer:ty, |$op:ident, $view:pat_param| $body:expr) => {
        pub(super) struct $name $(<$life>)? { $(pub(super) $field: $kind),* }

        impl<$($life,)? E: TensorElement, D: Device<E>> TensorVisitor<E, D> for $name $(<$life>)? {
            type Viewer = $viewer;
            type Err = Infallible;
            type E2 = E;
            type D2 = D;

            fn visit<S: Shape>(
                &mut self,
                options: TensorOptions<S, E, D>,
                $view: <Self::Viewer as TensorViewer>::View<'_, Tensor<S, E, D>>,
            ) -> Result<Option<Tensor<S, E, D>>, Infallible> {
                let $op = self;
                if visitor!(@if $which, options) {
                    $body;
                }
                // Nothing is built: `Some` would request a new module.
                Ok(None)
            }
        }
    };
}

pub(super) use visitor;

type Two = (ViewTensorRef, ViewTensorRef);
type Three = (ViewTensorRef, ViewTensorRef, ViewTensorRef);
type MutAndRef = (ViewTensorMut, ViewTensorRef);

// With a storage and an id of its own.
visitor!(trained Renew {}, ViewTensorMut, |_op, y| *y = State::zeros_like(y));
visitor!(trained SetZeros {}, ViewTensorMut, |_op, y| y.set_zeros());
visitor!(trained Scale { by: f64 }, ViewTensorMut, |op, y| y.scale_by(op.by));
// As `Frozen` does.
visitor!(every Assign {}, MutAndRef, |_op, (y, x)| y.assign(x));
visitor!(trained AddScaled { a: f64 }, MutAndRef, |op, (y, x)| y.add_scaled(op.a, x));
visitor!(trained Fits { all: bool }, Two, |op, (y, x)| op.all = op.all && y.fits(x));
visitor!(trained Inner { sum: f64 }, Two, |op, (y, x)| op.sum += y.inner(x));
visitor!(trained Count { sum: usize }, ViewTensorRef, |op, y| op.sum += State::count(y));
visitor!(trained Finite { all: bool }, ViewTensorRef, |op, y| op.all = op.all && y.all_finite());
visitor!(trained WeightedSq { tol: Tolerance, sum: f64 }, Three, |op, (e, y0, y1)| op.sum += e.weighted_sq(y0, y1, op.tol));
visitor!(trained Write<'o> { out: &'o mut Vec<f64> }, ViewTensorRef, |op, y| y.write_coordinates(op.out));
visitor!(trained Read<'o> { from: Option<&'o [f64]> }, ViewTensorMut, |op, y| {
    op.from = op.from.and_then(|from| y.read_coordinates(from));
});

/// Adds the result of a backward pass to a gradient in the structure of a module.
pub(super) struct Collect<'g, E, D: Device<E>>
where
    E: TensorElement,
{
    pub(super) grads: &'g mut Gradients<E, D>,
}

impl<E: TensorElement, D: Device<E>> TensorVisitor<E, D> for Collect<'_, E, D> {
    type Viewer = MutAndRef;
    type Err = D::Err;
    type E2 = E;
    type D2 = D;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, E, D>,
        (sum, parameter): (&mut Tensor<S, E, D>, &Tensor<S, E, D>),
    ) -> Result<Option<Tensor<S, E, D>>, D::Err> {
        if options.do_gradient_update {
            collect(self.grads, parameter, sum)?;
        }
        Ok(None)
    }
}

/// The reverse of [`Collect`]: adds a gradient in the structure of a module to the gradients of its parameters.
pub(super) struct Deposit<'g, E, D: Device<E>>
where
    E: TensorElement,
{
    pub(super) grads: &'g mut Gradients<E, D>,
}

impl<E: TensorElement, D: Device<E>> TensorVisitor<E, D> for Deposit<'_, E, D> {
    type Viewer = Two;
    type Err = D::Err;
    type E2 = E;
    type D2 = D;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, E, D>,
        (gradient, parameter): (&Tensor<S, E, D>, &Tensor<S, E, D>),
    ) -> Result<Option<Tensor<S, E, D>>, D::Err> {
        if options.do_gradient_update {
            add_gradient(self.grads, parameter, gradient)?;
        }
        Ok(None)
    }
}

/// The gradient of `x`; zero if `x` took no part in the loss, where [`Gradients::get`] panics.
pub(super) fn gradient_of<S: Shape, E: TensorElement, D: Device<E>>(
    grads: &mut Gradients<E, D>,
    x: &Tensor<S, E, D>,
) -> Result<Tensor<S, E, D>, D::Err> {
    grads.get_or_alloc_mut(x)?;
    Ok(grads.get(x))
}

/// Adds the gradient of `x` to `sum`.
pub(super) fn collect<S: Shape, E: TensorElement, D: Device<E>>(
    grads: &mut Gradients<E, D>,
    x: &Tensor<S, E, D>,
    sum: &mut Tensor<S, E, D>,
) -> Result<(), D::Err> {
    if is_row_major(x) {
        add_elements(sum, slice_mut::<E, D>(grads.get_or_alloc_mut(x)?));
    } else {
        sum.add_scaled(1.0, &gradient_of(grads, x)?);
    }
    Ok(())
}

/// Adds `gradient` to the gradient of `x`.
///
/// Gradients have the layout of the storage of `x`, which only dfdx knows on every device. So dfdx computes the sum:
/// the backward pass of `⟨x, gradient⟩` adds `gradient` to the gradient of `x`. It runs on a tape of its own, since the
/// end of a backward pass drops the gradients of everything that is not a leaf, and the outer pass still needs them.
pub(super) fn add_gradient<S: Shape, E: TensorElement, D: Device<E>>(
    grads: &mut Gradients<E, D>,
    x: &Tensor<S, E, D>,
    gradient: &Tensor<S, E, D>,
) -> Result<(), D::Err> {
    let mut own = Gradients::leaky();
    *own.get_or_alloc_mut(x)? = grads.get_or_alloc_mut(x)?.clone();
    // A copy: a gradient with the id of `x` would be mistaken for `x`.
    let product = x.clone().traced(own).try_mul(crate::state::fresh(gradient))?;
    let mut own = product.try_sum::<(), S::AllAxes>()?.try_backward()?;
    *grads.get_or_alloc_mut(x)? = own.get_or_alloc_mut(x)?.clone();
    Ok(())
}
