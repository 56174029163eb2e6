//! Affine maps, networks and recurrent cells beside PyTorch's, whose stacked gates are read block by block.

use rheos::formula;
use rheos::formula::{Columns, Dynamic, Formula, Parameters, Rows, Static, Structure, Weight};
use rheos::nn::{Elman, Gru, Linear, Lstm, Mlp};
use serde_json::Value;

use super::duals::{Along, along};
use super::reference::{arrays, assert_all_close, case, numbers};
use super::support::{pass, with_coordinates};

const TOLERANCE: f64 = 1e-13;

formula! {
    /// `Wᵀ x`.
    struct Transposed<T> { weight: Weight<T, 2, 3> }
    fn apply(&self, x: Rows<2>) -> Rows<3> {
        self.weight.transpose_times(x)
    }
}

/// A case of `torch.json`: its arguments, its values, and its tensors by their names here and there.
struct Case<'a> {
    case: &'a Value,
    inputs: &'a [&'a str],
    outputs: &'a [&'a str],
    tensors: &'a [(&'a str, &'a str)],
    /// How many blocks a tensor is stacked of.
    gates: usize,
}

impl Case<'_> {
    /// The entries of all tensors under a key, tensor by tensor, in the order of the coordinates of `P`.
    fn tensors<P: Parameters>(&self, params: &P, key: &str) -> Vec<Vec<f64>> {
        let tensors = params.tensors();
        let names: Vec<&str> = tensors.iter().map(|tensor| tensor.name.as_str()).collect();
        assert_eq!(names, self.tensors.iter().map(|(here, _)| *here).collect::<Vec<_>>());
        tensors
            .iter()
            .zip(self.tensors)
            .map(|(tensor, (_, there))| {
                let (rows, columns) = tensor.shape;
                by_columns(&numbers(&self.case[key][there]), self.gates, rows / self.gates, columns)
            })
            .collect()
    }

    fn params<P: Structure<Store = f64>>(&self) -> P {
        with_coordinates(P::zeros(), &self.tensors(&P::zeros(), "x").concat())
    }

    /// Value, pullback, and the derivative along arguments and parameters, by dual numbers.
    fn check<P, K>(&self, samples: usize)
    where
        P: Formula<Store = f64>,
        K: Columns<f64>,
        P::In<Along>: Formula<Store = Along, Input = P::Input, Output = P::Output>,
        Static<1>: Columns<Along>,
    {
        let params: P = self.params();
        let [x, e, vjp] = ["x", "e", "vjp"].map(|key| arrays(&self.case[key], self.inputs));
        let [w, value, jvp] = ["w", "value", "jvp"].map(|key| arrays(&self.case[key], self.outputs));
        let found = pass::<P, K>(&params, samples, &x.concat(), &w.concat());
        assert_all_close("value", &found.value, &value, TOLERANCE);
        assert_all_close("vjp", &found.input, &vjp, TOLERANCE);
        assert_all_close("vjp of the parameters", &found.params, &self.tensors(&params, "vjp"), TOLERANCE);
        assert_eq!(pass::<P, Dynamic>(&params, samples, &x.concat(), &w.concat()), found);

        let direction = with_coordinates(params.clone(), &self.tensors(&params, "e").concat());
        let tangent = along(&params, &direction, samples, &x.concat(), &e.concat());
        assert_all_close("jvp", &tangent, &jvp, TOLERANCE);
    }
}

/// A stack of matrices stored by rows, as matrices stored by columns.
pub fn by_columns(stack: &[f64], blocks: usize, rows: usize, columns: usize) -> Vec<f64> {
    let entry = |block: usize, i: usize, j: usize| stack[(block * rows + i) * columns + j];
    let block = |block: usize| (0..columns).flat_map(move |j| (0..rows).map(move |i| entry(block, i, j)));
    (0..blocks).flat_map(block).collect()
}

const WEIGHT_AND_BIAS: [(&str, &str); 2] = [("weight", "weight"), ("bias", "bias")];
const OF_A_CELL: [(&str, &str); 4] =
    [("weight_ih", "weight_ih"), ("weight_hh", "weight_hh"), ("bias_ih", "bias_ih"), ("bias_hh", "bias_hh")];
/// The tensors of two affine maps.
pub const OF_TWO: [(&str, &str); 4] =
    [("first.weight", "weight_1"), ("first.bias", "bias_1"), ("second.weight", "weight_2"), ("second.bias", "bias_2")];

#[test]
fn affine_maps() {
    let plain = case(&["affine", "plain"]);
    Case { case: plain, inputs: &["x"], outputs: &["y"], tensors: &WEIGHT_AND_BIAS, gates: 1 }
        .check::<Linear<f64, 3, 2>, Static<4>>(4);
    let transposed = case(&["affine", "transposed"]);
    Case { case: transposed, inputs: &["x"], outputs: &["y"], tensors: &WEIGHT_AND_BIAS[..1], gates: 1 }
        .check::<Transposed<f64>, Static<4>>(4);
}

#[test]
fn a_network_with_one_hidden_layer() {
    Case { case: case(&["mlp"]), inputs: &["x"], outputs: &["y"], tensors: &OF_TWO, gates: 1 }
        .check::<Mlp<f64, 2, 8, 2>, Static<4>>(4);
}

#[test]
fn the_elman_cell() {
    Case { case: case(&["elman"]), inputs: &["h", "x"], outputs: &["h"], tensors: &OF_A_CELL, gates: 1 }.check::<Elman<
        f64,
        3,
        4,
    >, Static<5>>(
        5
    );
}

#[test]
fn the_gated_recurrent_unit() {
    Case { case: case(&["gru"]), inputs: &["h", "x"], outputs: &["h"], tensors: &OF_A_CELL, gates: 3 }
        .check::<Gru<f64, 3, 4>, Static<5>>(5);
}

#[test]
fn long_short_term_memory() {
    Case { case: case(&["lstm"]), inputs: &["h", "c", "x"], outputs: &["h", "c"], tensors: &OF_A_CELL, gates: 4 }
        .check::<Lstm<f64, 3, 4>, Static<5>>(5);
}
