//! A fit: a model, its parameters and its experiments.

use super::simulation::{Backward, Forward, Sensitive, Simulation};
use super::{Experiment, Parameter};
use crate::adjoint::Adjoint;
use crate::control::Controller;
use crate::dynamics::Differentiable;
use crate::error::Result;
use crate::solver::Dense;

/// Parameters of a model from measurements.
///
/// A fit minimises the sum of the squares of all residuals over the free parameters, initial states among them. The
/// experiments share the parameters. See [`guide`](super::guide) for the way from data to intervals.
///
/// ```
/// use nalgebra::{SVector, vector};
/// use rheos::fit::{Experiment, Fit, Parameter, Series};
/// use rheos::{Autodiff, Dopri5, GenericDynamics, Pid, Scalar};
///
/// /// `y' = −k y`.
/// struct Decay;
///
/// impl GenericDynamics<1, 1> for Decay {
///     fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, k: &SVector<T, 1>) -> SVector<T, 1> {
///         vector![-k[0] * y[0]]
///     }
/// }
///
/// // Measurements of 3 e^{−t/2}, with errors.
/// let (times, values) = ([1.0, 2.0, 3.0, 4.0], [1.83, 1.09, 0.68, 0.40]);
/// let experiment = Experiment::new(0.0, [Parameter::new("y(0)", 1.0).positive()])
///     .measured(Series::component(0, &times, &values));
/// let fitted = Fit::new(Autodiff::new(&Decay, vector![1.0]), Dopri5, Pid::tolerance(1e-8))
///     .parameters([Parameter::new("k", 1.0).positive()])
///     .experiment(experiment)
///     .least_squares()?;
/// let k = fitted.parameter("k")?;
/// assert!((k.value - 0.5).abs() < 0.02);
/// let interval = fitted.interval("k", 0.95)?;
/// assert!(interval.lower < 0.5 && 0.5 < interval.upper);
/// println!("{fitted}");
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a `Fit` does nothing until it is minimised"]
pub struct Fit<'a, X> {
    pub(super) simulation: X,
    pub(super) parameters: Vec<Parameter>,
    pub(super) experiments: Vec<Experiment<'a>>,
    pub(super) known_noise: bool,
}

impl<M: Sensitive<S, C>, S, C> Fit<'_, Forward<M, S, C>> {
    /// A fit by forward sensitivities, for few unknowns.
    ///
    /// The model is an [`Autodiff`](crate::Autodiff), one [with a mass matrix](crate::dynamics::WithMass), or a
    /// [`SparseAutodiff`](crate::dynamics::SparseAutodiff). Its parameters are free, and called `p[0]`, `p[1]`, …, until
    /// [`parameters`](Fit::parameters) says otherwise.
    pub fn new(model: M, solver: S, control: C) -> Self {
        Self::of(Forward::new(model, solver, control))
    }
}

impl<F: Differentiable, S, C, A> Fit<'_, Backward<F, S, C, A>>
where
    F: Clone,
    S: Clone + Dense<F>,
    C: Clone + Controller<F, S>,
    A: Clone + Adjoint<F, S, C>,
{
    /// A fit by an adjoint, for many unknowns. `like` is a state of the shape of the initial states.
    pub fn by_adjoint(field: F, like: F::State, solver: S, control: C, adjoint: A) -> Self {
        Self::of(Backward::new(field, like, solver, control, adjoint))
    }
}

impl<'a, X: Simulation> Fit<'a, X> {
    /// A fit of a simulation.
    pub fn of(simulation: X) -> Self {
        let params = simulation.params();
        let parameters = params.iter().enumerate().map(|(i, p)| Parameter::new(format!("p[{i}]"), *p)).collect();
        Self { simulation, parameters, experiments: Vec::new(), known_noise: false }
    }

    /// With these parameters: first the model's, in its order, and then others that only initial states and
    /// measured functions contain.
    pub fn parameters(mut self, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        self.parameters = parameters.into_iter().collect();
        self
    }

    /// With one more experiment.
    pub fn experiment(mut self, experiment: Experiment<'a>) -> Self {
        self.experiments.push(experiment);
        self
    }

    /// With standard deviations that are known, not only up to a common factor. Otherwise the residuals determine the
    /// factor.
    pub const fn known_noise(mut self) -> Self {
        self.known_noise = true;
        self
    }

    /// The names of the free parameters, in the order of every result: shared ones, then the own ones of each experiment. A
    /// name that belongs to one of several experiments ends with the index of the experiment.
    ///
    /// # Errors
    /// The errors of the arguments; see [`least_squares`](Self::least_squares).
    pub fn names(&self) -> Result<Vec<String>> {
        Ok(self.compile()?.unknowns.iter().map(|unknown| unknown.name.clone()).collect())
    }

    /// The values of the free parameters at the start.
    ///
    /// # Errors
    /// The errors of the arguments.
    pub fn start(&self) -> Result<Vec<f64>> {
        Ok(self.compile()?.unknowns.iter().map(|unknown| unknown.start).collect())
    }
}
