//! Reference solutions at the end, from the tests.

use serde_json::Value;

/// The end of the interval of a problem, and its solution there.
pub fn nonstiff(name: &str) -> (f64, Vec<f64>) {
    let root = parse(include_str!("../../tests/reference/detest.json"));
    (root["t"].as_f64().unwrap_or(f64::NAN), numbers(&root["problems"][name]["y"]))
}

/// The end of the interval of a problem, and its solution there.
pub fn stiff(name: &str) -> (f64, Vec<f64>) {
    let root = parse(include_str!("../../tests/reference/stiff.json"));
    let problem = &root["problems"][name];
    (problem["t"].as_f64().unwrap_or(f64::NAN), numbers(&problem["y"]))
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// Numbers written as text, to keep all their digits.
fn numbers(list: &Value) -> Vec<f64> {
    let entries = list.as_array().map(Vec::as_slice).unwrap_or_default();
    entries.iter().filter_map(Value::as_str).map(|text| text.parse().unwrap_or(f64::NAN)).collect()
}
