//! The task: three bits, each set by its own pulses.

use rheos::Result;
use rheos::train::{SequenceData, uniform};

/// The number of bits.
pub const BITS: usize = 3;
/// The length of a sequence.
pub const STEPS: usize = 64;

/// Pulses of ±1 on each channel, in a quarter of the steps and in the first; the target of each channel is its last pulse.
pub fn flip_flop(sequences: usize, seed: u64) -> Result<SequenceData<BITS, Vec<[f64; BITS]>>> {
    let inputs = inputs(sequences, seed);
    let targets = inputs.iter().map(|steps| last_pulses(steps)).collect();
    SequenceData::new(inputs, targets)
}

/// The pulses alone.
pub fn inputs(sequences: usize, seed: u64) -> Vec<Vec<[f64; BITS]>> {
    let mut number = uniform(seed);
    let mut pulses = || -> Vec<[f64; BITS]> {
        let mut pulse = |step: usize| {
            let (fires, sign) = (step == 0 || number() < 0.25, if number() < 0.5 { -1.0 } else { 1.0 });
            if fires { sign } else { 0.0 }
        };
        (0..STEPS).map(|step| std::array::from_fn(|_| pulse(step))).collect()
    };
    (0..sequences).map(|_| pulses()).collect()
}

fn last_pulses(steps: &[[f64; BITS]]) -> Vec<[f64; BITS]> {
    let mut state = [0.0; BITS];
    let mut follow = |pulses: &[f64; BITS]| {
        for (bit, &pulse) in state.iter_mut().zip(pulses).filter(|(_, pulse)| **pulse != 0.0) {
            *bit = pulse;
        }
        state
    };
    steps.iter().map(&mut follow).collect()
}
