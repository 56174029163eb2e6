//! A training step of the spiral example of Chen et al. 2018: 2-50-2, tanh, on `y³`; 20 samples, 10 times, Adam.

use dfdx::shapes::{Const, Rank2};
use dfdx::tensor::{Cpu, Tensor};
use rheos::formula::{Rows, Static};
use rheos::nn::tensor::{FormulaModule, ModuleField, Tensors};
use rheos::nn::{LayerField, Mlp, Net};
use rheos::solver::StepVjp;
use rheos::train::{Adam, Optimiser};
use rheos::{Adjoint, BacksolveAdjoint, Differentiable, DiscreteAdjoint, Dopri5, Ivp, Pid, State, formula};
use rheos_peers::network;
use serde_json::Value;

use crate::{Found, Outcome, Row, tensors};

const BATCH: usize = 20;
/// The training steps of a run, from the same weights.
const STEPS: u32 = 10;
/// The default tolerances of torchdiffeq, with the controller that it and diffrax have by default.
const TOLERANCE: Pid = Pid::tolerance(1e-7).atol(1e-9).coefficients(0.0, 1.0, 0.0);

formula! {
    /// `W₂ tanh(W₁ y³ + b₁) + b₂`.
    struct Spiral<T> { net: Mlp<T, 2, 50, 2> }
    fn apply(&self, y: Rows<2>) -> Rows<2> {
        self.net.apply(y * y.square())
    }
}

type Batch = Tensor<Rank2<BATCH, 2>, f64, Cpu>;

pub fn run(weights: &Value) {
    let layers = &weights["layers"];
    let net = Mlp::<f64, 2, 50, 2> { first: network::linear(&layers[0]), second: network::linear(&layers[1]) };
    let params = Spiral { net };
    let net: LayerField<Net<_, Static<BATCH>>> = Net::new(params).field();
    let (times, y) = (network::list(&weights["times"]), network::sequence::<_, 2, BATCH>(&weights["y"]));
    rows(&net, &times, &y, ["Discrete, static", "Backsolve, static"]);

    let module = FormulaModule::<Spiral<Tensors<f64, Cpu>>>::on_device(&params, &Cpu::default());
    let net = ModuleField::<_, Rank2<BATCH, 2>, f64, Cpu>::new(module.expect("memory"));
    let at = |y| tensors::batch(y, (Const::<BATCH>, Const::<2>));
    let y: Vec<Batch> = weights["y"].as_array().into_iter().flatten().map(at).collect();
    rows(&net, &times, &y, ["Discrete, dfdx", "Backsolve, dfdx"]);
}

fn rows<F>(net: &F, times: &[f64], y: &[F::State], [discrete, backsolve]: [&'static str; 2])
where
    F: Differentiable + Clone,
    Dopri5: StepVjp<F>,
    DiscreteAdjoint: Adjoint<F, Dopri5, Pid>,
    BacksolveAdjoint<Dopri5, Pid>: Adjoint<F, Dopri5, Pid>,
{
    let row = |how| Row { task: "spiral", what: "training step", how };
    row(discrete).print(STEPS, || train(net.clone(), &DiscreteAdjoint::new(), times, y));
    row(backsolve).print(STEPS, || train(net.clone(), &BacksolveAdjoint::new(Dopri5, TOLERANCE), times, y));
}

/// Mean absolute error over all states, and its derivative.
fn mean_absolute_error<Y: State>(y: &[Y], truth: &[Y]) -> (f64, Vec<Y>) {
    let entries = (y.len() * y[0].count()) as f64;
    // The first states are the same, where the derivative is taken to be zero.
    let sign = |d: f64| if d == 0.0 { 0.0 } else { d.signum() / entries };
    let mut sum = 0.0;
    let mut derivatives = Vec::with_capacity(y.len());
    for (y, truth) in y.iter().zip(truth) {
        let mut difference = y.clone();
        difference.add_scaled(-1.0, truth);
        let entries = difference.coordinates();
        sum += entries.iter().map(|d| d.abs()).sum::<f64>();
        let signs: Vec<f64> = entries.into_iter().map(sign).collect();
        let mut derivative = y.zeros_like();
        derivative.read_coordinates(&signs);
        derivatives.push(derivative);
    }
    (sum / entries, derivatives)
}

fn train<F, A>(mut net: F, adjoint: &A, times: &[f64], truth: &[F::State]) -> Outcome<Found>
where
    F: Differentiable,
    Dopri5: StepVjp<F>,
    A: Adjoint<F, Dopri5, Pid>,
{
    let mut adam = Adam::new(1e-3);
    let mut found = Found::default();
    let span = (times[0], times[times.len() - 1]);
    for _ in 0..STEPS {
        let problem = Ivp::new(&net, truth[0].clone(), span).save_at(times);
        let run = problem.forward(Dopri5, TOLERANCE, adjoint).map_err(|failure| failure.error)?;
        let (loss, cotangents) = mean_absolute_error(&run.y, truth);
        let step = run.backward(&cotangents)?;
        found.evaluations += run.stats.evaluations + step.stats.evaluations;
        // It borrows the network.
        drop(run);
        adam.step(&mut net, &step.params)?;
        found.value = loss;
        found.gradient = step.params.inner(&step.params).sqrt();
    }
    found.evaluations /= u64::from(STEPS);
    Ok(found)
}
