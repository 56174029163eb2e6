//! Hostile events.

use rheos::integrate::{Observer, Step, StepAction};
use rheos::solution::Direction;
use rheos::{DifferentiableEvent, Dynamics, Event, Result, Solver};

use crate::case::Case;
use crate::draw;
use crate::fields::{Hostile, Lengthen};
use crate::methods::Plane;

/// Conditions of the time and the first coordinate.
#[derive(Debug, Clone, Copy)]
enum Condition {
    Never,
    Zero,
    AtHalf,
    AtStart,
    Level,
    Origin,
    Nan,
    NanFromHalf,
    Infinite,
    Jump,
    Quick,
    Underflow,
}

const CONDITIONS: [Condition; 16] = [
    Condition::Never,
    Condition::Never,
    Condition::Never,
    Condition::Zero,
    Condition::AtHalf,
    Condition::AtHalf,
    Condition::AtStart,
    Condition::Level,
    Condition::Level,
    Condition::Origin,
    Condition::Nan,
    Condition::NanFromHalf,
    Condition::Infinite,
    Condition::Jump,
    Condition::Quick,
    Condition::Underflow,
];

/// Those that a model may have.
const GENTLE: [Condition; 4] = [Condition::AtHalf, Condition::Level, Condition::Origin, Condition::Never];

impl Condition {
    fn value(self, t: f64, y: f64) -> f64 {
        match self {
            Self::Never => 1.0,
            Self::Zero => 0.0,
            Self::AtHalf => t - 0.5,
            Self::AtStart => t,
            Self::Level => y - 0.4,
            Self::Origin => y,
            Self::Nan => f64::NAN,
            Self::NanFromHalf => {
                if t < 0.5 {
                    1.0
                } else {
                    f64::NAN
                }
            }
            Self::Infinite => f64::INFINITY,
            Self::Jump => {
                if t < 0.3 {
                    -1.0
                } else {
                    1.0
                }
            }
            Self::Quick => (1e6 * t).sin(),
            Self::Underflow => 1e-320 * (t - 0.4),
        }
    }
}

/// Changes of the state.
#[derive(Debug, Clone, Copy)]
enum Reset {
    Nothing,
    Identity,
    Negative,
    Shift,
    Zero,
    Huge,
    Nan,
    Infinite,
    /// Adds a coordinate, if possible.
    Longer,
}

const RESETS: [Reset; 11] = [
    Reset::Nothing,
    Reset::Nothing,
    Reset::Nothing,
    Reset::Identity,
    Reset::Negative,
    Reset::Shift,
    Reset::Zero,
    Reset::Huge,
    Reset::Nan,
    Reset::Infinite,
    Reset::Longer,
];

impl Reset {
    fn apply<Y: Lengthen>(self, y: &mut Y) {
        if matches!(self, Self::Longer) {
            y.lengthen(1);
        }
        let change = |x: f64| match self {
            Self::Nothing | Self::Identity | Self::Longer => x,
            Self::Negative => -x,
            Self::Shift => x + 1.0,
            Self::Zero => 0.0,
            Self::Huge => 1e300,
            Self::Nan => f64::NAN,
            Self::Infinite => f64::INFINITY,
        };
        let changed: Vec<f64> = y.coordinates().into_iter().map(change).collect();
        let _ = y.read_coordinates(&changed);
    }
}

/// One event.
pub fn draw<'a, Y: Lengthen + 'a>(case: &mut Case) -> Event<'a, Y> {
    let condition = case.pick("event", &CONDITIONS);
    let direction = case.pick("direction", &[Direction::Rising, Direction::Falling, Direction::Both]);
    let first = |y: &Y| y.coordinates().first().copied().unwrap_or(0.0);
    let mut event = Event::new(direction, move |t, y| condition.value(t, first(y)));
    match case.pick("reset", &RESETS) {
        Reset::Nothing => {}
        reset => event = event.reset(move |_, y| reset.apply(y)),
    }
    if case.once_in(6) {
        event = event.at_most(case.pick("at_most", &[0, 1, 3, u64::MAX]));
    }
    if case.once_in(6) {
        event = event.stop_at(case.pick("stop_at", &[0, 1, 2, u64::MAX]));
    }
    if case.once_in(6) {
        event = event.samples(case.pick("samples", &[0, 2, 50, 10_001, u32::MAX]));
    }
    if case.once_in(8) {
        event = event.time_tolerance(draw::number(case, "time_tolerance", &[1e-3, 0.1]));
    }
    event
}

/// One event with derivatives.
pub fn differentiable<'a>(case: &mut Case) -> DifferentiableEvent<'a, Hostile<Plane>> {
    let hostile = case.once_in(3);
    let condition = if hostile { case.pick("event", &CONDITIONS) } else { case.pick("event", &GENTLE) };
    let direction = case.pick("direction", &[Direction::Rising, Direction::Falling, Direction::Both]);
    let [in_t, in_y] = match condition {
        Condition::AtHalf | Condition::AtStart => [1.0, 0.0],
        Condition::Level | Condition::Origin => [0.0, 1.0],
        Condition::Nan => [f64::NAN, f64::NAN],
        Condition::Quick => [1e6, 0.0],
        _ => [0.0, 0.0],
    };
    let vjp = move |_: &Hostile<Plane>, _: f64, _: &Plane, w: f64, bar: &mut Plane, _: &mut f64| {
        bar[0] += w * in_y;
        w * in_t
    };
    let mut event = DifferentiableEvent::new(direction, move |_, t, y: &Plane| condition.value(t, y[0]), vjp);
    let reset = if hostile { case.pick("reset", &RESETS) } else { case.pick("reset", &RESETS[..6]) };
    let factor = match reset {
        Reset::Nothing | Reset::Identity | Reset::Shift => 1.0,
        Reset::Negative => -1.0,
        Reset::Zero | Reset::Huge => 0.0,
        Reset::Nan | Reset::Infinite | Reset::Longer => f64::NAN,
    };
    if !matches!(reset, Reset::Nothing) {
        event = event.reset(
            move |_, _, y| reset.apply(y),
            move |_, _, _, w, bar, _| {
                *bar += factor * w;
                0.0
            },
        );
    }
    if case.once_in(6) {
        event = event.stop_at(case.pick("stop_at", &[0, 1, 2, u64::MAX]));
    }
    event
}

/// An observer that ends a step, or the solve, wherever it likes.
#[derive(Debug)]
pub struct Meddler {
    after_steps: usize,
    stops: bool,
    reset: Reset,
    part: f64,
    /// A number to add to the time.
    beyond: f64,
}

/// An observer that does something hostile once in a while.
pub fn meddler(case: &mut Case) -> Meddler {
    if !case.once_in(8) {
        let (after_steps, stops, reset, part, beyond) = (usize::MAX, false, Reset::Nothing, 0.0, 0.0);
        return Meddler { after_steps, stops, reset, part, beyond };
    }
    let (after_steps, stops) = (case.below(4), case.once_in(2));
    let beyond = if case.once_in(3) { case.one_of(&draw::ABSURD) } else { 0.0 };
    let meddler =
        Meddler { after_steps, stops, reset: case.one_of(&RESETS), part: case.one_of(&[0.0, 0.5, 1.0]), beyond };
    case.note("observer", &meddler);
    meddler
}

impl<F: Dynamics<State: Lengthen>, S: Solver<F>> Observer<F, S> for Meddler {
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        if self.after_steps > 0 {
            self.after_steps -= 1;
            return Ok(StepAction::On);
        }
        let t = step.t0 + self.part * (step.t1 - step.t0) + self.beyond;
        let (before, mut after) = (step.y1.clone(), step.y1.clone());
        self.reset.apply(&mut after);
        Ok(if self.stops { StepAction::Stop { t, before, after } } else { StepAction::Jump { t, before, after } })
    }
}
