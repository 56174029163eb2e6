//! Fits by every adjoint, of states that are matrices and tuples, and of the weights of a network.

use nalgebra::{Matrix2, SMatrix, Vector2, matrix, vector};
use rheos::dynamics::problems::LotkaVolterra;
use rheos::fit::{Experiment, Fit, Fitted, Parameter, Series, Simulation};
use rheos::formula::Static;
use rheos::nn::{Mlp, Net};
use rheos::solver::reversible::Coupled;
use rheos::train::{Lbfgs, uniform};
use rheos::{
    BacksolveAdjoint, Differentiable, DiscreteAdjoint, Dopri5, Dynamics, Fixed, Ivp, Parametric, Pid,
    ReversibleAdjoint, Rk4, Tsit5,
};

const TIMES: [f64; 6] = [0.5, 1.0, 1.5, 2.0, 2.5, 3.0];

/// The prey, with errors of up to 1 %, from parameters that are 10 % too large.
fn with_prey<X: Simulation>(fit: Fit<'_, X>) -> Fitted {
    let (model, y0) = LotkaVolterra::problem();
    let y = Ivp::new(&model, y0, 0.0..3.0).save_at(&TIMES).solve(Dopri5, Pid::tolerance(1e-10)).unwrap().y;
    let prey: Vec<f64> = y.iter().enumerate().map(|(i, y)| y[0] * (1.0 + 0.01 * (7.0 * i as f64).sin())).collect();
    let truth = [("α", 1.5), ("β", 1.0), ("γ", 3.0), ("δ", 1.0)];
    fit.parameters(truth.map(|(name, value)| Parameter::new(name, 1.1 * value).positive()))
        .experiment(Experiment::from_known(0.0, y0.as_slice()).measured(Series::component(0, &TIMES, &prey)))
        .least_squares()
        .unwrap()
}

/// The adjoints have other errors than the forward sensitivities, so the covariances agree to `accuracy`.
fn agree(found: &Fitted, expected: &Fitted, accuracy: f64) {
    let errors = expected.standard_errors().unwrap();
    for (j, (a, b)) in found.parameters.iter().zip(&expected.parameters).enumerate() {
        assert!((a.value - b.value).abs() < accuracy * errors[j], "{a:?} {b:?}");
    }
    let covariances = (found.covariance().unwrap(), expected.covariance().unwrap());
    assert!((covariances.0 - &covariances.1).norm() < accuracy * covariances.1.norm());
}

#[test]
fn every_adjoint_finds_the_same_minimum() {
    let model = || LotkaVolterra::problem().0;
    let (like, control) = (vector![0.0, 0.0], Pid::tolerance(1e-10));
    let expected = with_prey(Fit::new(model(), Dopri5, control));
    let discrete = Fit::by_adjoint(model(), like, Dopri5, control, DiscreteAdjoint::new());
    agree(&with_prey(discrete), &expected, 1e-5);
    let backsolve = Fit::by_adjoint(model(), like, Tsit5, control, BacksolveAdjoint::new(Tsit5, control));
    agree(&with_prey(backsolve), &expected, 1e-4);
    let reversible = Fit::by_adjoint(model(), like, Coupled::new(Rk4), Fixed::step(0.01), ReversibleAdjoint::new());
    agree(&with_prey(reversible), &expected, 1e-4);
}

/// `Y' = A Y`.
#[derive(Clone)]
struct Linear(Matrix2<f64>);

impl Dynamics for Linear {
    type State = Matrix2<f64>;
    fn eval(&self, _t: f64, y: &Matrix2<f64>, dy: &mut Matrix2<f64>) {
        *dy = self.0 * y;
    }
}

impl Parametric for Linear {
    type Params = Matrix2<f64>;
    fn params(&self) -> Matrix2<f64> {
        self.0
    }
    fn set_params(&mut self, a: &Matrix2<f64>) {
        self.0 = *a;
    }
}

impl Differentiable for Linear {
    type Trace = ();
    fn vjp(
        &self,
        _t: f64,
        y: &Matrix2<f64>,
        w: &Matrix2<f64>,
        ybar: &mut Matrix2<f64>,
        abar: &mut Matrix2<f64>,
    ) -> f64 {
        *ybar += self.0.tr_mul(w);
        *abar += w * y.transpose();
        0.0
    }
}

/// A decaying rotation: `Y(t) = e^{−at} R(ωt) Y(0)`. Entries are numbered by columns.
#[test]
fn a_state_may_be_a_matrix() {
    let (a, w) = (0.3, 2.0);
    let start = matrix![1.0, 0.5; -0.2, 2.0];
    let at = |t: f64| {
        let (sin, cos) = (w * t).sin_cos();
        (-a * t).exp() * matrix![cos, -sin; sin, cos] * start
    };
    let measured = |i: usize| Series::component(i, &TIMES, &TIMES.map(|t| at(t)[i]));
    let experiment = Experiment::from_known(0.0, start.as_slice()).measured(measured(1)).measured(measured(2));
    let fit = Fit::by_adjoint(
        Linear(matrix![-0.4, -1.8; 2.2, -0.2]),
        Matrix2::zeros(),
        Dopri5,
        Pid::tolerance(1e-10),
        DiscreteAdjoint::new(),
    );
    let found = fit.experiment(experiment).least_squares().unwrap().values();
    for (found, expected) in found.iter().zip([-a, w, -w, -a]) {
        assert!((found - expected).abs() < 1e-7, "{found} {expected}");
    }
}

/// `x' = −k x` beside `v' = (x, −q v₀)`.
#[derive(Clone)]
struct Pair(Vector2<f64>);

impl Dynamics for Pair {
    type State = (f64, Vector2<f64>);
    fn eval(&self, _t: f64, (x, v): &Self::State, dy: &mut Self::State) {
        *dy = (-self.0[0] * x, vector![*x, -self.0[1] * v[0]]);
    }
}

impl Parametric for Pair {
    type Params = Vector2<f64>;
    fn params(&self) -> Vector2<f64> {
        self.0
    }
    fn set_params(&mut self, params: &Vector2<f64>) {
        self.0 = *params;
    }
}

impl Differentiable for Pair {
    type Trace = ();
    fn vjp(&self, _t: f64, y: &Self::State, w: &Self::State, ybar: &mut Self::State, pbar: &mut Vector2<f64>) -> f64 {
        let ((x, v), (wx, wv)) = (y, w);
        ybar.0 += -self.0[0] * wx + wv[0];
        ybar.1[0] -= self.0[1] * wv[1];
        *pbar -= vector![x * wx, v[0] * wv[1]];
        0.0
    }
}

/// `x = e^{−kt}`, `v₀ = (1 − x)/k`, `v₁ = −q (t − v₀)/k`.
#[test]
fn a_state_may_be_a_tuple() {
    let (k, q) = (0.8, 1.7);
    let last = TIMES.map(|t| {
        let v = (1.0 - (-k * t).exp()) / k;
        -q * (t - v) / k
    });
    let field = Pair(vector![1.0, 1.0]);
    let fitted = Fit::by_adjoint(field, (0.0, vector![0.0, 0.0]), Tsit5, Pid::tolerance(1e-10), DiscreteAdjoint::new())
        .experiment(Experiment::from_known(0.0, &[1.0, 0.0, 0.0]).measured(Series::component(2, &TIMES, &last)))
        .least_squares()
        .unwrap();
    assert!((fitted.parameters[0].value - k).abs() < 1e-7 && (fitted.parameters[1].value - q).abs() < 1e-7, "{fitted}");
}

/// A network learns `y' = −y³`, whose solution from 1 is `1/√(1 + 2t)`, by the loss of its 13 weights.
#[test]
fn a_network_is_fitted() {
    let net: Net<Mlp<f64, 1, 4, 1>, Static<1>> = Net::new(Mlp::uniform(&mut uniform(3)));
    let values = TIMES.map(|t| 1.0 / (1.0 + 2.0 * t).sqrt());
    let fit = Fit::by_adjoint(
        net.field(),
        SMatrix::<f64, 1, 1>::zeros(),
        Tsit5,
        Pid::tolerance(1e-8),
        DiscreteAdjoint::new(),
    )
    .experiment(Experiment::from_known(0.0, &[1.0]).measured(Series::component(0, &TIMES, &values)));
    let loss = |predicted: &[f64], measured: &[f64]| {
        let residuals: Vec<f64> = predicted.iter().zip(measured).map(|(p, m)| p - m).collect();
        Ok((0.5 * residuals.iter().map(|r| r * r).sum::<f64>(), residuals))
    };
    let found = fit.minimise(&Lbfgs::new().tolerance(1e-6), loss).unwrap();
    assert!(found.parameters.len() == 13 && found.loss < 1e-6, "{}", found.loss);
    let found: Vec<f64> = found.parameters.iter().map(|parameter| parameter.value).collect();
    // Between the measurements.
    let times = [0.75_f64, 1.25, 2.75];
    for (t, state) in times.into_iter().zip(fit.states(&found, 0, &times).unwrap()) {
        assert!((state[0] - 1.0 / (1.0 + 2.0 * t).sqrt()).abs() < 2e-3, "{t} {}", state[0]);
    }
}
