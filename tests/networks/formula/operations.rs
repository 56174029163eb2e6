//! Each operation of the language: value, pullback, `jvp`, `grad`, and the derivative of the gradient.

use rheos::formula;
use rheos::formula::{Dynamic, Formula, Rows, Slices, Static, grad, jvp};

use super::reference::{assert_all_close, assert_close, assert_each_close, case, numbers};
use super::support::{assorted, pass};

const TOLERANCE: f64 = 1e-13;
/// The inputs have three decimals, which single precision does not know exactly: at 20, `eˣ` is off by 20 units.
const SINGLE: f64 = 32.0 * f32::EPSILON as f64;
/// Their values are promised to have full relative accuracy, far below zero as well.
const RELATIVE: [&str; 5] = ["sigmoid", "softplus", "gelu", "silu", "exp"];
/// Their derivatives do not depend on the arguments.
const LINEAR: [&str; 9] = ["add", "sub", "sum", "mean", "rows", "spread", "scale", "add_number", "concat"];
/// All cases have so many samples.
const SAMPLES: usize = 4;

/// The numbers of a case: the arguments, the arguments with their tangents, the arguments with the cotangent.
struct Numbers {
    x: Vec<f64>,
    with_tangents: Vec<f64>,
    with_cotangent: Vec<f64>,
    w: Vec<f64>,
    value: Vec<f64>,
    jvp: Vec<f64>,
    /// For each argument.
    vjp: Vec<Vec<f64>>,
}

impl Numbers {
    fn of(name: &str) -> Self {
        let case = case(&["operations", name]);
        let [x, e, w, value, jvp] = ["x", "e", "w", "value", "jvp"].map(|key| numbers(&case[key]));
        let vjp = case["vjp"].as_array().expect("a list over the inputs").iter().map(numbers).collect();
        Self {
            with_tangents: [x.as_slice(), &e].concat(),
            with_cotangent: [x.as_slice(), &w].concat(),
            x,
            w,
            value,
            jvp,
            vjp,
        }
    }
}

fn value_and_pullback<P: Formula<Store = f64>, Q: Formula<Store = f32>>(name: &str) {
    let Numbers { x, w, value, vjp, .. } = Numbers::of(name);
    let found = pass::<P, Static<SAMPLES>>(&P::zeros(), SAMPLES, &x, &w);
    assert_close("value", &found.value, &value, TOLERANCE);
    assert_all_close("vjp", &found.input, &vjp, TOLERANCE);
    if RELATIVE.contains(&name) {
        assert_each_close("value, relative", &found.value, &value, TOLERANCE);
    }
    assert_eq!(pass::<P, Dynamic>(&P::zeros(), SAMPLES, &x, &w), found);

    let found = pass::<Q, Static<SAMPLES>>(&Q::zeros(), SAMPLES, &x, &w);
    assert_close("value, f32", &found.value, &value, SINGLE);
    assert_all_close("vjp, f32", &found.input, &vjp, SINGLE);
}

/// `P` is the derivative as a formula, of the arguments and a tangent for each.
fn tangent<P: Formula<Store = f64>>(name: &str) {
    let Numbers { with_tangents: x, jvp, .. } = Numbers::of(name);
    let found = pass::<P, Static<SAMPLES>>(&P::zeros(), SAMPLES, &x, &jvp);
    assert_close("jvp", &found.value, &jvp, TOLERANCE);
}

/// `G` is the gradient of `⟨w, f⟩` as a formula of the arguments and `w`; `P` is `f`.
fn gradient<P: Formula<Store = f64>, G: Formula<Store = f64>>(name: &str) {
    let Numbers { x, w, with_cotangent, vjp, .. } = Numbers::of(name);
    let found = pass::<G, Static<SAMPLES>>(&G::zeros(), SAMPLES, &with_cotangent, &vjp.concat()).value;
    assert_all_close("grad", &found, &vjp, TOLERANCE);
    let pulled_back = pass::<P, Static<SAMPLES>>(&P::zeros(), SAMPLES, &x, &w).input;
    assert_close("grad beside the pullback", &found, &pulled_back, 1e-14);
}

/// `C` is the derivative along `e` in the first argument of the gradient `G` in the last, as a formula of the arguments, `e`
/// and `w`. The differences are taken where no function has a kink or a pole.
fn derivative_of_gradient<G: Formula<Store = f64>, C: Formula<Store = f64>>(name: &str, rows: &[usize], out: usize) {
    const STEP: f64 = 1e-5;
    let sizes: Vec<usize> = rows.iter().map(|rows| rows * SAMPLES).collect();
    let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
    let all = assorted(sizes.iter().sum::<usize>() + first + out * SAMPLES);
    let (x, rest) = all.split_at(sizes.iter().sum());
    let (e, w) = rest.split_at(first);
    let x: Vec<f64> = x.iter().map(|x| if ["log", "sqrt"].contains(&name) { x.abs() + 0.3 } else { *x }).collect();

    let slope = |step: f64| {
        let moved = x.iter().zip(e).map(|(x, e)| x + step * e).chain(x[first..].iter().copied()).chain(w.to_vec());
        let outputs = vec![0.0; sizes.iter().sum()];
        let value = pass::<G, Static<SAMPLES>>(&G::zeros(), SAMPLES, &moved.collect::<Vec<_>>(), &outputs).value;
        value[value.len() - last..].to_vec()
    };
    let expected: Vec<f64> = slope(STEP).iter().zip(slope(-STEP)).map(|(p, q)| (p - q) / (2.0 * STEP)).collect();
    let arguments = [x.as_slice(), e, w].concat();
    let found = pass::<C, Static<SAMPLES>>(&C::zeros(), SAMPLES, &arguments, &vec![0.0; last]).value;
    let scale = expected.iter().chain(&slope(0.0)).fold(0.0_f64, |largest, x| largest.max(x.abs()));
    assert!(scale > 1e-3, "{scale:e}");
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() <= 1e-8 * scale, "{found:e} instead of {expected:e}");
    }
}

macro_rules! tests {
    ($name:ident, $rows:expr, $out:literal) => {
        #[test]
        fn value_and_pullback() {
            super::value_and_pullback::<Value<f64>, Value<f32>>(stringify!($name));
        }
        #[test]
        fn a_nan_is_kept() {
            super::keeps_nan::<Value<f64>, Tangent<f64>>(stringify!($name));
            super::keeps_nan::<Value<f32>, Tangent<f32>>(stringify!($name));
        }
        #[test]
        fn tangent() {
            super::tangent::<Tangent<f64>>(stringify!($name));
        }
        #[test]
        fn gradient() {
            super::gradient::<Value<f64>, Slope<f64>>(stringify!($name));
        }
        #[test]
        fn derivative_of_gradient() {
            super::derivative_of_gradient::<Slope<f64>, Curvature<f64>>(stringify!($name), &$rows, $out);
        }
    };
}

/// A NaN goes in, and no number comes out; `P` is an operation, `D` its derivative.
fn keeps_nan<P: Formula<Store: Slices>, D: Formula<Store: Slices>>(name: &str) {
    let Numbers { x, with_tangents, w, jvp, .. } = Numbers::of(name);
    let missing = vec![f64::NAN; x.len()];
    let value = pass::<P, Dynamic>(&P::zeros(), SAMPLES, &missing, &w).value;
    assert!(value.iter().all(|y| y.is_nan()), "{name}: {value:?}");
    if !LINEAR.contains(&name) {
        let arguments = [missing.as_slice(), &with_tangents[x.len()..]].concat();
        let tangent = pass::<D, Dynamic>(&D::zeros(), SAMPLES, &arguments, &jvp).value;
        assert!(tangent.iter().all(|y| y.is_nan()), "derivative of {name}: {tangent:?}");
    }
}

/// An operation of one argument.
macro_rules! of_one {
    ($name:ident, $n:literal => $out:literal, |$x:ident| $f:expr) => {
        mod $name {
            use super::*;

            formula! {
                struct Value<T> {}
                fn apply(&self, $x: Rows<$n>) -> Rows<$out> { $f }
            }
            formula! {
                struct Tangent<T> {}
                fn apply(&self, $x: Rows<$n>, e: Rows<$n>) -> Rows<$out> { jvp($x, e, |$x| $f).1 }
            }
            formula! {
                struct Slope<T> {}
                fn apply(&self, $x: Rows<$n>, w: Rows<$out>) -> Rows<$n> { grad($x, |$x| $f.dot(w)).1 }
            }
            formula! {
                struct Curvature<T> {}
                fn apply(&self, $x: Rows<$n>, e: Rows<$n>, w: Rows<$out>) -> Rows<$n> {
                    jvp($x, e, |$x| grad($x, |$x| $f.dot(w)).1).1
                }
            }
            tests! { $name, [$n], $out }
        }
    };
}

/// An operation of two arguments.
macro_rules! of_two {
    ($name:ident, ($n:literal, $m:literal) => $out:literal, |$a:ident, $b:ident| $f:expr) => {
        mod $name {
            use super::*;

            formula! {
                struct Value<T> {}
                fn apply(&self, $a: Rows<$n>, $b: Rows<$m>) -> Rows<$out> { $f }
            }
            formula! {
                struct Tangent<T> {}
                fn apply(&self, $a: Rows<$n>, $b: Rows<$m>, da: Rows<$n>, db: Rows<$m>) -> Rows<$out> {
                    jvp($a, da, |$a| $f).1 + jvp($b, db, |$b| $f).1
                }
            }
            formula! {
                struct Slope<T> {}
                fn apply(&self, $a: Rows<$n>, $b: Rows<$m>, w: Rows<$out>) -> (Rows<$n>, Rows<$m>) {
                    (grad($a, |$a| $f.dot(w)).1, grad($b, |$b| $f.dot(w)).1)
                }
            }
            formula! {
                struct Curvature<T> {}
                fn apply(&self, $a: Rows<$n>, $b: Rows<$m>, e: Rows<$n>, w: Rows<$out>) -> Rows<$m> {
                    jvp($a, e, |$a| grad($b, |$b| $f.dot(w)).1).1
                }
            }
            tests! { $name, [$n, $m], $out }
        }
    };
}

of_one!(tanh, 3 => 3, |x| x.tanh());
of_one!(sigmoid, 3 => 3, |x| x.sigmoid());
of_one!(softplus, 3 => 3, |x| x.softplus());
of_one!(relu, 3 => 3, |x| x.relu());
of_one!(leaky_relu, 3 => 3, |x| x.leaky_relu(0.01));
of_one!(gelu, 3 => 3, |x| x.gelu());
of_one!(silu, 3 => 3, |x| x.silu());
of_one!(exp, 3 => 3, |x| x.exp());
of_one!(log, 3 => 3, |x| x.log());
of_one!(sqrt, 3 => 3, |x| x.sqrt());
of_one!(square, 3 => 3, |x| x.square());
of_one!(sin, 3 => 3, |x| x.sin());
of_one!(cos, 3 => 3, |x| x.cos());
of_one!(softmax, 3 => 3, |x| x.softmax());
of_one!(log_softmax, 3 => 3, |x| x.log_softmax());
of_one!(sum, 3 => 1, |x| x.sum());
of_one!(mean, 3 => 1, |x| x.mean());
of_one!(rows, 4 => 2, |x| x.rows::<1, 2>());
of_one!(spread, 1 => 3, |x| x.spread::<3>());
of_one!(scale, 3 => 3, |x| (-1.75 * x));
of_one!(add_number, 3 => 3, |x| (x + 0.625));
of_two!(add, (3, 3) => 3, |a, b| (a + b));
of_two!(sub, (3, 3) => 3, |a, b| (a - b));
of_two!(mul, (3, 3) => 3, |a, b| (a * b));
of_two!(div, (3, 3) => 3, |a, b| (a / b));
of_two!(dot, (3, 3) => 1, |a, b| a.dot(b));
of_two!(concat, (3, 2) => 5, |a, b| a.concat::<2, 5>(b));

#[test]
fn every_case_is_an_operation_here() {
    let names: Vec<&str> = case(&["operations"]).as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names.len(), 27);
    for (name, key, number) in [
        ("leaky_relu", "slope", 0.01),
        ("rows", "start", 1.0),
        ("rows", "end", 3.0),
        ("spread", "rows", 3.0),
        ("scale", "number", -1.75),
        ("add_number", "number", 0.625),
    ] {
        assert_eq!(numbers(case(&["operations", name, key])), [number], "{name} {key}");
    }
}
