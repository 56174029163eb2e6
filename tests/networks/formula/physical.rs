//! The parameters of a physical model, by their names.

use nalgebra::Vector2;
use rheos::formula::Parameters;
use rheos::{Differentiable, DiscreteAdjoint, Dopri5, Dynamics, Ivp, Parametric, Pid, State, parameters, verify};

parameters! {
    /// Rates of a predator and its prey.
    struct Rates {
        /// Growth of the prey.
        alpha: f64,
        /// Predation.
        beta: f64,
        /// Growth and death of the predator.
        predator: Vector2<f64>,
    }
}

/// Lotka and Volterra's model.
struct Model(Rates);

impl Dynamics for Model {
    type State = Vector2<f64>;
    fn eval(&self, _t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
        let Rates { alpha, beta, predator } = self.0;
        dy[0] = y[0] * (alpha - beta * y[1]);
        dy[1] = y[1] * (predator[0] * y[0] - predator[1]);
    }
}

impl Parametric for Model {
    type Params = Rates;
    fn params(&self) -> Rates {
        self.0
    }
    fn set_params(&mut self, params: &Rates) {
        self.0 = *params;
    }
}

impl Differentiable for Model {
    type Trace = ();
    fn vjp(&self, _t: f64, y: &Vector2<f64>, w: &Vector2<f64>, ybar: &mut Vector2<f64>, bar: &mut Rates) -> f64 {
        let Rates { alpha, beta, predator } = self.0;
        ybar[0] += w[0] * (alpha - beta * y[1]) + w[1] * y[1] * predator[0];
        ybar[1] += w[1] * (predator[0] * y[0] - predator[1]) - w[0] * y[0] * beta;
        bar.alpha += w[0] * y[0];
        bar.beta -= w[0] * y[0] * y[1];
        bar.predator += Vector2::new(y[0], -1.0) * (w[1] * y[1]);
        0.0
    }
}

fn model() -> Model {
    Model(Rates { alpha: 1.5, beta: 0.8, predator: Vector2::new(0.6, 2.0) })
}

#[test]
fn the_names_are_those_of_the_fields() {
    let rates = model().params();
    let tensors: Vec<(String, (usize, usize))> =
        rates.tensors().into_iter().map(|tensor| (tensor.name, tensor.shape)).collect();
    let expected = [("alpha", (1, 1)), ("beta", (1, 1)), ("predator", (2, 1))];
    assert_eq!(tensors, expected.map(|(name, shape)| (name.to_owned(), shape)));
    assert_eq!(rates.coordinates(), [1.5, 0.8, 0.6, 2.0]);
    assert_eq!(format!("{rates:?}"), "Rates { alpha: 1.5, beta: 0.8, predator: [[0.6, 2.0]] }");
}

#[test]
fn they_are_a_state() {
    let other = Rates { alpha: -0.5, beta: 3.0, predator: Vector2::new(7.0, -0.25) };
    let report = verify::laws(&model().params(), &other);
    assert!(report.passed(), "{report}");
}

#[test]
fn a_gradient_has_the_names_of_the_parameters() {
    let (mut model, y0) = (model(), Vector2::new(1.0, 0.5));
    let report = verify::vjp(&mut model, 0.0, &y0);
    assert!(report.passed(), "{report}");

    let pid = Pid::tolerance(1e-10);
    let to_the_end = |model: &Model| {
        let run = Ivp::new(model, y0, 0.0..2.0).forward(Dopri5, pid, DiscreteAdjoint::new()).unwrap();
        (run.y[0][0], run.backward(&[Vector2::new(1.0, 0.0)]).unwrap().params)
    };
    let found = to_the_end(&model).1;
    let mut at = |beta: f64| {
        model.set_params(&Rates { beta, ..model.params() });
        assert_eq!(model.params().beta, beta);
        to_the_end(&model).0
    };
    let difference = (at(0.8 + 1e-4) - at(0.8 - 1e-4)) / 2e-4;
    assert!((found.beta - difference).abs() < 1e-6 * difference.abs(), "{} {difference}", found.beta);
}
