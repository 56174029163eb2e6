//! A small network over a long time: 4-32-4, softplus inside and tanh outside, 64 samples, `t` from 0 to 100.

use dfdx::shapes::{Const, Rank2};
use dfdx::tensor::{Cpu, Tensor};
use nalgebra::SMatrix;
use rheos::formula::{Rows, Static};
use rheos::nn::tensor::{FormulaModule, ModuleField, Tensors};
use rheos::nn::{Linear, Net};
use rheos::solver::StepVjp;
use rheos::{Adjoint, BacksolveAdjoint, Differentiable, DiscreteAdjoint, Dopri5, Ivp, Pid, State, formula};
use rheos_peers::network;
use serde_json::Value;

use crate::{Found, Outcome, Row, tensors};

const BATCH: usize = 64;
/// With the controller that diffrax and torchdiffeq have by default.
const TOLERANCE: Pid = Pid::tolerance(1e-6).coefficients(0.0, 1.0, 0.0);

formula! {
    /// `tanh(W₂ softplus(W₁ y + b₁) + b₂)`.
    struct Small<T> { first: Linear<T, 4, 32>, second: Linear<T, 32, 4> }
    fn apply(&self, y: Rows<4>) -> Rows<4> {
        self.second.apply(self.first.apply(y).softplus()).tanh()
    }
}

type Batch = Tensor<Rank2<BATCH, 4>, f32, Cpu>;

fn params(weights: &Value) -> Small<f32> {
    let [first, second] = [&weights["layers"][0], &weights["layers"][1]];
    Small { first: network::linear(first), second: network::linear(second) }
}

pub fn run(weights: &Value) {
    let y0: SMatrix<f32, 4, BATCH> = network::samples(&weights["y0"]);
    let net: Net<_, Static<BATCH>> = Net::new(params(weights));
    rows(&net.field(), &y0, SMatrix::from_element(1.0), ["Discrete, static", "Backsolve, static"]);

    let module = FormulaModule::<Small<Tensors<f32, Cpu>>>::on_device(&params(weights), &Cpu::default());
    let y0: Batch = tensors::batch(&weights["y0"], (Const::<BATCH>, Const::<4>));
    let net = ModuleField::new(module.expect("memory"));
    rows(&net, &y0, tensors::ones(&y0), ["Discrete, dfdx", "Backsolve, dfdx"]);
}

/// Forward and gradient, for the end alone and for a hundred times.
fn rows<F>(field: &F, y0: &F::State, ones: F::State, [discrete, backsolve]: [&'static str; 2])
where
    F: Differentiable,
    Dopri5: StepVjp<F>,
    DiscreteAdjoint: Adjoint<F, Dopri5, Pid>,
    BacksolveAdjoint<Dopri5, Pid>: Adjoint<F, Dopri5, Pid>,
{
    for (times, forward, backward) in [
        (vec![100.0], "forward, end", "gradient, end"),
        ((1..=100).map(f64::from).collect(), "forward, 100 times", "gradient, 100 times"),
    ] {
        let row = |what, how| Row { task: "small", what, how };
        let forward_how = if discrete.ends_with("static") { "static" } else { "dfdx" };
        row(forward, forward_how).print(1, || {
            let solution = Ivp::new(field, y0.clone(), 0.0..100.0).save_at(&times).solve(Dopri5, TOLERANCE);
            let solution = solution.map_err(|failure| failure.error)?;
            let value = solution.y.iter().map(|y| y.inner(&ones)).sum();
            Ok(Found { evaluations: solution.stats.evaluations, value, gradient: 0.0 })
        });
        row(backward, discrete).print(1, || by(field, DiscreteAdjoint::new(), &times, y0, &ones));
        let adjoint = BacksolveAdjoint::new(Dopri5, TOLERANCE);
        row(backward, backsolve).print(1, || by(field, adjoint, &times, y0, &ones));
    }
}

/// The gradient of the sum of all outputs.
fn by<F, A>(field: &F, adjoint: A, times: &[f64], y0: &F::State, ones: &F::State) -> Outcome<Found>
where
    F: Differentiable,
    Dopri5: StepVjp<F>,
    A: Adjoint<F, Dopri5, Pid>,
{
    let run = Ivp::new(field, y0.clone(), 0.0..100.0).save_at(times).forward(Dopri5, TOLERANCE, adjoint);
    let run = run.map_err(|failure| failure.error)?;
    let found = run.backward(&vec![ones.clone(); times.len()])?;
    Ok(Found {
        evaluations: run.stats.evaluations + found.stats.evaluations,
        value: run.y.iter().map(|y| y.inner(ones)).sum(),
        gradient: found.params.inner(&found.params).sqrt(),
    })
}
