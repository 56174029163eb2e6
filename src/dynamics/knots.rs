//! The knots of a field with parameters that vary with time.

use crate::error::{Error, Result};
use crate::state::Span;

/// Two times or more, finite and increasing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Knots(Vec<f64>);

/// The place of a time among the knots.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// The number of the interval; the outer ones extend to infinity.
    pub interval: usize,
    /// The part of the interval that is over, from 0 before the first knot to 1 after the last.
    pub fraction: f64,
    /// The derivative of the fraction, zero outside of the knots.
    pub rate: f64,
}

/// Checks that there are `least` pieces or nodes or more; returns their number.
pub(super) fn check_number<F>(name: &'static str, list: &[F], least: usize) -> Result<usize> {
    let found = list.len();
    if found < least { Err(Error::LengthMismatch { name, found, expected: least }) } else { Ok(found) }
}

impl Knots {
    /// Knots at `times`, of which `expected` are needed.
    pub(super) fn new(times: Vec<f64>, expected: usize) -> Result<Self> {
        let found = times.len();
        if found != expected {
            return Err(Error::LengthMismatch { name: "knots", found, expected });
        }
        let invalid = |index: usize, expected| {
            let value = times[index];
            Err(Error::InvalidEntry { name: "knots", index, value, expected })
        };
        if let Some(index) = times.iter().position(|time| !time.is_finite()) {
            return invalid(index, "finite");
        }
        let is_length = |length: f64| length > 0.0 && length.is_finite();
        if let Some(before) = times.windows(2).position(|pair| !is_length(pair[1] - pair[0])) {
            return invalid(before + 1, "after the knot before it, at a finite distance");
        }
        Ok(Self(times))
    }

    /// Knots that divide `span` into equal intervals.
    pub(super) fn equal(span: Span, intervals: usize) -> Result<Self> {
        let Span { t0, t1 } = span;
        span.validate()?;
        if t1 <= t0 {
            return Err(Error::InvalidArgument { name: "t1", value: t1, expected: "after the start of the span" });
        }
        // Weights of both ends do not overflow, unlike the length of the span.
        let knot = |k: usize| {
            let fraction = k as f64 / intervals as f64;
            (1.0 - fraction) * t0 + fraction * t1
        };
        Self::new((0..=intervals).map(knot).collect(), intervals + 1)
    }

    /// All knots.
    pub(super) fn all(&self) -> &[f64] {
        &self.0
    }

    /// The knots between two intervals.
    pub(super) fn inner(&self) -> &[f64] {
        let last = self.0.len().saturating_sub(1);
        self.0.get(1..last).unwrap_or(&[])
    }

    /// The number of the interval `[tₖ, tₖ₊₁)` that contains `t`; the outer ones extend to infinity.
    pub(super) fn interval(&self, t: f64) -> usize {
        self.inner().partition_point(|&knot| knot <= t)
    }

    /// The place of `t`.
    pub(super) fn place(&self, t: f64) -> Place {
        let interval = self.interval(t);
        let (start, end) = (self.0[interval], self.0[interval + 1]);
        let (fraction, rate) = if t < start {
            (0.0, 0.0)
        } else if t >= end {
            (1.0, 0.0)
        } else {
            ((t - start) / (end - start), 1.0 / (end - start))
        };
        Place { interval, fraction, rate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_knot_begins_its_interval() {
        let knots = Knots::new(vec![-1.0, 0.5, 2.0, 10.0], 4).unwrap();
        let places = [(-9.0, 0), (-1.0, 0), (0.5_f64.next_down(), 0), (0.5, 1), (2.0, 2), (10.0, 2), (1e300, 2)];
        for (t, interval) in places {
            assert_eq!(knots.interval(t), interval, "{t}");
        }
        assert_eq!(knots.inner(), [0.5, 2.0]);
        assert_eq!(Knots::equal((0.0..1.0).into(), 1).unwrap().inner(), [0.0; 0]);
    }

    #[test]
    fn the_fraction_is_held_outside_of_the_knots() {
        let knots = Knots::equal((1.0..5.0).into(), 2).unwrap();
        assert_eq!(knots.all(), [1.0, 3.0, 5.0]);
        let expected = [
            (0.0, (0, 0.0, 0.0)),
            (1.0, (0, 0.0, 0.5)),
            (2.5, (0, 0.75, 0.5)),
            (3.0, (1, 0.0, 0.5)),
            (5.0, (1, 1.0, 0.0)),
            (6.0, (1, 1.0, 0.0)),
        ];
        for (t, (interval, fraction, rate)) in expected {
            assert_eq!(knots.place(t), Place { interval, fraction, rate }, "{t}");
        }
    }

    #[test]
    fn bad_knots_are_named() {
        let expect = |knots: Result<Knots>, message: &str| assert_eq!(knots.unwrap_err().to_string(), message);
        expect(Knots::new(vec![0.0], 2), "knots has 1 entries, but 2 are needed");
        expect(Knots::new(vec![0.0, f64::NAN], 2), "`knots[1]` is NaN, but it must be finite");
        expect(
            Knots::new(vec![0.0, 1.0, 1.0], 3),
            "`knots[2]` is 1, but it must be after the knot before it, at a finite distance",
        );
        expect(Knots::equal((1.0..0.0).into(), 2), "`t1` is 0, but it must be after the start of the span");
        expect(Knots::equal((0.0..f64::INFINITY).into(), 2), "`t1` is inf, but it must be finite");
        // Too many intervals for the resolution of time.
        expect(
            Knots::equal((1.0..1.0_f64.next_up()).into(), 2),
            "`knots[1]` is 1, but it must be after the knot before it, at a finite distance",
        );
        // The length of the span overflows, its knots do not.
        assert_eq!(Knots::equal((-1.5e308..1.5e308).into(), 2).unwrap().all()[1], 0.0);
    }
}
