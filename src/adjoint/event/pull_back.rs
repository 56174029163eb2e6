//! The way back over the pieces of a solve and the events between them.

use std::iter::repeat_n;

use super::super::finite::{check_cotangents, check_params, check_step};
use super::EventCotangents;
use super::saltation::{Saltation, StartCotangent};
use super::timeline::{Mark, Timeline};
use crate::{Differentiable, Hybrid, Result, Span, State};

/// What comes into the way back over one piece: the times in it, the start first and the end last, with a cotangent each.
pub(super) struct Incoming<'a, Y> {
    /// Which piece.
    pub piece: usize,
    pub times: &'a [f64],
    pub cotangents: &'a [Y],
    /// Whether the last of the times is the end of the span, which the last step follows.
    pub to_the_end: bool,
}

/// Pulls cotangents back over all pieces, each by `over`, which returns those of its initial state and of its times. Returns
/// those of the initial state and of the output times.
pub(super) fn pull_back<F: Differentiable>(
    problem: &Hybrid<'_, F>,
    timeline: &Timeline<F::State>,
    cotangents: &EventCotangents<F::State>,
    pbar: &mut F::Params,
    mut over: impl FnMut(Incoming<'_, F::State>, &mut F::Params) -> Result<(F::State, Vec<f64>)>,
) -> Result<(F::State, Vec<f64>)> {
    let zero = timeline.start().zeros_like();
    check_cotangents("cotangents", &cotangents.y, repeat_n(&zero, timeline.reached))?;
    let hits: Vec<_> = cotangents.hits.iter().map(|hit| (hit.t, hit.before.clone(), hit.after.clone())).collect();
    let no_hit = (0.0, zero.clone(), zero.clone());
    check_cotangents("cotangents.hits", &hits, repeat_n(&no_hit, timeline.hits.len()))?;
    check_params(problem.field(), pbar)?;
    let mut saltation = Saltation::new(problem, timeline, cotangents);
    let mut times_bar = vec![0.0; timeline.times.len()];
    let mut start = StartCotangent { y: zero.clone(), t: 0.0 };
    for (k, piece) in timeline.pieces.iter().enumerate().rev() {
        let marks = timeline.marks(piece);
        let times: Vec<f64> = marks.iter().map(|&(time, _)| time).collect();
        let mut incoming = Vec::with_capacity(marks.len());
        let mut following = Some(start);
        for &(_, mark) in marks.iter().rev() {
            incoming.push(match mark {
                Mark::Start => zero.clone(),
                Mark::Output(i) => cotangents.y[i].clone(),
                Mark::Hit(i) => {
                    let behind = if piece.end == Some(i) { following.take() } else { None };
                    let before = saltation.across(i, behind, pbar)?;
                    let t = timeline.hits[i].t;
                    check_step(&before, Span { t0: t, t1: t })?;
                    before
                }
            });
        }
        incoming.reverse();
        let to_the_end = marks.last().is_some_and(|&(_, mark)| mark == Mark::Output(times_bar.len() - 1));
        let (y, bars) = over(Incoming { piece: k, times: &times, cotangents: &incoming, to_the_end }, pbar)?;
        // A hit moves with the solution, which its cotangent has in it already.
        for (&(_, mark), bar) in marks.iter().zip(&bars) {
            if let Mark::Output(i) = mark {
                times_bar[i] += bar;
            }
        }
        start = StartCotangent { y, t: bars[0] };
    }
    Ok((start.y, times_bar))
}
