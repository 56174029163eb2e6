//! Solves that are paused after every step, as values and as text, with every method; and corrupted texts.

mod corrupted;
mod methods;
mod problems;

use rheos::solution::PausedSolve;
use rheos::solution::keep::Every;
use rheos::{Controller, Dynamics, Ivp, Solution, Solver, State, Stats};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Where all solves end.
const END: f64 = 2.0;

fn problem<F: Dynamics>(f: &F, y0: F::State) -> Ivp<'_, F, Every> {
    Ivp::new(f, y0, 0.0..END).save_every(1)
}

type PausedEvery<'a, F, S, C> = PausedSolve<'a, F, S, C, Every>;

/// Times and states, and the cost.
fn bits<Y: State>(Solution { t, y, stats, .. }: &Solution<Y>) -> (Vec<u64>, Stats) {
    let numbers = t.iter().copied().chain(y.iter().flat_map(State::coordinates));
    (numbers.map(f64::to_bits).collect(), *stats)
}

/// Written down, read back, and written the same again.
fn through_text<T: Serialize + DeserializeOwned>(value: T) -> T {
    let text = serde_json::to_string(&value).unwrap();
    let read: T = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    read
}

/// Pauses before the first step and after every other, as a value and as text, and goes on to the same end, to the bit.
fn check_pauses<'a, F, S, C>((f, y0): (&'a F, &F::State), (solver, control): (S, C))
where
    F: Dynamics,
    S: Solver<F> + Copy,
    C: Controller<F, S> + Copy,
    PausedEvery<'a, F, S, C>: Serialize + DeserializeOwned,
{
    let whole = problem(f, y0.clone()).solve(solver, control).map_err(|failure| failure.error).unwrap();
    assert!(whole.stats.accepted > 4, "{:?}", whole.stats);
    for as_text in [false, true] {
        let mut stepper = problem(f, y0.clone()).start(solver, control).unwrap();
        loop {
            let paused = stepper.pause();
            let paused = if as_text { through_text(paused) } else { paused };
            stepper = problem(f, y0.clone()).resume(solver, control, paused).unwrap();
            if !stepper.step().unwrap() {
                break;
            }
        }
        let solution = stepper.finish().map_err(|failure| failure.error).unwrap();
        assert_eq!(bits(&solution), bits(&whole), "{}", S::NAME);
    }
}
