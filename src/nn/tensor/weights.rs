//! The trainable parameters of a dfdx module as a state.

use super::owner::module_owner;
use std::marker::PhantomData;

use dfdx::nn::tensor_collection::TensorCollection;
use dfdx::tensor_ops::Device;

use super::walk::{
    AddScaled, Assign, Count, Finite, Fits, Inner, Read, Renew, Scale, SetZeros, WeightedSq, Write, walk,
};
use crate::state::{State, TensorElement, Tolerance};

/// The space of the trainable parameters of a dfdx module `M` with elements `E` on the device `D`.
///
/// A point, and likewise a gradient, has the structure of the module itself: the gradient of the weight of the first
/// layer is `gradient.module().0.weight`. Coordinates are ordered tensor by tensor, as dfdx visits them, each in
/// row-major order.
///
/// Tensors that dfdx does not train (the running statistics of a batch norm) are not coordinates. Only assignment changes
/// them, as with [`Frozen`](crate::formula::Frozen), and files of weights contain them.
/// No two tensors of a module may share an id, as weights tied by `clone` do: each would get the gradient of both.
#[derive(Debug, Clone)]
pub struct Weights<M, E, D> {
    module: M,
    space: PhantomData<fn() -> (E, D)>,
}

module_owner!(Weights<M, E, D>);

/// Panics like [`State`] for tensors.
impl<M, E, D> State for Weights<M, E, D>
where
    M: TensorCollection<E, D> + Clone,
    E: TensorElement,
    D: Device<E>,
{
    fn fits(&self, x: &Self) -> bool {
        let mut op = Fits { all: true };
        let Ok(()) = walk::<M, E, D, _>((&self.module, &x.module), &mut op);
        op.all
    }

    fn zeros_like(&self) -> Self {
        let mut zeros = self.module.clone();
        let Ok(()) = walk::<M, E, D, _>(&mut zeros, &mut Renew {});
        Self::new(zeros)
    }

    fn assign(&mut self, x: &Self) {
        let Ok(()) = walk::<M, E, D, _>((&mut self.module, &x.module), &mut Assign {});
    }

    fn set_zeros(&mut self) {
        let Ok(()) = walk::<M, E, D, _>(&mut self.module, &mut SetZeros {});
    }

    fn add_scaled(&mut self, a: f64, x: &Self) {
        let Ok(()) = walk::<M, E, D, _>((&mut self.module, &x.module), &mut AddScaled { a });
    }

    fn scale_by(&mut self, a: f64) {
        let Ok(()) = walk::<M, E, D, _>(&mut self.module, &mut Scale { by: a });
    }

    fn inner(&self, x: &Self) -> f64 {
        let mut op = Inner { sum: 0.0 };
        let Ok(()) = walk::<M, E, D, _>((&self.module, &x.module), &mut op);
        op.sum
    }

    fn count(&self) -> usize {
        let mut op = Count { sum: 0 };
        let Ok(()) = walk::<M, E, D, _>(&self.module, &mut op);
        op.sum
    }

    fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
        let mut op = WeightedSq { tol, sum: 0.0 };
        let Ok(()) = walk::<M, E, D, _>((&self.module, &y0.module, &y1.module), &mut op);
        op.sum
    }

    fn all_finite(&self) -> bool {
        let mut op = Finite { all: true };
        let Ok(()) = walk::<M, E, D, _>(&self.module, &mut op);
        op.all
    }

    fn write_coordinates(&self, out: &mut Vec<f64>) {
        let Ok(()) = walk::<M, E, D, _>(&self.module, &mut Write { out });
    }

    fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        let mut op = Read { from: Some(from) };
        let Ok(()) = walk::<M, E, D, _>(&mut self.module, &mut op);
        op.from
    }
}
