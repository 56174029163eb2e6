use nalgebra::{SVector, vector};
use serde_json::Value;

use super::*;
use crate::error::Error;
use crate::train::uniform;

type Scalar = SVector<f64, 1>;

fn scalars(times: &[f64], f: impl Fn(f64) -> f64) -> Vec<Scalar> {
    times.iter().map(|&t| vector![f(t)]).collect()
}

fn equidistant(n: usize, end: f64) -> Vec<f64> {
    (0..n).map(|i| end * i as f64 / (n - 1) as f64).collect()
}

/// Standard normal numbers.
fn normal(seed: u64) -> impl FnMut() -> f64 {
    let mut draw = uniform(seed);
    move || (-2.0 * (1.0 - draw()).ln()).sqrt() * (std::f64::consts::TAU * draw()).cos()
}

fn smooth(times: &[f64], values: &[Scalar], h: f64) -> LocalQuadratic<1> {
    LocalQuadratic::with_bandwidths(times, values, vector![h]).unwrap()
}

fn slope(smooth: &LocalQuadratic<1>, t: f64) -> f64 {
    smooth.at(t).unwrap().slope[0]
}

#[test]
fn parabolas_are_reproduced() {
    // Irregular: gaps from 0.1 to 10.
    let times = [-3.0, -2.9, -2.0, 0.0, 0.1, 0.3, 5.0, 5.5, 15.5, 16.0];
    let (value, slope) = (|t: f64| 2.0 - 3.0 * t + 0.25 * t * t, |t: f64| -3.0 + 0.5 * t);
    let values = scalars(&times, value);
    let by_rule = LocalQuadratic::new(&times, &values).unwrap();
    for smooth in [1e-3, 1.0, 4.0, 1e6].map(|h| smooth(&times, &values, h)).iter().chain([&by_rule]) {
        for t in [-3.0, -2.95, -1.0, 0.3, 5.2, 10.0, 15.4, 16.0] {
            let found = smooth.at(t).unwrap();
            assert!((found.value[0] - value(t)).abs() < 1e-11, "{t} {:?}: {found:?}", smooth.bandwidths());
            assert!((found.slope[0] - slope(t)).abs() < 1e-10, "{t} {:?}: {found:?}", smooth.bandwidths());
        }
    }
}

#[test]
fn agrees_with_numpy() {
    let root: Value = serde_json::from_str(include_str!("../../../tests/reference/fit.json")).unwrap();
    let text = include_str!("../../../examples/data/lynx_hare_1900_1920.csv");
    let rows = text.lines().skip(1).map(|line| line.split(',').map(|x| x.parse().unwrap()).collect::<Vec<f64>>());
    let (times, hares): (Vec<f64>, Vec<Scalar>) = rows.map(|row| (row[0], vector![row[1]])).unzip();
    let numbers = |value: &Value| value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect::<Vec<_>>();
    let expected = &root["smoothing"];
    let points = expected["points"].as_array().unwrap();
    for (h, points) in numbers(&expected["bandwidths"]).into_iter().zip(points.chunks(5)) {
        for point in points.iter().map(numbers) {
            let found = smooth(&times, &hares, h).at(point[0]).unwrap();
            assert!((found.value[0] - point[1]).abs() < 1e-9, "{h} {point:?}: {found:?}");
            assert!((found.slope[0] - point[2]).abs() < 1e-9, "{h} {point:?}: {found:?}");
        }
    }
    let errors: Vec<Vec<f64>> = expected["prediction_errors"].as_array().unwrap().iter().map(numbers).collect();
    for pair in &errors {
        let found = smooth(&times, &hares, pair[0]).prediction_error().unwrap()[0];
        assert!((found / pair[1] - 1.0).abs() < 1e-9, "{pair:?}: {found}");
    }
    let best = LocalQuadratic::new(&times, &hares).unwrap().prediction_error().unwrap()[0];
    assert!(errors.iter().all(|pair| best <= pair[1] * (1.0 + 1e-12)), "{best}");
}

#[test]
fn the_bias_is_the_asymptotic_one() {
    // Dense measurements of sin t without noise. Inside: h² y‴/14 and −h⁴ y⁗/504; at an end the slope has −(13/168) h² y‴.
    let times = equidistant(4001, 4.0);
    let values = scalars(&times, f64::sin);
    for h in [0.2, 0.1] {
        let smooth = smooth(&times, &values, h);
        for t in [1.0_f64, 2.3, 3.1] {
            let found = smooth.at(t).unwrap();
            let (value, slope) = (found.value[0] - t.sin(), found.slope[0] - t.cos());
            assert!((value / (-h.powi(4) * t.sin() / 504.0) - 1.0).abs() < 0.02, "{h} {t}: {value}");
            assert!((slope / (-h * h * t.cos() / 14.0) - 1.0).abs() < 0.02, "{h} {t}: {slope}");
        }
        let end = slope(&smooth, 0.0) - 1.0;
        assert!((end / (13.0 / 168.0 * h * h) - 1.0).abs() < 0.05, "{h}: {end}");
    }
}

#[test]
fn the_variance_is_the_asymptotic_one() {
    // Noise alone, at times further apart than two bandwidths: independent estimates. Their variance is (15/7) σ²/(ρ h³).
    let (n, h, sigma) = (24_001, 0.5, 0.3);
    let times = equidistant(n, 600.0);
    let mut draw = normal(11);
    let values = scalars(&times, |_| 0.0).iter().map(|_| vector![sigma * draw()]).collect::<Vec<_>>();
    let smooth = smooth(&times, &values, h);
    let slopes: Vec<f64> = (1..600).map(|i| slope(&smooth, f64::from(i))).collect();
    let variance = slopes.iter().map(|slope| slope * slope).sum::<f64>() / slopes.len() as f64;
    let expected = 15.0 / 7.0 * sigma * sigma / (40.0 * h.powi(3));
    // The relative standard deviation of a variance from 599 numbers is 0.058.
    assert!((variance / expected - 1.0).abs() < 0.17, "{variance} {expected}");
}

#[test]
fn the_bandwidth_is_near_the_best_one() {
    let error = |smooth: &LocalQuadratic<1>| {
        let at = |i: i32| smooth.at(0.02 * f64::from(i)).unwrap().value[0] - (0.02 * f64::from(i)).sin();
        ((10..490).map(|i| at(i).powi(2)).sum::<f64>() / 480.0).sqrt()
    };
    let (mut chosen, mut best) = (0.0, vec![0.0; 12]);
    for seed in 0..4 {
        let mut draw = uniform(seed);
        let mut times: Vec<f64> = (0..198).map(|_| 10.0 * draw()).chain([0.0, 10.0]).collect();
        times.sort_unstable_by(f64::total_cmp);
        let mut noise = normal(seed + 100);
        let values: Vec<Scalar> = times.iter().map(|t| vector![t.sin() + 0.2 * noise()]).collect();
        chosen += error(&LocalQuadratic::new(&times, &values).unwrap());
        for (k, total) in best.iter_mut().enumerate() {
            *total += error(&smooth(&times, &values, 0.3 * 1.3_f64.powi(k as i32)));
        }
    }
    let best = best.into_iter().fold(f64::INFINITY, f64::min);
    assert!(chosen < 1.2 * best, "{chosen} {best}");
}

#[test]
fn units_and_origins_do_not_matter() {
    let times = [0.0, 0.4, 1.0, 1.1, 2.0, 2.7, 3.0, 4.0, 4.5, 5.0];
    let mut noise = normal(3);
    let values: Vec<SVector<f64, 2>> = times.iter().map(|&t: &f64| vector![t.sin() + 0.1 * noise(), t.cos()]).collect();
    let smooth = LocalQuadratic::new(&times, &values).unwrap();
    for (unit, origin) in [(1.0, 1e3), (3.2e7, 0.0), (1e-12, 5e-12)] {
        let scale = vector![1e9, 1e-200];
        let there = times.map(|t| unit * t + origin);
        let values: Vec<_> = values.iter().map(|y| y.component_mul(&scale)).collect();
        let other = LocalQuadratic::new(&there, &values).unwrap();
        assert!(
            (other.bandwidths() / unit - smooth.bandwidths()).norm() < 1e-12,
            "{} {}",
            other.bandwidths(),
            smooth.bandwidths()
        );
        for t in [0.0, 0.7, 2.2, 5.0] {
            let (a, b) = (smooth.at(t).unwrap(), other.at((unit * t + origin).min(there[9])).unwrap());
            assert!((a.value - b.value.component_div(&scale)).norm() < 1e-10, "{unit} {origin} {t}");
            assert!((a.slope - b.slope.component_div(&scale) * unit).norm() < 1e-10, "{unit} {origin} {t}");
        }
    }
}

#[test]
fn a_component_does_not_see_the_others() {
    let times = equidistant(30, 6.0);
    let mut noise = normal(8);
    let first = scalars(&times, f64::sin);
    let second: Vec<Scalar> = times.iter().map(|_| vector![noise()]).collect();
    let both: Vec<SVector<f64, 2>> = first.iter().zip(&second).map(|(a, b)| vector![a[0], b[0]]).collect();
    let both = LocalQuadratic::new(&times, &both).unwrap();
    for (component, alone) in [first, second].into_iter().enumerate() {
        let alone = LocalQuadratic::new(&times, &alone).unwrap();
        assert_eq!(alone.bandwidths()[0], both.bandwidths()[component]);
        assert_eq!(alone.at(2.5).unwrap().slope[0], both.at(2.5).unwrap().slope[component]);
    }
    assert!(both.bandwidths()[0] < both.bandwidths()[1], "noise is smoothed more");
}

#[test]
fn a_constant_has_no_slope() {
    let times = equidistant(12, 1.0);
    for constant in [0.0, -7.5, 1e300] {
        let smooth = LocalQuadratic::new(&times, &scalars(&times, |_| constant)).unwrap();
        let found = smooth.at(0.35).unwrap();
        assert!((found.value[0] - constant).abs() <= 1e-14 * constant.abs(), "{found:?}");
        assert!(found.slope[0].abs() <= 1e-12 * constant.abs(), "{found:?}");
    }
}

#[test]
fn bad_arguments_are_named() {
    let times = equidistant(5, 1.0);
    let values = scalars(&times, f64::sin);
    let new = |times: &[f64], values: &[Scalar]| LocalQuadratic::new(times, values).unwrap_err();
    assert_eq!(new(&times[..3], &values[..3]), Error::LengthMismatch { name: "times", found: 3, expected: 4 });
    assert_eq!(new(&times, &values[..4]), Error::LengthMismatch { name: "values", found: 4, expected: 5 });
    for (index, time) in [(2, 0.25), (2, 0.1), (3, f64::NAN), (4, f64::INFINITY)] {
        let mut times = times.clone();
        times[index] = time;
        let error = new(&times, &values);
        assert!(matches!(error, Error::InvalidEntry { name: "times", index: i, .. } if i == index), "{error}");
    }
    let mut bad = values.clone();
    bad[1][0] = f64::NAN;
    assert!(matches!(new(&times, &bad), Error::InvalidEntry { name: "values", index: 1, .. }));
    for h in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = LocalQuadratic::with_bandwidths(&times, &values, vector![h]).unwrap_err();
        assert!(matches!(error, Error::InvalidEntry { name: "bandwidths", index: 0, .. }), "{error}");
    }
    let smooth = smooth(&times, &values, 0.5);
    for t in [-0.1, 1.1, f64::NAN] {
        assert!(matches!(smooth.at(t), Err(Error::OutsideSolution { t0: 0.0, t1: 1.0, .. })));
    }
    assert!(matches!(smooth.samples(&[]), Err(Error::LengthMismatch { name: "times", .. })));
}

#[test]
fn what_is_undetermined_is_an_error() {
    // Two of the three nearest times coincide up to rounding.
    let times = [0.0, 1e-12, 1.0, 2.0, 3.0, 4.0];
    let values = scalars(&times, f64::cos);
    assert!(matches!(smooth(&times, &values, 0.1).at(0.0), Err(Error::InvalidArgument { name: "t", .. })));
    assert!(smooth(&times, &values, 3.0).at(0.0).is_ok());
    // Such bandwidths are not chosen.
    assert!(LocalQuadratic::new(&times, &values).unwrap().at(0.0).is_ok());
    let (times, values) = (vec![0.0, 1.0, 2.0], scalars(&[1e308, 1e308, -1e308], |y| y));
    assert!(smooth(&times, &values, 5.0).at(1.0).is_err());
    assert!(smooth(&times, &values, 5.0).prediction_error().is_err());
}

#[test]
fn logarithms_become_positive_quantities() {
    let times = equidistant(40, 2.0);
    let smooth = LocalQuadratic::new(&times, &scalars(&times, |t| -3.0 * t + t * t)).unwrap();
    let samples = smooth.samples(&[0.5, 1.9]).unwrap().exp().unwrap();
    for ((t, y), dy) in samples.times().iter().zip(samples.states()).zip(samples.slopes()) {
        let exact = (-3.0 * t + t * t).exp();
        assert!((y[0] - exact).abs() < 1e-12 && (dy[0] - exact * (2.0 * t - 3.0)).abs() < 1e-11, "{y} {dy}");
    }
}
