//! Coarser sampling of sequences.

use rheos::Error;
use rheos::train::SequenceData;

/// Sequences of these lengths whose observations and targets are their steps.
fn steps(lengths: &[usize]) -> SequenceData<1, Vec<[f64; 1]>> {
    let numbers = |sign: f64| -> Vec<Vec<[f64; 1]>> {
        lengths.iter().map(|&n| (0..n).map(|step| [sign * step as f64]).collect()).collect()
    };
    SequenceData::new(numbers(1.0), numbers(-1.0)).unwrap()
}

/// The sequences with these steps, and these gaps.
fn kept(steps: &[&[usize]], gaps: &[&[f64]]) -> SequenceData<1, Vec<[f64; 1]>> {
    let numbers = |sign: f64| -> Vec<Vec<[f64; 1]>> {
        steps.iter().map(|steps| steps.iter().map(|&step| [sign * step as f64]).collect()).collect()
    };
    let gaps = gaps.iter().map(|gaps| gaps.to_vec()).collect();
    SequenceData::new(numbers(1.0), numbers(-1.0)).unwrap().gaps(gaps).unwrap()
}

#[test]
fn the_last_observation_stays() {
    let lengths = [6, 5, 1, 3];
    let expected = kept(&[&[1, 3, 5], &[0, 2, 4], &[0], &[0, 2]], &[&[2.0; 3], &[2.0; 3], &[2.0], &[2.0; 2]]);
    assert_eq!(steps(&lengths).every(2), Ok(expected));
    let expected = kept(&[&[1, 5], &[0, 4], &[0], &[2]], &[&[4.0; 2], &[4.0; 2], &[4.0], &[4.0]]);
    assert_eq!(steps(&lengths).every(4), Ok(expected));
    let last = kept(&[&[5], &[4], &[0], &[2]], &[&[99.0], &[99.0], &[99.0], &[99.0]]);
    assert_eq!(steps(&lengths).every(99), Ok(last));
    assert_eq!(steps(&lengths).every(1), Ok(steps(&lengths)));
}

/// The time of an observation is the sum of the gaps up to it.
#[test]
fn observations_keep_their_times() {
    let gaps = vec![vec![0.5, 1.0, 0.25, 2.0, 4.0, 0.125], vec![3.0, 0.5]];
    let data = steps(&[6, 2]).gaps(gaps).unwrap();
    let expected = kept(&[&[2, 5], &[1]], &[&[1.75, 6.125], &[3.5]]);
    assert_eq!(data.clone().every(3), Ok(expected));
    // Every second of every third is every sixth.
    assert_eq!(data.clone().every(3).unwrap().every(2), data.clone().every(6));
    assert_eq!(data.clone().every(1), Ok(data));
}

#[test]
fn targets_of_sequences_stay() {
    let inputs = vec![vec![[0.0], [1.0], [2.0]], vec![[3.0], [4.0]]];
    let coarse = SequenceData::new(inputs, vec![1, 0]).unwrap().every(2).unwrap();
    let inputs = vec![vec![[0.0], [2.0]], vec![[4.0]]];
    let expected = SequenceData::new(inputs, vec![1, 0]).unwrap().gaps(vec![vec![2.0; 2], vec![2.0]]).unwrap();
    assert_eq!(coarse, expected);
    // The steps with an output are chosen after it.
    let coarse = steps(&[6]).every(2).unwrap().outputs_from(1);
    assert_eq!(coarse, kept(&[&[1, 3, 5]], &[&[2.0; 3]]).outputs_from(1));
}

#[test]
fn bad_arguments_are_named() {
    let zero = steps(&[3]).every(0).unwrap_err();
    assert!(matches!(zero, Error::InvalidArgument { name: "n", value: 0.0, .. }), "{zero}");
    let after = steps(&[3]).outputs_from(2).every(2).unwrap_err();
    assert!(matches!(after, Error::InvalidArgument { name: "outputs_from", value: 2.0, .. }), "{after}");
    let huge = steps(&[2, 3]).gaps(vec![vec![1.0; 2], vec![1.0, f64::MAX, f64::MAX]]).unwrap().every(2).unwrap_err();
    let expected = Error::NonFiniteData { name: "gaps", sample: 1, step: 1, value: f64::INFINITY };
    assert_eq!(huge, expected);
}
