//! The names of the tensors of a dfdx module, and all their numbers.

use std::convert::Infallible;

use dfdx::nn::tensor_collection::{
    TensorCollection, TensorOptions, TensorViewer, TensorVisitor, ViewTensorMut, ViewTensorName, ViewTensorRef,
};
use dfdx::shapes::{HasShape, Shape};
use dfdx::tensor::Tensor;
use dfdx::tensor_ops::Device;

use super::Weights;
use super::walk::{visitor, walk};
use crate::error::Result;
use crate::formula::{Leaf, Name, Order, Parameters};
use crate::state::{State, TensorElement};

/// The tensors by the names that dfdx gives them: `0.weight` in a tuple of layers. The gates of a
/// [`FormulaModule`](super::FormulaModule) are one tensor.
///
/// Tensors that dfdx does not train are among them, as the [`Frozen`](crate::formula::Frozen) parameters of a formula
/// are. Numbers that are no tensors, such as the momentum of a batch norm, are not.
impl<M, E, D> Parameters for Weights<M, E, D>
where
    M: TensorCollection<E, D> + Clone,
    E: TensorElement,
    D: Device<E>,
{
    fn leaves(&self, name: &Name<'_>, see: &mut dyn FnMut(&Name<'_>, Leaf)) {
        let Ok(()) = walk::<M, E, D, _>((self.module(), String::new()), &mut Leaves { parent: name, see });
    }

    fn write_numbers(&self, out: &mut Vec<f64>) {
        let Ok(()) = walk::<M, E, D, _>(self.module(), &mut WriteAll { out });
    }

    fn read_numbers<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        let mut op = ReadAll { from: Some(from) };
        let Ok(()) = walk::<M, E, D, _>(self.module_mut(), &mut op);
        op.from
    }
}

/// `weight_ih[0]` is a gate of the tensor `weight_ih`.
fn without_gates(name: &str) -> String {
    let mut parts = name.split('[');
    let first = parts.next().unwrap_or_default();
    std::iter::once(first).chain(parts.map(|part| part.split_once(']').map_or(part, |(_index, rest)| rest))).collect()
}

visitor!(every Leaves<'s> { parent: &'s Name<'s>, see: &'s mut (dyn FnMut(&Name<'_>, Leaf) + 's) }, (ViewTensorRef, ViewTensorName), |op, (y, name)| {
    let sizes: Vec<usize> = y.shape().concrete().into();
    let leaf = Leaf::new(y, &sizes).rounded(y.rounding()).ordered(Order::RowMajor);
    (op.see)(&op.parent.field(&without_gates(&name)), leaf)
});
visitor!(every WriteAll<'o> { out: &'o mut Vec<f64> }, ViewTensorRef, |op, y| y.write_coordinates(op.out));
visitor!(every ReadAll<'o> { from: Option<&'o [f64]> }, ViewTensorMut, |op, y| {
    op.from = op.from.and_then(|from| y.read_coordinates(from));
});
