//! Data of sequences: padding, masks and gaps change nothing.

use nalgebra::{Dyn, Matrix1xX, OMatrix, U3};
use rheos::formula::{Rows, Structure};
use rheos::nn::{
    Elman, IrregularOdeBlock, Linear, Ltc, Mlp, Net, OdeBlock, Recurrence, Sequence, SequenceBatch, TimedRecurrence,
};
use rheos::train::{
    CrossEntropy, GaussianNll, MiniBatch, Objective, SequenceData, Sgd, SquaredError, Trainer, uniform,
};
use rheos::{DiscreteAdjoint, Error, Fixed, Parametric, Rk4, State, formula};

use crate::problem::{data, model};

/// The gradient of a batch of sequences of different lengths is the mean of the gradients of the sequences.
#[test]
fn a_batch_is_the_mean_of_its_sequences() {
    let data = data(7).unwrap();
    let objective = data.objective(CrossEntropy::new(2));
    let model = model();
    let (loss, gradient) = objective.gradient(&model, MiniBatch { samples: &[0, 3, 4, 6], seed: 0 }).unwrap();
    let (mut mean, mut sum) = (0.0, gradient.zeros_like());
    for sample in [0, 3, 4, 6] {
        let (loss, gradient) = objective.gradient(&model, MiniBatch { samples: &[sample], seed: 0 }).unwrap();
        mean += loss / 4.0;
        sum.add_scaled(0.25, &gradient);
    }
    assert!((loss - mean).abs() < 1e-14);
    for (found, expected) in gradient.coordinates().iter().zip(sum.coordinates()) {
        assert!((found - expected).abs() < 1e-15 + 1e-12 * expected.abs(), "{found} {expected}");
    }
    let only_loss = objective.loss(&model, MiniBatch { samples: &[0, 3, 4, 6], seed: 0 }).unwrap();
    assert!((only_loss - loss).abs() < 1e-15);
}

/// Targets for each step, of sequences of different lengths: the mean is over all steps that exist.
#[test]
fn steps_beyond_the_end_do_not_count() {
    let mut numbers = uniform(4);
    let lengths = [3, 5, 2];
    let inputs: Vec<Vec<[f64; 1]>> = lengths.iter().map(|&n| (0..n).map(|_| [numbers()]).collect()).collect();
    let targets: Vec<Vec<[f64; 2]>> =
        lengths.iter().map(|&n| (0..n).map(|_| [numbers(), numbers()]).collect()).collect();
    let data = SequenceData::new(inputs, targets).unwrap();
    let cell: Net<Elman<f64, 1, 3>> = Net::new(Elman::uniform(&mut numbers));
    let readout: Net<Linear<f64, 3, 2>> = Net::new(Linear::uniform(&mut numbers));
    let model = Sequence { block: Recurrence(cell), readout };
    for (first, data) in [(0, data.clone()), (1, data.outputs_from(1))] {
        let objective = data.objective(SquaredError);
        let (loss, gradient) = objective.gradient(&model, MiniBatch { samples: &[0, 1, 2], seed: 0 }).unwrap();
        let steps = |sample: usize| (lengths[sample] - first) as f64;
        let all: f64 = (0..3).map(steps).sum();
        let (mut mean, mut sum) = (0.0, gradient.zeros_like());
        for sample in 0..3 {
            let (loss, gradient) = objective.gradient(&model, MiniBatch { samples: &[sample], seed: 0 }).unwrap();
            mean += loss * steps(sample) / all;
            sum.add_scaled(steps(sample) / all, &gradient);
        }
        assert!((loss - mean).abs() < 1e-14, "{first}");
        for (found, expected) in gradient.coordinates().iter().zip(sum.coordinates()) {
            assert!((found - expected).abs() < 1e-15 + 1e-12 * expected.abs(), "{found} {expected}");
        }
    }
}

/// The padding after the end of a sequence has no gap of its own, so a solve for all sequences has one time.
#[test]
fn common_gaps_stay_common_after_the_end_of_a_sequence() {
    let mut numbers = uniform(8);
    let inputs: Vec<Vec<[f64; 1]>> = [3, 1, 2].map(|n| (0..n).map(|_| [numbers()]).collect()).to_vec();
    let gaps = vec![vec![0.5, 0.25, 2.0], vec![0.5], vec![0.5, 0.25]];
    let data = SequenceData::new(inputs, vec![[0.5]; 3]).unwrap().gaps(gaps).unwrap();
    let flow = Net::dynamic(Elman::<f64, 1, 3>::uniform(&mut numbers)).flow();
    let block = OdeBlock::new(flow, Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let model = Sequence { block, readout: Net::dynamic(Linear::<f64, 3, 1>::uniform(&mut numbers)) };
    let together: Vec<[f64; 1]> = data.predict(&model, 3).unwrap();
    let alone: Vec<[f64; 1]> = data.predict(&model, 1).unwrap();
    for (together, alone) in together.iter().zip(&alone) {
        assert!((together[0] - alone[0]).abs() < 1e-15);
    }
    let objective = data.objective(SquaredError);
    assert!(objective.gradient(&model, MiniBatch { samples: &[2, 0, 1], seed: 0 }).is_ok());
    // Zeros of both signs are one gap.
    let zeros = SequenceData::new(vec![vec![[1.0]]; 2], vec![[0.5]; 2]).unwrap().gaps(vec![vec![0.0], vec![-0.0]]);
    assert!(zeros.unwrap().predict::<_, _, 1>(&model, 2).is_ok());
}

/// The loss of an epoch or a validation does not depend on the batches, also if the sequences have different numbers of
/// outputs.
#[test]
fn the_mean_loss_does_not_depend_on_the_batches() {
    let mut numbers = uniform(6);
    let mut series = || [3, 5, 2, 7, 4].map(|n| (0..n).map(|_| [numbers()]).collect::<Vec<_>>()).to_vec();
    let data = SequenceData::new(series(), series()).unwrap();
    let cell: Net<Elman<f64, 1, 3>> = Net::new(Elman::uniform(&mut uniform(7)));
    let mut model =
        Sequence { block: Recurrence(cell), readout: Net::dynamic(Linear::<f64, 3, 1>::uniform(&mut uniform(8))) };
    for (first, data) in [(0, data.clone()), (1, data.outputs_from(1))] {
        let objective = data.objective(SquaredError);
        let expected = objective.loss(&model, MiniBatch { samples: &[0, 1, 2, 3, 4], seed: 0 }).unwrap();
        for size in [1, 2, 3] {
            // With the rate 0, the model stays as it is.
            let trainer = Trainer::new(&mut model, &objective, Sgd::new(0.0)).epochs(1).batch_size(size);
            let epoch = trainer.validation(&objective).fit().unwrap().epochs[0];
            assert!((epoch.loss - expected).abs() < 1e-15, "{first} {size}");
            assert!((epoch.validation.unwrap() - expected).abs() < 1e-15, "{first} {size}");
        }
    }
}

/// A cell that reads the gaps of each sequence.
#[test]
fn gaps_belong_to_their_sequences() {
    let mut numbers = uniform(5);
    let lengths = [4, 2];
    let inputs = lengths.iter().map(|&n| (0..n).map(|_| [numbers()]).collect()).collect();
    let gaps: Vec<Vec<f64>> = lengths.iter().map(|&n| (0..n).map(|_| numbers()).collect()).collect();
    let data = SequenceData::new(inputs, vec![[0.5], [-0.5]]).unwrap().gaps(gaps).unwrap();
    let cell: Net<Ltc<f64, 1, 3>> = Net::new(Ltc::uniform(&mut numbers));
    let readout: Net<Linear<f64, 3, 1>> = Net::new(Linear::uniform(&mut numbers));
    let model = Sequence { block: TimedRecurrence(cell), readout };
    let both: Vec<[f64; 1]> = data.predict(&model, 2).unwrap();
    let alone: Vec<[f64; 1]> = data.predict(&model, 1).unwrap();
    for (together, alone) in both.iter().zip(&alone) {
        assert!((together[0] - alone[0]).abs() < 1e-15);
    }
    let (first, second) = data.split(1);
    assert_eq!((first.len(), second.len()), (1, 1));
    let after: Vec<[f64; 1]> = second.predict(&model, 1).unwrap();
    assert_eq!(after[0], alone[1]);
}

/// An ODE-RNN reads the observations by its recurrence alone, before the flow or after it.
#[test]
fn a_flow_before_or_behind_a_recurrence_reads_no_observations() {
    let mut numbers = uniform(6);
    let data = data(5).unwrap();
    let (mut block, cell) = {
        let field: Net<Mlp<f64, 4, 3, 4>> = Net::new(Mlp::uniform(&mut numbers));
        (OdeBlock::new(field.field(), Rk4, Fixed::steps(2), DiscreteAdjoint::new()), model())
    };
    let zero = block.params().zeros_like();
    let jump = || cell.block.clone();
    let outputs = |flow: &OdeBlock<_, _, _, _>| -> [Vec<[f64; 2]>; 2] {
        let readout = || cell.readout.clone();
        let before = Sequence { block: (flow.clone(), jump()), readout: readout() };
        let behind = Sequence { block: (jump(), flow.clone()), readout: readout() };
        let loss = data.objective(CrossEntropy::new(2)).gradient(&before, MiniBatch { samples: &[0, 1, 2], seed: 0 });
        assert!(loss.unwrap().1.coordinates().iter().any(|entry| *entry != 0.0));
        [data.predict(&before, 2).unwrap(), data.predict(&behind, 3).unwrap()]
    };
    let [before, behind] = outputs(&block);
    assert_ne!(before, behind);
    // Without motion both are the recurrence.
    block.set_params(&zero);
    let alone: Vec<[f64; 2]> = data.predict(&cell, 5).unwrap();
    assert_eq!(outputs(&block), [alone.clone(), alone]);
}

/// The flow of an ODE-RNN has no input, so the cell reads the observations, before the flow or after it.
#[test]
fn an_ode_rnn_reads_sequences() {
    let mut numbers = uniform(6);
    let inputs: Vec<Vec<[f64; 1]>> = (0..2).map(|_| (0..3).map(|_| [numbers()]).collect()).collect();
    let gaps: Vec<Vec<f64>> = (0..2).map(|_| (0..3).map(|_| numbers()).collect()).collect();
    let data = SequenceData::new(inputs.clone(), vec![[0.5], [-0.5]]).unwrap().gaps(gaps.clone()).unwrap();
    let cell: Net<Elman<f64, 1, 3>> = Net::new(Elman::uniform(&mut numbers));
    let field: Net<Mlp<f64, 3, 4, 3>> = Net::new(Mlp::uniform(&mut numbers));
    let flow = IrregularOdeBlock::new(field.field(), Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let readout: Net<Linear<f64, 3, 1>> = Net::new(Linear::uniform(&mut numbers));
    let x = |step: usize| Matrix1xX::from_fn(2, |_, sample| inputs[sample][step][0]);
    let gaps = (0..3).map(|step| gaps.iter().map(|gaps| gaps[step]).collect()).collect::<Vec<Vec<f64>>>();
    let h0 = OMatrix::<f64, U3, Dyn>::zeros(2);

    let first_flows = Sequence { block: (flow.clone(), Recurrence(cell.clone())), readout: readout.clone() };
    let batch = SequenceBatch::new((0..3).map(|step| ((), x(step))).collect()).gaps_of_samples(gaps.clone());
    let found: Vec<[f64; 1]> = data.predict(&first_flows, 2).unwrap();
    let expected = first_flows.predict(&h0, &batch).unwrap().0;
    assert_eq!(found.concat(), expected[2].as_slice());

    let first_jumps = Sequence { block: (Recurrence(cell), flow), readout };
    let batch = SequenceBatch::new((0..3).map(|step| (x(step), ())).collect()).gaps_of_samples(gaps);
    let found: Vec<[f64; 1]> = data.predict(&first_jumps, 2).unwrap();
    let expected = first_jumps.predict(&h0, &batch).unwrap().0;
    assert_eq!(found.concat(), expected[2].as_slice());

    let all = MiniBatch { samples: &[0, 1], seed: 0 };
    let (loss, gradient) = data.objective(SquaredError).gradient(&first_jumps, all).unwrap();
    assert!(loss > 0.0 && gradient.coordinates().iter().all(|entry| *entry != 0.0));
}

#[test]
fn the_error_rate_counts_wrong_classes() {
    let data = SequenceData::new(vec![vec![[1.0]]; 4], vec![0, 1, 1, 1]).unwrap();
    let mut model = model();
    let mut params = model.params().zeros_like();
    params.1.bias.fill(1.0);
    params.1.bias[0] = 2.0;
    model.set_params(&params);
    // The first class is always the largest, or the first of two equal ones.
    assert_eq!(data.error_rate(&model), Ok(0.75));
    params.1.bias[0] = 1.0;
    model.set_params(&params);
    assert_eq!(data.error_rate(&model), Ok(0.75));
    let objective = data.objective(CrossEntropy::new(2));
    let outside = objective.gradient(&model, MiniBatch { samples: &[4], seed: 0 }).unwrap_err();
    assert!(matches!(outside, Error::InvalidArgument { name: "samples", value: 4.0, .. }), "{outside}");
}

formula! {
    /// A mean and the logarithm of a variance.
    struct Gaussian<T> { mean: Linear<T, 3, 2>, log_variance: Linear<T, 3, 2> }
    fn apply(&self, h: Rows<3>) -> (Rows<2>, Rows<2>) {
        (self.mean.apply(h), self.log_variance.apply(h))
    }
}

/// Targets of a pair of outputs, with masks too.
#[test]
fn a_forecast_has_a_variance() {
    let mut numbers = uniform(9);
    let lengths = [3, 1];
    let mut series = || lengths.map(|n| (0..n).map(|_| [numbers(), numbers()]).collect::<Vec<_>>()).to_vec();
    let (inputs, targets) = (series(), series());
    let last: Vec<[f64; 2]> = targets.iter().map(|steps| steps[steps.len() - 1]).collect();
    let every = SequenceData::new(inputs.clone(), targets).unwrap();
    let last = SequenceData::new(inputs, last).unwrap();
    let cell = Net::dynamic(Elman::<f64, 2, 3>::uniform(&mut numbers));
    let model = Sequence { block: Recurrence(cell), readout: Net::dynamic(Gaussian::<f64>::draw(&mut numbers)) };
    let loss =
        |data: &dyn Fn(MiniBatch<'_>) -> rheos::Result<f64>, samples: &[usize]| data(MiniBatch { samples, seed: 0 });
    let (every, last) = (every.objective(GaussianNll), last.objective(GaussianNll));
    let of_every = |batch: MiniBatch<'_>| every.loss(&model, batch);
    let of_last = |batch: MiniBatch<'_>| last.loss(&model, batch);
    for (data, weights) in [(&of_every as &dyn Fn(MiniBatch<'_>) -> _, [0.75, 0.25]), (&of_last, [0.5, 0.5])] {
        let [together, first, second] = [&[0, 1][..], &[0], &[1]].map(|samples| loss(data, samples).unwrap());
        assert!((together - weights[0] * first - weights[1] * second).abs() < 1e-15);
    }
    // The readout of the only step of the second sequence.
    assert_eq!(of_every(MiniBatch { samples: &[1], seed: 0 }), of_last(MiniBatch { samples: &[1], seed: 0 }));
}
