//! States and gradients of every cell through a sequence, beside NumPy and PyTorch.

use rheos::formula::{Columns, Dynamic, Formula, Parameters, Rows, Shape, Static};
use rheos::nn::{
    Antisymmetric, Block, Cfc, CoRnn, Ctrnn, Elman, Gru, GruOde, Hidden, Layer, Lem, Lstm, Ltc, Net, Recurrence,
    Sequence, SequenceBatch, Stacked, TimedRecurrence, Unicornn, ZeroSamples,
};
use rheos::{Parametric, State};

use super::reference::{Case, SAMPLES, TIMES, with_coordinates};
use super::support::Same;
use crate::common::relative_error;

/// All cells agree with the reference to some roundings: the file has 17 digits, and a gradient adds up 5 steps of 2
/// samples.
const TOLERANCE: f64 = 1e-14;

/// The observations of a case, with the gaps beside them if `kinds` names them.
fn inputs<X: ZeroSamples>(case: Case, kinds: &[&str]) -> Vec<X> {
    let of_step = |step| kinds.iter().flat_map(|kind| case.step(kind, step)).collect::<Vec<_>>();
    (0..TIMES).map(|step| with_coordinates(X::zero_samples(SAMPLES), &of_step(step))).collect()
}

fn gaps(case: Case) -> Vec<Vec<f64>> {
    (0..TIMES).map(|step| case.step("gaps", step)).collect()
}

/// All states of a block, and all gradients of its sequence model, equal the reference of the case.
fn check<B, R>(case: Case, block: B, readout: R, kinds: &[&str], gaps: Option<Vec<Vec<f64>>>)
where
    B: Block<Hidden: ZeroSamples, Input: ZeroSamples, Params: Parameters>,
    R: Layer<Input = <B::Hidden as Hidden>::Output, Output = <B::Hidden as Hidden>::Output>,
{
    let close = |what: &str, found: &[f64], expected: &[f64]| {
        let error = relative_error(found, expected);
        assert!(error < TOLERANCE, "{}, {what}: {error:e}", case.name);
    };
    let batch = |inputs: Vec<B::Input>| {
        let batch = SequenceBatch::new(inputs);
        gaps.clone().map_or_else(|| batch.clone(), |gaps| batch.clone().gaps_of_samples(gaps))
    };
    let model = Sequence { block, readout };
    let h0 = with_coordinates(model.start(SAMPLES), &case.initial());
    let batch = batch(inputs(case, kinds));
    let run = model.forward(&h0, &batch).unwrap();
    close("last state", &run.hidden.coordinates(), &case.state(TIMES - 1));

    // One more step at a time.
    for steps in 1..=TIMES {
        let inputs = batch.inputs()[..steps].to_vec();
        let part = SequenceBatch::new(inputs).last_output();
        let part =
            gaps.as_ref().map_or_else(|| part.clone(), |gaps| part.clone().gaps_of_samples(gaps[..steps].into()));
        let (outputs, hidden) = model.predict(&h0, &part).unwrap();
        close("state", &hidden.coordinates(), &case.state(steps - 1));
        assert_eq!(outputs[0].coordinates(), hidden.output().coordinates());
        assert_eq!(outputs[0].coordinates(), run.outputs[steps - 1].coordinates());
    }

    let cotangents: Vec<_> = run
        .outputs
        .iter()
        .enumerate()
        .map(|(step, y)| with_coordinates(y.clone(), &case.step("cotangent", step)))
        .collect();
    let loss: f64 = run.outputs.iter().zip(&cotangents).map(|(y, w)| y.inner(w)).sum();
    close("loss", &[loss], &[case.loss()]);
    let mut gradient = model.params().zeros_like();
    let (inputs_bar, h0_bar) = model.backward(run.record, &cotangents, &mut gradient).unwrap();
    close("initial", &h0_bar.coordinates(), &case.initial_bar());
    for (step, bar) in inputs_bar.iter().enumerate() {
        let (bar, mut done) = (bar.coordinates(), 0);
        for kind in kinds {
            let expected = case.step_bar(kind, step);
            close(kind, &bar[done..done + expected.len()], &expected);
            done += expected.len();
        }
        assert_eq!(done, bar.len());
    }
    let tensors = case.tensors(&gradient.0);
    assert_eq!(tensors.iter().map(|(_, found, _)| found.len()).sum::<usize>(), gradient.0.coordinates().len());
    for (name, found, expected) in tensors {
        close(&name, &found, &expected);
    }
}

/// One layer, in batches of the kind `K`.
fn one_layer<P, Y, X, K>(name: &'static str)
where
    P: Formula<Store = f64, Input = (Y, X), Output = Y>,
    Y: Shape<Of<f64, K>: ZeroSamples + Hidden<Output = K::Batch<3>>>,
    X: Shape<Of<f64, K>: ZeroSamples>,
    K: Columns<f64>,
{
    let case = Case::new(name);
    let net: Net<P, K> = Net::new(case.params(P::zeros()));
    check(case, Recurrence(net), Same::net::<K>(), &["inputs"], None);
}

/// Two layers, in batches of the kind `K`.
fn two_layers<P, Q, Y, K>(name: &'static str)
where
    P: Formula<Store = f64, Input = (Y, Rows<2>), Output = Y>,
    Q: Formula<Store = f64, Input = (Y, Rows<3>), Output = Y>,
    Y: Shape<Of<f64, K>: ZeroSamples + Hidden<Output = K::Batch<3>>>,
    K: Columns<f64, Batch<2>: ZeroSamples>,
{
    let case = Case::new(name);
    let (first, second) = case.params((P::zeros(), Q::zeros()));
    let stack = Stacked(Recurrence(Net::<P, K>::new(first)), Recurrence(Net::<Q, K>::new(second)));
    check(case, stack, Same::net::<K>(), &["inputs"], None);
}

#[test]
fn elman() {
    one_layer::<Elman<f64, 2, 3>, _, _, Static<2>>("elman");
    one_layer::<Elman<f64, 2, 3>, _, _, Dynamic>("elman");
    two_layers::<Elman<f64, 2, 3>, Elman<f64, 3, 3>, _, Static<2>>("elman_2");
    two_layers::<Elman<f64, 2, 3>, Elman<f64, 3, 3>, _, Dynamic>("elman_2");
}

#[test]
fn gru() {
    one_layer::<Gru<f64, 2, 3>, _, _, Static<2>>("gru");
    one_layer::<Gru<f64, 2, 3>, _, _, Dynamic>("gru");
    two_layers::<Gru<f64, 2, 3>, Gru<f64, 3, 3>, _, Static<2>>("gru_2");
    two_layers::<Gru<f64, 2, 3>, Gru<f64, 3, 3>, _, Dynamic>("gru_2");
}

#[test]
fn lstm() {
    one_layer::<Lstm<f64, 2, 3>, _, _, Static<2>>("lstm");
    one_layer::<Lstm<f64, 2, 3>, _, _, Dynamic>("lstm");
    two_layers::<Lstm<f64, 2, 3>, Lstm<f64, 3, 3>, _, Static<2>>("lstm_2");
    two_layers::<Lstm<f64, 2, 3>, Lstm<f64, 3, 3>, _, Dynamic>("lstm_2");
}

#[test]
fn cells_of_one_layer() {
    one_layer::<Ctrnn<f64, 2, 3>, _, _, Static<2>>("ctrnn");
    one_layer::<Ctrnn<f64, 2, 3>, _, _, Dynamic>("ctrnn");
    one_layer::<Antisymmetric<f64, 2, 3>, _, _, Static<2>>("antisymmetric");
    one_layer::<Antisymmetric<f64, 2, 3>, _, _, Dynamic>("antisymmetric");
    one_layer::<GruOde<f64, 2, 3>, _, _, Static<2>>("gru_ode");
    one_layer::<GruOde<f64, 2, 3>, _, _, Dynamic>("gru_ode");
}

#[test]
fn cells_with_two_states() {
    one_layer::<CoRnn<f64, 2, 3>, _, _, Static<2>>("cornn");
    one_layer::<CoRnn<f64, 2, 3>, _, _, Dynamic>("cornn");
    one_layer::<Unicornn<f64, 2, 3>, _, _, Static<2>>("unicornn");
    one_layer::<Unicornn<f64, 2, 3>, _, _, Dynamic>("unicornn");
    one_layer::<Lem<f64, 2, 3>, _, _, Static<2>>("lem");
    one_layer::<Lem<f64, 2, 3>, _, _, Dynamic>("lem");
}

/// With the gaps of the batch, and with the gaps as a part of the input, which has a gradient.
fn with_gaps<P, K>(name: &'static str)
where
    P: Formula<Store = f64, Input = (Rows<3>, (Rows<2>, Rows<1>)), Output = Rows<3>>,
    K: Columns<f64>,
    K::Batch<1>: ZeroSamples,
    K::Batch<2>: ZeroSamples<Weights = K::Batch<1>>,
    K::Batch<3>: ZeroSamples + Hidden<Output = K::Batch<3>>,
    (K::Batch<2>, K::Batch<1>): ZeroSamples,
{
    let case = Case::new(name);
    let net: Net<P, K> = Net::new(case.params(P::zeros()));
    check(case, TimedRecurrence(net.clone()), Same::net::<K>(), &["inputs"], Some(gaps(case)));
    check(case, Recurrence(net), Same::net::<K>(), &["inputs", "gaps"], None);
}

#[test]
fn cells_that_read_the_gap() {
    with_gaps::<Ltc<f64, 2, 3>, Static<2>>("ltc");
    with_gaps::<Ltc<f64, 2, 3>, Dynamic>("ltc");
    with_gaps::<Cfc<f64, 2, 3, 4, 5>, Static<2>>("cfc");
    with_gaps::<Cfc<f64, 2, 3, 4, 5>, Dynamic>("cfc");
}
