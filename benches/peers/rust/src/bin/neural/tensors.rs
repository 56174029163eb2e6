//! dfdx tensors from lists of numbers.

use dfdx::nn::modules::Linear;
use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::shapes::{Dtype, Shape};
use dfdx::tensor::{Cpu, OnesTensor, Tape, Tensor, TensorFromVec};
use dfdx::tensor_ops::{Device, TryAdd};
use rheos_peers::network::list;
use serde_json::Value;

/// `ln(1 + eˣ)`, which dfdx does not have.
#[derive(Debug, Clone, Copy, Default)]
pub struct Softplus;

impl ZeroSizedModule for Softplus {}
impl NonMutableModule for Softplus {}

impl<S: Shape, E: Dtype, D: Device<E>, T: Tape<E, D>> Module<Tensor<S, E, D, T>> for Softplus {
    type Output = Tensor<S, E, D, T>;
    type Error = D::Err;
    fn try_forward(&self, x: Tensor<S, E, D, T>) -> Result<Self::Output, D::Err> {
        x.try_exp()?.try_add(E::from_f64(1.0).unwrap_or_default())?.try_ln()
    }
}

/// A layer.
pub fn linear<const I: usize, const O: usize>(value: &Value) -> Linear<I, O, f32, Cpu> {
    let (w, b) = (rows(&value["w"]), floats(&list(&value["b"])));
    let cpu = Cpu::default();
    Linear { weight: cpu.tensor_from_vec(w, Default::default()), bias: cpu.tensor_from_vec(b, Default::default()) }
}

/// A batch, one sample per row.
pub fn batch<S: Shape>(value: &Value, shape: S) -> Tensor<S, f32, Cpu> {
    Cpu::default().tensor_from_vec(rows(value), shape)
}

/// Ones in the shape of `y`.
pub fn ones<S: Shape>(y: &Tensor<S, f32, Cpu>) -> Tensor<S, f32, Cpu> {
    Cpu::default().ones_like(y)
}

fn floats(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&x| x as f32).collect()
}

fn rows(value: &Value) -> Vec<f32> {
    value.as_array().into_iter().flatten().flat_map(|row| floats(&list(row))).collect()
}
