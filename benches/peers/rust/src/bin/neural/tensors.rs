//! dfdx tensors from lists of numbers.

use dfdx::nn::modules;
use dfdx::nn::{Module, NonMutableModule, ZeroSizedModule};
use dfdx::shapes::{Dtype, Shape};
use dfdx::tensor::{Cpu, OnesTensor, Tape, Tensor, TensorFromVec};
use dfdx::tensor_ops::Device;
use rheos::TensorElement;
use rheos::nn::tensor::Linear;
use rheos_peers::network::list;
use serde_json::Value;

/// `x³`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cube;

impl ZeroSizedModule for Cube {}
impl NonMutableModule for Cube {}

impl<S: Shape, E: Dtype, D: Device<E>, T: Tape<E, D>> Module<Tensor<S, E, D, T>> for Cube {
    type Output = Tensor<S, E, D, T>;
    type Error = D::Err;
    fn try_forward(&self, x: Tensor<S, E, D, T>) -> Result<Self::Output, D::Err> {
        x.try_powi(3)
    }
}

/// A layer.
pub fn linear<const I: usize, const O: usize, E: TensorElement>(value: &Value) -> Linear<I, O, E, Cpu>
where
    Cpu: Device<E>,
{
    let (w, b) = (rows(&value["w"]), numbers(&list(&value["b"])));
    let cpu = Cpu::default();
    let (weight, bias) = (cpu.tensor_from_vec(w, Default::default()), cpu.tensor_from_vec(b, Default::default()));
    Linear(modules::Linear { weight, bias })
}

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
