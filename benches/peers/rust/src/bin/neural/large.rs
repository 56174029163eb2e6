//! A network where the matrix products count: 64-256-256-64, tanh, 256 samples, 20 steps of the classical method.

use dfdx::shapes::{Const, Rank2};
use dfdx::tensor::{Cpu, Tensor};
use rheos::{formula, DiscreteAdjoint, Fixed, Ivp, Rk4, State, solve};
use rheos::formula::{Heap, Rows};
use rheos::nn::Linear;
use rheos::nn::tensor::{FormulaModule, Tensors, ModuleField};
use rheos_peers::network;
use serde_json::Value;

use crate::{tensors, Found, Row};

const BATCH: usize = 256;
const STEPS: Fixed = Fixed::steps(20);

formula! {
    /// Three affine maps with `tanh` between them.
    struct Large<T> { first: Linear<T, 64, 256>, second: Linear<T, 256, 256>, third: Linear<T, 256, 64> }
    fn apply(&self, y: Rows<64>) -> Rows<64> {
        self.third.apply(self.second.apply(self.first.apply(y).tanh()).tanh())
    }
}

type Batch = Tensor<Rank2<BATCH, 64>, f32, Cpu>;

pub fn run(weights: &Value) {
    let layers = &weights["layers"];
    let params = Large::<Heap<f32>> {
        first: network::linear(&layers[0]),
        second: network::linear(&layers[1]),
        third: network::linear(&layers[2]),
    };
    let module = FormulaModule::<Large<Tensors<f32, Cpu>>>::on_device(&params, &Cpu::default()).expect("memory");
    let y0: Batch = tensors::batch(&weights["y0"], (Const::<BATCH>, Const::<64>));
    let (net, ones) = (ModuleField::new(module), tensors::ones(&y0));

    Row { task: "large", what: "forward", how: "dfdx" }.print(1, || {
        let solution = solve(&net, y0.clone(), 0.0..1.0, Rk4, STEPS).map_err(|failure| failure.error)?;
        let evaluations = solution.stats.evaluations;
        Ok(Found { evaluations, value: solution.last().inner(&ones), gradient: 0.0 })
    });
    Row { task: "large", what: "gradient", how: "Discrete, dfdx" }.print(1, || {
        let run = Ivp::new(&net, y0.clone(), 0.0..1.0).forward(Rk4, STEPS, DiscreteAdjoint::new());
        let run = run.map_err(|failure| failure.error)?;
        let found = run.backward(std::slice::from_ref(&ones))?;
        Ok(Found {
            evaluations: run.stats.evaluations + found.stats.evaluations,
            value: run.y[0].inner(&ones),
            gradient: found.params.inner(&found.params).sqrt(),
        })
    });
}
