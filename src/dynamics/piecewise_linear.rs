//! Parameters that are interpolated in time.

use super::knots::{Knots, Place, check_number};
use super::{
    Differentiable, Dynamics, Jacobian, Jvp, Neighbourhood, Parametric, SecondOrderVjp, time_derivative_by_pullback,
};
use crate::error::{Error, Result};
use crate::state::{ElementOf, MatrixOf, MatrixSpace, Span, SparseMatrix, State};

/// A field whose parameters are interpolated in time: `dz/dt = f(t, z, θ(t))`, with `θ(t)` linear between its values `θₖ` at
/// the knots `tₖ`, and constant before the first and after the last.
///
/// As a network it is a Galërkin neural ODE with hat functions as its basis: Massaroli et al., *Dissecting neural ODEs*, 2020,
/// arXiv:2002.08071. The parameters are the list of the `θₖ`.
///
/// `θ(t)` has a kink at every knot. The field [declares](Dynamics::jumps) the knots: no step crosses one, so every method
/// keeps its order. A method that evaluates the field beyond its steps is refused if a knot lies in its way.
///
/// Each evaluation interpolates the parameters and sets them in a copy of the field, which a [trace](InterpolatedTrace) keeps. The
/// cost does not depend on the size of the batch. It is negligible for large batches only.
///
/// [`Frozen`](crate::formula::Frozen) numbers are not interpolated: between two knots, the numbers of the first hold; after the
/// last knot, the numbers of the last node.
///
/// [`set_params`](Parametric::set_params) with another number of nodes, or with nodes of another shape, makes all parameters
/// NaN: every solve then fails, with [`Error::LengthMismatch`] or [`Error::ShapeMismatch`].
///
/// ```
/// use nalgebra::{SVector, vector};
/// use rheos::dynamics::{Autodiff, GenericDynamics, PiecewiseLinear, Scalar};
/// use rheos::{DiscreteAdjoint, Dopri5, Ivp, Pid};
///
/// /// `y' = −λ y`.
/// #[derive(Clone)]
/// struct Decay;
///
/// impl GenericDynamics<1, 1> for Decay {
///     fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 1>, p: &SVector<T, 1>) -> SVector<T, 1> {
///         vector![-p[0] * y[0]]
///     }
/// }
///
/// // λ is 0, 2 and 1 at t = 0, 1 and 2: its integral is 1 + 1.5.
/// let nodes = [0.0, 2.0, 1.0].map(|lambda| Autodiff::new(Decay, vector![lambda]));
/// let field = PiecewiseLinear::new(nodes.to_vec(), 0.0..2.0)?;
/// let control = Pid::tolerance(1e-10);
/// let run = Ivp::new(&field, vector![1.0], 0.0..2.0).forward(Dopri5, control, DiscreteAdjoint::new())?;
/// let exact = (-2.5_f64).exp();
/// assert!((run.y[0][0] - exact).abs() < 1e-9);
///
/// // The node in the middle has a weight of 1 in the integral, the outer ones 1/2.
/// let found = run.backward(&[vector![1.0]])?;
/// assert!((found.params[1][0] + exact).abs() < 1e-9);
/// assert!((found.params[2][0] + 0.5 * exact).abs() < 1e-9);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PiecewiseLinear<F: Parametric> {
    /// The field, with the parameters of the first node.
    field: F,
    nodes: Vec<F::Params>,
    knots: Knots,
    /// The knots, and the jumps of the field.
    jumps: Vec<f64>,
    /// The reason why the last parameters were refused.
    refused: Option<Error>,
}

impl<F: Dynamics + Parametric> PiecewiseLinear<F> {
    /// Interpolates between the parameters of the `nodes`, at equal distances over `span` with its ends. Everything but the
    /// parameters is taken from the first node.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] for less than two nodes, [`Error::ShapeMismatch`] if their parameters differ in shape,
    /// [`Error::InvalidArgument`] for a span that is not finite or does not run forwards, and [`Error::InvalidEntry`] if the
    /// knots are too close for distinct numbers.
    pub fn new(nodes: Vec<F>, span: impl Into<Span>) -> Result<Self> {
        let knots = Knots::equal(span.into(), check_number("nodes", &nodes, 2)? - 1)?;
        Self::of(nodes, knots)
    }

    /// Interpolates between the parameters of the `nodes` at the `knots`. Everything but the parameters is taken from the
    /// first node.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] for less than two nodes, or unless there are as many knots; [`Error::ShapeMismatch`] if their
    /// parameters differ in shape; [`Error::InvalidEntry`] unless the knots are finite and increasing.
    pub fn with_knots(nodes: Vec<F>, knots: Vec<f64>) -> Result<Self> {
        let knots = Knots::new(knots, check_number("nodes", &nodes, 2)?)?;
        Self::of(nodes, knots)
    }

    fn of(nodes: Vec<F>, knots: Knots) -> Result<Self> {
        let params: Vec<F::Params> = nodes.iter().map(F::params).collect();
        let Some(field) = nodes.into_iter().next() else {
            return Err(Error::LengthMismatch { name: "nodes", found: 0, expected: 2 });
        };
        check_nodes("nodes", &field, &params)?;
        let jumps = [knots.all(), field.jumps()].concat();
        Ok(Self { field, nodes: params, knots, jumps, refused: None })
    }
}

/// Checks that all nodes have the shape of the parameters of `field`.
fn check_nodes<F: Parametric>(name: &'static str, field: &F, nodes: &[F::Params]) -> Result<()> {
    let Some(index) = nodes.iter().position(|node| !field.fits_params(node)) else { return Ok(()) };
    let (found, expected) = (nodes[index].coordinates().len(), field.params().coordinates().len());
    Err(Error::ShapeMismatch { name, index, found, expected })
}

impl<F: Parametric> PiecewiseLinear<F> {
    /// The parameters at the knots.
    pub fn nodes(&self) -> &[F::Params] {
        &self.nodes
    }

    /// The times of the nodes.
    pub fn knots(&self) -> &[f64] {
        self.knots.all()
    }

    /// The field with the parameters `θ(t)`.
    pub fn at(&self, t: f64) -> F
    where
        F: Clone,
    {
        let mut field = self.field.clone();
        field.set_params(&self.params_at(self.knots.place(t)));
        field
    }

    fn params_at(&self, Place { interval, fraction, rate }: Place) -> F::Params {
        if fraction == 1.0 && rate == 0.0 {
            return self.nodes[interval + 1].clone();
        }
        let mut params = self.nodes[interval].clone();
        if fraction != 0.0 {
            params.scale_by(1.0 - fraction);
            params.add_scaled(fraction, &self.nodes[interval + 1]);
        }
        params
    }

    /// Adds the cotangent `bar` of `θ(t)` to the cotangents of the nodes, and returns `⟨bar, dθ/dt⟩`; `None` if `pbar` has
    /// too few nodes.
    fn distribute(
        &self,
        Place { interval, fraction, rate }: Place,
        bar: &F::Params,
        pbar: &mut [F::Params],
    ) -> Option<f64> {
        let [first, second] = pbar.get_mut(interval..interval + 2)? else { return None };
        if fraction != 1.0 {
            first.add_scaled(1.0 - fraction, bar);
        }
        if fraction != 0.0 {
            second.add_scaled(fraction, bar);
        }
        if rate == 0.0 {
            return Some(0.0);
        }
        let mut change = self.nodes[interval + 1].clone();
        change.add_scaled(-1.0, &self.nodes[interval]);
        Some(rate * bar.inner(&change))
    }
}

impl<F: Dynamics + Parametric + Clone> Dynamics for PiecewiseLinear<F> {
    type State = F::State;
    const HAS_MASS: bool = F::HAS_MASS;

    fn eval(&self, t: f64, y: &F::State, dy: &mut F::State) {
        self.at(t).eval(t, y, dy);
        self.spoil_if_refused(dy);
    }

    fn keeps_shape(&self) -> bool {
        self.field.keeps_shape()
    }

    fn jumps(&self) -> &[f64] {
        &self.jumps
    }

    fn failure(&self, t: f64, y: &F::State) -> Option<Error> {
        self.check_params().err().or_else(|| self.at(t).failure(t, y))
    }
}

impl<F: Dynamics + Parametric> PiecewiseLinear<F> {
    /// Spoils a slope after parameters that were refused: the field need not depend on its own.
    fn spoil_if_refused(&self, dy: &mut F::State) {
        if self.refused.is_some() {
            dy.scale_by(f64::NAN);
        }
    }

    /// The reason why the last parameters were refused.
    pub(crate) fn check_params(&self) -> Result<()> {
        self.refused.clone().map_or(Ok(()), Err)
    }
}

impl<F: Parametric> Parametric for PiecewiseLinear<F> {
    type Params = Vec<F::Params>;

    fn params(&self) -> Vec<F::Params> {
        self.nodes.clone()
    }

    fn set_params(&mut self, params: &Vec<F::Params>) {
        let (found, expected) = (params.len(), self.nodes.len());
        self.refused = if found == expected {
            check_nodes("params", &self.field, params).err()
        } else {
            Some(Error::LengthMismatch { name: "params", found, expected })
        };
        match self.refused {
            None => self.nodes.clone_from(params),
            Some(_) => self.nodes.scale_by(f64::NAN),
        }
    }

    fn fits_params(&self, params: &Vec<F::Params>) -> bool {
        params.len() == self.nodes.len() && params.iter().all(|node| self.field.fits_params(node))
    }
}

/// The trace of a [`PiecewiseLinear`] field: the field at the time of the evaluation, with its trace.
#[derive(Debug, Clone)]
pub struct InterpolatedTrace<F: Differentiable> {
    field: Option<F>,
    trace: F::Trace,
}

impl<F: Differentiable> Default for InterpolatedTrace<F> {
    fn default() -> Self {
        Self { field: None, trace: F::Trace::default() }
    }
}

impl<F: Differentiable + Clone> Differentiable for PiecewiseLinear<F> {
    type Trace = InterpolatedTrace<F>;

    fn vjp(&self, t: f64, y: &F::State, w: &F::State, ybar: &mut F::State, pbar: &mut Vec<F::Params>) -> f64 {
        let field = self.at(t);
        self.pull_back(t, ybar, pbar, |ybar, bar| field.vjp(t, y, w, ybar, bar))
    }

    fn eval_traced(&self, t: f64, y: &F::State, dy: &mut F::State, trace: &mut Self::Trace) {
        // A new copy: the trace may come from another piece of a list, whose field differs in more than its parameters.
        let field = trace.field.insert(self.at(t));
        field.eval_traced(t, y, dy, &mut trace.trace);
        self.spoil_if_refused(dy);
    }

    fn vjp_traced(
        &self,
        InterpolatedTrace { field, trace }: &mut Self::Trace,
        t: f64,
        y: &F::State,
        w: &F::State,
        ybar: &mut F::State,
        pbar: &mut Vec<F::Params>,
    ) -> f64 {
        let Some(field) = field else { return self.vjp(t, y, w, ybar, pbar) };
        self.pull_back(t, ybar, pbar, |ybar, bar| field.vjp_traced(trace, t, y, w, ybar, bar))
    }
}

impl<F: Differentiable> PiecewiseLinear<F> {
    /// The pullback, given the one of the field at `t`.
    fn pull_back(
        &self,
        t: f64,
        ybar: &mut F::State,
        pbar: &mut [F::Params],
        of_field: impl FnOnce(&mut F::State, &mut F::Params) -> f64,
    ) -> f64 {
        let place = self.knots.place(t);
        let mut bar = self.nodes[place.interval].zeros_like();
        let direct = of_field(ybar, &mut bar);
        match self.distribute(place, &bar, pbar) {
            Some(through_params) => direct + through_params,
            None => {
                ybar.scale_by(f64::NAN);
                f64::NAN
            }
        }
    }
}

/// The derivative in time is taken by pullbacks, one for each coordinate: it includes the motion of the parameters.
impl<F: Jacobian<State: MatrixSpace> + Differentiable + Clone> Jacobian for PiecewiseLinear<F> {
    fn jacobian(&self, t: f64, y: &F::State, near: Neighbourhood<'_, F::State>) -> MatrixOf<F::State> {
        self.at(t).jacobian(t, y, near)
    }

    fn sparse_jacobian(
        &self,
        t: f64,
        y: &F::State,
        near: Neighbourhood<'_, F::State>,
        out: &mut SparseMatrix<ElementOf<F::State>>,
    ) {
        self.at(t).sparse_jacobian(t, y, near, out);
    }

    fn time_derivative(&self, t: f64, y: &F::State, _: Neighbourhood<'_, F::State>, out: &mut F::State) {
        time_derivative_by_pullback(self, t, y, out);
    }
}

impl<F: Jvp + Parametric + Clone> Jvp for PiecewiseLinear<F> {
    fn jvp(&self, t: f64, y: &F::State, v: &F::State, out: &mut F::State) {
        self.at(t).jvp(t, y, v, out);
    }
}

/// By differences.
impl<F: Differentiable + Clone> SecondOrderVjp for PiecewiseLinear<F> {}
