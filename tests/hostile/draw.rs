//! Hostile numbers, times and spans.

use rheos::state::Span;

use crate::case::Case;

/// Numbers that are no numbers, or hardly.
pub const ABSURD: [f64; 12] =
    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, -1.0, 5e-324, 1e-300, 1e-20, 1e300, f64::MAX, -f64::MAX];

/// A number that a caller may mean, or, once in six times, an absurd one.
pub fn number(case: &mut Case, name: &str, sensible: &[f64]) -> f64 {
    if case.once_in(6) { case.pick(name, &ABSURD) } else { case.pick(name, sensible) }
}

/// A coordinate of a state.
fn coordinate(case: &mut Case) -> f64 {
    match case.below(12) {
        0 => case.one_of(&ABSURD),
        1 => case.one_of(&[1e-310, 1e-160, 1e-12, 1e12, 1e160, 1e308, -1e308]),
        2 => 0.0,
        _ => 4.0 * case.unit() - 1.0,
    }
}

/// The coordinates of a state; most often all of them are sensible.
pub fn coordinates(case: &mut Case, name: &str, n: usize) -> Vec<f64> {
    let sensible = !case.once_in(3);
    let values: Vec<f64> = (0..n).map(|_| if sensible { 4.0 * case.unit() - 1.0 } else { coordinate(case) }).collect();
    case.note(name, &values);
    values
}

/// An interval of integration.
pub fn span(case: &mut Case) -> Span {
    let up = |x: f64, ulps: usize| (0..ulps).fold(x, |x, _| x.next_up());
    let (nan, infinity) = (f64::NAN, f64::INFINITY);
    let (t0, t1) = match case.below(5) {
        0 => case.one_of(&[
            (0.0, 0.0),
            (-0.0, 0.0),
            (1.0, 1.0),
            (nan, 1.0),
            (0.0, nan),
            (nan, nan),
            (0.0, infinity),
            (-infinity, 0.0),
            (infinity, infinity),
            (-1e308, 1e308),
            (f64::MIN, f64::MAX),
            (0.0, 1e300),
            (0.0, -1e300),
            (0.0, 5e-324),
            (5e-324, -5e-324),
            (0.0, 1e-300),
            (1e-300, 3e-300),
            (1.0, up(1.0, 1)),
            (1.0, up(1.0, 2)),
            (up(1.0, 7), 1.0),
            (1e15, up(1e15, 1)),
            (1e15, 1e15 + 1.0),
            (1e15 + 2.0, 1e15),
            (1e17, up(1e17, 3)),
            (1.7e9, 1.7e9 + 1.0),
            (0.0, 1e9),
            (-1e-9, 1e-9),
        ]),
        1 => (1.0, 0.0),
        2 => (-1.0, 1.0),
        3 => (case.unit(), 3.0 * case.unit()),
        _ => (0.0, 1.0),
    };
    let span = Span { t0, t1 };
    case.note("span", &span);
    span
}

/// A time in the span, near it, or far from it.
pub fn time(case: &mut Case, Span { t0, t1 }: Span, hostile: bool) -> f64 {
    let inside = t0 + case.unit() * (t1 - t0);
    if !hostile {
        return match case.below(8) {
            0 => t0,
            1 => t1,
            2 => inward(t0, t1),
            3 => inward(t1, t0),
            _ => inside,
        };
    }
    match case.below(10) {
        0 => case.one_of(&ABSURD),
        1 => t0.next_down(),
        2 => t1.next_up(),
        3 => t1 + (t1 - t0),
        _ => inside,
    }
}

/// The number next to `a` in the direction of `b`.
fn inward(a: f64, b: f64) -> f64 {
    if b > a {
        a.next_up()
    } else if b < a {
        a.next_down()
    } else {
        a
    }
}

/// How many times a list has; most often a few.
fn how_many(case: &mut Case) -> usize {
    if case.once_in(10) { 200 } else { case.below(7) }
}

/// Output times, most often in order and inside the span.
pub fn times(case: &mut Case, name: &str, span: Span) -> Vec<f64> {
    let (n, hostile, sorted) = (how_many(case), case.once_in(8), !case.once_in(8));
    let mut times: Vec<f64> = (0..n).map(|_| time(case, span, hostile)).collect();
    if sorted {
        if span.t1 < span.t0 {
            times.sort_by(|a, b| b.total_cmp(a));
        } else {
            times.sort_by(f64::total_cmp);
        }
    }
    if case.once_in(3) && n > 0 {
        let i = case.below(n);
        times.insert(i, times[i]);
    }
    case.note(name, &times);
    times
}

/// Output times that begin and end with the ends of a span, as gradients take them.
pub fn times_of_gradient(case: &mut Case) -> Vec<f64> {
    let span = span(case);
    let mut times = times(case, "inner times", span);
    if !case.once_in(20) {
        times.insert(0, span.t0);
        times.push(span.t1);
    }
    case.note("times", &times);
    times
}

/// Whether these output times are of the span and in its order; then a solve must not refuse them.
pub fn are_valid(span: Span, times: &[f64]) -> bool {
    let Span { t0, t1 } = span;
    let (low, high) = if t1 < t0 { (t1, t0) } else { (t0, t1) };
    let inside = times.iter().all(|t| (low..=high).contains(t));
    let ordered = times.windows(2).all(|pair| !span.is_after(pair[0], pair[1]));
    t0.is_finite() && t1.is_finite() && inside && ordered
}
