//! An experiment: a start, its own parameters, and measurements.

use std::fmt;
use std::sync::Arc;

use num_dual::Dual64;

use super::{Parameter, Series};

/// The initial state as a function of the parameters.
pub(super) type StartFunction<'a> = dyn Fn(&[Dual64]) -> Vec<Dual64> + Send + Sync + 'a;

/// One run of a model that was measured.
///
/// ```
/// use rheos::fit::{Experiment, Parameter, Series};
///
/// let (times, values) = ([1.0, 2.0, 3.0], [0.6, 0.35, 0.2]);
/// let experiment = Experiment::new(0.0, [Parameter::new("y(0)", 1.0).positive()])
///     .measured(Series::component(0, &times, &values).sigma(0.02));
/// # let _ = experiment;
/// ```
#[derive(Debug, Clone)]
pub struct Experiment<'a> {
    pub(super) t0: f64,
    pub(super) start: Start<'a>,
    pub(super) locals: Vec<Parameter>,
    pub(super) series: Vec<Series<'a>>,
}

/// The initial state.
#[derive(Clone)]
pub(super) enum Start<'a> {
    Own(Vec<Parameter>),
    Function(Arc<StartFunction<'a>>),
}

impl fmt::Debug for Start<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(parameters) => f.debug_tuple("Own").field(parameters).finish(),
            Self::Function(_) => f.write_str("Function"),
        }
    }
}

impl<'a> Experiment<'a> {
    /// An experiment that starts at `t0` from a state of free and fixed parameters, one for each component.
    #[must_use]
    pub fn new(t0: f64, y0: impl IntoIterator<Item = Parameter>) -> Self {
        Self::starting(t0, Start::Own(y0.into_iter().collect()))
    }

    /// An experiment that starts at `t0` from a known state.
    #[must_use]
    pub fn from_known(t0: f64, y0: &[f64]) -> Self {
        let known = y0.iter().enumerate().map(|(i, y0)| Parameter::new(format!("y0[{i}]"), *y0).fixed());
        Self::starting(t0, Start::Own(known.collect()))
    }

    /// An experiment that starts at `t0` from a function of all parameters, written over dual numbers.
    ///
    /// ```
    /// use rheos::fit::Experiment;
    ///
    /// // Susceptible and infected fractions; p[2] is the fraction of infected at the start.
    /// let outbreak = Experiment::from_parameters(0.0, |p| vec![-p[2] + 1.0, p[2]]);
    /// # let _ = outbreak;
    /// ```
    #[must_use]
    pub fn from_parameters(t0: f64, y0: impl Fn(&[Dual64]) -> Vec<Dual64> + Send + Sync + 'a) -> Self {
        Self::starting(t0, Start::Function(Arc::new(y0)))
    }

    const fn starting(t0: f64, start: Start<'a>) -> Self {
        Self { t0, start, locals: Vec::new(), series: Vec::new() }
    }

    /// With a parameter of its own in place of the shared parameter of the same name: fixed, such as a temperature that
    /// was set, or free.
    #[must_use]
    pub fn with(mut self, parameter: Parameter) -> Self {
        self.locals.push(parameter);
        self
    }

    /// With these measurements. Their times are all at or after `t0`, or all at or before it.
    #[must_use]
    pub fn measured(mut self, series: Series<'a>) -> Self {
        self.series.push(series);
        self
    }
}
