//! The rules of `jvp` and `grad`: which arguments they differentiate, and which they hold.

use rheos::formula;
use rheos::formula::{Batch, Bias, Rows, Static, Structure, grad, jvp};

use super::support::pass;

formula! {
    /// The derivative of `z x` in `z` alone, and the derivative of `x` in `z`.
    struct Held<T> {}
    fn apply(&self, x: Rows<2>, e: Rows<2>) -> (Rows<2>, Rows<2>) {
        (jvp(x, e, |z| z * x).1, jvp(x, e, |_| x).1)
    }
}

#[test]
fn a_batch_from_outside_is_held_by_jvp() {
    let (value, zero) = ([3.0 * 0.5, -2.0 * 4.0], [0.0; 2]);
    let found = pass::<Held<f64>, Static<1>>(&Held::zeros(), 1, &[3.0, -2.0, 0.5, 4.0], &[1.0; 4]);
    assert_eq!(found.value, [value, zero].concat());
    // The pullback differentiates x e in both, and the zeros in none.
    assert_eq!(found.input, [0.5, 4.0, 3.0, -2.0]);
}

formula! {
    /// The gradients in `z` of `⟨z, x⟩`, of `⟨x, x⟩`, and of a number.
    struct Slopes<T> {}
    fn apply(&self, x: Rows<2>) -> (Rows<2>, Rows<2>, Rows<2>) {
        (grad(x, |z| z.dot(x)).1, grad(x, |_| x.dot(x)).1, grad(x, |z| z.constant(3.0).sum()).1)
    }
}

#[test]
fn the_gradient_of_a_function_without_its_argument_is_zero() {
    let found = pass::<Slopes<f64>, Static<1>>(&Slopes::zeros(), 1, &[3.0, -2.0], &[1.0; 6]);
    assert_eq!(found.value, [3.0, -2.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(found.input, [1.0, 1.0]);
}

formula! {
    /// The gradient of `z ↦ ⟨z, b⟩` for parameters `b`, and of the bare parameters.
    struct OfBias<T> { b: Bias<T, 2> }
    fn apply(&self, x: Rows<2>) -> (Rows<2>, Rows<2>) {
        (grad(x, |z| (z * &self.b).sum()).1, grad(x, |z| self.b.like(z).sum()).1)
    }
}

#[test]
fn the_gradient_in_an_argument_depends_on_parameters() {
    let params = OfBias { b: Bias([5.0, 7.0].into()) };
    let found =
        pass::<OfBias<f64>, Static<2>>(&params, 2, &[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 10.0, 20.0, 1.0, 1.0, 1.0, 1.0]);
    assert_eq!(found.value, [5.0, 7.0, 5.0, 7.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(found.input, [0.0; 4]);
    assert_eq!(found.params, [11.0, 22.0]);
}

fn second(x: Batch<'_, 1>) -> Batch<'_, 1> {
    grad(x, |x| grad(x, |x| x.square().square()).1).1
}

formula! {
    /// The second, third and fourth derivative of `x⁴`.
    struct Nested<T> {}
    fn apply(&self, x: Rows<1>) -> (Rows<1>, Rows<1>, Rows<1>) {
        (second(x), grad(x, second).1, jvp(x, x.constant(1.0), |x| grad(x, second).1).1)
    }
}

#[test]
fn derivatives_nest() {
    let found = pass::<Nested<f64>, Static<1>>(&Nested::zeros(), 1, &[0.5], &[1.0, 10.0, 100.0]);
    assert_eq!(found.value, [12.0 * 0.25, 24.0 * 0.5, 24.0]);
    assert_eq!(found.input, [24.0 * 0.5 + 10.0 * 24.0]);
}

formula! {
    /// `jvp` of a function that is its argument, and one that gives its argument twice.
    struct Trivial<T> {}
    fn apply(&self, x: Rows<2>, e: Rows<2>) -> (Rows<2>, Rows<2>, Rows<4>) {
        let (y, dy) = jvp(x, e, |x| x);
        (y, dy, jvp(x, e, |x| x.concat::<2, 4>(x)).1)
    }
}

#[test]
fn the_identity_has_the_tangent_of_its_argument() {
    let found = pass::<Trivial<f64>, Static<1>>(&Trivial::zeros(), 1, &[1.0, 2.0, 3.0, 4.0], &[1.0; 8]);
    assert_eq!(found.value, [1.0, 2.0, 3.0, 4.0, 3.0, 4.0, 3.0, 4.0]);
    assert_eq!(found.input, [1.0, 1.0, 3.0, 3.0]);
}

formula! {
    /// Arguments that are values as they are, one of them twice.
    struct Copies<T> {}
    fn apply(&self, x: Rows<1>, y: Rows<1>) -> (Rows<1>, Rows<1>, Rows<1>) {
        (y, x, y)
    }
}

#[test]
fn an_argument_may_be_a_value() {
    let found =
        pass::<Copies<f64>, Static<2>>(&Copies::zeros(), 2, &[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(found.value, [3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
    assert_eq!(found.input, [3.0, 4.0, 6.0, 8.0]);
}
