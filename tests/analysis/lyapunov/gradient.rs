//! Gradients of exponents: against JAX, and against central differences over short horizons.

use nalgebra::{Const, Dyn, OMatrix, SVector, U1, U4, Vector1, Vector2, Vector3, vector};
use rheos::analysis::{Held, Lyapunov, LyapunovGradient, Map};
use rheos::dynamics::problems::{Lorenz, VanDerPol};
use rheos::formula::{Static, Structure};
use rheos::nn::{Elman, Gru, Net, Recurrence, Residual};
use rheos::solver::explicit::Dop853;
use rheos::state::State;
use rheos::train::uniform;
use rheos::{Autodiff, DiscreteAdjoint, Error, Fixed, Parametric, Rk4};

use super::{Henon, close, henon, logistic};

type Cell = Elman<f64, 1, 4>;

struct Reference {
    cell: Cell,
    start: SVector<f64, 4>,
    found: serde_json::Value,
}

/// From `tests/reference/lyapunov_gradient.py`.
fn reference() -> Reference {
    let found: serde_json::Value =
        serde_json::from_str(include_str!("../../reference/lyapunov_gradient.json")).unwrap();
    let mut cell = Cell::zeros();
    for i in 0..4 {
        for j in 0..4 {
            cell.weight_hh[(i, j)] = found["weight"][i][j].as_f64().unwrap();
        }
        cell.bias_hh[i] = found["bias"][i].as_f64().unwrap();
    }
    let start = SVector::from_fn(|i, _| found["start"][i].as_f64().unwrap());
    Reference { cell, start, found }
}

#[track_caller]
fn is_that_of_jax<Y: State>(gradient: &LyapunovGradient<Y, Cell>, found: &serde_json::Value) {
    let numbers =
        |name: &str| -> Vec<f64> { found[name].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect() };
    // Double precision on both sides, over 15 steps of a network whose derivatives are about 1.
    close(&gradient.spectrum.exponents, &numbers("exponents"), 1e-12);
    close(&gradient.x0.coordinates(), &numbers("start_bar"), 1e-11);
    close(gradient.params.bias_hh.as_slice(), &numbers("bias_bar"), 1e-11);
    for i in 0..4 {
        for j in 0..4 {
            let expected = found["weight_bar"][i][j].as_f64().unwrap();
            assert!((gradient.params.weight_hh[(i, j)] - expected).abs() < 1e-11);
        }
    }
}

#[test]
fn a_network_has_the_gradient_of_jax() {
    let Reference { cell, start, found } = reference();
    let cotangents = [1.0, -0.5, 0.25];
    let settings = Lyapunov::over(12).transient(3);
    let any = Held::new(Recurrence(Net::dynamic(cell)), OMatrix::<f64, U1, Dyn>::zeros(1));
    let h = OMatrix::<f64, U4, Dyn>::from_column_slice(start.as_slice());
    is_that_of_jax(&settings.gradient(&any, &h, &cotangents).unwrap(), &found);
    let one = Held::new(Recurrence(Net::<_, Static<1>>::new(cell)), Vector1::zeros());
    is_that_of_jax(&settings.gradient(&one, &start, &cotangents).unwrap(), &found);
}

/// The sum of exponents with their weights.
fn weighted(exponents: &[f64], cotangents: &[f64]) -> f64 {
    exponents.iter().zip(cotangents).map(|(x, c)| x * c).sum()
}

/// Central differences of `loss` at `x`, one for each coordinate.
fn differences<Y: State>(x: &Y, step: f64, loss: impl Fn(&Y) -> f64) -> Vec<f64> {
    let at = x.coordinates();
    let value = |i: usize, shift: f64| {
        let (mut moved, mut point) = (at.clone(), x.zeros_like());
        moved[i] += shift;
        assert!(point.read_coordinates(&moved).is_some());
        loss(&point)
    };
    (0..at.len()).map(|i| (value(i, step) - value(i, -step)) / (2.0 * step)).collect()
}

#[track_caller]
fn agree(found: &[f64], expected: &[f64], tolerance: f64) {
    let size = expected.iter().fold(1.0_f64, |size, x| size.max(x.abs()));
    close(found, expected, tolerance * size);
}

#[test]
fn henon_over_few_steps() {
    let x0 = vector![0.1, 0.2];
    for (settings, cotangents) in [
        (Lyapunov::over(10), vec![1.0]),
        (Lyapunov::over(9).transient(3), vec![0.4, -1.0]),
        (Lyapunov::over(10).transient(4).renormalise_every(3), vec![0.4, -1.0]),
    ] {
        let loss = |params: &Vector2<f64>, x0: &Vector2<f64>| {
            let map = Map::new(Autodiff::new(Henon, *params));
            weighted(&settings.spectrum(&map, x0, cotangents.len()).unwrap().exponents, &cotangents)
        };
        let map = Map::new(henon());
        let found = settings.gradient(&map, &x0, &cotangents).unwrap();
        let params = henon().params();
        // Third derivatives grow as the cube of exp(λ t), about 1e6 here, times a step of 1e-12 squared.
        agree(found.x0.as_slice(), &differences(&x0, 1e-6, |x0| loss(&params, x0)), 1e-5);
        agree(found.params.as_slice(), &differences(&params, 1e-6, |params| loss(params, &x0)), 1e-5);
        assert!((weighted(&found.spectrum.exponents, &cotangents) - loss(&params, &x0)).abs() < 1e-12);
    }
    // All exponents: the sum is ln b.
    let found = Lyapunov::over(10).gradient(&Map::new(henon()), &x0, &[1.0, 1.0]).unwrap();
    agree(found.params.as_slice(), &[0.0, 1.0 / 0.3], 1e-9);
    agree(found.x0.as_slice(), &[0.0, 0.0], 1e-9);
}

#[test]
fn residual_cells() {
    let cell = Gru::<f64, 1, 3>::uniform(&mut uniform(5));
    let (input, h) = (Vector1::new(0.7), vector![0.3, -0.2, 0.5]);
    let cotangents = [1.0, 0.3, -0.8];
    let settings = Lyapunov::over(8).transient(2).renormalise_every(2);
    let loss = |cell: &Gru<f64, 1, 3>, h: &Vector3<f64>| {
        let map = Held::new(Residual(Net::<_, Static<1>>::new(*cell)), input);
        weighted(&settings.spectrum(&map, h, 3).unwrap().exponents, &cotangents)
    };
    let map = Held::new(Residual(Net::<_, Static<1>>::new(cell)), input);
    let found = settings.gradient(&map, &h, &cotangents).unwrap();
    agree(found.x0.as_slice(), &differences(&h, 1e-5, |h| loss(&cell, h)), 1e-7);
    agree(&found.params.coordinates(), &differences(&cell, 1e-5, |cell| loss(cell, &h)), 1e-7);
    // Batches of any size.
    let any = Held::new(Residual(Net::dynamic(cell)), OMatrix::<f64, U1, Dyn>::from_element(1, 0.7));
    let h = OMatrix::<f64, Const<3>, Dyn>::from_column_slice(h.as_slice());
    let batch = settings.gradient(&any, &h, &cotangents).unwrap();
    agree(&batch.params.coordinates(), &found.params.coordinates(), 1e-12);
    agree(&batch.x0.coordinates(), found.x0.as_slice(), 1e-12);
}

#[test]
fn flows_over_short_times() {
    let (field, y0) = Lorenz::problem();
    let cotangents = [1.0, -0.5, 0.2];
    let settings = Lyapunov::over(0.5).transient(0.2).renormalise_every(0.1);
    let loss = |params: &Vector3<f64>, y0: &Vector3<f64>| {
        let field = Autodiff::new(Lorenz, *params);
        let spectrum = settings.spectrum_of_flow(&field, y0, 3, Rk4, Fixed::step(0.02)).unwrap();
        weighted(&spectrum.exponents, &cotangents)
    };
    let method = (Rk4, Fixed::step(0.02));
    let found = settings.gradient_of_flow(&field, &y0, &cotangents, method, DiscreteAdjoint::new()).unwrap();
    agree(found.x0.as_slice(), &differences(&y0, 1e-5, |y0| loss(&field.params(), y0)), 1e-6);
    agree(found.params.as_slice(), &differences(&field.params(), 1e-5, |params| loss(params, &y0)), 1e-6);
}

/// On a limit cycle the horizon may be long: the second exponent of van der Pol's oscillator over one period.
#[test]
fn a_limit_cycle() {
    let (field, y0) = VanDerPol::problem(1.0);
    let settings = Lyapunov::over(6.663_286_86).transient(20.0).renormalise_every(0.333_164_343);
    let method = (Dop853, Fixed::step(0.05));
    let found = settings.gradient_of_flow(&field, &y0, &[0.0, 1.0], method, DiscreteAdjoint::new()).unwrap();
    let loss = |mu: &Vector1<f64>| {
        let field = Autodiff::new(VanDerPol, *mu);
        settings.spectrum_of_flow(&field, &y0, 2, Dop853, Fixed::step(0.05)).unwrap().exponents[1]
    };
    agree(found.params.as_slice(), &differences(&field.params(), 1e-5, loss), 1e-6);
    // The cycle attracts, so the start is forgotten at the rate of the second exponent, except for the phase.
    assert!((found.spectrum.exponents[1] + 1.0593).abs() < 1e-2, "{}", found.spectrum);
}

#[test]
fn refused_gradients() {
    let (map, x0) = (Map::new(henon()), vector![0.1, 0.1]);
    let error = |cotangents: &[f64]| Lyapunov::over(10).gradient(&map, &x0, cotangents).unwrap_err().error;
    assert!(matches!(error(&[]), Error::InvalidArgument { name: "k", .. }));
    assert!(matches!(error(&[1.0; 3]), Error::InvalidArgument { name: "k", .. }));
    assert!(matches!(error(&[1.0, f64::NAN]), Error::InvalidEntry { name: "cotangents", index: 1, .. }));
    // The slope at 1/2 is zero: its logarithm has no derivative.
    let singular = Lyapunov::over(10).gradient(&Map::new(logistic(3.5)), &Vector1::new(0.5), &[1.0]).unwrap_err();
    assert!(matches!(singular.error, Error::TangentLost { index: 0, .. }), "{singular}");
    // Beyond some thousand steps of chaos the gradient overflows.
    let long = Lyapunov::over(3000).gradient(&map, &x0, &[1.0]).unwrap_err();
    assert!(matches!(long.error, Error::NonFiniteGradient { .. }), "{long}");
    assert!(long.partial.is_some());
    let failure = Lyapunov::over(1000).gradient(&map, &vector![3.0, 0.0], &[1.0]).unwrap_err();
    assert!(matches!(failure.error, Error::NonFiniteSystem { .. }));
}
