//! Cells by NumPy and PyTorch, from `tests/reference/cells.json`; the generator beside it describes the layout.

use std::collections::HashMap;
use std::sync::LazyLock;

use rheos::State;
use rheos::formula::{Name, Parameters};
use serde_json::Value;

use crate::common::numbers;

static CELLS: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../reference/cells.json")).expect("cells.json is valid"));

/// The times of a sequence.
pub const TIMES: usize = 5;
/// The sequences of a batch.
pub const SAMPLES: usize = 2;

/// A cell of the file.
#[derive(Clone, Copy)]
pub struct Case {
    pub name: &'static str,
    case: &'static Value,
    /// The states, the output first.
    states: &'static [&'static str],
}

impl Case {
    pub fn new(name: &'static str) -> Self {
        let case = &CELLS["cells"][name];
        let has = |state: &str| case["initial"].get(state).is_some();
        let states: &[_] = if has("y") { &["y", "z"] } else { &["h", "c"] };
        Self { name, case, states: if has(states[1]) { states } else { &states[..1] } }
    }

    /// A hidden state in the order of its coordinates: `(h, c)`, and `(second, first)` of a stack.
    fn flat(&self, of: impl Fn(&str) -> &'static Value) -> Vec<f64> {
        if !self.name.ends_with("_2") {
            return self.states.iter().flat_map(|state| numbers(of(state))).collect();
        }
        let layers = [1, 0].into_iter();
        layers
            .flat_map(|layer| self.states.iter().map(|state| numbers(&of(state)[layer])).collect::<Vec<_>>())
            .flatten()
            .collect()
    }

    /// The initial hidden state.
    pub fn initial(&self) -> Vec<f64> {
        self.flat(|state| &self.case["initial"][state])
    }

    /// The hidden state after a step.
    pub fn state(&self, step: usize) -> Vec<f64> {
        self.flat(|state| &self.case["states"][state][step])
    }

    /// The gradient in the initial state.
    pub fn initial_bar(&self) -> Vec<f64> {
        self.flat(|state| &self.case["gradients"]["initial"][state])
    }

    /// The numbers of a step, sample by sample: `inputs`, `gaps` or `cotangent`.
    pub fn step(&self, kind: &str, step: usize) -> Vec<f64> {
        numbers(&self.case[kind][step])
    }

    /// The gradient in the `inputs` or the `gaps` of a step.
    pub fn step_bar(&self, kind: &str, step: usize) -> Vec<f64> {
        numbers(&self.case["gradients"][kind][step])
    }

    pub fn loss(&self) -> f64 {
        numbers(&self.case["loss"])[0]
    }

    /// A tensor of the parameters by its name in the library, row by row. The logarithm of `tau` is a parameter here.
    fn parameter(&self, name: &str) -> Vec<f64> {
        if name == "log_tau" {
            return numbers(&self.case["parameters"]["tau"]).into_iter().map(f64::ln).collect();
        }
        let constant = if name == "epsilon" { "eps" } else { name };
        match self.case["constants"].get(constant) {
            Some(constant) => numbers(constant),
            None => numbers(&self.case["parameters"][in_stack(name)]),
        }
    }

    /// The gradient in a tensor; `None` for a constant.
    fn parameter_bar(&self, name: &str) -> Option<Vec<f64>> {
        let bars = &self.case["gradients"]["parameters"];
        if name == "log_tau" {
            let tau = numbers(&self.case["parameters"]["tau"]);
            return Some(numbers(&bars["tau"]).into_iter().zip(tau).map(|(bar, tau)| tau * bar).collect());
        }
        bars.get(in_stack(name)).map(numbers)
    }

    /// These parameters with the numbers of the case.
    pub fn params<P: Parameters>(&self, mut params: P) -> P {
        let found: Vec<f64> = {
            let tensors: HashMap<_, _> = params
                .tensors()
                .into_iter()
                .map(|tensor| (tensor.name.clone(), self.parameter(&tensor.name)))
                .collect();
            places(&params).into_iter().map(|(name, place)| tensors[&name][place]).collect()
        };
        assert_eq!(params.read_numbers(&found), Some(&[][..]));
        params
    }

    /// Each tensor of a gradient: its name, its entries, and the entries of the reference.
    pub fn tensors<P: Parameters>(&self, gradient: &P) -> Vec<(String, Vec<f64>, Vec<f64>)> {
        let mut all = Vec::new();
        gradient.write_numbers(&mut all);
        let mut found: HashMap<String, Vec<f64>> = HashMap::new();
        let places = places(gradient);
        assert_eq!(all.len(), places.len());
        for (number, (name, place)) in all.into_iter().zip(places) {
            let tensor = found.entry(name).or_default();
            tensor.resize(tensor.len().max(place + 1), f64::NAN);
            tensor[place] = number;
        }
        let names = gradient.tensors().into_iter().map(|tensor| tensor.name);
        names
            .filter_map(|name| {
                let expected = self.parameter_bar(&name)?;
                Some((name.clone(), found.remove(&name)?, expected))
            })
            .collect()
    }
}

/// `weight_l1` for `1.weight`: a stack of layers is a pair of parameters here.
fn in_stack(name: &str) -> String {
    match name.split_once('.') {
        Some((layer @ ("0" | "1"), name)) => format!("{name}_l{layer}"),
        _ => name.to_owned(),
    }
}

/// For each number, in the order in which they are written: the name of its tensor, and its place there, row by row.
/// Gates with one name are stacked.
fn places<P: Parameters>(params: &P) -> Vec<(String, usize)> {
    let (mut places, mut heights) = (Vec::new(), HashMap::<String, usize>::new());
    params.leaves(&Name::ROOT, &mut |name, leaf| {
        let name = name.to_string();
        let top = heights.entry(name.clone()).or_default();
        for column in 0..leaf.columns {
            places.extend((*top..*top + leaf.rows).map(|row| (name.clone(), row * leaf.columns + column)));
        }
        *top += leaf.rows;
    });
    places
}

/// A state with these coordinates.
pub fn with_coordinates<Y: State>(mut y: Y, coordinates: &[f64]) -> Y {
    assert_eq!(y.read_coordinates(coordinates), Some(&[][..]), "as many numbers as coordinates");
    y
}
