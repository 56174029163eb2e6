//! Models with forward sensitivities along directions.

use nalgebra::{DMatrix, DVector, SVector};
use num_dual::Dual64;

use super::Scenario;
use super::traits::{Slope, SlopeAt};
use crate::adjoint::{
    Base, Directions, SensitivitiesAlong, SparseTangent4, WIDTH, sensitivities_along, solve_along, solve_tangent,
};
use crate::control::Controller;
use crate::dynamics::{
    Autodiff, Dual, Dynamics, GenericDynamics, GenericField, Parametric, SparseAutodiff, Tangent, WithMass,
};
use crate::error::{Error, Result};
use crate::solution::{Ivp, check_times};
use crate::solver::Dense;
use crate::state::{MatrixSpace, State};

/// A model that a solver `S` and a controller `C` can solve together with its derivatives along directions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no forward sensitivities with this solver and this controller",
    label = "`Fit::new` needs a model over a generic scalar",
    note = "write the model over a generic scalar and wrap it in `rheos::Autodiff`; a network is fitted by `Fit::by_adjoint`"
)]
pub trait Sensitive<S, C> {
    /// The number of coordinates of the state.
    fn dimension(&self) -> usize;

    /// The parameters, as the model was made.
    fn initial_params(&self) -> Vec<f64>;

    /// The states at the times of a scenario.
    ///
    /// # Errors
    /// Every error of the solve.
    fn states(&self, solver: &S, control: &C, scenario: &Scenario<'_>) -> Result<Vec<DVector<f64>>>;

    /// The states with their derivatives.
    ///
    /// # Errors
    /// Every error of the solve and of the derivatives.
    fn states_along(
        &self,
        solver: &S,
        control: &C,
        scenario: &Scenario<'_>,
        directions: &Directions,
    ) -> Result<SensitivitiesAlong>;

    /// The slope with its derivatives along directions in the parameters.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a system with a mass matrix, and [`Error::LengthMismatch`].
    fn slope(&self, at: &SlopeAt<'_>) -> Result<Slope>;
}

impl<M, S, C, const N: usize, const P: usize> Sensitive<S, C> for Autodiff<M, N, P>
where
    M: GenericDynamics<N, P> + Clone,
    S: Clone + Dense<Self> + for<'f> Dense<Tangent<'f, M, N, P, WIDTH>>,
    C: Clone + Controller<Self, S> + for<'f> Controller<Tangent<'f, M, N, P, WIDTH>, S>,
{
    fn dimension(&self) -> usize {
        N
    }
    fn initial_params(&self) -> Vec<f64> {
        self.params().coordinates()
    }
    fn states(&self, solver: &S, control: &C, scenario: &Scenario<'_>) -> Result<Vec<DVector<f64>>> {
        static_states(self, solver, control, scenario)
    }
    fn states_along(
        &self,
        solver: &S,
        control: &C,
        scenario: &Scenario<'_>,
        directions: &Directions,
    ) -> Result<SensitivitiesAlong> {
        let tangent = |params| Tangent::new(self, params);
        static_states_along(tangent, solver, control, scenario, directions)
    }
    fn slope(&self, at: &SlopeAt<'_>) -> Result<Slope> {
        let y: SVector<f64, N> = fixed("y", at.y)?;
        let value = |params: &DVector<Dual64>| {
            let slope = self.field().eval(Dual64::from(at.t), &y.map(Dual64::from), &fixed("params", params)?);
            Ok(dynamic(&slope))
        };
        slope_along(at, value)
    }
}

impl<M, S, C, const N: usize, const P: usize> Sensitive<S, C> for WithMass<Autodiff<M, N, P>>
where
    M: GenericDynamics<N, P> + Clone,
    SVector<f64, N>: MatrixSpace,
    SVector<Dual<WIDTH>, N>: MatrixSpace,
    Self: Clone,
    S: Clone + Dense<Self> + for<'f> Dense<WithMass<Tangent<'f, M, N, P, WIDTH>>>,
    C: Clone + Controller<Self, S> + for<'f> Controller<WithMass<Tangent<'f, M, N, P, WIDTH>>, S>,
{
    fn dimension(&self) -> usize {
        N
    }
    fn initial_params(&self) -> Vec<f64> {
        self.params().coordinates()
    }
    fn states(&self, solver: &S, control: &C, scenario: &Scenario<'_>) -> Result<Vec<DVector<f64>>> {
        static_states(self, solver, control, scenario)
    }
    fn states_along(
        &self,
        solver: &S,
        control: &C,
        scenario: &Scenario<'_>,
        directions: &Directions,
    ) -> Result<SensitivitiesAlong> {
        let mass = self.mass_matrix().with_state();
        let tangent = |params| WithMass::new(Tangent::new(self.field(), params), mass.clone());
        static_states_along(tangent, solver, control, scenario, directions)
    }
    fn slope(&self, _: &SlopeAt<'_>) -> Result<Slope> {
        // M y' = f: the slope of an algebraic variable is not f.
        Err(Error::InvalidArgument { name: "mass matrix", value: 1.0, expected: "absent where slopes are fitted" })
    }
}

impl<M, S, C> Sensitive<S, C> for SparseAutodiff<M>
where
    M: GenericField + Clone,
    S: Clone + Dense<Self> + for<'f> Dense<SparseTangent4<'f, M>>,
    C: Clone + Controller<Self, S> + for<'f> Controller<SparseTangent4<'f, M>, S>,
{
    fn dimension(&self) -> usize {
        self.pattern().dimension()
    }
    fn initial_params(&self) -> Vec<f64> {
        self.params().coordinates()
    }
    fn states(&self, solver: &S, control: &C, scenario: &Scenario<'_>) -> Result<Vec<DVector<f64>>> {
        let model = at_params(self, scenario)?;
        solve(&model, solver, control, scenario, scenario.y0.clone())
    }
    fn states_along(
        &self,
        solver: &S,
        control: &C,
        scenario: &Scenario<'_>,
        directions: &Directions,
    ) -> Result<SensitivitiesAlong> {
        let model = at_params(self, scenario)?;
        sensitivities_along(&model, solver.clone(), control.clone(), scenario.times, scenario.y0, directions)
    }
    fn slope(&self, at: &SlopeAt<'_>) -> Result<Slope> {
        let y = at.y.map(Dual64::from);
        let value = |params: &DVector<Dual64>| {
            let mut slope = y.clone();
            self.field().eval(Dual64::from(at.t), y.as_slice(), params.as_slice(), slope.as_mut_slice());
            Ok(slope)
        };
        slope_along(at, value)
    }
}

/// The states of a model with static sizes.
fn static_states<F, S, C, const N: usize, const P: usize>(
    model: &F,
    solver: &S,
    control: &C,
    scenario: &Scenario<'_>,
) -> Result<Vec<DVector<f64>>>
where
    F: Dynamics<State = SVector<f64, N>> + Parametric<Params = SVector<f64, P>> + Clone,
    S: Clone + Dense<F>,
    C: Clone + Controller<F, S>,
{
    let mut model = model.clone();
    model.set_params(&fixed("params", scenario.params)?);
    solve(&model, solver, control, scenario, fixed("y0", scenario.y0)?)
}

/// The states of a model with static sizes and their derivatives; `tangent` makes the model over dual numbers of its
/// parameters.
fn static_states_along<T, S, C, const N: usize, const P: usize>(
    tangent: impl Fn(SVector<Dual<WIDTH>, P>) -> T,
    solver: &S,
    control: &C,
    scenario: &Scenario<'_>,
    directions: &Directions,
) -> Result<SensitivitiesAlong>
where
    T: Dynamics<State = SVector<Dual<WIDTH>, N>>,
    S: Clone + Dense<T>,
    C: Clone + Controller<T, S>,
{
    solve_along(&base(scenario), directions, |start, params| {
        let tangent = tangent(fixed("params", &params)?);
        let (solver, control) = (solver.clone(), control.clone());
        let (y, stats) = solve_tangent(&tangent, solver, control, scenario.times, fixed("y0", &start)?)?;
        Ok((y.iter().map(dynamic).collect(), stats))
    })
}

/// The model at the parameters of a scenario.
fn at_params<M: Parametric<Params = DVector<f64>> + Clone>(model: &M, scenario: &Scenario<'_>) -> Result<M> {
    let (found, expected) = (scenario.params.len(), model.params().len());
    if found != expected {
        return Err(Error::LengthMismatch { name: "params", found, expected });
    }
    let mut model = model.clone();
    model.set_params(scenario.params);
    Ok(model)
}

fn base<'a>(scenario: &Scenario<'a>) -> Base<'a> {
    Base { y0: scenario.y0, params: scenario.params, outputs: scenario.times.len() }
}

/// The states of a solve at the times of a scenario.
fn solve<F, S, C>(
    field: &F,
    solver: &S,
    control: &C,
    scenario: &Scenario<'_>,
    y0: F::State,
) -> Result<Vec<DVector<f64>>>
where
    F: Dynamics,
    S: Clone + Dense<F>,
    C: Clone + Controller<F, S>,
{
    let span = check_times(scenario.times)?;
    let solution = Ivp::new(field, y0, span).save_at(scenario.times).solve(solver.clone(), control.clone())?;
    Ok(solution.y.iter().map(|y| DVector::from_vec(y.coordinates())).collect())
}

/// A slope with its derivatives, from its value over dual numbers.
fn slope_along(at: &SlopeAt<'_>, value: impl Fn(&DVector<Dual64>) -> Result<DVector<Dual64>>) -> Result<Slope> {
    let found = value(&at.params.map(Dual64::from))?.map(|x| x.re);
    let mut derivatives = DMatrix::zeros(found.len(), at.dparams.ncols());
    for (k, direction) in at.dparams.column_iter().enumerate() {
        derivatives.set_column(k, &value(&at.params.zip_map(&direction, Dual64::new))?.map(|x| x.eps));
    }
    Ok(Slope { value: found, derivatives })
}

/// A vector of a static length.
fn fixed<T: Copy + nalgebra::Scalar, const L: usize>(name: &'static str, x: &DVector<T>) -> Result<SVector<T, L>> {
    if x.len() != L {
        return Err(Error::LengthMismatch { name, found: x.len(), expected: L });
    }
    Ok(SVector::from_fn(|i, _| x[i]))
}

fn dynamic<T: Copy + nalgebra::Scalar, const L: usize>(x: &SVector<T, L>) -> DVector<T> {
    DVector::from_column_slice(x.as_slice())
}
