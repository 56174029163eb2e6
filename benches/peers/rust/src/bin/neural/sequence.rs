//! The gradient of an ODE-RNN: 20 observations of 32 samples, an Elman cell of 16 units, then a flow 16-16-16 over one
//! unit of time by 4 steps of the classical method; mean squared error of a readout at every observation.

use nalgebra::SMatrix;
use rheos::formula::Static;
use rheos::nn::{Elman, Linear, Mlp, Net, OdeBlock, Recurrence, Sequence, SequenceBatch};
use rheos::train::mean_squared_error;
use rheos::{DiscreteAdjoint, Fixed, Parametric, Rk4, State};
use rheos_peers::network;
use serde_json::Value;

use crate::{Found, Row};

const BATCH: usize = 32;
const HIDDEN: usize = 16;
const SUBSTEPS: usize = 4;

type Numbers = SMatrix<f32, 1, BATCH>;
type Batched<P> = Net<P, Static<BATCH>>;

pub fn run(weights: &Value) {
    let Linear { weight: weight_ih, bias: bias_ih } = network::linear::<f32, 1, HIDDEN>(&weights["input"]);
    let Linear { weight: weight_hh, bias: bias_hh } = network::linear(&weights["hidden"]);
    let cell: Batched<_> = Net::new(Elman { weight_ih, weight_hh, bias_ih, bias_hh });
    let layers = &weights["layers"];
    let mlp =
        Mlp::<f32, HIDDEN, HIDDEN, HIDDEN> { first: network::linear(&layers[0]), second: network::linear(&layers[1]) };
    let flow: Batched<_> = Net::new(mlp);
    let flow = OdeBlock::new(flow.field(), Rk4, Fixed::steps(SUBSTEPS), DiscreteAdjoint::new());
    let readout: Batched<_> = Net::new(network::linear::<f32, HIDDEN, 1>(&weights["readout"]));
    let model = Sequence { block: (Recurrence(cell), flow), readout };

    let inputs: Vec<(Numbers, ())> = network::sequence(&weights["x"]).into_iter().map(|x| (x, ())).collect();
    let targets: Vec<Numbers> = network::sequence(&weights["targets"]);
    let batch = SequenceBatch::new(inputs);
    Row { task: "sequence", what: "loss and gradient", how: "Discrete, static" }.print(1, || {
        let unrolled = model.forward(&SMatrix::zeros(), &batch)?;
        let (value, cotangents) = mean_squared_error(&unrolled.outputs, &targets)?;
        let mut gradient = model.params().zeros_like();
        model.backward(unrolled.record, &cotangents, &mut gradient)?;
        let evaluations = (4 * SUBSTEPS * batch.len()) as u64;
        Ok(Found { evaluations, value, gradient: gradient.inner(&gradient).sqrt() })
    });
}
