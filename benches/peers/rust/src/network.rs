//! The weights and the data of the neural tasks, written by `python/weights.py`.

use nalgebra::{SMatrix, SVector};
use rheos::Element;
use rheos::nn::Affine;
use serde_json::Value;

/// The file named by `PEERS_WEIGHTS`.
pub fn read() -> Result<Value, Box<dyn std::error::Error>> {
    Ok(serde_json::from_str(&std::fs::read_to_string(std::env::var("PEERS_WEIGHTS")?)?)?)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// A list of numbers.
pub fn list(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().map(number).collect()
}

/// A list of samples as the columns of a matrix.
pub fn samples<T: Element, const N: usize, const B: usize>(value: &Value) -> SMatrix<T, N, B> {
    SMatrix::from_fn(|i, sample| T::embed(number(&value[sample][i])))
}

/// A list of lists of samples.
pub fn sequence<T: Element, const N: usize, const B: usize>(value: &Value) -> Vec<SMatrix<T, N, B>> {
    value.as_array().into_iter().flatten().map(samples).collect()
}

/// The weights, outputs by inputs, and the bias.
pub fn parts<T: Element, const I: usize, const O: usize>(value: &Value) -> (SMatrix<T, O, I>, SVector<T, O>) {
    let weight = SMatrix::from_fn(|i, j| T::embed(number(&value["w"][i][j])));
    (weight, SVector::from_fn(|i, _| T::embed(number(&value["b"][i]))))
}

/// A layer of static matrices.
pub fn affine<T: Element, const I: usize, const O: usize, const B: usize>(value: &Value) -> Affine<T, I, O, B> {
    let (weight, bias) = parts(value);
    Affine { weight, bias }
}
