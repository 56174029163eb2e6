//! dfdx tensors from lists of numbers.

use dfdx::shapes::Shape;
use dfdx::tensor::{Cpu, OnesTensor, Tensor, TensorFromVec};
use dfdx::tensor_ops::Device;
use rheos::state::TensorElement;
use rheos_peers::network::list;
use serde_json::Value;

/// A batch, one sample per row.
pub fn batch<S: Shape, E: TensorElement>(value: &Value, shape: S) -> Tensor<S, E, Cpu>
where
    Cpu: Device<E>,
{
    Cpu::default().tensor_from_vec(rows(value), shape)
}

/// Ones in the shape of `y`.
pub fn ones<S: Shape>(y: &Tensor<S, f32, Cpu>) -> Tensor<S, f32, Cpu> {
    Cpu::default().ones_like(y)
}

fn numbers<E: TensorElement>(values: &[f64]) -> Vec<E> {
    values.iter().map(|&x| E::embed(x)).collect()
}

fn rows<E: TensorElement>(value: &Value) -> Vec<E> {
    value.as_array().into_iter().flatten().flat_map(|row| numbers(&list(row))).collect()
}
