//! Values and derivatives by PyTorch and 200-digit arithmetic; `from_torch.py` beside this file wrote them.

use std::sync::LazyLock;

use serde_json::Value;

static TORCH: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("torch.json")).expect("torch.json is valid"));

/// A case by its path.
pub fn case(path: &[&str]) -> &'static Value {
    path.iter().fold(&TORCH, |value, key| &value[key])
}

/// All numbers below a value, in order: a batch comes sample by sample, a weight row by row.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Number(x) => vec![x.as_f64().expect("a number in f64")],
        Value::Array(entries) => entries.iter().flat_map(numbers).collect(),
        other => panic!("no numbers in {other}"),
    }
}

/// The arrays of an object, in the order of `keys`.
pub fn arrays(value: &Value, keys: &[&str]) -> Vec<Vec<f64>> {
    keys.iter().map(|key| numbers(&value[key])).collect()
}

fn largest(numbers: &[f64]) -> f64 {
    numbers.iter().fold(0.0, |largest, x| x.abs().max(largest))
}

/// Each entry within `tolerance` times the largest of those expected.
pub fn assert_close(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    let margin = tolerance * largest(expected);
    assert_within(name, found, expected, |_| margin);
}

/// Each entry within `tolerance` times itself.
pub fn assert_each_close(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_within(name, found, expected, |expected| tolerance * expected.abs());
}

/// Each array within `tolerance` times its largest entry; `found` holds them one behind the other.
pub fn assert_all_close(name: &str, mut found: &[f64], expected: &[Vec<f64>], tolerance: f64) {
    for (k, expected) in expected.iter().enumerate() {
        let (part, rest) = found.split_at(expected.len());
        assert_close(&format!("{name}, part {k}"), part, expected, tolerance);
        found = rest;
    }
    assert!(found.is_empty(), "{name}: {} numbers more than expected", found.len());
}

fn assert_within(name: &str, found: &[f64], expected: &[f64], margin: impl Fn(f64) -> f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (i, (&a, &b)) in found.iter().zip(expected).enumerate() {
        // A NaN is not within any margin.
        assert!((a - b).abs() <= margin(b), "{name}[{i}]: {a:e} instead of {b:e}");
    }
}
