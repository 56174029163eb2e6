//! A random network, against NumPy.

use nalgebra::{Const, Dyn, OMatrix, U1};
use rheos::analysis::{Held, Lyapunov, System};
use rheos::formula::Structure;
use rheos::nn::{Elman, Net, Recurrence};

const UNITS: usize = 12;

struct Reference {
    cell: Elman<f64, 1, UNITS>,
    start: [f64; UNITS],
    exponents: Vec<f64>,
    errors: Vec<f64>,
}

/// From `tests/reference/lyapunov.py`.
fn reference() -> Reference {
    let found: serde_json::Value = serde_json::from_str(include_str!("../../reference/lyapunov.json")).unwrap();
    let numbers =
        |x: &serde_json::Value| -> Vec<f64> { x.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect() };
    let mut cell = Elman::<f64, 1, UNITS>::zeros();
    for (i, row) in found["weight"].as_array().unwrap().iter().enumerate() {
        for (j, weight) in numbers(row).into_iter().enumerate() {
            cell.weight_hh[(i, j)] = weight;
        }
    }
    for (i, bias) in numbers(&found["bias"]).into_iter().enumerate() {
        cell.bias_hh[i] = bias;
    }
    let start = numbers(&found["start"]).try_into().unwrap();
    Reference { cell, start, exponents: numbers(&found["exponents"]), errors: numbers(&found["errors"]) }
}

#[test]
fn a_random_network_has_the_spectrum_of_numpy() {
    let Reference { cell, start, exponents, errors } = reference();
    let map = Held::new(Recurrence(Net::dynamic(cell)), OMatrix::<f64, U1, Dyn>::zeros(1));
    let h = OMatrix::<f64, Const<UNITS>, Dyn>::from_column_slice(&start);
    let mut next = h.clone();
    map.eval(&h, &mut next).unwrap();
    let spectrum = Lyapunov::over(1500).transient(300).spectrum(&map, &h, UNITS).unwrap();
    for k in 0..UNITS {
        // Two trajectories of one attractor, each with its error.
        let tolerance = 1.5 * (spectrum.errors[k] + errors[k]);
        assert!((spectrum.exponents[k] - exponents[k]).abs() < tolerance, "{k}: {spectrum}; {exponents:?}");
        assert!(spectrum.errors[k] < 0.2 * exponents[k].abs().max(1.0));
    }
    assert!(spectrum.exponents[0] > 0.05 && spectrum.volume_gap().unwrap() < 1e-10);
}

#[test]
fn single_precision_and_fewer_exponents() {
    let Reference { cell, start, exponents, .. } = reference();
    let mut single = Elman::<f32, 1, UNITS>::zeros();
    single.weight_hh.iter_mut().zip(cell.weight_hh.iter()).for_each(|(to, &from)| *to = from as f32);
    single.bias_hh.iter_mut().zip(cell.bias_hh.iter()).for_each(|(to, &from)| *to = from as f32);
    let map = Held::new(Recurrence(Net::dynamic(single)), OMatrix::<f32, U1, Dyn>::zeros(1));
    let h = OMatrix::<f32, Const<UNITS>, Dyn>::from_iterator(1, start.iter().map(|&x| x as f32));
    let spectrum = Lyapunov::over(1000).transient(200).spectrum(&map, &h, 3).unwrap();
    for k in 0..3 {
        assert!((spectrum.exponents[k] - exponents[k]).abs() < 2.0 * spectrum.errors[k], "{spectrum}; {exponents:?}");
    }
}
