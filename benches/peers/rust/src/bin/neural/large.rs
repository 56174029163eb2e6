//! A network where the matrix products count: 64-256-256-64, tanh, 256 samples, 20 steps of the classical method.

use dfdx::shapes::{Const, Rank2};
use dfdx::tensor::{Cpu, Tensor};
use rheos::nn::tensor::{Linear, Tanh};
use rheos::{Discrete, Fixed, Net, Rk4, State, gradient, solve};
use serde_json::Value;

use crate::tensors;
use crate::{Found, Row};

const BATCH: usize = 256;
const STEPS: Fixed = Fixed::steps(20);

type Module = (Linear<64, 256, f32, Cpu>, Tanh, Linear<256, 256, f32, Cpu>, Tanh, Linear<256, 64, f32, Cpu>);
type Batch = Tensor<Rank2<BATCH, 64>, f32, Cpu>;

pub fn run(weights: &Value) {
    let layers = &weights["layers"];
    let module: Module =
        (tensors::linear(&layers[0]), Tanh, tensors::linear(&layers[1]), Tanh, tensors::linear(&layers[2]));
    let y0: Batch = tensors::batch(&weights["y0"], (Const::<BATCH>, Const::<64>));
    let (net, ones) = (Net::new(module), tensors::ones(&y0));

    Row { task: "large", what: "forward", how: "dfdx" }.print(1, || {
        let solution = solve(&net, y0.clone(), 0.0..1.0, Rk4, STEPS).map_err(|failure| failure.error)?;
        let evaluations = solution.stats.evaluations;
        Ok(Found { evaluations, value: solution.last().inner(&ones), gradient: 0.0 })
    });
    Row { task: "large", what: "gradient", how: "Discrete, dfdx" }.print(1, || {
        let loss = |y: &[Batch]| vec![y[0].zeros_like(), ones.clone()];
        let found = gradient(&net, Rk4, STEPS, &Discrete::new(), &[0.0, 1.0], &y0, loss)?;
        Ok(Found {
            evaluations: found.stats.iter().map(|stats| stats.evaluations).sum(),
            value: found.y[1].inner(&ones),
            gradient: found.params.inner(&found.params).sqrt(),
        })
    });
}
