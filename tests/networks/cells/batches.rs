//! A batch of sequences of different lengths is each sequence on its own.

use rheos::formula::{Dynamic, Rows, Structure};
use rheos::nn::{
    Block, CoRnn, Encoded, Gru, GruOde, Hidden, IrregularOdeBlock, Lem, Linear, Lstm, Ltc, Mlp, Net, OdeBlock,
    OnOutput, Recurrence, Residual, Sequence, SequenceBatch, Stacked, TimedRecurrence, ZeroSamples,
};
use rheos::train::uniform;
use rheos::{DiscreteAdjoint, Fixed, Parametric, Rk4, State, formula};

use super::support::{Batch, PerSample, Same, drawn};
use crate::common::relative_error;

const TIMES: usize = 5;
const LENGTHS: [usize; 4] = [5, 2, 1, 3];

/// The gaps of each step and sample.
fn gaps() -> Vec<Vec<f64>> {
    let gap = |step: usize, sample: usize| 0.2 + 0.3 * ((step * LENGTHS.len() + sample) % 7) as f64;
    (0..TIMES).map(|step| (0..LENGTHS.len()).map(|sample| gap(step, sample)).collect()).collect()
}

/// The gaps that all samples of a batch share.
fn common_gaps() -> Vec<Vec<f64>> {
    (0..TIMES).map(|step| vec![0.2 + 0.1 * step as f64; LENGTHS.len()]).collect()
}

/// Outputs, last hidden state, and gradients in inputs, initial state and parameters.
struct Found<B: Block> {
    outputs: Vec<Batch<3>>,
    hidden: B::Hidden,
    inputs: Vec<B::Input>,
    h0: B::Hidden,
    params: Vec<f64>,
}

fn run<B>(
    model: &Sequence<B, Net<Same<f64>>>,
    h0: &B::Hidden,
    batch: &SequenceBatch<B::Input>,
    w: &[Batch<3>],
) -> Found<B>
where
    B: Block<Hidden: Hidden<Output = Batch<3>>>,
{
    let run = model.forward(h0, batch).unwrap();
    let (outputs, hidden) = model.predict(h0, batch).unwrap();
    assert_eq!(outputs, run.outputs);
    assert_eq!(hidden.coordinates(), run.hidden.coordinates());
    let mut params = model.params().zeros_like();
    let (inputs, h0) = model.backward(run.record, w, &mut params).unwrap();
    Found { outputs, hidden, inputs, h0, params: params.coordinates() }
}

/// The batch as a whole, and its sequences one by one, with every output and with the last.
fn each_on_its_own<B>(block: B, x: &B::Input, gaps: &[Vec<f64>])
where
    B: Block<Hidden: PerSample + ZeroSamples + Hidden<Output = Batch<3>>, Input: PerSample>,
{
    let name = std::any::type_name::<B>();
    let model = Sequence { block, readout: Same::net::<Dynamic>() };
    let h0 = drawn(&model.start(LENGTHS.len()), 1);
    let mut inputs: Vec<B::Input> = (0..TIMES as u64).map(|step| drawn(x, 10 + step)).collect();
    // Numbers that would spoil a sum if they entered it.
    for (step, x) in inputs.iter_mut().enumerate() {
        for (sample, _) in LENGTHS.iter().enumerate().filter(|(_, length)| **length <= step) {
            x.fill(sample, 1e300);
        }
    }
    let w: Vec<Batch<3>> = (0..TIMES as u64).map(|step| drawn(h0.output(), 20 + step)).collect();
    let all = SequenceBatch::new(inputs.clone()).gaps_of_samples(gaps.to_vec()).lengths(LENGTHS.to_vec());
    let every = run(&model, &h0, &all, &w);
    let last = run(&model, &h0, &all.last_output(), &w[TIMES - 1..]);

    let mut sums = [vec![0.0; every.params.len()], vec![0.0; every.params.len()]];
    for (sample, length) in LENGTHS.into_iter().enumerate() {
        let inputs: Vec<_> = inputs[..length].iter().map(|x| x.sample(sample)).collect();
        let gaps = gaps[..length].iter().map(|gaps| vec![gaps[sample]]).collect();
        let (h0, batch) = (h0.sample(sample), SequenceBatch::new(inputs).gaps_of_samples(gaps));
        // The last output of a sequence is the output of all later steps.
        let mut w_every: Vec<Batch<3>> = w[..length].iter().map(|w| w.sample(sample)).collect();
        for w in &w[length..] {
            w_every[length - 1] += w.sample(sample);
        }
        let w_last = [w[TIMES - 1].sample(sample)];
        let alone = [run(&model, &h0, &batch, &w_every), run(&model, &h0, &batch.last_output(), &w_last)];
        for ((found, alone), sum) in [&every, &last].into_iter().zip(alone).zip(&mut sums) {
            assert_eq!(found.hidden.sample(sample).coordinates(), alone.hidden.coordinates(), "{name}");
            let outputs = found.outputs.iter().map(|y| y.sample(sample));
            let until_the_end = alone.outputs.iter().chain(std::iter::repeat(&alone.outputs[alone.outputs.len() - 1]));
            assert!(outputs.zip(until_the_end).all(|(a, b)| a == *b), "{name}");
            // The cotangents of later outputs are added in another order.
            let close = |a: Vec<f64>, b: Vec<f64>| a.is_empty() || relative_error(&a, &b) < 1e-14;
            assert!(close(found.h0.sample(sample).coordinates(), alone.h0.coordinates()), "{name}");
            for (step, bar) in found.inputs.iter().enumerate() {
                let bar = bar.sample(sample).coordinates();
                match alone.inputs.get(step) {
                    Some(alone) => assert!(close(bar, alone.coordinates()), "{name}"),
                    None => assert!(bar.iter().all(|bar| *bar == 0.0), "{name}"),
                }
            }
            sum.iter_mut().zip(&alone.params).for_each(|(sum, alone)| *sum += alone);
        }
    }
    for (found, sum) in [every, last].into_iter().zip(sums) {
        let error = relative_error(&found.params, &sum);
        assert!(error < 1e-14, "{name}: {error:e}");
    }
}

fn x<const N: usize>() -> Batch<N> {
    Batch::zeros(LENGTHS.len())
}

formula! {
    /// `tanh(W₂ tanh(W₁ h + b₁) + b₂) − h`.
    struct Free<T> { net: Mlp<T, 3, 4, 3> }
    fn apply(&self, h: Rows<3>) -> Rows<3> {
        self.net.apply(h).tanh() - h
    }
}

fn free() -> Net<Free<f64>> {
    let mut draw = uniform(5);
    Net::new(Free::draw(&mut || 2.0 * draw() - 1.0))
}

const RK4: (Rk4, Fixed, DiscreteAdjoint) = (Rk4, Fixed::steps(3), DiscreteAdjoint::new());

#[test]
fn recurrent_cells() {
    let mut draw = uniform(1);
    each_on_its_own(Recurrence(Net::<_>::new(Gru::<f64, 2, 3>::uniform(&mut draw))), &x::<2>(), &gaps());
    each_on_its_own(Residual(Net::<_>::new(Gru::<f64, 2, 3>::uniform(&mut draw))), &x::<2>(), &gaps());
    each_on_its_own(Recurrence(Net::<_>::new(Lstm::<f64, 2, 3>::uniform(&mut draw))), &x::<2>(), &gaps());
    each_on_its_own(Recurrence(Net::<_>::new(CoRnn::<f64, 2, 3>::uniform(&mut draw))), &x::<2>(), &gaps());
    each_on_its_own(Recurrence(Net::<_>::new(Lem::<f64, 2, 3>::uniform(&mut draw))), &x::<2>(), &gaps());
    each_on_its_own(TimedRecurrence(Net::<_>::new(Ltc::<f64, 2, 3>::uniform(&mut draw))), &x::<2>(), &gaps());
}

#[test]
fn stacks_and_encoders() {
    let mut draw = uniform(2);
    let stack = Stacked(
        Recurrence(Net::<_>::new(Lstm::<f64, 2, 4>::uniform(&mut draw))),
        Recurrence(Net::<_>::new(Gru::<f64, 4, 3>::uniform(&mut draw))),
    );
    each_on_its_own(stack, &x::<2>(), &gaps());
    let encoder: Net<Linear<f64, 1, 2>> = Net::new(Linear::uniform(&mut draw));
    let cell: Net<Lstm<f64, 2, 3>> = Net::new(Lstm::uniform(&mut draw));
    each_on_its_own(Encoded(encoder, Recurrence(cell)), &x::<1>(), &gaps());
}

#[test]
fn flows() {
    let mut draw = uniform(3);
    let flow = OdeBlock::new(free().field(), RK4.0, RK4.1, RK4.2);
    let irregular = || IrregularOdeBlock::new(free().field(), RK4.0, RK4.1, RK4.2);
    let gru: Net<Gru<f64, 2, 3>> = Net::new(Gru::uniform(&mut draw));
    let lstm: Net<Lstm<f64, 2, 3>> = Net::new(Lstm::uniform(&mut draw));
    each_on_its_own((flow, Recurrence(gru.clone())), &((), x::<2>()), &common_gaps());
    each_on_its_own((irregular(), Recurrence(gru)), &((), x::<2>()), &gaps());
    each_on_its_own((OnOutput::new(irregular()), Recurrence(lstm)), &((), x::<2>()), &gaps());
    let cell: Net<GruOde<f64, 2, 3>> = Net::new(GruOde::uniform(&mut draw));
    each_on_its_own(OdeBlock::new(cell.flow(), RK4.0, RK4.1, RK4.2), &x::<2>(), &common_gaps());
    each_on_its_own(IrregularOdeBlock::new(cell.flow(), RK4.0, RK4.1, RK4.2), &x::<2>(), &gaps());
}

/// A sequence that ended is not held by a gap of its own either.
#[test]
fn gaps_beyond_the_end_have_no_effect() {
    let cell: Net<Ltc<f64, 2, 3>> = Net::new(Ltc::uniform(&mut uniform(4)));
    let model = Sequence { block: TimedRecurrence(cell), readout: Same::net::<Dynamic>() };
    let h0 = drawn(&model.start(LENGTHS.len()), 1);
    let inputs: Vec<Batch<2>> = (0..TIMES as u64).map(|step| drawn(&x(), step)).collect();
    let mut far = gaps();
    for (step, gaps) in far.iter_mut().enumerate() {
        for (gap, _) in gaps.iter_mut().zip(LENGTHS).filter(|(_, length)| *length <= step) {
            *gap = -1e200;
        }
    }
    let batch = SequenceBatch::new(inputs).lengths(LENGTHS.to_vec());
    let w: Vec<Batch<3>> = (0..TIMES as u64).map(|step| drawn(&h0, step)).collect();
    let found = run(&model, &h0, &batch.clone().gaps_of_samples(far), &w);
    let expected = run(&model, &h0, &batch.gaps_of_samples(gaps()), &w);
    assert_eq!((found.outputs, found.inputs, found.h0), (expected.outputs, expected.inputs, expected.h0));
    assert_eq!(found.params, expected.params);
}

/// Without a sample or without a step there is nothing to compute.
#[test]
fn nothing_comes_of_nothing() {
    let cell: Net<Ltc<f64, 2, 3>> = Net::new(Ltc::uniform(&mut uniform(4)));
    let model = Sequence { block: TimedRecurrence(cell), readout: Same::net::<Dynamic>() };
    let none = SequenceBatch::new(vec![Batch::<2>::zeros(0); 3]).gaps_of_samples(vec![vec![]; 3]).lengths(vec![]);
    let found = run(&model, &model.start(0), &none, &vec![Batch::zeros(0); 3]);
    assert_eq!((found.outputs, found.hidden), (vec![Batch::zeros(0); 3], Batch::zeros(0)));
    assert!(found.params.iter().all(|bar| *bar == 0.0));

    let h0 = drawn(&model.start(2), 1);
    for batch in [SequenceBatch::new(vec![]), SequenceBatch::new(vec![]).last_output()] {
        assert!(batch.is_empty());
        let found = run(&model, &h0, &batch, &[]);
        assert_eq!((found.outputs.len(), found.inputs.len()), (0, 0));
        assert_eq!((found.hidden, found.h0), (h0.clone(), Batch::zeros(2)));
        assert!(found.params.iter().all(|bar| *bar == 0.0));
    }
}
