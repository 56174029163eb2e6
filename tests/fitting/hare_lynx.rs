//! Hare and lynx, 1900 to 1920, against SciPy.

use nalgebra::vector;
use rheos::dynamics::problems::LotkaVolterra;
use rheos::error::Error;
use rheos::fit::{Experiment, Fit, Forward, LevenbergMarquardt, Parameter, Series};
use rheos::{Autodiff, Pid, Vern7};

use crate::reference::{compare, entry, numbers};

type Pelts = Fit<'static, Forward<Autodiff<LotkaVolterra, 2, 4>, Vern7, Pid>>;

/// Units of time (years) and of the pelts (thousands), and a shift of the time.
#[derive(Clone, Copy)]
struct Units {
    time: f64,
    pelts: f64,
    shift: f64,
}

const THOUSANDS: Units = Units { time: 1.0, pelts: 1.0, shift: 0.0 };

/// The fit of the logarithms from these parameters.
fn pelts(start: [f64; 6], units: Units) -> Pelts {
    let file = include_str!("../../examples/data/lynx_hare_1900_1920.csv");
    let rows = file.lines().skip(1).map(|line| line.split(',').map(|x| x.parse::<f64>().unwrap()).collect::<Vec<_>>());
    let rows: Vec<Vec<f64>> = rows.collect();
    let column = |i: usize, unit: f64| rows.iter().map(|row| row[i] * unit).collect::<Vec<_>>();
    let [hares, lynx] = [column(1, units.pelts), column(2, units.pelts)];
    let years: Vec<f64> = column(0, 1.0).iter().map(|t| units.time * (t + units.shift)).collect();
    let scales = [1.0 / units.time, 1.0 / units.time / units.pelts].repeat(2);
    let scales = [scales, vec![units.pelts; 2]].concat();
    let names = ["α", "β", "γ", "δ", "hares", "lynx"];
    let parameter = |j: usize| Parameter::new(names[j], scales[j] * start[j]).positive();
    let experiment = Experiment::new(years[0], [parameter(4), parameter(5)])
        .measured(Series::log_component(0, &years, &hares))
        .measured(Series::log_component(1, &years, &lynx));
    // Relative tolerances, whatever the unit.
    Fit::new(
        Autodiff::new(LotkaVolterra, vector![0.0, 0.0, 0.0, 0.0]),
        Vern7,
        Pid::tolerance(1e-9).atol(1e-12 * units.pelts),
    )
    .parameters([0, 1, 2, 3].map(parameter))
    .experiment(experiment)
}

const START: [f64; 6] = [0.5, 0.025, 0.8, 0.025, 30.0, 4.0];

/// The figures of the literature have four digits, SciPy has more.
#[test]
fn the_minimum_is_that_of_scipy() {
    let fitted = pelts(START, THOUSANDS).least_squares().unwrap();
    let expected = entry(&["hare_lynx"]);
    compare(&fitted, &expected, 1e-5);
    let correlation = fitted.correlation().unwrap();
    for (found, expected) in correlation.iter().zip(numbers(&expected["correlation"])) {
        assert!((found - expected).abs() < 1e-5);
    }
    for (parameter, known) in fitted.parameters.iter().zip([0.5402, 0.0272, 0.7964, 0.0237, 34.602, 5.8445]) {
        assert!((parameter.value - known).abs() < 1e-4_f64.max(1e-4 * known), "{parameter:?}");
    }
    assert!((fitted.sum_of_squares - 2.018661).abs() < 1e-6);
    assert_eq!(fitted.degrees_of_freedom(), 36);
    let table = fitted.to_string();
    assert!(table.contains("α") && table.contains("0.54016") && table.contains("2.0186612"), "{table}");
}

#[test]
fn profiles_are_those_of_scipy() {
    let fit = pelts(START, THOUSANDS);
    let fitted = fit.least_squares().unwrap();
    let (expected, errors) = (entry(&["hare_lynx", "profile_intervals"]), entry(&["hare_lynx", "standard_errors"]));
    let (expected, errors) = (numbers(&expected), numbers(&errors));
    for (j, name) in ["α", "β", "γ", "δ", "hares", "lynx"].into_iter().enumerate().skip(2).step_by(3) {
        let profile = fit.profile(&fitted, name, 0.95).unwrap();
        for (end, expected) in [profile.lower, profile.upper].into_iter().zip(&expected[2 * j..]) {
            assert!((end.value().unwrap() - expected).abs() < 1e-4 * errors[j], "{name}: {end:?} {expected}");
        }
        assert!(profile.points.is_sorted_by(|a, b| a.value < b.value) && profile.points.len() > 4);
        assert!(profile.points.iter().all(|point| point.sum_of_squares >= fitted.sum_of_squares));
    }
}

/// A start from which single shooting ends in another minimum; SciPy does too.
#[test]
fn multiple_shooting_finds_the_minimum() {
    let starts = include_str!("../../examples/data/hare_lynx_starts.csv");
    let starts: Vec<[f64; 6]> = starts
        .lines()
        .skip(1)
        .map(|line| std::array::from_fn(|j| line.split(',').nth(j).unwrap().parse().unwrap()))
        .collect();
    let scipy = numbers(&entry(&["hare_lynx", "starts", "lm_RK45", "sums_of_squares"]));
    let best = entry(&["hare_lynx", "sum_of_squares"]).as_f64().unwrap();
    for i in [1, 8] {
        let fit = pelts(starts[i], THOUSANDS);
        assert!(scipy[i] > 15.0 && fit.least_squares().unwrap().sum_of_squares > 15.0);
        let fitted = fit.multiple_shooting(20).unwrap();
        assert!((fitted.sum_of_squares / best - 1.0).abs() < 1e-6, "{i}: {}", fitted.sum_of_squares);
    }
}

#[test]
fn units_and_a_shift_of_time_do_not_matter() {
    let expected = pelts(START, THOUSANDS).multiple_shooting(10).unwrap();
    for units in [
        Units { time: 365.25, ..THOUSANDS },
        Units { pelts: 1e9, ..THOUSANDS },
        Units { time: 1e-9, pelts: 1e-12, shift: -1900.0 },
    ] {
        for shooting in [true, false] {
            let fit = pelts(START, units);
            let fitted = if shooting { fit.multiple_shooting(10) } else { fit.least_squares() }.unwrap();
            assert!((fitted.sum_of_squares - expected.sum_of_squares).abs() < 1e-9);
            let (errors, found) = (expected.standard_errors().unwrap(), fitted.standard_errors().unwrap());
            for j in 0..6 {
                let (value, reference) = (fitted.parameters[j].value, expected.parameters[j].value);
                let relative = (value / found[j]) / (reference / errors[j]);
                assert!((relative - 1.0).abs() < 1e-3, "{j}: {relative}");
                let unit = [1.0 / units.time, 1.0 / units.time / units.pelts, units.pelts][[0, 1, 0, 1, 2, 2][j]];
                assert!((value / unit / reference - 1.0).abs() < 1e-5, "{j}: {value} {reference}");
            }
        }
    }
}

#[test]
fn a_budget_keeps_the_best_point() {
    let method = LevenbergMarquardt::new().max_iterations(2);
    let failure = pelts(START, THOUSANDS).least_squares_with(&method).unwrap_err();
    assert!(matches!(failure.error, Error::FitNotConverged { iterations: 2, .. }));
    let best = failure.partial.as_ref().unwrap();
    assert!(best.sum_of_squares > 2.0186 && best.sum_of_squares < 50.0);
    assert!(failure.to_string().contains("the best point"));
}
