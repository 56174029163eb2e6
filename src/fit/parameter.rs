//! Parameters with their names, starts and bounds.

use crate::error::{Error, Result};

/// A parameter of a fit: its name, its value at the start, its domain, and whether it is free.
///
/// ```
/// use rheos::fit::Parameter;
///
/// let rate = Parameter::new("rate", 0.5).positive();
/// let fraction = Parameter::new("fraction", 0.3).between(0.0, 1.0);
/// let volume = Parameter::new("volume", 5.0).fixed();
/// # let _ = (rate, fraction, volume);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) domain: Domain,
    pub(super) free: bool,
}

impl Parameter {
    /// A free parameter that may have any value.
    #[must_use]
    pub fn new(name: impl Into<String>, value: f64) -> Self {
        Self { name: name.into(), value, domain: Domain::Real, free: true }
    }

    /// A positive parameter: its logarithm is fitted.
    #[must_use]
    pub fn positive(mut self) -> Self {
        self.domain = Domain::Positive;
        self
    }

    /// A parameter between two bounds: its logit `ln((x − lower)/(upper − x))` is fitted.
    #[must_use]
    pub fn between(mut self, lower: f64, upper: f64) -> Self {
        self.domain = Domain::Between { lower, upper };
        self
    }

    /// A parameter that keeps its value.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.free = false;
        self
    }
}

/// The domain of a parameter, with the coordinate in which it is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Domain {
    /// All numbers; the coordinate is the parameter.
    Real,
    /// Positive numbers; the coordinate is the logarithm.
    Positive,
    /// The numbers between two bounds, without them; the coordinate is the logit.
    Between {
        /// The lower bound.
        lower: f64,
        /// The upper bound.
        upper: f64,
    },
}

impl Domain {
    /// The coordinate of a value.
    pub(super) fn coordinate(self, value: f64) -> f64 {
        match self {
            Self::Real => value,
            Self::Positive => value.ln(),
            Self::Between { lower, upper } => ((value - lower) / (upper - value)).ln(),
        }
    }

    /// The value at a coordinate.
    pub(super) fn value(self, coordinate: f64) -> f64 {
        match self {
            Self::Real => coordinate,
            Self::Positive => coordinate.exp(),
            // Without a difference of bounds where the result is close to one of them.
            Self::Between { lower, upper } if coordinate < 0.0 => {
                let e = coordinate.exp();
                lower + (upper - lower) * (e / (1.0 + e))
            }
            Self::Between { lower, upper } => {
                let e = (-coordinate).exp();
                upper - (upper - lower) * (e / (1.0 + e))
            }
        }
    }

    /// The derivative of the value with respect to the coordinate.
    pub(super) fn slope(self, coordinate: f64) -> f64 {
        match self {
            Self::Real => 1.0,
            Self::Positive => coordinate.exp(),
            Self::Between { lower, upper } => {
                let e = (-coordinate.abs()).exp();
                (upper - lower) * e / ((1.0 + e) * (1.0 + e))
            }
        }
    }

    /// A change of the coordinate to which a small change is negligible; see
    /// [`LeastSquares::length`](super::LeastSquares::length).
    pub(super) fn length(self, coordinate: f64) -> f64 {
        match self {
            Self::Real => coordinate.abs(),
            Self::Positive | Self::Between { .. } => 1.0,
        }
    }

    /// # Errors
    /// [`Error::InvalidEntry`] for the value at this place of the list `name` if it is outside the domain.
    pub(super) fn check(self, value: f64, name: &'static str, index: usize) -> Result<()> {
        if let Self::Between { lower, upper } = self
            && !(lower < upper && (upper - lower).is_finite())
        {
            return Err(Error::InvalidEntry {
                name,
                index,
                value: lower,
                expected: "between finite bounds in ascending order",
            });
        }
        if value.is_finite() && self.coordinate(value).is_finite() {
            return Ok(());
        }
        let expected = match self {
            Self::Real => "finite",
            Self::Positive => "positive and finite",
            Self::Between { .. } => "between its bounds",
        };
        Err(Error::InvalidEntry { name, index, value, expected })
    }
}

#[cfg(test)]
mod tests {
    use super::Domain;

    const DOMAINS: [Domain; 4] = [
        Domain::Real,
        Domain::Positive,
        Domain::Between { lower: -1.0, upper: 3.0 },
        Domain::Between { lower: 1e-9, upper: 1e9 },
    ];

    #[test]
    fn coordinates_and_values_are_inverse() {
        for domain in DOMAINS {
            for coordinate in [-20.0, -1.0, 0.0, 0.3, 2.0, 20.0] {
                let value = domain.value(coordinate);
                let size = if let Domain::Between { lower, .. } = domain { lower.abs() } else { 0.0 }.max(value.abs());
                let again = domain.value(domain.coordinate(value));
                assert!((again - value).abs() <= f64::EPSILON * (2.0 + coordinate.abs()) * size, "{domain:?} {value}");
                let h = 1e-5;
                let slope = (domain.value(coordinate + h) - domain.value(coordinate - h)) / (2.0 * h);
                let rounding = 1e-10 * value.abs() + 1e-9 * slope.abs();
                assert!((slope - domain.slope(coordinate)).abs() <= rounding, "{domain:?} {coordinate}");
            }
        }
    }

    #[test]
    fn a_value_outside_its_domain_is_refused() {
        assert!(Domain::Positive.check(0.0, "parameters", 0).is_err());
        assert!(Domain::Real.check(f64::NAN, "parameters", 0).is_err());
        for value in [-1.0, 3.0, 4.0, f64::NAN] {
            assert!(DOMAINS[2].check(value, "parameters", 0).is_err());
        }
        assert!(Domain::Between { lower: 2.0, upper: 1.0 }.check(1.5, "parameters", 0).is_err());
        assert!(DOMAINS.iter().all(|domain| domain.check(0.5, "parameters", 0).is_ok()));
    }
}
