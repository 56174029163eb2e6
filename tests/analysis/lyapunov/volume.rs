//! The sum of all exponents against the volumes of the computed steps.

use nalgebra::{SVector, Vector3, vector};
use num_dual::Derivative;
use rheos::analysis::Lyapunov;
use rheos::dynamics::problems::Lorenz;
use rheos::dynamics::{Dual, Tangent};
use rheos::solver::explicit::Dop853;
use rheos::{Autodiff, Dynamics, Fixed, Ivp, Parametric, Rk4};

use super::Roessler;

/// `ln |det|` of the derivative of one step of RK4, by dual numbers over the formula of the method.
fn log_det_of_step(field: &Autodiff<Lorenz, 3, 3>, y: &Vector3<f64>, h: f64) -> f64 {
    let tangent = Tangent::new(field, field.params().map(Dual::<3>::from));
    let unit = |i| SVector::<f64, 3>::from_fn(|j, _| if i == j { 1.0 } else { 0.0 });
    let y = SVector::<Dual<3>, 3>::from_fn(|i, _| Dual::new(y[i], Derivative::some(unit(i))));
    let slope = |y: SVector<Dual<3>, 3>| {
        let mut dy = y;
        tangent.eval(0.0, &y, &mut dy);
        dy
    };
    let times = |x: SVector<Dual<3>, 3>, a: f64| x.map(|x| x * a);
    let k1 = slope(y);
    let k2 = slope(y + times(k1, 0.5 * h));
    let k3 = slope(y + times(k2, 0.5 * h));
    let k4 = slope(y + times(k3, h));
    let end = y + times(k1 + times(k2, 2.0) + times(k3, 2.0) + k4, h / 6.0);
    nalgebra::Matrix3::from_fn(|i, j| end[i].eps.0.unwrap()[j]).determinant().abs().ln()
}

#[test]
fn the_sum_is_the_contraction_of_the_computed_map() {
    let (field, y0) = Lorenz::problem();
    let (h, every, intervals) = (0.01, 0.1, 150);
    let settings = Lyapunov::over(every * f64::from(intervals)).renormalise_every(every);
    let spectrum = settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(h)).unwrap();
    // The same intervals without tangents.
    let (mut y, mut sum) = (y0, 0.0);
    for i in 0..intervals {
        let (start, end) = (f64::from(i) * every, f64::from(i + 1) * every);
        let end = if i + 1 == intervals { every * f64::from(intervals) } else { end };
        let times: Vec<f64> =
            (0..=10).map(|i| if i == 10 { end } else { start + f64::from(i) * (end - start) / 10.0 }).collect();
        let all = Ivp::new(&field, y, start..end).save_at(&times).solve(Rk4, Fixed::steps(10)).unwrap();
        sum += all.y[..10].iter().map(|y| log_det_of_step(&field, y, h)).sum::<f64>();
        y = *all.last();
    }
    let mean = sum / spectrum.time;
    assert!((spectrum.sum() - mean).abs() < 1e-10, "{} {mean}", spectrum.sum());
    for (found, expected) in spectrum.end.iter().zip(&y) {
        assert!((found - expected).abs() < 1e-12, "{:?} {y}", spectrum.end);
    }
    // The divergence is the constant −(σ + 1 + β); RK4 contracts a little differently at this step.
    assert!((spectrum.volume.unwrap() + 41.0 / 3.0).abs() < 1e-11);
    let gap = spectrum.volume_gap().unwrap();
    assert!(gap < 2e-4 && gap > 1e-5, "{gap}");
}

#[test]
fn a_method_of_high_order_contracts_as_the_flow_does() {
    let (field, y0) = Lorenz::problem();
    let settings = Lyapunov::over(10.0).transient(2.0).renormalise_every(0.1);
    let spectrum = settings.spectrum_of_flow(&field, &y0, 3, Dop853, Fixed::step(0.01)).unwrap();
    assert!((spectrum.sum() + 41.0 / 3.0).abs() < 1e-6 && spectrum.volume_gap().unwrap() < 1e-6, "{spectrum:?}");
}

#[test]
fn a_divergence_that_varies() {
    let field = Autodiff::new(Roessler, vector![0.2, 0.2, 5.7]);
    let y0 = vector![1.0, 1.0, 0.0];
    let gap = |h| {
        let settings = Lyapunov::over(40.0).renormalise_every(0.4);
        settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(h)).unwrap().volume_gap().unwrap()
    };
    // Of order 4, as RK4 and its quadrature.
    let (coarse, fine) = (gap(0.02), gap(0.01));
    assert!(fine < 1e-5 && coarse / fine > 12.0, "{coarse:e} {fine:e}");
}
