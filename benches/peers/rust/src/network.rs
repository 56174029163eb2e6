//! The weights and the data of the neural tasks, written by `python/weights.py`.

use nalgebra::SMatrix;
use rheos::formula::{Slices, Structure};
use rheos::nn::Linear;
use rheos::state::Element;
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

/// An affine map: weights, outputs by inputs, and bias.
pub fn linear<T: Slices, const I: usize, const O: usize>(value: &Value) -> Linear<T, I, O> {
    // Column by column, and then the bias.
    let weights = (0..I).flat_map(|j| (0..O).map(move |i| number(&value["w"][i][j])));
    let mut numbers = weights.chain((0..O).map(|i| number(&value["b"][i])));
    Linear::draw(&mut || numbers.next().unwrap_or(f64::NAN))
}
