//! A small network over a long time: 4-32-4, softplus inside and tanh outside, 64 samples, `t` from 0 to 100.

use dfdx::shapes::{Const, Rank2};
use dfdx::tensor::{Cpu, Tensor};
use nalgebra::SMatrix;
use rheos::nn::{Affine, LayerField, Pointwise, Softplus, Tanh, tensor};
use rheos::{Adjoint, Backsolve, Differentiable, Discrete, Dopri5, Ivp, Net, Pid, Reverse, State, gradient};
use rheos_peers::network;
use serde_json::Value;

use crate::{Found, Outcome, Row, tensors};

const BATCH: usize = 64;
/// With the controller that diffrax and torchdiffeq have by default.
const TOLERANCE: Pid = Pid::new(1e-6, 1e-6).coefficients(0.0, 1.0, 0.0);

type Static<T> = LayerField<(
    Affine<T, 4, 32, BATCH>,
    (Pointwise<Softplus, T, 32, BATCH>, (Affine<T, 32, 4, BATCH>, Pointwise<Tanh, T, 4, BATCH>)),
)>;
type Module = (tensor::Linear<4, 32, f32, Cpu>, tensor::Softplus, tensor::Linear<32, 4, f32, Cpu>, tensor::Tanh);
type Batch = Tensor<Rank2<BATCH, 4>, f32, Cpu>;

fn field(weights: &Value) -> Static<f32> {
    let [first, second] = [&weights["layers"][0], &weights["layers"][1]];
    let outside = (network::affine(second), Pointwise::new());
    LayerField((network::affine(first), (Pointwise::new(), outside)))
}

pub fn run(weights: &Value) {
    let y0: SMatrix<f32, 4, BATCH> = network::samples(&weights["y0"]);
    rows(&field(weights), &y0, SMatrix::from_element(1.0), ["Discrete, static", "Backsolve, static"]);

    let [first, second] = [&weights["layers"][0], &weights["layers"][1]];
    let module: Module = (tensors::linear(first), tensor::Softplus, tensors::linear(second), tensor::Tanh);
    let y0: Batch = tensors::batch(&weights["y0"], (Const::<BATCH>, Const::<4>));
    rows(&Net::new(module), &y0, tensors::ones(&y0), ["Discrete, dfdx", "Backsolve, dfdx"]);
}

/// Forward and gradient, for the end alone and for a hundred times.
fn rows<F>(field: &F, y0: &F::State, ones: F::State, [discrete, backsolve]: [&'static str; 2])
where
    F: Differentiable,
    Dopri5: Reverse<F>,
    Discrete: Adjoint<F, Dopri5, Pid>,
    Backsolve<Dopri5, Pid>: Adjoint<F, Dopri5, Pid>,
{
    for (times, forward, backward) in [
        (vec![0.0, 100.0], "forward, end", "gradient, end"),
        ((0..=100).map(f64::from).collect(), "forward, 100 times", "gradient, 100 times"),
    ] {
        let row = |what, how| Row { task: "small", what, how };
        let forward_how = if discrete.ends_with("static") { "static" } else { "dfdx" };
        row(forward, forward_how).print(1, || {
            let solution = Ivp::new(field, y0.clone(), 0.0..100.0).save_at(&times[1..]).solve(Dopri5, TOLERANCE);
            let solution = solution.map_err(|failure| failure.error)?;
            let value = solution.y.iter().map(|y| y.inner(&ones)).sum();
            Ok(Found { evaluations: solution.stats.evaluations, value, gradient: 0.0 })
        });
        let loss = |y: &[F::State]| {
            let mut cotangents = vec![ones.clone(); y.len()];
            cotangents[0].set_zeros();
            cotangents
        };
        row(backward, discrete).print(1, || by(field, &Discrete::new(), &times, y0, &ones, loss));
        let adjoint = Backsolve::new(Dopri5, TOLERANCE);
        row(backward, backsolve).print(1, || by(field, &adjoint, &times, y0, &ones, loss));
    }
}

/// One gradient.
fn by<F, A>(
    field: &F,
    adjoint: &A,
    times: &[f64],
    y0: &F::State,
    ones: &F::State,
    loss: impl FnOnce(&[F::State]) -> Vec<F::State>,
) -> Outcome<Found>
where
    F: Differentiable,
    Dopri5: Reverse<F>,
    A: Adjoint<F, Dopri5, Pid>,
{
    let found = gradient(field, Dopri5, TOLERANCE, adjoint, times, y0, loss)?;
    Ok(Found {
        evaluations: found.stats.iter().map(|stats| stats.evaluations).sum(),
        value: found.y[1..].iter().map(|y| y.inner(ones)).sum(),
        gradient: found.params.inner(&found.params).sqrt(),
    })
}
