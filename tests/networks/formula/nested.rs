//! Derivatives within derivatives, each of its own argument.

use rheos::formula;
use rheos::formula::{Bias, Dynamic, Rows, grad, jvp};

use super::reference::assert_close;
use super::support::{assorted, pass};

formula! {
    /// Cases whose closed forms are known, at `x` in the direction `e`; `y` is held.
    struct Nested<T> { nothing: Bias<T, 0> }
    fn apply(&self, x: Rows<2>, e: Rows<2>, y: Rows<2>) -> ((Rows<2>, Rows<2>, Rows<2>, Rows<2>), (Rows<2>, Rows<2>, Rows<2>)) {
        // ∂/∂x of ∂/∂y (y² x) = 2 y x.
        let a = jvp(x, e, |z| grad(y, |v| (v * v * z).sum()).1).1;
        // The derivative with respect to a direction.
        let b = grad(x, |z| jvp(y, z, |v| v.tanh()).1.sum()).1;
        // The derivative of x eˣ.
        let c = jvp(x, e, |z| jvp(z, z, |v| v.exp()).1).1;
        // Of z², where the inner argument is the outer x, which is held.
        let d = jvp(x, e, |z| jvp(x, z, |v| v * z).1).1;
        // Nothing depends on the argument.
        let (square, f) = jvp(x, e, |_| x * x);
        // The third derivative of sin x, along ones.
        let one = x.constant(1.0);
        let g = jvp(x, one, |x| jvp(x, one, |x| jvp(x, one, |x| x.sin()).1).1).1;
        // The argument itself, and a value that leaves the closure.
        let mut kept = x;
        let (h, dh) = jvp(x, e, |z| { kept = z * y; z });
        ((a, b, c, d), (f + square - x.square(), g, h + dh + kept))
    }
}

#[test]
fn each_derivative_is_of_its_own_argument() {
    let (x, e, y) = (&assorted(12)[..4], &assorted(12)[4..8], &assorted(12)[8..]);
    let params = <Nested<f64> as rheos::formula::Structure>::zeros();
    let found = pass::<_, Dynamic>(&params, 2, &assorted(12), &[0.0; 28]).value;
    let expected: [fn(f64, f64, f64) -> f64; 7] = [
        |_, e, y| 2.0 * y * e,
        |_, _, y| 1.0 - y.tanh().powi(2),
        |x, e, _| (1.0 + x) * x.exp() * e,
        |x, e, _| 2.0 * x * e,
        |_, _, _| 0.0,
        |x, _, _| -x.cos(),
        |x, e, y| x + e + x * y,
    ];
    for (k, expected) in expected.into_iter().enumerate() {
        let exact: Vec<f64> = (0..4).map(|i| expected(x[i], e[i], y[i])).collect();
        assert_close(&format!("case {k}"), &found[4 * k..4 * k + 4], &exact, 1e-15);
    }
}
