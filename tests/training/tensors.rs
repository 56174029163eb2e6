//! The trainer on dfdx tensors: the same numbers as on matrices.

use rheos::dfdx::prelude::*;
use rheos::nn::tensor::{FormulaModule, ModuleLayer, Tensors};
use rheos::nn::{
    AutonomousField, Feedforward, FromSamples, Gru, Linear as Affine, Mlp, Net, OdeBlock, Recurrence, Sequence,
    ZeroSamples,
};
use rheos::train::{Adam, CrossEntropy, SequenceData, Trainer, VectorData, uniform};
use rheos::{DiscreteAdjoint, Fixed, Rk4, State};

use crate::problem::{Model, data, model};

type Rows<const N: usize> = Tensor<(usize, Const<N>), f64, Cpu>;
type Cell = ModuleLayer<FormulaModule<Gru<Tensors<f64, Cpu>, 1, 4>>, (Rows<4>, Rows<1>), Rows<4>>;
type Readout = ModuleLayer<FormulaModule<Affine<Tensors<f64, Cpu>, 4, 2>>, Rows<4>, Rows<2>>;

/// The same network on tensors.
fn tensors(model: &Model) -> Sequence<Recurrence<Cell>, Readout> {
    let device = Cpu::default();
    let cell = FormulaModule::on_device(model.block.0.weights(), &device).unwrap();
    let readout = FormulaModule::on_device(model.readout.weights(), &device).unwrap();
    Sequence { block: Recurrence(ModuleLayer::new(cell)), readout: ModuleLayer::new(readout) }
}

#[test]
fn a_training_on_tensors_has_the_losses_of_one_on_matrices() {
    let data: SequenceData<1, usize> = data(30).unwrap();
    let loss = data.objective(CrossEntropy::new(2));
    let mut matrices = model();
    let mut tensors = tensors(&matrices);
    let on_matrices = Trainer::new(&mut matrices, &loss, Adam::new(0.05)).epochs(5).batch_size(8).fit().unwrap();
    let on_tensors = Trainer::new(&mut tensors, &loss, Adam::new(0.05)).epochs(5).batch_size(8).fit().unwrap();
    for (found, expected) in on_tensors.epochs.iter().zip(&on_matrices.epochs) {
        assert!((found.loss - expected.loss).abs() < 1e-11 * expected.loss, "{found:?} {expected:?}");
    }
    let outputs = (data.predict::<_, _, 2>(&tensors, 4).unwrap(), data.predict::<_, _, 2>(&matrices, 4).unwrap());
    for (found, expected) in outputs.0.iter().flatten().zip(outputs.1.iter().flatten()) {
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }
    assert_eq!(data.error_rate::<_, _, 2>(&tensors), data.error_rate::<_, _, 2>(&matrices));
}

type Layer<P, const I: usize, const O: usize> = ModuleLayer<FormulaModule<P>, Rows<I>, Rows<O>>;

/// The same for vectors and a deep network.
#[test]
fn a_deep_network_on_tensors_has_the_losses_of_one_on_matrices() {
    let mut draw = uniform(3);
    let inputs: Vec<[f64; 2]> = (0..24).map(|_| [draw() - 0.5, draw() - 0.5]).collect();
    let data = VectorData::new(inputs, (0..24).map(|i| i % 3).collect()).unwrap();
    let loss = data.objective(CrossEntropy::new(3));
    let encoder = Net::dynamic(Affine::<f64, 2, 4>::uniform(&mut draw));
    let field = Net::dynamic(Mlp::<f64, 4, 5, 4>::uniform(&mut draw));
    let readout = Net::dynamic(Affine::<f64, 4, 3>::uniform(&mut draw));

    let device = Cpu::default();
    let on_tensors = Feedforward::new(
        Layer::<Affine<Tensors<f64, Cpu>, 2, 4>, 2, 4>::new(
            FormulaModule::on_device(encoder.weights(), &device).unwrap(),
        ),
        OdeBlock::new(
            Layer::<Mlp<Tensors<f64, Cpu>, 4, 5, 4>, 4, 4>::new(
                FormulaModule::on_device(field.weights(), &device).unwrap(),
            )
            .field(),
            Rk4,
            Fixed::steps(2),
            DiscreteAdjoint::new(),
        ),
        Layer::<Affine<Tensors<f64, Cpu>, 4, 3>, 4, 3>::new(
            FormulaModule::on_device(readout.weights(), &device).unwrap(),
        ),
    );
    let block = OdeBlock::new(field.field(), Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let (mut matrices, mut tensors) = (Feedforward::new(encoder, block, readout), on_tensors);
    let on_matrices = Trainer::new(&mut matrices, &loss, Adam::new(0.05)).epochs(5).batch_size(8).fit().unwrap();
    let on_tensors = Trainer::new(&mut tensors, &loss, Adam::new(0.05)).epochs(5).batch_size(8).fit().unwrap();
    for (found, expected) in on_tensors.epochs.iter().zip(&on_matrices.epochs) {
        assert!((found.loss - expected.loss).abs() < 1e-11 * expected.loss, "{found:?} {expected:?}");
    }
    assert!(on_matrices.epochs[4].loss < on_matrices.epochs[0].loss);
    assert_eq!(data.error_rate(&tensors), data.error_rate(&matrices));
}

/// Batches of tensors are made and read sample by sample.
#[test]
fn samples_of_tensors_are_their_rows() {
    let tensor = Rows::<3>::from_samples(2, |sample, row| (10 * sample + row) as f64);
    assert_eq!(tensor.as_vec(), [0.0, 1.0, 2.0, 10.0, 11.0, 12.0]);
    assert_eq!(tensor.to_samples(), [[0.0, 1.0, 2.0], [10.0, 11.0, 12.0]]);
    assert_eq!(Rows::<3>::zero_samples(2).coordinates(), [0.0; 6]);
}
