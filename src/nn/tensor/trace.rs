//! One evaluation of a field on dfdx's tape, and its pullback.

use std::fmt;

use dfdx::nn::tensor_collection::TensorCollection;
use dfdx::shapes::{Rank0, Shape};
use dfdx::tensor::{NoneTape, PutTape, SplitTape, Tape, Tensor, TensorFrom, Trace};
use dfdx::tensor_ops::{Backward, Device, ReshapeTo, SumTo, TryMul};

use super::cpu::{is_cpu, slice_mut};
use super::failure::of_device;
use super::walk::{Collect, collect, gradient_of, walk};
use super::{Taped, TensorField, Weights};
use crate::error::Result;
use crate::state::{State, TensorElement, fresh, read};

/// The trace of an evaluation of a [`ModuleField`](super::ModuleField): the output with its tape.
pub struct NetTrace<S: Shape, E: TensorElement, D: Device<E>> {
    pub(super) recording: Option<Recording<S, E, D>>,
}

impl<S: Shape, E: TensorElement, D: Device<E>> Default for NetTrace<S, E, D> {
    fn default() -> Self {
        Self { recording: None }
    }
}

impl<S: Shape, E: TensorElement, D: Device<E>> fmt::Debug for NetTrace<S, E, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetTrace").field("filled", &self.recording.is_some()).finish()
    }
}

/// The time as the scalar argument of a [`TensorField`], on the device of `y`.
pub(super) fn time_tensor<S: Shape, E: TensorElement, D: Device<E>>(
    t: f64,
    y: &Tensor<S, E, D>,
) -> Result<Tensor<Rank0, E, D>> {
    y.device().try_tensor(E::embed(t)).map_err(of_device)
}

/// `f(t, y)` with its tape, and the inputs of the tape.
pub(super) struct Recording<S: Shape, E: TensorElement, D: Device<E>> {
    t: Tensor<Rank0, E, D>,
    y: Tensor<S, E, D>,
    output: Taped<S, E, D>,
}

impl<S: Shape, E: TensorElement, D: Device<E>> Recording<S, E, D> {
    pub(super) fn new<M: TensorField<S, E, D>>(module: &M, t: f64, y: &Tensor<S, E, D>) -> Result<Self> {
        let t = time_tensor(t, y)?;
        // A state shares its id with its clones, perhaps with a parameter, and the tape tells tensors apart by id.
        let y = fresh(y);
        let output = module.try_velocity_taped(t.leaky_trace(), y.leaky_trace())?;
        Ok(Self { t, y, output })
    }

    /// The value, without the tape.
    pub(super) fn velocity(&self) -> Tensor<S, E, D> {
        self.output.retaped::<NoneTape>()
    }

    /// Adds the pullback of `w` to `ybar` and `pbar` and returns `wᵀ ∂f/∂t`.
    ///
    /// # Errors
    /// [`Error::Device`](crate::error::Error::Device).
    pub(super) fn pull_back<M: TensorCollection<E, D>>(
        self,
        module: &M,
        w: &Tensor<S, E, D>,
        ybar: &mut Tensor<S, E, D>,
        pbar: &mut Weights<M, E, D>,
    ) -> Result<f64> {
        let Self { t, y, output } = self;
        let pull = || -> Result<f64, D::Err> {
            let mut grads = seed(output, w)?.try_backward()?;
            collect(&mut grads, &y, ybar)?;
            walk::<M, E, D, _>((pbar.module_mut(), module), &mut Collect { grads: &mut grads })?;
            Ok(gradient_of(&mut grads, &t)?.coordinates().iter().sum())
        };
        pull().map_err(of_device)
    }
}

/// The end of a tape that computes the gradients of `⟨w, output⟩`.
pub(super) fn seed<S: Shape, E: TensorElement, D: Device<E>>(
    output: Taped<S, E, D>,
    w: &Tensor<S, E, D>,
) -> Result<Taped<Rank0, E, D>, D::Err> {
    if !is_cpu::<D>() {
        // `w` may share its id with a parameter.
        return output.try_mul(fresh(w))?.try_sum::<Rank0, S::AllAxes>();
    }
    let (output, mut tape) = output.try_contiguous()?.split_tape();
    let (end, w) = (output.device().try_zeros_like(&())?, w.clone());
    // Runs the tape from its end; the gradient of the end is not used.
    tape.add_backward_op(move |grads| {
        let bar = slice_mut::<E, D>(grads.get_or_alloc_mut(&output)?);
        // Both parts of a pair may be the same tensor.
        if bar.iter().all(|bar| *bar == E::default()) {
            read(&w, bar);
        } else {
            let mut elements = vec![E::default(); bar.len()];
            read(&w, &mut elements);
            bar.iter_mut().zip(elements).for_each(|(bar, w)| *bar += w);
        }
        Ok(())
    });
    Ok(end.put_tape(tape))
}
