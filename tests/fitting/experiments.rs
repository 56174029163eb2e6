//! Several experiments, against linear regression: the logarithm of `y' = −k y` is a line.

use nalgebra::{DMatrix, DVector, SVector, vector};
use rheos::dynamics::DualNum;
use rheos::error::Error;
use rheos::fit::{Experiment, Fit, Fitted, Forward, LevenbergMarquardt, Parameter, Series, Simulation};
use rheos::{Autodiff, GenericDynamics, Pid, Scalar, Vern7};

#[derive(Clone)]
pub struct Decay;

impl GenericDynamics<1, 1> for Decay {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, k: &SVector<T, 1>) -> SVector<T, 1> {
        vector![-k[0] * y[0]]
    }
}

type DecayFit<'a> = Fit<'a, Forward<Autodiff<Decay, 1, 1>, Vern7, Pid>>;

pub fn decay<'a>() -> DecayFit<'a> {
    Fit::new(Autodiff::new(Decay, vector![1.0]), Vern7, Pid::tolerance(1e-12).atol(1e-15))
}

/// To the accuracy of the solver: the default tolerance is a millionth of a standard error.
pub fn minimum<X: Simulation>(fit: &Fit<'_, X>) -> Fitted {
    fit.least_squares_with(&LevenbergMarquardt::new().tolerance(1e-9)).unwrap()
}

const TIMES: [f64; 5] = [0.5, 1.0, 2.0, 3.5, 5.0];
const FIRST: [f64; 5] = [2.4, 1.8, 1.25, 0.5, 0.3];
const SECOND: [f64; 5] = [7.0, 6.5, 3.9, 2.0, 0.8];
const SIGMAS: [f64; 5] = [0.1, 0.2, 0.1, 0.3, 0.2];

/// The regression on the columns of a matrix: estimates, standard errors and the sum of squares.
fn regression(design: &DMatrix<f64>, values: &DVector<f64>) -> (DVector<f64>, DVector<f64>, f64) {
    let inverse = (design.tr_mul(design)).try_inverse().unwrap();
    let found = &inverse * design.tr_mul(values);
    let sum = (values - design * &found).norm_squared();
    let variance = sum / (values.len() - found.len()) as f64;
    (found, inverse.diagonal().map(|x| (variance * x).sqrt()), sum)
}

/// Two experiments with a common rate and starts of their own, and weights in the second.
#[test]
fn parameters_are_shared() {
    let start = |value| [Parameter::new("y0", value).positive()];
    let fit = decay()
        .parameters([Parameter::new("k", 2.0).positive()])
        .experiment(Experiment::new(0.0, start(1.0)).measured(Series::log_component(0, &TIMES, &FIRST)))
        .experiment(
            Experiment::new(0.0, start(1.0)).measured(Series::log_component(0, &TIMES, &SECOND).sigmas(&SIGMAS)),
        );
    assert_eq!(fit.names().unwrap(), ["k", "y0 [0]", "y0 [1]"]);
    let fitted = minimum(&fit);
    let sigma = |i: usize| if i < 5 { 1.0 } else { SIGMAS[i - 5] };
    let design = DMatrix::from_fn(10, 3, |i, j| [-TIMES[i % 5], f64::from(i < 5), f64::from(i >= 5)][j] / sigma(i));
    let values = DVector::from_fn(10, |i, _| if i < 5 { FIRST[i] } else { SECOND[i - 5] }.ln() / sigma(i));
    let (expected, errors, sum) = regression(&design, &values);
    assert!((fitted.sum_of_squares / sum - 1.0).abs() < 1e-9);
    let found = fitted.standard_errors().unwrap();
    let k = fitted.parameter("k").unwrap().value;
    assert!((k - expected[0]).abs() < 1e-9 && (found[0] / errors[0] - 1.0).abs() < 1e-8);
    for j in [1, 2] {
        let y0 = fitted.parameters[j].value;
        assert!((y0.ln() - expected[j]).abs() < 1e-9 && (found[j] / y0 / errors[j] - 1.0).abs() < 1e-8);
    }
    // The start of the first line does not depend on the order of the experiments or of the measurements.
    let reversed = |values: [f64; 5]| std::array::from_fn::<f64, 5, _>(|i| values[4 - i]);
    let [times, first, second, sigmas] = [TIMES, FIRST, SECOND, SIGMAS].map(reversed);
    let turned = decay()
        .parameters([Parameter::new("k", 2.0).positive()])
        .experiment(
            Experiment::new(0.0, start(1.0)).measured(Series::log_component(0, &times, &second).sigmas(&sigmas)),
        )
        .experiment(Experiment::new(0.0, start(1.0)).measured(Series::log_component(0, &times, &first)));
    let turned = minimum(&turned);
    assert!((turned.parameters[0].value - k).abs() < 1e-9);
    assert!((turned.parameters[2].value / fitted.parameters[1].value - 1.0).abs() < 1e-9);
}

/// A rate of its own in each experiment, then a fixed one in the first.
#[test]
fn experiments_replace_parameters() {
    let start = || [Parameter::new("y0", 1.0).positive()];
    let own = |rate: Parameter, values: &[f64; 5]| {
        Experiment::new(0.0, start()).with(rate).measured(Series::log_component(0, &TIMES, values))
    };
    let line = |values: [f64; 5]| {
        let design = DMatrix::from_fn(5, 2, |i, j| [-TIMES[i], 1.0][j]);
        regression(&design, &DVector::from_fn(5, |i, _| values[i].ln()))
    };
    let k = || Parameter::new("k", 1.0).positive();
    let fit = decay().parameters([k()]).experiment(own(k(), &FIRST)).experiment(own(k(), &SECOND));
    // No experiment has the shared rate.
    assert_eq!(fit.names().unwrap(), ["k [0]", "y0 [0]", "k [1]", "y0 [1]"]);
    let fitted = minimum(&fit);
    assert!((fitted.parameters[0].value - line(FIRST).0[0]).abs() < 1e-8);
    assert!((fitted.parameters[2].value - line(SECOND).0[0]).abs() < 1e-8);

    let fixed = Parameter::new("k", 0.4).fixed();
    let fit = decay().parameters([k()]).experiment(own(fixed, &FIRST));
    let fit = fit.experiment(Experiment::new(0.0, start()).measured(Series::log_component(0, &TIMES, &SECOND)));
    assert_eq!(fit.names().unwrap(), ["k", "y0 [0]", "y0 [1]"]);
    let fitted = minimum(&fit);
    assert!((fitted.parameters[0].value - line(SECOND).0[0]).abs() < 1e-8);
    let mean = (0..5).map(|i| FIRST[i].ln() + 0.4 * TIMES[i]).sum::<f64>() / 5.0;
    assert!((fitted.parameters[1].value.ln() - mean).abs() < 1e-9);
}

/// A measured function with a factor that only it contains, and a start that a parameter determines.
#[test]
fn functions_of_all_parameters_are_measured() {
    let values = FIRST.map(f64::ln);
    let signal = Series::function(|_t, y, p| (p[1] * y[0]).ln(), &TIMES, &values);
    let fit = decay()
        .parameters([Parameter::new("k", 2.0), Parameter::new("factor", 1.0).between(0.5, 20.0)])
        .experiment(Experiment::from_known(0.0, &[1.0]).measured(signal));
    let design = DMatrix::from_fn(5, 2, |i, j| [-TIMES[i], 1.0][j]);
    let (expected, errors, _) = regression(&design, &DVector::from_row_slice(&values));
    let fitted = minimum(&fit);
    let (k, factor) = (fitted.parameters[0].value, fitted.parameters[1].value);
    assert!((k - expected[0]).abs() < 1e-9 && (factor.ln() - expected[1]).abs() < 1e-9);
    let found = fitted.standard_errors().unwrap();
    assert!((found[0] / errors[0] - 1.0).abs() < 1e-8 && (found[1] / factor / errors[1] - 1.0).abs() < 1e-8);
    let interval = fitted.interval("factor", 0.999_999).unwrap();
    assert!(0.5 < interval.lower && interval.upper < 20.0);

    // The same as the start.
    let fit = decay().parameters([Parameter::new("k", 2.0), Parameter::new("factor", 1.0).positive()]).experiment(
        Experiment::from_parameters(0.0, |p| vec![p[1]]).measured(Series::log_component(0, &TIMES, &FIRST)),
    );
    let fitted = minimum(&fit);
    assert!((fitted.parameters[1].value - factor).abs() < 1e-8);
}

/// From the end to the start: time runs backwards.
#[test]
fn measurements_may_be_before_the_start() {
    let fit = decay().parameters([Parameter::new("k", 1.0).positive()]).experiment(
        Experiment::new(5.0, [Parameter::new("y(5)", 1.0).positive()])
            .measured(Series::log_component(0, &TIMES, &FIRST)),
    );
    let design = DMatrix::from_fn(5, 2, |i, j| [5.0 - TIMES[i], 1.0][j]);
    let (expected, ..) = regression(&design, &DVector::from_fn(5, |i, _| FIRST[i].ln()));
    let fitted = minimum(&fit);
    assert!((fitted.parameters[0].value - expected[0]).abs() < 1e-9);
    assert!((fitted.parameters[1].value.ln() - expected[1]).abs() < 1e-9);
    let shooting = fit.multiple_shooting_with(3, &[1.0, 100.0], &LevenbergMarquardt::new().tolerance(1e-9)).unwrap();
    // The sum of squares resolves a parameter to the root of its rounding.
    assert!((shooting.parameters[0].value - expected[0]).abs() < 1e-8);
}

/// A start and a factor of it cannot be told apart; nor can a parameter that nothing contains.
#[test]
fn parameters_without_data_are_named() {
    let signal = Series::function(|_t, y, p| (p[1] * y[0]).ln(), &TIMES, &FIRST.map(f64::ln));
    let fit = decay()
        .parameters([Parameter::new("k", 2.0), Parameter::new("factor", 1.0).positive()])
        .experiment(Experiment::new(0.0, [Parameter::new("y0", 1.0).positive()]).measured(signal));
    let fitted = minimum(&fit);
    let Err(Error::NotIdentifiable { parameter }) = fitted.standard_errors() else { panic!("{fitted}") };
    assert!(["factor", "y0"].contains(&parameter.as_str()));
    assert!(fitted.to_string().contains("no standard errors: the data do not determine"));

    let fit = decay()
        .parameters([Parameter::new("k", 2.0), Parameter::new("nothing", 1.0)])
        .experiment(Experiment::from_known(0.0, &[3.0]).measured(Series::log_component(0, &TIMES, &FIRST)));
    let fitted = minimum(&fit);
    assert_eq!(fitted.covariance(), Err(Error::NotIdentifiable { parameter: "nothing".into() }));
    assert!((fitted.parameter("nothing").unwrap().value - 1.0).abs() < 1e-12);
}

/// With as many measurements as parameters the variance is unknown, unless the noise is known.
#[test]
fn without_degrees_of_freedom_there_is_no_variance() {
    let fit = decay()
        .parameters([Parameter::new("k", 1.0).positive()])
        .experiment(Experiment::from_known(0.0, &[3.0]).measured(Series::log_component(0, &[2.0], &[1.0]).sigma(0.1)));
    let fitted = minimum(&fit);
    assert!((fitted.parameters[0].value - 0.5 * 3.0_f64.ln()).abs() < 1e-9);
    assert!(matches!(fitted.covariance(), Err(Error::LengthMismatch { name: "measurements", found: 1, expected: 2 })));
    let fitted = fit.known_noise().least_squares().unwrap();
    assert!((fitted.standard_errors().unwrap()[0] - 0.05).abs() < 1e-9);
}

/// In units of 10¹⁷⁰ the rate is a number, but its variance is none.
#[test]
fn a_variance_that_underflows_is_an_error() {
    let times = TIMES.map(|t| 1e170 * t);
    let experiment = Experiment::from_known(0.0, &[3.0]).measured(Series::component(0, &times, &FIRST));
    let fit = decay().parameters([Parameter::new("k", 0.4e-170)]).experiment(experiment);
    let fitted = fit.least_squares().unwrap();
    assert!((fitted.parameters[0].value * 1e170 - 0.45).abs() < 0.1, "{fitted}");
    for refused in [fitted.standard_errors().unwrap_err(), fitted.correlation().unwrap_err()] {
        assert!(matches!(refused, Error::InvalidEntry { name: "variance", index: 0, .. }), "{refused}");
    }
}
