//! The task: three bits, each set by its own pulses.

use rheos::Result;
use rheos::nn::{BatchMatrix, Block, Layer, Sequence, SequenceBatch};
use rheos::train::uniform;

/// The number of bits.
pub const BITS: usize = 3;
/// The number of hidden units.
pub const UNITS: usize = 16;
/// The length of a sequence.
pub const STEPS: usize = 64;

/// Numbers for each channel, step by step.
pub type Pulses = Vec<[f64; BITS]>;

/// Pulses of ±1 on each channel: in the first step, and in a quarter of the others.
pub fn pulses(sequences: usize, seed: u64) -> Vec<Pulses> {
    let mut number = uniform(seed);
    let mut pulse = |step: usize| {
        let (fires, sign) = (step == 0 || number() < 0.25, if number() < 0.5 { -1.0 } else { 1.0 });
        if fires { sign } else { 0.0 }
    };
    let mut sequence = || (0..STEPS).map(|step| std::array::from_fn(|_| pulse(step))).collect();
    (0..sequences).map(|_| sequence()).collect()
}

/// The last pulse on each channel, step by step: the targets.
pub fn last_pulses(steps: &[[f64; BITS]]) -> Pulses {
    let mut state = [0.0; BITS];
    let mut follow = |pulses: &[f64; BITS]| {
        for (bit, &pulse) in state.iter_mut().zip(pulses).filter(|(_, pulse)| **pulse != 0.0) {
            *bit = pulse;
        }
        state
    };
    steps.iter().map(&mut follow).collect()
}

/// The hidden states that a cell visits on some sequences, each as a batch of one sample, sequence by sequence.
pub fn visited<B>(block: &B, sequences: usize, seed: u64) -> Result<Vec<BatchMatrix<f64, UNITS>>>
where
    B: Block<Input = BatchMatrix<f64, BITS>, Hidden = BatchMatrix<f64, UNITS>>,
{
    let mut states = Vec::with_capacity(sequences * STEPS);
    for steps in pulses(sequences, seed) {
        let mut h = BatchMatrix::zeros(1);
        for pulse in steps {
            block.advance(&BatchMatrix::<f64, BITS>::from_column_slice(&pulse), &mut h, 1.0.into())?;
            states.push(h.clone());
        }
    }
    Ok(states)
}

/// The outputs with another sign than their bit, over all steps of some sequences.
pub fn wrong_bits<B, R>(model: &Sequence<B, R>, sequences: usize, seed: u64) -> Result<usize>
where
    B: Block<Input = BatchMatrix<f64, BITS>, Hidden = BatchMatrix<f64, UNITS>>,
    R: Layer<Input = BatchMatrix<f64, UNITS>, Output = BatchMatrix<f64, BITS>>,
{
    let inputs = pulses(sequences, seed);
    let at = |step: usize| BatchMatrix::<f64, BITS>::from_fn(sequences, |bit, sample| inputs[sample][step][bit]);
    let batch = SequenceBatch::new((0..STEPS).map(at).collect());
    let (outputs, _) = model.predict(&BatchMatrix::zeros(sequences), &batch)?;
    let bits: Vec<Pulses> = inputs.iter().map(|steps| last_pulses(steps)).collect();
    let wrong = |(step, outputs): (usize, &BatchMatrix<f64, BITS>)| {
        let differs = |(sample, bits): (usize, &Pulses)| {
            (0..BITS).filter(|&bit| outputs[(bit, sample)] * bits[step][bit] <= 0.0).count()
        };
        bits.iter().enumerate().map(differs).sum::<usize>()
    };
    Ok(outputs.iter().enumerate().map(wrong).sum())
}
