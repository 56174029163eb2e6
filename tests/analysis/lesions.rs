//! Lesions of residual networks whose end is known in closed form.

use nalgebra::{SMatrix, vector};
use rheos::analysis::{Lesions, lesions};
use rheos::formula::{Static, Structure};
use rheos::nn::{Block, LayerField, Linear, Net, ResidualStack};
use rheos::{Error, Parametric, Result};

type Stack = ResidualStack<LayerField<Net<Linear<f64, 1, 1>, Static<1>>>>;

/// The blocks `f(z) = a z + b`.
fn stack(lines: &[[f64; 2]], step: f64) -> Stack {
    let block = |&[a, b]: &[f64; 2]| {
        let mut entries = [a, b].into_iter();
        Net::new(Linear::draw(&mut || entries.next().unwrap())).field()
    };
    ResidualStack::new(lines.iter().map(block).collect(), step).unwrap()
}

/// The end of a network that begins at `z`.
fn end_from(z: f64) -> impl Fn(&Stack) -> Result<f64> {
    move |stack| {
        let mut end: SMatrix<f64, 1, 1> = vector![z];
        stack.advance(&(), &mut end, 1.0.into())?;
        Ok(end[0])
    }
}

/// The rounding of some ten operations on numbers of the size 1.
const ROUNDING: f64 = 1e-14;

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() < ROUNDING, "{k}: {found} {expected}");
    }
}

const RATES: [f64; 5] = [0.5, -1.2, 2.0, -0.3, 0.9];
const LINES: [[f64; 2]; 5] = [[0.5, 1.0], [-1.2, 0.3], [2.0, -0.7], [-0.3, 0.0], [0.9, -2.0]];

/// The blocks multiply by `1 + h a`: they commute, and without one its factor is missing.
#[test]
fn linear_blocks_are_factors() {
    let (h, z) = (0.25, 1.5);
    let Lesions { intact, removed, swapped } = lesions(&stack(&RATES.map(|a| [a, 0.0]), h), end_from(z)).unwrap();
    let end = RATES.iter().fold(z, |z, a| z * (1.0 + h * a));
    assert_close(&[intact], &[end]);
    assert_close(&removed, &RATES.map(|a| end / (1.0 + h * a)));
    assert_close(&swapped, &[end; 4]);
}

/// Affine blocks do not commute: a swap of `(a, b)` and `(c, d)` changes the end by `h² (a d − b c)` times the factors behind
/// them, and without a block the blocks behind it act on the state before it.
#[test]
fn affine_blocks_have_an_order() {
    let (h, z) = (0.25, 1.5);
    let Lesions { intact, removed, swapped } = lesions(&stack(&LINES, h), end_from(z)).unwrap();
    let through = |z: f64, lines: &[[f64; 2]]| lines.iter().fold(z, |z, [a, b]| z + h * (a * z + b));
    assert_close(&[intact], &[through(z, &LINES)]);
    let without = |k: usize| through(through(z, &LINES[..k]), &LINES[k + 1..]);
    assert_close(&removed, &[0, 1, 2, 3, 4].map(without));
    let after_swap = |k: usize| {
        let [[a, b], [c, d]] = [LINES[k], LINES[k + 1]];
        let factor: f64 = LINES[k + 2..].iter().map(|[a, _]| 1.0 + h * a).product();
        intact + h * h * (a * d - b * c) * factor
    };
    assert_close(&swapped, &[0, 1, 2, 3].map(after_swap));
}

/// Powers of 2 are exact.
#[test]
fn units_of_state_and_time_do_not_matter() {
    let expected = lesions(&stack(&LINES, 0.25), end_from(1.5)).unwrap();
    let slow = stack(&LINES.map(|[a, b]| [a / 8.0, b / 8.0]), 2.0);
    assert_eq!(lesions(&slow, end_from(1.5)), Ok(expected.clone()));
    let small = stack(&LINES.map(|[a, b]| [a, b / 1024.0]), 0.25);
    let Lesions { intact, removed, swapped } = lesions(&small, end_from(1.5 / 1024.0)).unwrap();
    assert_eq!(intact * 1024.0, expected.intact);
    assert!(removed.iter().zip(&expected.removed).all(|(small, large)| small * 1024.0 == *large));
    assert!(swapped.iter().zip(&expected.swapped).all(|(small, large)| small * 1024.0 == *large));
}

#[test]
fn lesions_of_the_reversed_network_are_in_reversed_order() {
    let lines = RATES.map(|a| [a, 0.0]);
    let reversed = stack(&RATES.map(|a| [a, 0.0]), 0.25).reordered(&[4, 3, 2, 1, 0]).unwrap();
    let [forward, mut backward] = [&stack(&lines, 0.25), &reversed].map(|stack| lesions(stack, end_from(1.0)).unwrap());
    backward.removed.reverse();
    assert_close(&backward.removed, &forward.removed);
}

#[test]
fn a_network_of_one_or_two_blocks() {
    let alone = lesions(&stack(&[[1.0, 0.0]], 0.5), end_from(2.0));
    assert_eq!(alone, Ok(Lesions { intact: 3.0, removed: vec![], swapped: vec![] }));
    // (2 + 0.5 · 2) and −3 from there on.
    let two = lesions(&stack(&[[1.0, 0.0], [0.0, -6.0]], 0.5), end_from(2.0));
    assert_eq!(two, Ok(Lesions { intact: 0.0, removed: vec![-1.0, 3.0], swapped: vec![-1.5] }));
}

/// Step and blocks stay the same, and the measure sees the intact network first.
#[test]
fn the_measure_sees_the_blocks_in_order() {
    let full = stack(&LINES[..3], 0.25);
    let blocks = full.blocks().to_vec();
    let mut seen = Vec::new();
    let counted = |stack: &Stack| {
        assert_eq!(stack.step(), 0.25);
        let index = |block| blocks.iter().position(|other| other == block).unwrap();
        seen.push(stack.blocks().iter().map(index).collect::<Vec<_>>());
        Ok(seen.len() as f64)
    };
    let found = lesions(&full, counted);
    assert_eq!(found, Ok(Lesions { intact: 1.0, removed: vec![2.0, 3.0, 4.0], swapped: vec![5.0, 6.0] }));
    let expected: [&[usize]; 6] = [&[0, 1, 2], &[1, 2], &[0, 2], &[0, 1], &[1, 0, 2], &[0, 2, 1]];
    assert_eq!(seen, expected);
}

#[test]
fn bad_measures_are_refused() {
    let full = stack(&LINES, 0.25);
    let expected = "finite, the measure of a network";
    for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let refused = |call: usize| {
            let mut calls = 0..;
            lesions(&full, |_| Ok(if calls.next() == Some(call) { value } else { 1.0 })).unwrap_err()
        };
        // NaN does not equal itself, but its text does.
        let same = |found: Error, expected: Error| assert_eq!(found.to_string(), expected.to_string());
        same(refused(0), Error::InvalidArgument { name: "intact", value, expected });
        same(refused(3), Error::InvalidEntry { name: "removed", index: 2, value, expected });
        same(refused(9), Error::InvalidEntry { name: "swapped", index: 3, value, expected });
    }
    // The error of the measure itself.
    let broken = Error::UnknownMethod { name: "x".to_owned(), known: &[] };
    assert_eq!(lesions(&full, |_| Err(broken.clone())), Err(broken));
    // Block 1 brings the state back from the border of the numbers; without it the network overflows.
    let huge = stack(&[[1e200, 0.0], [-1.0, 0.0], [1e200, 0.0]], 1.0);
    let overflow = lesions(&huge, end_from(1.0)).unwrap_err();
    assert!(matches!(overflow, Error::NonFinite { .. }), "{overflow}");
}

/// A stack fails after parameters of another number of blocks, and so do its lesions.
#[test]
fn wrong_parameters_are_not_forgotten() {
    let mut full = stack(&LINES, 0.25);
    let params = full.params();
    full.set_params(&params[..4].to_vec());
    let expected = Error::LengthMismatch { name: "params", found: 4, expected: 5 };
    assert_eq!(lesions(&full, |_| Ok(1.0)), Err(expected.clone()));
    assert_eq!(full.flow().err(), Some(expected.clone()));
    assert_eq!(full.without(0).err(), Some(expected.clone()));
    assert_eq!(full.reordered(&[1, 0]).err(), Some(expected));
    full.set_params(&params);
    assert!(full.without(0).is_ok());
}
