//! Gaps of samples: each sample flows for its own time.

use rheos::formula::Dynamic;
use rheos::nn::{Block, Gap, Gru, GruOde, IrregularOdeBlock, Net, OdeBlock, Sequence, SequenceBatch, ZeroSamples};
use rheos::train::uniform;
use rheos::{BacksolveAdjoint, DiscreteAdjoint, Dopri5, Fixed, Parametric, Pid, Rk4, State};

use super::support::{Batch, Pass, PerSample, Same, drawn};
use crate::common::relative_error;

const GAPS: [f64; 4] = [0.3, 2.0, -0.5, 1.0];

/// Sample by sample, one block with the gaps of all against another with one gap.
fn each_flows_for_its_own_gap<A, B>(all: &A, one: &B, tolerance: f64)
where
    A: Block<Input = Batch<2>, Hidden = Batch<3>>,
    B: Block<Input = Batch<2>, Hidden = Batch<3>>,
{
    let h = drawn(&Batch::<3>::zero_samples(4), 1);
    let (x, w) = (drawn(&Batch::<2>::zero_samples(4), 2), drawn(&h, 3));
    let found = Pass::of(all, &x, &h, Gap::Each(&GAPS), &w);
    let mut sum = Pass { h1: vec![], x: vec![], h: vec![], params: vec![0.0; found.params.len()] };
    for (sample, gap) in GAPS.into_iter().enumerate() {
        let at = |y: &Batch<3>| y.sample(sample);
        let one = Pass::of(one, &x.sample(sample), &at(&h), Gap::Same(gap), &at(&w));
        sum.h1.extend(one.h1);
        sum.x.extend(one.x);
        sum.h.extend(one.h);
        sum.params.iter_mut().zip(one.params).for_each(|(sum, one)| *sum += one);
    }
    let error = found.error(&sum);
    assert!(error < tolerance, "{error:e}");
}

#[test]
fn an_irregular_flow_is_a_flow_of_each_sample() {
    let cell: Net<GruOde<f64, 2, 3>> = Net::new(GruOde::uniform(&mut uniform(1)));
    let (fixed, discrete) = (Fixed::steps(4), DiscreteAdjoint::new());
    // The steps are products of gap and fraction here, and fractions of the gap there.
    each_flows_for_its_own_gap(
        &IrregularOdeBlock::new(cell.flow(), Rk4, fixed, discrete),
        &OdeBlock::new(cell.flow(), Rk4, fixed, discrete),
        1e-14,
    );
    // Other steps, both with this tolerance.
    let tight = Pid::tolerance(1e-12);
    each_flows_for_its_own_gap(
        &IrregularOdeBlock::new(cell.flow(), Dopri5, tight, BacksolveAdjoint::new(Dopri5, tight)),
        &OdeBlock::new(cell.flow(), Dopri5, tight, discrete),
        1e-9,
    );
}

/// With one gap for all samples, an irregular flow equals a flow. The gap may be given once, or for each sample.
#[test]
fn the_same_gap_may_be_given_for_each_sample() {
    let cell: Net<GruOde<f64, 2, 3>> = Net::new(GruOde::uniform(&mut uniform(1)));
    let (fixed, discrete) = (Fixed::steps(4), DiscreteAdjoint::new());
    let flow = OdeBlock::new(cell.flow(), Rk4, fixed, discrete);
    let irregular = IrregularOdeBlock::new(cell.flow(), Rk4, fixed, discrete);
    let h = drawn(&Batch::<3>::zero_samples(4), 1);
    let (x, w) = (drawn(&Batch::<2>::zero_samples(4), 2), drawn(&h, 3));
    let expected = Pass::of(&flow, &x, &h, Gap::Same(0.7), &w);
    let bits = |pass: Pass| (pass.h1, pass.x, pass.h, pass.params);
    assert!(Pass::of(&irregular, &x, &h, Gap::Same(0.7), &w).error(&expected) < 1e-14);
    assert!(Pass::of(&irregular, &x, &h, Gap::Each(&[0.7; 4]), &w).error(&expected) < 1e-14);
    assert_eq!(bits(Pass::of(&flow, &x, &h, Gap::Each(&[0.7; 4]), &w)), bits(expected));
}

/// A block without time ignores the gaps of a batch; without gaps, all are 1.
#[test]
fn gaps_of_a_batch_are_one_by_default() {
    let cell: Net<GruOde<f64, 2, 3>> = Net::new(GruOde::uniform(&mut uniform(1)));
    let flow = OdeBlock::new(cell.flow(), Rk4, Fixed::steps(2), DiscreteAdjoint::new());
    let model = Sequence { block: flow, readout: Same::net::<Dynamic>() };
    let h0 = drawn(&model.start(4), 1);
    let batch = || SequenceBatch::new((0..3).map(|step| drawn(&Batch::<2>::zeros(4), step)).collect());
    let expected = model.predict(&h0, &batch()).unwrap();
    assert_eq!(model.predict(&h0, &batch().gaps(vec![1.0; 3])).unwrap(), expected);
    assert_eq!(model.predict(&h0, &batch().gaps_of_samples(vec![vec![1.0; 4]; 3])).unwrap(), expected);
    assert_ne!(model.predict(&h0, &batch().gaps(vec![2.0; 3])).unwrap(), expected);

    let cell: Net<Gru<f64, 2, 3>> = Net::new(Gru::uniform(&mut uniform(1)));
    let model = Sequence { block: rheos::nn::Recurrence(cell), readout: Same::net::<Dynamic>() };
    let expected = model.predict(&h0, &batch()).unwrap();
    assert_eq!(model.predict(&h0, &batch().gaps_of_samples(vec![GAPS.to_vec(); 3])).unwrap(), expected);
}

/// A flow from time 0 to 1 and back is no flow.
#[test]
fn a_negative_gap_runs_backwards() {
    let cell: Net<GruOde<f64, 2, 3>> = Net::new(GruOde::uniform(&mut uniform(1)));
    let tight = Pid::tolerance(1e-12);
    let flow = OdeBlock::new(cell.flow(), Dopri5, tight, DiscreteAdjoint::new());
    let (h, x) = (drawn(&Batch::<3>::zero_samples(4), 1), drawn(&Batch::<2>::zero_samples(4), 2));
    let (there, _) = flow.forward(&x, &h, 1.0.into()).unwrap();
    let (back, _) = flow.forward(&x, &there, (-1.0).into()).unwrap();
    assert!(relative_error(&back.coordinates(), &h.coordinates()) < 1e-10);
    assert_eq!(flow.params().coordinates(), cell.params().coordinates());
}
