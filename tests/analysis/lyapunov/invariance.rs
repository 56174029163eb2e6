//! Units, coordinates and precision.

use nalgebra::{Matrix3, SVector, Vector2, Vector3, matrix, vector};
use rheos::analysis::{Lyapunov, Map, Spectrum};
use rheos::{Autodiff, Fixed, GenericDynamics, Pid, Rk4, Scalar, Tsit5, ode};

use super::{Roessler, close};

/// The Rössler system in another unit of state `q` and of time: it is `p[0] = q`, `p[1] = c`.
struct Scaled;
impl GenericDynamics<3, 2> for Scaled {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, 3>, p: &SVector<T, 2>) -> SVector<T, 3> {
        let constants = vector![T::from(0.2), T::from(0.2), T::from(5.7)];
        Roessler.eval(t, &y.map(|y| y / p[0]), &constants).map(|dy| dy * p[0] * p[1])
    }
}

fn roessler(unit: f64, speed: f64) -> Spectrum {
    let field = Autodiff::new(Scaled, vector![unit, speed]);
    let settings = Lyapunov::over(40.0 / speed).transient(10.0 / speed);
    let y0 = vector![unit, unit, 0.0];
    settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(0.05 / speed)).unwrap()
}

#[test]
fn units_of_state_and_time_of_a_flow() {
    let plain = roessler(1.0, 1.0);
    // Powers of two, so that the trajectory is the same to the last bit: rounding in other digits would part it.
    for (unit, speed) in [(2.0_f64.powi(30), 1.0), (2.0_f64.powi(-30), 1.0), (1.0, 1024.0), (1.0, 2.0_f64.powi(-20))] {
        let found = roessler(unit, speed);
        let rates: Vec<f64> = found.exponents.iter().map(|x| x / speed).collect();
        close(&rates, &plain.exponents, 1e-9);
        let errors: Vec<f64> = found.errors.iter().map(|x| x / speed).collect();
        close(&errors, &plain.errors, 1e-9);
        assert_eq!(found.blocks.len(), plain.blocks.len());
    }
}

#[test]
fn units_of_an_adaptive_solve() {
    let of = |unit: f64| {
        let field = Autodiff::new(Scaled, vector![unit, 1.0]);
        let control = Pid::tolerance(1e-6).atol(1e-6 * unit);
        let settings = Lyapunov::over(30.0).transient(5.0).renormalise_every(0.5);
        settings.spectrum_of_flow(&field, &vector![unit, unit, 0.0], 3, Tsit5, control).unwrap()
    };
    let plain = of(1.0);
    for unit in [2.0_f64.powi(30), 2.0_f64.powi(-30)] {
        close(&of(unit).exponents, &plain.exponents, 1e-9);
    }
}

/// The Hénon map in the coordinates `y = A x`, by a closure, whose Jacobians are differences.
fn henon_in(a: nalgebra::Matrix2<f64>) -> Spectrum {
    let inverse = a.try_inverse().unwrap();
    let map = Map::new(ode(move |_t, y: &Vector2<f64>, next: &mut Vector2<f64>| {
        let x = inverse * y;
        *next = a * vector![1.0 - 1.4 * x[0] * x[0] + x[1], 0.3 * x[0]];
    }));
    Lyapunov::over(6000).transient(100).spectrum(&map, &(a * vector![0.1, 0.1]), 2).unwrap()
}

#[test]
fn coordinates_of_a_map() {
    let order = matrix![0.0, 1.0; 1.0, 0.0];
    let oblique = matrix![1.0, 0.4; -2.0, 1.5];
    let large = matrix![1e9, 0.0; 0.0, 1e9];
    let small = matrix![1e-9, 0.0; 0.0, 1e-9];
    for a in [nalgebra::Matrix2::identity(), order, oblique, large, small] {
        let spectrum = henon_in(a);
        // Other roundings, other trajectories: equal within their errors only, here of four standard deviations. The sum has no statistics; the differences of
        // a quadratic function have errors of 1e-10.
        for (found, (exact, error)) in
            spectrum.exponents.iter().zip([0.419_22, -1.623_19].into_iter().zip(&spectrum.errors))
        {
            assert!((found - exact).abs() < 2.0 * error, "{spectrum}");
        }
        assert!((spectrum.sum() - 0.3_f64.ln()).abs() < 1e-8, "{a}{spectrum}");
    }
}

#[test]
fn single_precision() {
    let a: Matrix3<f32> = matrix![-10.0, 10.0, 0.0; 28.0, -1.0, 0.0; 0.0, 0.0, -8.0 / 3.0];
    let field = ode(move |_t, y: &Vector3<f32>, dy: &mut Vector3<f32>| {
        *dy = a * y + vector![0.0, -y[0] * y[2], y[0] * y[1]];
    });
    let settings = Lyapunov::over(60.0).transient(10.0).renormalise_every(0.05);
    let y0 = Vector3::new(1.0_f32, 1.0, 1.0);
    let spectrum = settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(0.01)).unwrap();
    for ((found, error), exact) in spectrum.exponents.iter().zip(&spectrum.errors).zip([0.9056, 0.0, -14.5723]) {
        // The Jacobian has differences of four digits.
        assert!((found - exact).abs() < 1.5 * error + 0.02, "{spectrum}");
    }
}

/// The Hénon map in units of its own for each coordinate.
struct HenonIn;
impl GenericDynamics<2, 2> for HenonIn {
    fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
        let (u, v) = (x[0] / p[0], x[1] / p[1]);
        vector![(T::from(1.0) - T::from(1.4) * u * u + v) * p[0], T::from(0.3) * u * p[1]]
    }
}

#[test]
fn a_unit_for_each_coordinate_makes_no_direction_singular() {
    for units in [vector![1.0, 1e9], vector![1e9, 1.0], vector![1e-9, 1e9], vector![1e9, 1e-9]] {
        let map = Map::new(Autodiff::new(HenonIn, units));
        let spectrum = Lyapunov::over(3000).transient(100).spectrum(&map, &(0.1 * units), 2).unwrap();
        // J. C. Sprott (2003): 0.41922. The product of the exponents' growths is 0.3 in each step.
        assert!((spectrum.exponents[0] - 0.419_22).abs() < 2.0 * spectrum.errors[0], "{units}{spectrum}");
        assert!((spectrum.sum() - 0.3_f64.ln()).abs() < 1e-10, "{units}{spectrum}");
    }
    // Without a transient, general directions are parallel up to rounding: lost, but not singular.
    let map = Map::new(Autodiff::new(HenonIn, vector![1e-9, 1e9]));
    let failure = Lyapunov::over(100).spectrum(&map, &vector![1e-10, 1e8], 2).unwrap_err();
    assert!(matches!(failure.error, rheos::Error::TangentLost { index: 1, .. }), "{failure}");
}
