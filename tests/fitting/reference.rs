//! The fits by SciPy in `tests/reference/fit.json`.

use rheos::fit::Fitted;
use serde_json::Value;

/// The entry of this path.
pub fn entry(path: &[&str]) -> Value {
    let root: Value = serde_json::from_str(include_str!("../reference/fit.json")).unwrap();
    path.iter().fold(root, |value, name| value[*name].clone())
}

/// The numbers of a list, or of nested lists one after another.
pub fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(list) => list.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().unwrap()],
    }
}

/// Compares estimates, standard errors and intervals with SciPy. The solutions have different errors, so the
/// parameters agree to `digits` of a standard error.
pub fn compare(fitted: &Fitted, expected: &Value, digits: f64) {
    let (values, errors) = (numbers(&expected["optimum"]), numbers(&expected["standard_errors"]));
    let intervals = numbers(&expected["log_t_intervals"]);
    let sum = expected["sum_of_squares"].as_f64().unwrap();
    assert!((fitted.sum_of_squares / sum - 1.0).abs() < digits * digits + 1e-7, "{} {sum}", fitted.sum_of_squares);
    let (found_errors, found_intervals) = (fitted.standard_errors().unwrap(), fitted.intervals(0.95).unwrap());
    for j in 0..values.len() {
        let found = fitted.parameters[j].value;
        assert!((found - values[j]).abs() < digits * errors[j], "{}: {found} {}", fitted.parameters[j].name, values[j]);
        assert!((found_errors[j] / errors[j] - 1.0).abs() < 20.0 * digits, "{} {}", found_errors[j], errors[j]);
        assert!((found_intervals[j].lower - intervals[2 * j]).abs() < 20.0 * digits * errors[j]);
        assert!((found_intervals[j].upper - intervals[2 * j + 1]).abs() < 20.0 * digits * errors[j]);
    }
}
