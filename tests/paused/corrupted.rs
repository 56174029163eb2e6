//! Corrupted texts.

use rheos::solution::Ending;
use rheos::{Controller, Dynamics, Solver, State};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Number, Value, json};

use super::{END, PausedEvery, problem};

/// What may stand in the place of a value.
fn others(value: &Value) -> Vec<Value> {
    let mut all = vec![Value::Null, json!(-1), json!(1e308), json!(""), json!([])];
    match value {
        Value::Number(number) => {
            all.extend([json!(0), json!(1), json!(7), json!(u32::MAX), json!(u64::MAX), json!(-1e-300), json!(0.3)]);
            all.extend(number.as_f64().and_then(|x| Number::from_f64(-x)).map(Value::Number));
        }
        Value::Null => all.extend([json!(0), json!(0.5)]),
        Value::Bool(is) => all.push(json!(!is)),
        Value::Array(list) => {
            all.push(list.iter().skip(1).cloned().collect());
            all.push(list.iter().chain(list.first()).cloned().collect());
        }
        _ => {}
    }
    all
}

/// Replaces the place number `place` of `value` by the alternative number `other`. False if there is no such place.
fn corrupt(value: &mut Value, place: &mut usize, other: usize) -> Option<bool> {
    if *place == 0 {
        let replacement = others(value).into_iter().nth(other);
        return Some(replacement.map(|replacement| *value = replacement).is_some());
    }
    *place -= 1;
    match value {
        Value::Array(list) => list.iter_mut().find_map(|inner| corrupt(inner, place, other)),
        Value::Object(map) => map.values_mut().find_map(|inner| corrupt(inner, place, other)),
        _ => None,
    }
}

/// All values that differ from `good` in one place.
fn corrupted(good: &Value) -> impl Iterator<Item = Value> {
    let places = (0..).take_while(|&place| {
        let mut left = place;
        corrupt(&mut good.clone(), &mut left, 0).is_some()
    });
    places.flat_map(move |place| {
        (0..).map_while(move |other| {
            let mut bad = good.clone();
            corrupt(&mut bad, &mut { place }, other).filter(|&is| is).map(|_| bad)
        })
    })
}

/// Whatever is changed in the text of a workspace, or of the state, it is refused or solved to some end.
pub fn check_corrupted<'a, F, S, C>((f, y0): (&'a F, &F::State), (solver, control): (S, C))
where
    F: Dynamics,
    S: Solver<F> + Copy,
    C: Controller<F, S> + Copy,
    PausedEvery<'a, F, S, C>: Serialize + DeserializeOwned,
{
    for steps in [0, 5] {
        let mut stepper = problem(f, y0.clone()).start(solver, control).unwrap();
        for _ in 0..steps {
            stepper.step().unwrap();
        }
        let good = serde_json::to_value(stepper.pause()).unwrap();
        let (mut refused, mut ended) = (0, 0);
        for bad in corrupted(&good["at"]["progress"]) {
            let mut text = good.clone();
            text["at"]["progress"] = bad;
            let resumed = serde_json::from_value(text).ok();
            match resumed.and_then(|paused| problem(f, y0.clone()).resume(solver, control, paused).ok()) {
                None => refused += 1,
                Some(stepper) => {
                    ended += 1;
                    if let Ok(solution) = stepper.finish()
                        && solution.ending == Ending::Span
                    {
                        assert!(solution.last_time() == END && solution.last().all_finite());
                    }
                }
            }
        }
        assert!(refused > 50 && ended > 5, "{}: {refused} refused, {ended} ended", S::NAME);
    }
}
