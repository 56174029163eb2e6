//! Outcomes of solves as words.

use crate::error::Error;
use crate::integrate::Stats;
use crate::solution::{Ending, Failure, Outcome, Solution};
use crate::solver::Stiffness;
use crate::state::State;

/// Appends an outcome to `words`. An ensemble has no events, so no hits are written.
pub(super) fn write<Y: State>(outcome: &Outcome<Y>, words: &mut Vec<u64>) {
    let solution = match outcome {
        Ok(solution) => {
            words.push(0);
            solution
        }
        Err(failure) => {
            let text = failure.error.to_string();
            words.extend([1, u64::from(failure.error.is_non_finite()), text.len() as u64]);
            words.extend(text.bytes().map(u64::from));
            &failure.partial
        }
    };
    let Solution { t, y, hits: _, ending, stats, stiffness, end } = solution;
    words.push(t.len() as u64);
    words.extend(t.iter().map(|t| t.to_bits()));
    let mut states = Vec::new();
    y.iter().for_each(|y| y.write_coordinates(&mut states));
    end.1.write_coordinates(&mut states);
    words.extend(states.into_iter().map(f64::to_bits));
    words.push(end.0.to_bits());
    words.extend(match ending {
        Ending::Span => [0, 0],
        Ending::Event(event) => [1, *event as u64],
        Ending::Observer => [2, 0],
        Ending::Failure => [3, 0],
    });
    words.extend(stats.all());
    let Stiffness { t, h_lambda, limit } = stiffness.unwrap_or(Stiffness { t: 0.0, h_lambda: 0.0, limit: 0.0 });
    words.push(u64::from(stiffness.is_some()));
    words.extend([t, h_lambda, limit].map(f64::to_bits));
}

/// Reads an outcome of a rank, with states in the shape of `like`, and removes it from `words`; `None` if they are not one.
pub(super) fn read<Y: State>(words: &mut &[u64], rank: usize, like: &Y) -> Option<Outcome<Y>> {
    let error = match take::<1>(words)? {
        [0] => None,
        _ => {
            let [is_non_finite, length] = take(words)?;
            let (text, rest) = words.split_at_checked(length as usize)?;
            *words = rest;
            let bytes: Vec<u8> = text.iter().map(|&word| word as u8).collect();
            let reason = String::from_utf8_lossy(&bytes).into_owned();
            Some(Error::SampleOnRank { rank, reason, is_non_finite: is_non_finite == 1 })
        }
    };
    let [outputs] = take(words)?;
    let t = numbers(words, outputs as usize)?;
    let dimension = like.coordinates().len();
    let mut state = || {
        let mut y = like.clone();
        y.read_coordinates(&numbers(words, dimension)?)?;
        Some(y)
    };
    let y = t.iter().map(|_| state()).collect::<Option<Vec<Y>>>()?;
    let end = state()?;
    let [t_end] = take(words)?.map(f64::from_bits);
    let ending = match take(words)? {
        [0, _] => Ending::Span,
        [1, event] => Ending::Event(event as usize),
        [2, _] => Ending::Observer,
        _ => Ending::Failure,
    };
    let [evaluations, accepted, rejected, forced, jacobians, factorisations, recomputed] = take(words)?;
    let stats = Stats { evaluations, accepted, rejected, forced, jacobians, factorisations, recomputed };
    let [is_stiff] = take(words)?;
    let [t_stiff, h_lambda, limit] = take(words)?.map(f64::from_bits);
    let stiffness = (is_stiff == 1).then_some(Stiffness { t: t_stiff, h_lambda, limit });
    let solution = Solution { t, y, hits: Vec::new(), ending, stats, stiffness, end: (t_end, end) };
    Some(match error {
        None => Ok(solution),
        Some(error) => Err(Box::new(Failure { error, partial: solution })),
    })
}

fn take<const N: usize>(words: &mut &[u64]) -> Option<[u64; N]> {
    let (first, rest) = words.split_first_chunk()?;
    *words = rest;
    Some(*first)
}

fn numbers(words: &mut &[u64], n: usize) -> Option<Vec<f64>> {
    let (first, rest) = words.split_at_checked(n)?;
    *words = rest;
    Some(first.iter().copied().map(f64::from_bits).collect())
}
