//! The adaptive quadrature of the gradient of the parameters: its tolerance, and where it cannot be had.

use nalgebra::{Vector1, vector};
use rheos::adjoint::{Gradient, QuadratureAdjoint};
use rheos::dynamics::Counted;
use rheos::{Differentiable, Dopri5, Dynamics, Error, Fixed, Parametric, Pid, Rk4};

use crate::common::gradient::{gradient, over};

/// `y' = p g(t)`, so that `∂y(1)/∂p` is the integral of `g`.
struct Driven(fn(f64) -> f64);

impl Dynamics for Driven {
    type State = Vector1<f64>;
    fn eval(&self, _: f64, _: &Vector1<f64>, dy: &mut Vector1<f64>) {
        // The pullback alone sees the derivative in p = 0.
        dy[0] = 0.0;
    }
}

impl Parametric for Driven {
    type Params = f64;
    fn params(&self) -> f64 {
        0.0
    }
    fn set_params(&mut self, _: &f64) {}
}

impl Differentiable for Driven {
    type Trace = ();
    fn vjp(&self, t: f64, _: &Vector1<f64>, w: &Vector1<f64>, _: &mut Vector1<f64>, pbar: &mut f64) -> f64 {
        *pbar += w[0] * (self.0)(t);
        0.0
    }
}

/// With four steps of the adjoint equation; the gradient, and the pullbacks it took.
fn integral(g: fn(f64) -> f64, tolerance: f64) -> (Result<Gradient<Vector1<f64>, f64>, Error>, u64) {
    let f = Counted::new(Driven(g));
    let adjoint = QuadratureAdjoint::kronrod(Rk4, Fixed::steps(4), tolerance);
    let loss = |_: &[Vector1<f64>]| vec![vector![0.0], vector![1.0]];
    let found = gradient(over(&f, &vector![0.0], &[0.0, 1.0]), Dopri5, Pid::tolerance(1e-6), &adjoint, loss);
    (found, f.pullbacks())
}

#[test]
fn a_tolerance_is_positive_and_finite() {
    for tolerance in [0.0, -1e-6, f64::NAN, f64::INFINITY] {
        let (refused, _) = integral(f64::cos, tolerance);
        assert!(matches!(refused, Err(Error::InvalidArgument { name: "tolerance", .. })), "{refused:?}");
    }
}

#[test]
fn a_tolerance_below_rounding_is_served_as_far_as_rounding_goes() {
    for tolerance in [1e-8, 1e-16, 1e-300, f64::MIN_POSITIVE] {
        let (found, pullbacks) = integral(f64::cos, tolerance);
        assert!((found.unwrap().params - 1.0_f64.sin()).abs() < 1e-14);
        assert!(pullbacks < 500, "{tolerance:e}: {pullbacks}");
    }
    // Of values that cancel, too.
    let (found, pullbacks) = integral(|t| 1e8 * (16.0 * std::f64::consts::PI * t).sin() + 1.0, 1e-300);
    assert!((found.unwrap().params - 1.0).abs() < 1e-5);
    assert!(pullbacks < 5000, "{pullbacks}");
}

/// Whatever the size of the gradient.
#[test]
fn a_tolerance_is_relative() {
    let smallest = integral(|t| 1e-200 * (40.0 * t).cos(), 1e-9);
    let [largest, expected] = [integral(|t| 1e200 * (40.0 * t).cos(), 1e-9), integral(|t| (40.0 * t).cos(), 1e-9)];
    let exact = 40.0_f64.sin() / 40.0;
    for ((found, pullbacks), unit) in [(smallest, 1e-200), (largest, 1e200)] {
        assert!((found.unwrap().params / unit - exact).abs() < 1e-9 * exact.abs(), "{unit:e}");
        assert_eq!(pullbacks, expected.1, "{unit:e}");
    }
}

/// Where the integrand jumps, steps are cut until the part that holds the jump is small enough.
#[test]
fn a_jump_is_integrated_to_the_tolerance() {
    for tolerance in [1e-6, 1e-10] {
        let (found, pullbacks) = integral(|t| if t < 0.3 { 1.0 } else { 0.0 }, tolerance);
        let error = (found.unwrap().params - 0.3).abs();
        assert!(error < tolerance && pullbacks < 5000, "{error:e}, {pullbacks}");
    }
}

#[test]
fn a_tolerance_that_cannot_be_had_is_an_error() {
    // Noise.
    let (found, pullbacks) = integral(|t| ((t * 1e9).sin() * 43_758.545_3).fract(), 1e-12);
    assert!(matches!(found, Err(Error::QuadratureFailed { tolerance: 1e-12, .. })), "{found:?}");
    assert!(pullbacks < 300_000, "{pullbacks}");
    let (found, pullbacks) = integral(|t| if t < 0.6 { f64::NAN } else { 1.0 }, 1e-8);
    assert!(matches!(found, Err(Error::NonFiniteDerivative { t, .. }) if (t - 0.75).abs() < 1e-12), "{found:?}");
    assert!(pullbacks < 500, "{pullbacks}");
}
