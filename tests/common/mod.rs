//! Parts that several tests use, and reference values, read from `tests/reference/golden.json` (its `about` and `method`
//! entries say how they were made).
#![allow(dead_code, unused_macros, reason = "every test program uses its own part")]

pub mod any_size;
pub mod brusselator;
pub mod frozen_grid;
pub mod gradient;
pub mod heat;
#[macro_use]
pub mod order_tests;
pub mod piecewise;
pub mod seasons;
pub mod stiff;

use serde_json::Value;

pub fn golden(path: &[&str]) -> Value {
    let text = include_str!("../reference/golden.json");
    let root: Value = serde_json::from_str(text).expect("golden.json is valid");
    path.iter().fold(root, |value, key| value[key].clone())
}

/// All numbers below a value, in order: a matrix comes row by row.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Number(x) => vec![x.as_f64().expect("a number in f64")],
        Value::Array(entries) => entries.iter().flat_map(numbers).collect(),
        other => panic!("no numbers in {other}"),
    }
}

/// The largest difference, relative to the largest entry of `expected`.
pub fn relative_error(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(0.0_f64, |max, x| max.max(x.abs()));
    let worst = found.iter().zip(expected).fold(0.0, |max: f64, (a, b)| {
        let error = (a - b).abs();
        if error.is_nan() { f64::INFINITY } else { max.max(error) }
    });
    worst / scale
}
