//! Starts of a fit from smoothed measurements.

use nalgebra::vector;
use rheos::dynamics::problems::LotkaVolterra;
use rheos::dynamics::{MassMatrix, WithMass};
use rheos::error::Error;
use rheos::fit::{Experiment, Fit, Forward, Parameter, Series, Simulation};
use rheos::train::uniform;
use rheos::{Autodiff, DiscreteAdjoint, Dopri5, Fixed, Ivp, Pid, RadauIIA5, Rk4};

use crate::reference::{entry, numbers};

type Model = Autodiff<LotkaVolterra, 2, 4>;
type LotkaVolterraFit<'a> = Fit<'a, Forward<Model, Dopri5, Pid>>;

const TRUTH: [f64; 4] = [1.5, 1.0, 3.0, 1.0];
const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

/// Times with irregular gaps, and the exact states there.
fn exact(y0: [f64; 2], t0: f64) -> (Vec<f64>, [Vec<f64>; 2]) {
    let mut draw = uniform(2);
    let mut times = vec![t0];
    while times.len() < 120 {
        times.push(times[times.len() - 1] + 0.03 + 0.04 * draw());
    }
    let model = LotkaVolterra::problem().0;
    let span = times[0]..times[times.len() - 1];
    let problem = Ivp::new(&model, y0.into(), span).save_at(&times);
    let solution = problem.solve(Dopri5, Pid::tolerance(1e-10)).unwrap();
    (times, [0, 1].map(|i| solution.y.iter().map(|y| y[i]).collect()))
}

fn fit<'a>(start: [f64; 4]) -> LotkaVolterraFit<'a> {
    let parameters = NAMES.iter().zip(start).map(|(name, value)| Parameter::new(*name, value).positive());
    let model = Autodiff::new(LotkaVolterra, start.into());
    Fit::new(model, Dopri5, Pid::tolerance(1e-8)).parameters(parameters)
}

fn unknown_start<'a>(t0: f64) -> Experiment<'a> {
    Experiment::new(t0, ["x0", "y0"].map(|name| Parameter::new(name, 7.0).positive()))
}

fn near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found / expected - 1.0).abs() < tolerance, "{found} {expected}");
    }
}

#[test]
fn exact_data_give_nearly_the_parameters() {
    let (times, y) = exact([2.0, 0.5], 3.0);
    for log in [false, true] {
        let series = |i: usize| match log {
            true => Series::log_component(i, &times, &y[i]),
            false => Series::component(i, &times, &y[i]),
        };
        let experiment = unknown_start(3.0).measured(series(0)).measured(series(1));
        let fit = fit([0.3, 5.0, 0.7, 4.0]).experiment(experiment);
        assert_eq!(fit.names().unwrap()[4..], ["x0", "y0"]);
        near(&fit.collocation_start().unwrap(), &[1.5, 1.0, 3.0, 1.0, 2.0, 0.5], 0.02);
    }
}

#[test]
fn units_and_the_origin_of_time_do_not_matter() {
    let (times, y) = exact([2.0, 0.5], 0.0);
    let mut draw = uniform(8);
    let noisy = y.map(|y| y.iter().map(|y| y * (1.0 + 0.1 * (draw() - 0.5))).collect::<Vec<_>>());
    let start = |unit_t: f64, unit_x: f64, unit_y: f64, origin: f64| {
        let times: Vec<f64> = times.iter().map(|t| origin + unit_t * t).collect();
        let [x, y] = [(0, unit_x), (1, unit_y)].map(|(i, unit)| noisy[i].iter().map(|v| unit * v).collect::<Vec<_>>());
        let parameters = [1.0, 1.0 / unit_y, 1.0, 1.0 / unit_x].map(|p| p / unit_t);
        let experiment =
            unknown_start(origin).measured(Series::component(0, &times, &x)).measured(Series::component(1, &times, &y));
        let found = fit(parameters).experiment(experiment).collocation_start().unwrap();
        let units = [1.0 / unit_t, 1.0 / (unit_t * unit_y), 1.0 / unit_t, 1.0 / (unit_t * unit_x), unit_x, unit_y];
        found.iter().zip(units).map(|(found, unit)| found / unit).collect::<Vec<_>>()
    };
    let expected = start(1.0, 1.0, 1.0, 0.0);
    near(&expected, &[1.5, 1.0, 3.0, 1.0, 2.0, 0.5], 0.1);
    near(&start(1.0, 1e6, 1e-3, 0.0), &expected, 1e-7);
    near(&start(3600.0, 1.0, 1.0, 1e6), &expected, 1e-7);
}

#[test]
fn experiments_share_parameters_and_have_their_own() {
    let (times, first) = exact([2.0, 0.5], 0.0);
    let (_, second) = exact([4.0, 2.0], 0.0);
    let measured = |experiment: Experiment<'static>, y: &[Vec<f64>; 2]| {
        experiment.measured(Series::component(0, &times, &y[0])).measured(Series::component(1, &times, &y[1]))
    };
    // `alpha` is known in the first experiment, and free in the second.
    let fit = fit([9.0, 5.0, 0.7, 4.0])
        .experiment(measured(unknown_start(0.0).with(Parameter::new("alpha", 1.5).fixed()), &first))
        .experiment(measured(unknown_start(0.0).with(Parameter::new("alpha", 0.1).positive()), &second));
    let names = fit.names().unwrap();
    assert_eq!(names[..3], ["beta", "gamma", "delta"]);
    let found = fit.collocation_start().unwrap();
    let value = |name: &str| found[names.iter().position(|other| other == name).unwrap()];
    let expected = [
        ("beta", 1.0),
        ("gamma", 3.0),
        ("delta", 1.0),
        ("alpha [1]", 1.5),
        ("x0 [0]", 2.0),
        ("y0 [0]", 0.5),
        ("x0 [1]", 4.0),
    ];
    for (name, expected) in expected {
        near(&[value(name)], &[expected], 0.02);
    }
}

#[test]
fn replicates_are_averaged_and_a_start_outside_is_kept() {
    let (times, y) = exact([2.0, 0.5], 1.0);
    let [above, below] = [1.05, 0.95].map(|f| y.clone().map(|y| y.iter().map(|y| f * y).collect::<Vec<_>>()));
    let mut experiment = unknown_start(0.0);
    for y in [&above, &below] {
        experiment =
            experiment.measured(Series::component(0, &times, &y[0])).measured(Series::component(1, &times, &y[1]));
    }
    let found = fit([1.0, 1.0, 1.0, 1.0]).experiment(experiment).collocation_start().unwrap();
    near(&found, &[1.5, 1.0, 3.0, 1.0, 7.0, 7.0], 0.02);
    near(&found[4..], &[7.0, 7.0], 1e-14);
}

#[test]
fn a_missing_component_is_named() {
    let (times, y) = exact([2.0, 0.5], 0.0);
    let only =
        |i: usize, times: &[f64], values: &[f64]| unknown_start(0.0).measured(Series::component(i, times, values));
    let error = |experiment| fit(TRUTH).experiment(experiment).collocation_start().unwrap_err();
    let missing = error(only(1, &times, &y[1]));
    assert_eq!(missing, Error::NotMeasured { component: 0, experiment: 0 });
    let function = Series::function(|_, y, _| y[1] * 1.0, &times, &y[1]);
    let missing = error(only(0, &times, &y[0]).measured(function));
    assert_eq!(missing, Error::NotMeasured { component: 1, experiment: 0 });
    let few = error(only(0, &times, &y[0]).measured(Series::component(1, &times[..3], &y[1][..3])));
    assert_eq!(few, Error::LengthMismatch { name: "times", found: 3, expected: 4 });
    let apart = error(only(0, &times[..9], &y[0][..9]).measured(Series::component(1, &times[9..], &y[1][9..])));
    assert!(matches!(apart, Error::LengthMismatch { found: 0, expected: 1, .. }), "{apart}");
}

/// The start needs no solve: a method that would fail on it does not matter.
#[test]
fn nothing_is_solved() {
    let (times, y) = exact([2.0, 0.5], 0.0);
    let experiment = Experiment::from_known(0.0, &[2.0, 0.5])
        .measured(Series::component(0, &times, &y[0]))
        .measured(Series::component(1, &times, &y[1]));
    let model = Autodiff::new(LotkaVolterra, vector![1.0, 1.0, 1.0, 1.0]);
    let fit = Fit::new(model, Rk4, Fixed::steps(0)).experiment(experiment);
    assert!(fit.least_squares().is_err());
    near(&fit.collocation_start().unwrap(), &TRUTH, 0.02);
}

/// The same by NumPy and SciPy, and the minimum of the fit from there.
#[test]
fn hare_and_lynx_from_thirty_starts() {
    let table = |text: &str| {
        let rows = text.lines().skip(1).map(|line| line.split(',').map(|x| x.parse().unwrap()).collect());
        rows.collect::<Vec<Vec<f64>>>()
    };
    let pelts = table(include_str!("../../examples/data/lynx_hare_1900_1920.csv"));
    let [years, hares, lynx] = [0, 1, 2].map(|i| pelts.iter().map(|row| row[i]).collect::<Vec<_>>());
    let starts = table(include_str!("../../examples/data/hare_lynx_starts.csv"));
    let expected = numbers(&entry(&["hare_lynx", "collocation"]));
    assert_eq!(starts.len(), 30);
    for start in &starts {
        let y0 = [4, 5].map(|j| Parameter::new(["hares", "lynx"][j - 4], start[j]).positive());
        let experiment = Experiment::new(1900.0, y0)
            .measured(Series::log_component(0, &years, &hares))
            .measured(Series::log_component(1, &years, &lynx));
        let fit = fit([start[0], start[1], start[2], start[3]]).experiment(experiment);
        let found = fit.collocation_start().unwrap();
        near(&found[..4], &expected, 1e-4);
        near(&found[4..], &[hares[0], lynx[0]], 1e-12);
        if std::ptr::eq(start, &starts[3]) {
            assert!(fit.least_squares().map_or(true, |fitted| fitted.sum_of_squares > 16.0), "this start is a bad one");
            let fitted = fit.least_squares_from(&found).unwrap();
            assert!((fitted.sum_of_squares - 2.018661).abs() < 1e-6, "{fitted}");
        }
    }
}

#[test]
fn an_adjoint_has_the_same_start() {
    let (times, y) = exact([2.0, 0.5], 0.0);
    let model = Autodiff::new(LotkaVolterra, vector![1.0, 1.0, 1.0, 1.0]);
    let backward = Fit::by_adjoint(model, vector![0.0, 0.0], Dopri5, Pid::tolerance(1e-8), DiscreteAdjoint::new());
    let measured = || {
        unknown_start(0.0).measured(Series::component(0, &times, &y[0])).measured(Series::component(1, &times, &y[1]))
    };
    let found = backward.experiment(measured()).collocation_start().unwrap();
    near(&found, &fit([1.0; 4]).experiment(measured()).collocation_start().unwrap(), 1e-9);
}

/// `M y' = f` says nothing about the slope of an algebraic variable.
#[test]
fn a_mass_matrix_is_refused() {
    fn refused<X: Simulation>(fit: Fit<'_, X>) {
        let (times, y) = exact([2.0, 0.5], 0.0);
        let experiment = unknown_start(0.0)
            .measured(Series::component(0, &times, &y[0]))
            .measured(Series::component(1, &times, &y[1]));
        let error = fit.experiment(experiment).collocation_start().unwrap_err();
        assert!(matches!(error, Error::InvalidArgument { name: "mass matrix", .. }), "{error}");
    }
    let model = Autodiff::new(LotkaVolterra, vector![1.0, 1.0, 1.0, 1.0]);
    let system = WithMass::new(model, MassMatrix::diagonal(&[1.0, 2.0]).unwrap());
    refused(Fit::new(system.clone(), RadauIIA5::new(), Pid::tolerance(1e-8)));
    let y = vector![0.0, 0.0];
    refused(Fit::by_adjoint(system, y, RadauIIA5::new(), Pid::tolerance(1e-8), DiscreteAdjoint::new()));
}
