//! Forward sensitivities, adjoints, sparse models and mass matrices agree.

use nalgebra::{DVector, SVector, dvector, vector};
use rheos::dynamics::problems::LotkaVolterra;
use rheos::dynamics::{GenericField, MassMatrix, SparseAutodiff, WithMass};
use rheos::fit::{Experiment, Fit, Fitted, Parameter, Series, Simulation};
use rheos::train::Lbfgs;
use rheos::{Autodiff, DiscreteAdjoint, Dopri5, GenericDynamics, Ivp, Pid, RadauIIA5, Scalar};

const TRUTH: [f64; 4] = [1.5, 1.0, 3.0, 1.0];
const TIMES: [f64; 6] = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0];

fn control() -> Pid {
    Pid::tolerance(1e-10)
}

/// Measurements of the prey and of the sum, with errors of up to 1 %.
fn data() -> [Vec<f64>; 2] {
    let (model, y0) = LotkaVolterra::problem();
    let y = Ivp::new(&model, y0, 0.0..3.0).save_at(&TIMES).solve(Dopri5, control()).unwrap().y;
    let error = |i: usize| 1.0 + 0.01 * (7.0 * i as f64).sin();
    [
        y.iter().enumerate().map(|(i, y)| y[0] * error(i)).collect(),
        y.iter().enumerate().map(|(i, y)| (y[0] + y[1]) * error(i + 3)).collect(),
    ]
}

fn with_data<X: Simulation>(fit: Fit<'_, X>) -> Fit<'_, X> {
    let [prey, sum] = data();
    let start = [Parameter::new("prey", 1.2).positive(), Parameter::new("predators", 1.0).fixed()];
    let experiment = Experiment::new(0.0, start)
        .measured(Series::component(0, &TIMES, &prey).sigma(0.1))
        .measured(Series::function(|_t, y, _p| y[0] + y[1], &TIMES, &sum));
    let names = ["α", "β", "γ", "δ"];
    let parameters = [0, 1, 2, 3].map(|j| Parameter::new(names[j], 1.1 * TRUTH[j]).positive());
    fit.parameters(parameters).experiment(experiment)
}

fn forward() -> Fit<'static, impl Simulation> {
    with_data(Fit::new(Autodiff::new(LotkaVolterra, SVector::from(TRUTH)), Dopri5, control()))
}

fn agree(found: &Fitted, expected: &Fitted) {
    let errors = expected.standard_errors().unwrap();
    for (j, (a, b)) in found.parameters.iter().zip(&expected.parameters).enumerate() {
        assert!(a.name == b.name && (a.value - b.value).abs() < 1e-5 * errors[j], "{a:?} {b:?}");
    }
    let covariances = (found.covariance().unwrap(), expected.covariance().unwrap());
    assert!((covariances.0 - &covariances.1).norm() < 1e-5 * covariances.1.norm());
}

#[test]
fn an_adjoint_finds_the_same_minimum() {
    let model = Autodiff::new(LotkaVolterra, SVector::from(TRUTH));
    let backward = Fit::by_adjoint(model, vector![0.0, 0.0], Dopri5, control(), DiscreteAdjoint::new());
    let expected = forward().least_squares().unwrap();
    agree(&with_data(backward).least_squares().unwrap(), &expected);
    // The noise of 1 % moves the parameters by less than 10 %.
    for (parameter, truth) in expected.parameters.iter().zip(TRUTH) {
        assert!((parameter.value / truth - 1.0).abs() < 0.1, "{expected}");
    }
}

/// The model for slices.
#[derive(Clone)]
struct Sliced;

impl GenericField for Sliced {
    fn eval<T: Scalar>(&self, _t: T, y: &[T], p: &[T], dy: &mut [T]) {
        dy[0] = p[0] * y[0] - p[1] * y[0] * y[1];
        dy[1] = p[3] * y[0] * y[1] - p[2] * y[1];
    }
}

#[test]
fn a_model_of_any_size_finds_the_same_minimum() {
    let model = SparseAutodiff::new(Sliced, DVector::from_row_slice(&TRUTH), 0.0, &dvector![1.0, 1.0]);
    agree(&with_data(Fit::new(model, Dopri5, control())).least_squares().unwrap(), &forward().least_squares().unwrap());
}

/// Half the sum of squares, as any loss.
#[test]
fn lbfgs_finds_the_same_minimum() {
    let fit = forward();
    let expected = fit.least_squares().unwrap();
    let sigma = |i: usize| if i < 6 { 0.1 } else { 1.0 };
    let loss = |predicted: &[f64], measured: &[f64]| {
        let residuals: Vec<f64> = (0..12).map(|i| (predicted[i] - measured[i]) / sigma(i)).collect();
        let value = 0.5 * residuals.iter().map(|r| r * r).sum::<f64>();
        Ok((value, residuals.iter().enumerate().map(|(i, r)| r / sigma(i)).collect()))
    };
    let found = fit.minimise(&Lbfgs::new().tolerance(1e-8), loss).unwrap();
    assert!((2.0 * found.loss / expected.sum_of_squares - 1.0).abs() < 1e-6);
    let errors = expected.standard_errors().unwrap();
    for (j, (a, b)) in found.parameters.iter().zip(&expected.parameters).enumerate() {
        assert!((a.value - b.value).abs() < 1e-2 * errors[j], "{a:?} {b:?}");
    }
}

/// A substance that decays, `a' = −k a`, beside its product in equilibrium with a third: `b = 1 − a − c`, `c = K b`.
#[derive(Clone)]
struct Equilibrium;

impl GenericDynamics<3, 2> for Equilibrium {
    fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 3>, p: &SVector<T, 2>) -> SVector<T, 3> {
        vector![-p[0] * y[0], y[0] + y[1] + y[2] - 1.0, y[2] - p[1] * y[1]]
    }
}

/// `c = K/(1 + K) (1 − e^{−kt})`. The start depends on no parameter, and is consistent for all of them.
#[test]
fn a_system_with_a_mass_matrix_is_fitted() {
    let (k, equilibrium) = (0.7, 0.25);
    let value = |t: f64| equilibrium / (1.0 + equilibrium) * (1.0 - (-k * t).exp());
    let values = TIMES.map(value);
    let mass = MassMatrix::diagonal(&[1.0, 0.0, 0.0]).unwrap();
    let system = WithMass::new(Autodiff::new(Equilibrium, vector![1.0, 1.0]), mass);
    let fit = Fit::new(system, RadauIIA5, control())
        .parameters([Parameter::new("k", 2.0).positive(), Parameter::new("K", 1.0).positive()])
        .experiment(Experiment::from_known(0.0, &[1.0, 0.0, 0.0]).measured(Series::component(2, &TIMES, &values)));
    let fitted = fit.least_squares().unwrap();
    assert!((fitted.parameters[0].value - k).abs() < 1e-7, "{fitted}");
    assert!((fitted.parameters[1].value - equilibrium).abs() < 1e-7, "{fitted}");
}
