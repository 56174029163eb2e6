//! Profile likelihoods.

use nalgebra::DVector;

use super::Fit;
use super::compiled::Compiled;
use super::fitted::Fitted;
use super::least_squares::{LeastSquares, LevenbergMarquardt, Linearised};
use super::parameter::Domain;
use super::simulation::Simulation;
use crate::error::{Error, Result};

/// The profile of a parameter: the least sum of squares for each of its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The name of the parameter.
    pub name: String,
    /// Values in ascending order, the minimum among them.
    pub points: Vec<ProfilePoint>,
    /// The sum of squares at the ends of the interval.
    pub threshold: f64,
    /// The lower end of the interval.
    pub lower: ProfileEnd,
    /// The upper end of the interval.
    pub upper: ProfileEnd,
}

/// An end of the interval of a [`Profile`].
#[derive(Debug, Clone, PartialEq)]
pub enum ProfileEnd {
    /// The value at which the profile crosses the threshold.
    At(f64),
    /// The data do not bound the parameter on this side: 60 steps of growing length did not reach the threshold, or the next
    /// one overflows.
    Open,
    /// A fit of the other parameters failed, also close to the last point.
    Failed(Error),
}

impl ProfileEnd {
    /// The value, if the profile crosses the threshold.
    #[must_use]
    pub const fn value(&self) -> Option<f64> {
        match self {
            Self::At(value) => Some(*value),
            Self::Open | Self::Failed(_) => None,
        }
    }
}

/// A point of a [`Profile`].
#[derive(Debug, Clone, PartialEq)]
pub struct ProfilePoint {
    /// The value of the parameter.
    pub value: f64,
    /// The least sum of squares over all other parameters.
    pub sum_of_squares: f64,
}

/// The first step away from the minimum, in standard errors.
const FIRST_STEP: f64 = 0.5;
/// The number of points on one side before the search ends.
const POINTS: usize = 60;
/// The number of failed fits on one side before the search ends; each one shortens the step to a quarter.
const FAILURES: usize = 5;
/// The number of steps to a crossing of the threshold.
const CROSSING_STEPS: u64 = 60;
/// The accuracy of the ends, in the coordinate, relative to the distance from the minimum.
const ACCURACY: f64 = 1e-6;

impl<X: Simulation> Fit<'_, X> {
    /// The profile of a parameter at a level such as 0.95, from a minimum of this fit.
    ///
    /// For each value of the parameter, all others are fitted again. The interval ends where the sum of squares is
    /// `S (1 + q²/(n − k))`, with the sum `S` of the minimum, `n` measurements, `k` parameters and Student's quantile `q`;
    /// for [known noise](Self::known_noise) at `S + q²` with the normal quantile. (Bates & Watts, *Nonlinear Regression
    /// Analysis and Its Applications*, 1988, section 6.1; Raue et al., *Structural and practical identifiability analysis of
    /// partially observed dynamical models by exploiting the profile likelihood*, 2009.)
    ///
    /// An end may be [open](ProfileEnd::Open), or not be found because a fit [failed](ProfileEnd::Failed) there.
    ///
    /// # Errors
    /// * the errors of [`Fitted::interval`];
    /// * [`Error::LengthMismatch`] and [`Error::UnknownParameter`] if `fitted` has other free parameters, and
    ///   [`Error::InvalidArgument`] if this fit has another sum of squares there;
    /// * [`Error::InvalidArgument`] if a point of the profile is below the minimum by more than 1e-6 of the distance to
    ///   the threshold: `fitted` is no global minimum.
    pub fn profile(&self, fitted: &Fitted, name: &str, level: f64) -> Result<Profile> {
        let problem = self.compile()?;
        let index = fitted.unknowns.index(name)?;
        problem.unknowns.check_same(&fitted.unknowns)?;
        let sum = problem.residuals(&fitted.minimum.x)?.norm_squared();
        if (sum - fitted.sum_of_squares).abs() > 1e-3 * fitted.sum_of_squares {
            let expected = "the sum of squares of this fit at these parameters";
            return Err(Error::InvalidArgument {
                name: "fitted.sum_of_squares",
                value: fitted.sum_of_squares,
                expected,
            });
        }
        let quantile = fitted.quantile(level)?;
        let threshold = fitted.sum_of_squares + quantile * quantile * fitted.variance()?;
        let domain = fitted.unknowns[index].domain;
        let error = fitted.standard_errors_of_coordinates()?[index];
        // Near the end of a domain a standard error of the coordinate is very long.
        let step = FIRST_STEP * if domain == Domain::Real { error } else { error.min(1.0) };
        let search = Search { problem: &problem, fitted, index, domain, threshold };
        let (below, above) = (search.side(-step)?, search.side(step)?);
        let minimum = Found { x: fitted.minimum.x.clone(), sum: fitted.sum_of_squares };
        let all = below.points.iter().rev().chain(std::iter::once(&minimum)).chain(&above.points);
        let point = |found: &Found| ProfilePoint { value: domain.value(found.x[index]), sum_of_squares: found.sum };
        Ok(Profile {
            name: name.into(),
            points: all.map(point).collect(),
            threshold,
            lower: below.end,
            upper: above.end,
        })
    }
}

/// The search for one profile.
struct Search<'s, 'f, 'a, X> {
    problem: &'s Compiled<'f, 'a, X>,
    fitted: &'s Fitted,
    index: usize,
    domain: Domain,
    threshold: f64,
}

/// The least sum of squares with one coordinate held, with all coordinates.
#[derive(Clone)]
struct Found {
    x: DVector<f64>,
    sum: f64,
}

struct Side {
    /// From the minimum outwards.
    points: Vec<Found>,
    end: ProfileEnd,
}

impl<X: Simulation> Search<'_, '_, '_, X> {
    /// Walks from the minimum until the threshold is passed, and finds the crossing.
    fn side(&self, mut step: f64) -> Result<Side> {
        let mut last = Found { x: self.fitted.minimum.x.clone(), sum: self.fitted.sum_of_squares };
        let mut points = Vec::new();
        let mut failures = 0;
        for _ in 0..POINTS {
            let next = last.x[self.index] + step;
            if !self.domain.value(next).is_finite() {
                break;
            }
            match self.at(&last, next) {
                Ok(found) => {
                    self.check(&found)?;
                    points.push(found.clone());
                    if found.sum >= self.threshold {
                        let end = self.crossing(last, found)?;
                        return Ok(Side { points, end });
                    }
                    last = found;
                    step *= 1.5;
                }
                // The solution does not exist so far away.
                Err(error) => {
                    failures += 1;
                    if failures > FAILURES {
                        return Ok(Side { points, end: ProfileEnd::Failed(error) });
                    }
                    step *= 0.25;
                }
            }
        }
        Ok(Side { points, end: ProfileEnd::Open })
    }

    /// The coordinate at which the profile crosses the threshold between two points, by the rule of Illinois for its root.
    fn crossing(&self, inside: Found, outside: Found) -> Result<ProfileEnd> {
        // The profile is almost a parabola, so its root is almost linear.
        let height = |found: &Found| {
            let above = |sum: f64| (sum - self.fitted.sum_of_squares).max(0.0).sqrt();
            above(found.sum) - above(self.threshold)
        };
        let centre = self.fitted.minimum.x[self.index];
        let (mut a, mut b) = ((inside.x[self.index], height(&inside)), (outside.x[self.index], height(&outside)));
        let mut near = inside;
        for _ in 0..CROSSING_STEPS {
            let end = if b.1 == a.1 { b.0 } else { b.0 - b.1 * (b.0 - a.0) / (b.1 - a.1) };
            if (b.0 - a.0).abs() <= ACCURACY * (b.0 - centre).abs() {
                return Ok(ProfileEnd::At(self.domain.value(end)));
            }
            let found = match self.at(&near, end) {
                Ok(found) => found,
                Err(error) => return Ok(ProfileEnd::Failed(error)),
            };
            self.check(&found)?;
            let value = height(&found);
            if value.abs() <= ACCURACY * (self.threshold - self.fitted.sum_of_squares).sqrt() {
                return Ok(ProfileEnd::At(self.domain.value(end)));
            }
            if (value > 0.0) == (b.1 > 0.0) {
                a.1 *= 0.5;
            } else {
                a = b;
            }
            b = (end, value);
            near = found;
        }
        Ok(ProfileEnd::Failed(Error::FitNotConverged { iterations: CROSSING_STEPS, decrease: b.1.abs() }))
    }

    /// The least sum of squares with the coordinate held at `value`, from the other coordinates of `near`.
    fn at(&self, near: &Found, value: f64) -> Result<Found> {
        let held = Held { problem: self.problem, index: self.index, value };
        let others = near.x.clone().remove_row(self.index);
        let found = LevenbergMarquardt::new().minimise(&held, others)?;
        Ok(Found { x: found.x.insert_row(self.index, value), sum: found.sum_of_squares })
    }

    fn check(&self, found: &Found) -> Result<()> {
        let minimum = self.fitted.sum_of_squares;
        if found.sum >= minimum - 1e-6 * (self.threshold - minimum) {
            return Ok(());
        }
        let expected = "the least sum of squares: a profile found a smaller one";
        Err(Error::InvalidArgument { name: "fitted.sum_of_squares", value: minimum, expected })
    }
}

/// A problem with one coordinate held.
struct Held<'s, P> {
    problem: &'s P,
    index: usize,
    value: f64,
}

impl<P> Held<'_, P> {
    fn with(&self, x: &DVector<f64>) -> DVector<f64> {
        x.clone().insert_row(self.index, self.value)
    }
}

impl<P: LeastSquares> LeastSquares for Held<'_, P> {
    fn residuals(&self, x: &DVector<f64>) -> Result<DVector<f64>> {
        self.problem.residuals(&self.with(x))
    }

    fn linearise(&self, x: &DVector<f64>) -> Result<Linearised> {
        let Linearised { residuals, jacobian } = self.problem.linearise(&self.with(x))?;
        Ok(Linearised { residuals, jacobian: jacobian.remove_column(self.index) })
    }

    fn length(&self, x: &DVector<f64>, j: usize) -> f64 {
        let j = if j < self.index { j } else { j + 1 };
        self.problem.length(&self.with(x), j)
    }
}
