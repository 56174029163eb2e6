//! Derivatives of formulas as parts of formulas, and their gradients in inputs and weights.

use rheos::formula;
use rheos::formula::{Dynamic, Rows, Static, Structure, grad, jvp};
use rheos::nn::{Linear, Mlp};

use super::cells::{OF_TWO, by_columns};
use super::reference::{assert_all_close, assert_close, case, numbers};
use super::support::{pass, with_coordinates};

const TOLERANCE: f64 = 1e-13;
const SAMPLES: usize = 3;

formula! {
    /// Hutchinson's estimate of the divergence of a network, `eᵀ (∂f/∂z) e`.
    struct Trace<T> { net: Mlp<T, 2, 5, 2> }
    fn apply(&self, z: Rows<2>, e: Rows<2>) -> Rows<1> {
        jvp(z, e, |z| self.net.apply(z)).1.dot(e)
    }
}

formula! {
    /// `W₂ softplus(W₁ z + b₁) + b₂`.
    struct Energy<T> { first: Linear<T, 4, 5>, second: Linear<T, 5, 1> }
    fn apply(&self, z: Rows<4>) -> Rows<1> {
        self.second.apply(self.first.apply(z).softplus())
    }
}

formula! {
    /// `(q, p)′ = (∂H/∂p, −∂H/∂q)` of an energy `H`.
    struct Hamiltonian<T> { energy: Energy<T> }
    fn apply(&self, z: Rows<4>) -> Rows<4> {
        let (_, slope) = grad(z, |z| self.energy.apply(z));
        slope.rows::<2, 2>().concat(-slope.rows::<0, 2>())
    }
}

/// The entries of both affine maps of a case under a key, tensor by tensor.
fn tensors(name: &str, key: &str) -> Vec<Vec<f64>> {
    let of = |there: &str| {
        let value = &case(&["second", name, key])[there];
        let rows = value.as_array().expect("a list of rows").len();
        let entries = numbers(value);
        by_columns(&entries, 1, rows, entries.len() / rows)
    };
    OF_TWO.iter().map(|(_, there)| of(there)).collect()
}

fn given(name: &str, key: &str, array: &str) -> Vec<f64> {
    numbers(&case(&["second", name, key])[array])
}

#[test]
fn the_trace_estimated_along_a_probe() {
    let params = with_coordinates(Trace::<f64>::zeros(), &tensors("trace", "x").concat());
    let x = [given("trace", "x", "z"), numbers(case(&["second", "trace", "probe"]))].concat();
    let found = pass::<_, Static<SAMPLES>>(&params, SAMPLES, &x, &given("trace", "w", "trace"));
    assert_close("value", &found.value, &given("trace", "value", "trace"), TOLERANCE);
    // The cotangent of the probe follows the cotangent of `z`.
    assert_close("vjp", &found.input[..2 * SAMPLES], &given("trace", "vjp", "z"), TOLERANCE);
    assert_all_close("vjp of the parameters", &found.params, &tensors("trace", "vjp"), TOLERANCE);
    assert_eq!(pass::<_, Dynamic>(&params, SAMPLES, &x, &given("trace", "w", "trace")), found);
}

#[test]
fn an_energy_and_its_hamiltonian_system() {
    let energy = with_coordinates(Energy::<f64>::zeros(), &tensors("energy", "x").concat());
    let found =
        pass::<_, Static<SAMPLES>>(&energy, SAMPLES, &given("energy", "x", "z"), &given("energy", "w", "energy"));
    assert_close("energy", &found.value, &given("energy", "value", "energy"), TOLERANCE);
    assert_close("slope", &found.input, &given("energy", "vjp", "z"), TOLERANCE);
    assert_all_close("slope of the parameters", &found.params, &tensors("energy", "vjp"), TOLERANCE);

    let field = with_coordinates(Hamiltonian::<f64>::zeros(), &tensors("hamiltonian", "x").concat());
    let (x, w) = (given("hamiltonian", "x", "z"), given("hamiltonian", "w", "field"));
    let found = pass::<_, Static<SAMPLES>>(&field, SAMPLES, &x, &w);
    assert_close("field", &found.value, &given("hamiltonian", "value", "field"), TOLERANCE);
    assert_close("vjp", &found.input, &given("hamiltonian", "vjp", "z"), TOLERANCE);
    assert_all_close("vjp of the parameters", &found.params, &tensors("hamiltonian", "vjp"), TOLERANCE);
    assert_eq!(pass::<_, Dynamic>(&field, SAMPLES, &x, &w), found);
}
