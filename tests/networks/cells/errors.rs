//! Wrong batches are errors that name the step, the sample or the number.

use rheos::formula::{Dynamic, Structure};
use rheos::nn::{
    Block, Gap, GruOde, Hidden, IrregularOdeBlock, Ltc, Net, OdeBlock, Sequence, SequenceBatch, TimedRecurrence,
};
use rheos::train::uniform;
use rheos::{DiscreteAdjoint, Error, Fixed, Result, Rk4};

use super::support::{Batch, Same, drawn};

/// What `forward` and `predict` say of a batch of three steps of two samples.
fn refused<B>(block: &B, change: impl Fn(SequenceBatch<Batch<2>>) -> SequenceBatch<Batch<2>>) -> Error
where
    B: Block<Input = Batch<2>, Hidden = Batch<3>> + Clone,
{
    let model = Sequence { block: block.clone(), readout: Same::net::<Dynamic>() };
    let batch = change(SequenceBatch::new((0..3).map(|step| drawn(&Batch::zeros(2), step)).collect()));
    let (h0, error) = (model.start(2), model.forward(&model.start(2), &batch).err().expect("an error"));
    assert_eq!(model.predict(h0.output(), &batch).err().as_ref().map(ToString::to_string), Some(error.to_string()));
    error
}

fn timed() -> TimedRecurrence<Net<Ltc<f64, 2, 3>>> {
    TimedRecurrence(Net::new(Ltc::uniform(&mut uniform(1))))
}

fn cell() -> Net<GruOde<f64, 2, 3>> {
    Net::new(GruOde::uniform(&mut uniform(1)))
}

const RK4: (Rk4, Fixed, DiscreteAdjoint) = (Rk4, Fixed::steps(2), DiscreteAdjoint::new());

#[test]
fn a_sequence_needs_one_gap_for_each_step_and_sample() {
    let gaps = |found| Error::LengthMismatch { name: "gaps", found, expected: 3 };
    assert_eq!(refused(&timed(), |batch| batch.gaps(vec![1.0; 2])), gaps(2));
    assert_eq!(refused(&timed(), |batch| batch.gaps_of_samples(vec![vec![1.0; 2]; 4])), gaps(4));
    let one = || vec![vec![1.0; 2], vec![1.0; 3], vec![1.0; 2]];
    let expected = Error::ShapeMismatch { name: "gaps", index: 1, found: 3, expected: 2 };
    assert_eq!(refused(&timed(), |batch| batch.gaps_of_samples(one())), expected);
}

#[test]
fn a_gap_that_is_not_finite_names_its_step() {
    let step = |error: Error| match error {
        Error::InvalidEntry { name: "gaps", index, value, expected: "finite" } if !value.is_finite() => index,
        other => panic!("{other}"),
    };
    for bad in [f64::NAN, f64::INFINITY] {
        assert_eq!(step(refused(&timed(), |batch| batch.gaps(vec![1.0, 1.0, bad]))), 2);
        let of_samples = || vec![vec![1.0; 2], vec![1.0; 2], vec![bad, 1.0]];
        assert_eq!(step(refused(&timed(), |batch| batch.gaps_of_samples(of_samples()))), 2);
        // Of a sequence that ended before, too.
        assert_eq!(step(refused(&timed(), |batch| batch.gaps_of_samples(of_samples()).lengths(vec![1, 3]))), 2);
    }
}

/// A step of an `Ltc` backwards over `1 / (1/τ + f)` has no solution: with `τ = 1` and `f = 1/2`, over 2/3.
#[test]
fn a_result_that_is_not_finite_is_an_error() {
    let cell: Net<Ltc<f64, 2, 3>> = Net::new(Ltc::zeros());
    let block = TimedRecurrence(cell);
    let last = |gap: f64| refused(&block, |batch| batch.gaps(vec![1.0, 1.0, gap]));
    assert!(matches!(last(-1.0 / 1.5), Error::InvalidEntry { name: "outputs", index: 2, .. }), "{}", last(-1.0 / 1.5));
    // Without an output that shows it, too.
    let model = Sequence { block, readout: Same::net::<Dynamic>() };
    let batch = SequenceBatch::new(vec![Batch::<2>::zeros(2)]).gaps(vec![-1.0 / 1.5]).outputs_from(1);
    let error = model.predict(&model.start(2), &batch).expect_err("an error");
    assert!(matches!(error, Error::InvalidEntry { name: "hidden", .. }), "{error}");
}

#[test]
fn lengths_are_those_of_the_steps() {
    let expected = Error::LengthMismatch { name: "lengths", found: 1, expected: 2 };
    assert_eq!(refused(&timed(), |batch| batch.lengths(vec![3])), expected);
    for (lengths, sample, value) in [([0, 3], 0, 0.0), ([3, 4], 1, 4.0)] {
        let expected = "at least 1 and at most the number of steps";
        let expected = Error::InvalidEntry { name: "lengths", index: sample, value, expected };
        assert_eq!(refused(&timed(), |batch| batch.lengths(lengths.to_vec())), expected);
    }
}

#[test]
fn a_flow_needs_the_same_gap_for_all_samples() {
    let flow = OdeBlock::new(cell().flow(), RK4.0, RK4.1, RK4.2);
    let gaps = || vec![vec![1.0; 2], vec![1.0, 0.5], vec![1.0; 2]];
    let error = refused(&flow, |batch| batch.gaps_of_samples(gaps()));
    assert_eq!(error, Error::UnequalGaps { sample: 1, gap: 0.5, first: 1.0 });
    assert!(error.to_string().contains("IrregularOdeBlock"), "{error}");
}

/// Blocks on their own, without a batch that checks the gaps.
#[test]
fn a_block_needs_one_gap_for_each_sample() {
    fn refused<B: Block<Input = Batch<2>, Hidden = Batch<3>>>(block: &B) {
        let of = |gaps: &[f64]| -> Result<()> {
            block.forward(&Batch::zeros(2), &Batch::zeros(2), Gap::Each(gaps))?;
            Ok(())
        };
        for gaps in [&[][..], &[1.0], &[1.0; 3]] {
            let expected = Error::SampleMismatch { input: "gaps", found: gaps.len(), expected: 2 };
            assert_eq!(of(gaps), Err(expected));
        }
        assert_eq!(of(&[1.0; 2]), Ok(()));
        assert!(of(&[f64::NAN; 2]).is_err());
        assert!(of(&[1.0, f64::NAN]).is_err());
        let gap = Gap::Same(f64::INFINITY);
        assert!(block.forward(&Batch::zeros(2), &Batch::zeros(2), gap).is_err());
    }
    refused(&timed());
    refused(&OdeBlock::new(cell().flow(), RK4.0, RK4.1, RK4.2));
    refused(&IrregularOdeBlock::new(cell().flow(), RK4.0, RK4.1, RK4.2));
}

#[test]
fn an_observation_that_is_not_finite_is_refused_even_after_the_end() {
    let model = Sequence { block: timed(), readout: Same::net::<Dynamic>() };
    let mut inputs = vec![Batch::<2>::zeros(2); 3];
    inputs[2][(0, 1)] = f64::NAN;
    let error = model.forward(&model.start(2), &SequenceBatch::new(inputs).lengths(vec![3, 2])).err();
    assert!(matches!(error, Some(Error::InvalidEntry { name: "x", index: 2, .. })));
}

/// A cotangent of the hidden state is compared with the hidden state.
#[test]
fn a_cotangent_of_a_flow_has_the_shape_of_the_hidden_state() {
    fn refused<B: Block<Input = Batch<2>, Hidden = Batch<3>>>(block: &B) {
        let back = |hbar: Batch<3>| {
            let (_, record) = block.forward(&Batch::zeros(2), &Batch::zeros(2), Gap::Same(1.0)).unwrap();
            block.backward(record, hbar, &mut block.params()).err()
        };
        let expected = Error::LengthMismatch { name: "hbar", found: 3, expected: 6 };
        assert_eq!(back(Batch::zeros(1)), Some(expected));
        let not_finite = back(Batch::from_element(2, f64::NAN));
        assert!(matches!(not_finite, Some(Error::InvalidEntry { name: "hbar", index: 0, .. })));
    }
    refused(&timed());
    refused(&OdeBlock::new(cell().flow(), RK4.0, RK4.1, RK4.2));
    refused(&IrregularOdeBlock::new(cell().flow(), RK4.0, RK4.1, RK4.2));
}
