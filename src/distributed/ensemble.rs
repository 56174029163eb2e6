//! Ensembles over ranks.

use super::sum::CHUNK;
use super::{Communicator, Fingerprint, Place, agree, meet, outcome, share};
use crate::control::Controller;
use crate::dynamics::Dynamics;
use crate::error::{Error, Result};
use crate::solution::{Ensemble, Outcome, keep};
use crate::solver::Solver;
use crate::state::State;

impl<'a, F: Dynamics, K: Copy> Ensemble<'a, F, K> {
    /// [`solve`](Self::solve) over ranks: each solves a contiguous share of the samples, and the root returns all outcomes in
    /// the order of the initial states; the others return `None`.
    ///
    /// On processors of one kind the outcomes have the same bits as after `solve`. The error of a failed sample is
    /// [`Error::SampleOnRank`] with its rank and its message, and the partial solution is complete; a single rank keeps the errors
    /// themselves.
    ///
    /// ```
    /// use rheos::distributed::on_threads;
    /// use rheos::solution::Ensemble;
    /// use rheos::{Dopri5, Error, Pid, ode};
    ///
    /// let decay = ode(|_t, y: &f64, dy: &mut f64| *dy = -y);
    /// let starts = [1.0, 2.0, f64::NAN, 4.0];
    /// let gathered = on_threads(2, |ranks| {
    ///     Ensemble::new(&decay, &starts, 0.0..1.0).solve_over(ranks, Dopri5, Pid::tolerance(1e-8))
    /// });
    /// let outcomes = gathered[0].as_ref().unwrap().as_ref().unwrap();
    /// assert!((outcomes[3].as_ref().unwrap().last() - 4.0 * (-1.0_f64).exp()).abs() < 1e-7);
    /// assert!(matches!(outcomes[2].as_ref().unwrap_err().error, Error::SampleOnRank { rank: 1, .. }));
    /// assert_eq!(gathered[1], Ok(None));
    /// ```
    ///
    /// # Errors
    /// [`Error::OnRank`] if the ranks have different initial states or spans; the errors of the communicator.
    pub fn solve_over<S, C>(
        &self,
        ranks: &dyn Communicator,
        solver: S,
        control: C,
    ) -> Result<Option<Vec<Outcome<F::State>>>>
    where
        S: Solver<F> + Clone,
        C: Controller<F, S> + Clone,
        K: keep::Keep<'a, F, S, Kept = Vec<F::State>>,
    {
        if ranks.size() == 1 {
            return Ok(Some(self.solve(solver, control)));
        }
        let (y0, span) = (self.initial_states(), self.span());
        let of_states = Fingerprint::of(Place::Ensemble).numbers(&[span.t0, span.t1]);
        let of_states = y0.iter().fold(of_states, |hash, y| hash.numbers(&y.coordinates()));
        meet(ranks, of_states, Ok([0; 2]))?;

        let mut words = Vec::new();
        for i in share(ranks, y0.len()) {
            outcome::write(&self.sample(i).solve(solver.clone(), control.clone()), &mut words);
        }
        let lengths = meet(ranks, Fingerprint::of(Place::Outcomes), Ok([words.len() as u64, 0]))?;
        let lengths: Vec<usize> = lengths.into_iter().map(|[length, _]| length as usize).collect();
        let gathered = gather(ranks, words, &lengths)?;
        let outcomes = if ranks.rank() == 0 { read(&gathered, y0).map(Some) } else { Ok(None) };
        agree(ranks, outcomes)
    }
}

/// The words of each rank, of these lengths, at the root.
fn gather(ranks: &dyn Communicator, mut words: Vec<u64>, lengths: &[usize]) -> Result<Vec<Vec<u64>>> {
    let longest = lengths.iter().copied().max().unwrap_or_default();
    let each = (CHUNK / ranks.size()).clamp(1, longest.max(1));
    words.resize(longest.next_multiple_of(each), 0);
    let mut gathered = vec![Vec::new(); ranks.size()];
    for own in words.chunks(each) {
        let all = ranks.gather(own)?;
        gathered.iter_mut().zip(all.chunks(each)).for_each(|(words, part)| words.extend_from_slice(part));
    }
    gathered.iter_mut().zip(lengths).for_each(|(words, &length)| words.truncate(length));
    Ok(gathered)
}

/// The outcomes of all samples, in order.
fn read<Y: State>(gathered: &[Vec<u64>], y0: &[Y]) -> Result<Vec<Outcome<Y>>> {
    let mut outcomes = Vec::with_capacity(y0.len());
    for (rank, words) in gathered.iter().enumerate() {
        let mut words = &words[..];
        while !words.is_empty() {
            let found = y0.get(outcomes.len()).and_then(|like| outcome::read(&mut words, rank, like));
            let reason = || "its outcomes do not fit the initial states".to_owned();
            outcomes.push(found.ok_or_else(|| Error::OnRank { rank, reason: reason(), is_non_finite: false })?);
        }
    }
    if outcomes.len() != y0.len() {
        return Err(Error::LengthMismatch { name: "outcomes", found: outcomes.len(), expected: y0.len() });
    }
    Ok(outcomes)
}
