//! Long averages of Lyapunov exponents.

use nalgebra::{Const, Dyn, OMatrix, SVector, U1, vector};
use rheos::analysis::{Held, Lyapunov, Spectrum};
use rheos::dynamics::problems::Lorenz;
use rheos::formula::Structure;
use rheos::nn::{Elman, Net, Recurrence};
use rheos::solver::explicit::Vern8;
use rheos::{Autodiff, Fixed, GenericDynamics, Pid, Rk4, Scalar, Tsit5};

/// Within the reported errors of 95 %, and half as much again.
#[track_caller]
fn within_errors(spectrum: &Spectrum, expected: &[f64], largest: f64) {
    for ((found, error), exact) in spectrum.exponents.iter().zip(&spectrum.errors).zip(expected) {
        assert!((found - exact).abs() < 1.5 * error && *error < largest, "{spectrum}");
    }
}

/// J. C. Sprott's values: 0.9056, 0, −14.5723.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn lorenz() {
    let (field, y0) = Lorenz::problem();
    let exact = [0.9056, 0.0, -14.5723];
    let settings = Lyapunov::over(600.0).transient(20.0).renormalise_every(0.1);
    let spectrum = settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(0.01)).unwrap();
    within_errors(&spectrum, &exact, 0.05);
    assert!((spectrum.sum() + 41.0 / 3.0).abs() < 2e-4, "{:e}", spectrum.sum() + 41.0 / 3.0); // of RK4
    assert!((spectrum.kaplan_yorke().unwrap() - 2.062).abs() < 0.005);
    let spectrum = settings.spectrum_of_flow(&field, &y0, 3, Vern8, Fixed::step(0.01)).unwrap();
    within_errors(&spectrum, &exact, 0.05);
    assert!((spectrum.sum() + 41.0 / 3.0).abs() < 1e-6, "{:e}", spectrum.sum() + 41.0 / 3.0);
    let spectrum = settings.spectrum_of_flow(&field, &y0, 3, Tsit5, Pid::tolerance(1e-8)).unwrap();
    within_errors(&spectrum, &exact, 0.05);
    // Twenty times as long.
    let settings = Lyapunov::over(12_000.0).transient(20.0).renormalise_every(0.1);
    let spectrum = settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(0.01)).unwrap();
    within_errors(&spectrum, &exact, 0.01);
}

struct Roessler;
impl GenericDynamics<3, 3> for Roessler {
    fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 3>, p: &SVector<T, 3>) -> SVector<T, 3> {
        vector![-y[1] - y[2], y[0] + p[0] * y[1], p[1] + y[2] * (y[0] - p[2])]
    }
}

/// Sprott (2003), appendix A: 0.0714, 0, −5.3943.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn roessler() {
    let field = Autodiff::new(Roessler, vector![0.2, 0.2, 5.7]);
    let settings = Lyapunov::over(20_000.0).transient(200.0).renormalise_every(0.5);
    let spectrum = settings.spectrum_of_flow(&field, &vector![1.0, 1.0, 0.0], 3, Rk4, Fixed::step(0.02)).unwrap();
    within_errors(&spectrum, &[0.0714, 0.0, -5.3943], 0.01);
}

const UNITS: usize = 12;

/// `tests/reference/lyapunov.py`.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_random_network() {
    let found: serde_json::Value = serde_json::from_str(include_str!("../reference/lyapunov.json")).unwrap();
    let mut cell = Elman::<f64, 1, UNITS>::zeros();
    for i in 0..UNITS {
        for j in 0..UNITS {
            cell.weight_hh[(i, j)] = found["weight"][i][j].as_f64().unwrap();
        }
        cell.bias_hh[i] = found["bias"][i].as_f64().unwrap();
    }
    let map = Held::new(Recurrence(Net::dynamic(cell)), OMatrix::<f64, U1, Dyn>::zeros(1));
    let h = OMatrix::<f64, Const<UNITS>, Dyn>::from_fn(1, |i, _| found["start"][i].as_f64().unwrap());
    let spectrum = Lyapunov::over(160_000).transient(1000).spectrum(&map, &h, UNITS).unwrap();
    for k in 0..UNITS {
        let (expected, error) = (found["exponents"][k].as_f64().unwrap(), found["errors"][k].as_f64().unwrap());
        // The difference of two averages, each with an interval of 95 %.
        assert!((spectrum.exponents[k] - expected).abs() < 1.5 * spectrum.errors[k].hypot(error), "{k}: {spectrum}");
        assert!(spectrum.errors[k] < 0.02);
    }
}
