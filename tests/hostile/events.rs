//! Hostile events.

use rheos::{Direction, Event, State};

use crate::case::Case;
use crate::draw;

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
}

const RESETS: [Reset; 10] = [
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
];

impl Reset {
    fn apply<Y: State>(self, y: &mut Y) {
        let change = |x: f64| match self {
            Self::Nothing | Self::Identity => x,
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
pub fn draw<'a, Y: State + 'a>(case: &mut Case) -> Event<'a, Y> {
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
