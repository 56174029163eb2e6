//! Systems with known exponents.

use nalgebra::{DMatrix, DVector, Matrix3, Vector1, Vector2, Vector3, matrix, vector};
use rheos::analysis::{Iterated, Lyapunov, Map, Spectrum};
use rheos::dynamics::problems::Lorenz;
use rheos::solver::implicit::{Krylov, Kvaerno3};
use rheos::{Autodiff, Fixed, Pid, Rk4, Tsit5, ode};

use super::{Roessler, close, henon, logistic};

/// Within twice the error that the spectrum reports, four standard deviations.
#[track_caller]
fn within_errors(spectrum: &Spectrum, expected: &[f64]) {
    for ((found, error), exact) in spectrum.exponents.iter().zip(&spectrum.errors).zip(expected) {
        assert!((found - exact).abs() < 2.0 * error + 1e-4, "{spectrum}: {expected:?}");
    }
}

/// Sprott, *Chaos and Time-Series Analysis* (2003), appendix A: 0.41922 and −1.62319.
#[test]
fn henon_map() {
    let map = Map::new(henon());
    let spectrum = Lyapunov::over(10_000).transient(200).spectrum(&map, &vector![0.1, 0.1], 2).unwrap();
    within_errors(&spectrum, &[0.419_22, -1.623_19]);
    assert!(spectrum.errors[0] < 0.02);
    // Every step contracts areas by 0.3: the sum is exact up to the rounding of 10 000 logarithms.
    assert!((spectrum.sum() - 0.3_f64.ln()).abs() < 1e-13 && spectrum.volume_gap().unwrap() < 1e-12);
    let dimension = spectrum.kaplan_yorke().unwrap();
    assert!((dimension - (1.0 + 0.419_22 / 1.623_19)).abs() < 0.02);
    // One exponent alone is the first of two.
    let one = Lyapunov::over(10_000).transient(200).spectrum(&map, &vector![0.1, 0.1], 1).unwrap();
    close(&one.exponents, &spectrum.exponents[..1], 1e-3);
    assert!(one.volume.is_none() && one.kaplan_yorke().is_none());
}

#[test]
fn logistic_map_with_every_interval() {
    let map = Map::new(logistic(4.0));
    for every in [1, 3, 10] {
        let settings = Lyapunov::over(20_000).transient(10).renormalise_every(every);
        let spectrum = settings.spectrum(&map, &Vector1::new(0.3), 1).unwrap();
        within_errors(&spectrum, &[2.0_f64.ln()]);
        assert!(spectrum.errors[0] < 0.02, "{spectrum}");
    }
    // The third iterate grows three times as fast.
    let third = Iterated::new(&map, 3).unwrap();
    let spectrum = Lyapunov::over(5000).spectrum(&third, &Vector1::new(0.3), 1).unwrap();
    within_errors(&spectrum, &[3.0 * 2.0_f64.ln()]);
}

/// J. C. Sprott's page of the Lorenz attractor: 0.9056, 0, −14.5723. The long average is in `tests/large`.
#[test]
fn lorenz() {
    let (field, y0) = Lorenz::problem();
    let settings = Lyapunov::over(30.0).transient(5.0).renormalise_every(0.1);
    let spectrum = settings.spectrum_of_flow(&field, &y0, 3, Rk4, Fixed::step(0.01)).unwrap();
    within_errors(&spectrum, &[0.9056, 0.0, -14.5723]);
    assert!(spectrum.errors[0] < 0.5);
    let adaptive = settings.spectrum_of_flow(&field, &y0, 3, Tsit5, Pid::tolerance(1e-6)).unwrap();
    within_errors(&adaptive, &[0.9056, 0.0, -14.5723]);
    // Without an interval of the user.
    let settings = Lyapunov::over(20.0).transient(5.0);
    let spectrum = settings.spectrum_of_flow(&field, &y0, 2, Tsit5, Pid::tolerance(1e-6)).unwrap();
    within_errors(&spectrum, &[0.9056, 0.0]);
}

/// Sprott (2003), appendix A: 0.0714, 0, −5.3943.
#[test]
fn roessler() {
    let field = Autodiff::new(Roessler, vector![0.2, 0.2, 5.7]);
    let settings = Lyapunov::over(400.0).transient(100.0).renormalise_every(0.5);
    let spectrum = settings.spectrum_of_flow(&field, &vector![1.0, 1.0, 0.0], 3, Rk4, Fixed::step(0.05)).unwrap();
    within_errors(&spectrum, &[0.0714, 0.0, -5.3943]);
}

#[test]
fn a_linear_map_is_exact() {
    // Eigenvalues 3, −1/2 and 1/8, in a basis that is far from orthogonal.
    let basis: Matrix3<f64> = matrix![1.0, 1.0, 0.0; 0.0, 1.0, 1.0; 1.0, 0.5, 2.0];
    let a = basis * Matrix3::from_diagonal(&vector![0.125, 3.0, -0.5]) * basis.try_inverse().unwrap();
    let map = Map::new(ode(move |_t, x: &Vector3<f64>, next: &mut Vector3<f64>| *next = a * x));
    // From the fixed point, since other states overflow. The differences of a linear function have rounding errors of 1e-11.
    let spectrum = Lyapunov::over(500).transient(60).spectrum(&map, &Vector3::zeros(), 3).unwrap();
    close(&spectrum.exponents, &[3.0_f64.ln(), -(2.0_f64.ln()), -(8.0_f64.ln())], 1e-9);
    assert!(spectrum.errors.iter().all(|&error| error < 1e-9), "{spectrum}");
}

#[test]
fn a_linear_flow_is_exact() {
    // Rotations in the plane with damping 0.3, and a slow direction.
    let a: Matrix3<f64> = matrix![-0.3, 2.0, 0.0; -2.0, -0.3, 0.0; 1.0, 0.0, -0.05];
    let field = ode(move |_t, y: &Vector3<f64>, dy: &mut Vector3<f64>| *dy = a * y);
    let settings = Lyapunov::over(20.0).transient(100.0).renormalise_every(1.0);
    let control = Pid::tolerance(1e-10);
    let spectrum = settings.spectrum_of_flow(&field, &Vector3::new(1.0, 0.0, 0.0), 3, Tsit5, control).unwrap();
    // The first exponent has the error of the method. A frame turns in the plane of the pair, so the
    // other two vary in time, but not their sum.
    assert!((spectrum.exponents[0] + 0.05).abs() < 1e-9, "{spectrum}");
    assert!((spectrum.exponents[1] + 0.3).abs() <= spectrum.errors[1] + 1e-9, "{spectrum}");
    assert!((spectrum.sum() + 0.65).abs() < 1e-9);
}

/// Implicit methods solve their equations without a matrix of the tangents.
#[test]
fn a_stiff_linear_flow() {
    let field = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![-y[0] + y[1], -300.0 * y[1]]);
    let settings = Lyapunov::over(0.1).transient(0.1).renormalise_every(0.02);
    let method = Kvaerno3.with(Krylov::new());
    let spectrum = settings.spectrum_of_flow(&field, &vector![1.0, 0.0], 2, method, Pid::tolerance(1e-5)).unwrap();
    // Some dozen steps in an interval, each within 1e-5 of the length of a vector: 1e-3 / 0.02 at most.
    assert!((spectrum.exponents[0] + 1.0).abs() < 0.05 && (spectrum.exponents[1] + 300.0).abs() < 0.05, "{spectrum}");
}

#[test]
fn a_diagonal_map_of_many_units() {
    // The subspaces of the coordinates are invariant; the frame must not start in one of them.
    let n = 40;
    let factors: Vec<f64> = (0..n).map(|i| 0.8_f64.powi(i)).collect();
    let scaled = factors.clone();
    let map = Map::new(ode(move |_t, x: &DVector<f64>, next: &mut DVector<f64>| {
        for i in 0..x.len() {
            next[i] = scaled[(i + 7) % scaled.len()] * x[i];
        }
    }));
    let spectrum = Lyapunov::over(20).transient(150).spectrum(&map, &DVector::zeros(n as usize), 8).unwrap();
    let expected: Vec<f64> = factors[..8].iter().map(|x| x.ln()).collect();
    close(&spectrum.exponents, &expected, 1e-9);
}

#[test]
fn a_transient_that_ends_at_rest_gives_the_exponents_of_the_fixed_point() {
    let map = Map::new(logistic(2.5));
    let spectrum = Lyapunov::over(200).transient(200).spectrum(&map, &Vector1::new(0.3), 1).unwrap();
    assert!((spectrum.exponents[0] - 0.5_f64.ln()).abs() < 1e-12, "{spectrum}"); // the slope 2 − r
    assert!((spectrum.end[0] - 0.6).abs() < 1e-15);
    // Lorenz below the onset of chaos spirals into a focus; no exponent is 0 there.
    let field = Autodiff::new(Lorenz, vector![10.0, 10.0, 8.0 / 3.0]);
    let settings = Lyapunov::over(40.0).transient(60.0).renormalise_every(0.1);
    let spectrum = settings.spectrum_of_flow(&field, &vector![1.0, 1.0, 1.0], 3, Rk4, Fixed::step(0.01)).unwrap();
    // The roots of λ³ + (σ+β+1) λ² + β (σ+ρ) λ + 2 σ β (ρ−1) at ρ = 10: by numpy.roots.
    close(&spectrum.exponents, &[-0.595_4, -0.595_4, -12.475_8], 0.02);
    assert!((spectrum.sum() + 41.0 / 3.0).abs() < 1e-4);
}

#[test]
fn periodic_orbits_of_maps() {
    // The superstable 2-cycle has an exponent of minus infinity: the slope at 1/2 is zero.
    let map = Map::new(logistic(1.0 + 5.0_f64.sqrt()));
    let spectrum = Lyapunov::over(100).spectrum(&map, &Vector1::new(0.5), 1);
    match spectrum {
        // The cycle visits 1/2 to the last bit only at first; rounding leaves a slope.
        Ok(found) => assert!(found.exponents[0] == f64::NEG_INFINITY || found.exponents[0] < -5.0, "{found}"),
        Err(failure) => panic!("{failure}"),
    }
}

#[test]
fn the_running_mean_ends_at_the_exponents() {
    let map = Map::new(henon());
    let settings = Lyapunov::over(1024).transient(100).blocks(32);
    let spectrum = settings.spectrum(&map, &Vector2::new(0.1, 0.1), 2).unwrap();
    assert!(spectrum.blocks.len() == 32 && spectrum.blocks[0].start == 100.0);
    let running = spectrum.running();
    close(&running[31].exponents, &spectrum.exponents, 1e-13);
    assert_eq!((running[0].start, running[31].end), (100.0, 1124.0));
    // As many blocks as intervals: local exponents of every step.
    let every = settings.blocks(1024).spectrum(&map, &Vector2::new(0.1, 0.1), 2).unwrap();
    assert_eq!(every.blocks.len(), 1024);
    let mean = DMatrix::from_fn(1024, 2, |i, k| every.blocks[i].exponents[k]).row_mean();
    close(mean.transpose().as_slice(), &spectrum.exponents, 1e-13);
}

/// The slopes of the 2-cycle alternate, so an odd number of steps has one too many of them, and the error says so.
#[test]
fn a_cycle_that_divides_the_blocks_but_not_the_average() {
    let r = 3.2_f64;
    let exact = 0.5 * (4.0 + 2.0 * r - r * r).abs().ln(); // the product of the slopes
    for length in [64, 65, 67, 129, 1001] {
        let spectrum = Lyapunov::over(length).transient(1000).spectrum(&Map::new(logistic(r)), &Vector1::new(0.3), 1);
        let spectrum = spectrum.unwrap();
        let distance = (spectrum.exponents[0] - exact).abs();
        assert!(distance < 1.01 * spectrum.errors[0] + 1e-14, "{length}: {spectrum}");
    }
}

#[test]
fn the_dimension_of_a_cycle_is_1_and_of_a_torus_2() {
    let (field, y0) = rheos::dynamics::problems::VanDerPol::problem(1.0);
    let settings = Lyapunov::over(40.0).transient(30.0).renormalise_every(0.5);
    let cycle = settings.spectrum_of_flow(&field, &y0, 2, Rk4, Fixed::step(0.02)).unwrap();
    // Over some periods, the exponent 0 has a statistical error of some hundredths.
    assert!((cycle.kaplan_yorke().unwrap() - 1.0).abs() < 0.05, "{cycle}");
    // Two oscillators with the frequencies 1 and √2, each with the exponents 0 and −2. No statistics: they turn uniformly.
    let torus = ode(|_t, y: &nalgebra::Vector4<f64>, dy: &mut nalgebra::Vector4<f64>| {
        for (i, frequency) in [(0, 1.0), (2, 2.0_f64.sqrt())] {
            let growth = 1.0 - y[i] * y[i] - y[i + 1] * y[i + 1];
            dy[i] = y[i] * growth - frequency * y[i + 1];
            dy[i + 1] = y[i + 1] * growth + frequency * y[i];
        }
    });
    let settings = Lyapunov::over(20.0).transient(20.0).renormalise_every(0.5);
    let y0 = vector![0.5, 0.1, 0.4, 0.4];
    let found = settings.spectrum_of_flow(&torus, &y0, 4, Rk4, Fixed::step(0.04)).unwrap();
    close(&found.exponents, &[0.0, 0.0, -2.0, -2.0], 1e-6);
    assert!((found.kaplan_yorke().unwrap() - 2.0).abs() < 1e-6, "{found}");
}
