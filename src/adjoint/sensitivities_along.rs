//! Forward sensitivities of large systems, along chosen directions.

use nalgebra::{DMatrix, DVector, SVector};
use num_dual::Derivative;

use super::sensitivity::has_finite_derivatives;
use crate::control::Controller;
use crate::dynamics::tangent::derivative;
use crate::dynamics::{Dual, Dynamics, GenericField, Parametric, SparseAutodiff, SparseTangent};
use crate::error::{Error, Result};
use crate::integrate::{Observer, Stats, Step, StepAction};
use crate::solution::{Ivp, check_times};
use crate::solver::{Dense, Solver};

/// The number of directions of one solve.
pub(crate) const WIDTH: usize = 4;

/// The model that [`sensitivities_along`] solves: over dual numbers with four directions.
pub type SparseTangent4<'f, M> = SparseTangent<'f, M, WIDTH>;

/// Directions in the space of the initial states and of the parameters: the columns of two matrices.
#[derive(Debug, Clone, PartialEq)]
pub struct Directions {
    /// The part of each direction in the initial state.
    pub y0: DMatrix<f64>,
    /// The part of each direction in the parameters.
    pub params: DMatrix<f64>,
}

impl Directions {
    /// Each parameter by itself.
    #[must_use]
    pub fn of_params<M: GenericField>(model: &SparseAutodiff<M>) -> Self {
        let count = model.params().len();
        Self { y0: DMatrix::zeros(model.pattern().dimension(), count), params: DMatrix::identity(count, count) }
    }

    /// The columns of `y0` in the initial state, with fixed parameters.
    #[must_use]
    pub fn in_y0<M: GenericField>(model: &SparseAutodiff<M>, y0: DMatrix<f64>) -> Self {
        let params = DMatrix::zeros(model.params().len(), y0.ncols());
        Self { y0, params }
    }

    /// # Errors
    /// [`Error::LengthMismatch`] and [`Error::InvalidEntry`].
    fn check(&self, dimension: usize, params: usize) -> Result<()> {
        let lengths = [
            ("directions.y0", self.y0.nrows(), dimension),
            ("directions.params", self.params.nrows(), params),
            ("directions.params", self.params.ncols(), self.y0.ncols()),
        ];
        for (name, found, expected) in lengths {
            if found != expected {
                return Err(Error::LengthMismatch { name, found, expected });
            }
        }
        for (name, matrix) in [("directions.y0", &self.y0), ("directions.params", &self.params)] {
            if let Some((index, &value)) = matrix.iter().enumerate().find(|(_, x)| !x.is_finite()) {
                return Err(Error::InvalidEntry { name, index, value, expected: "finite" });
            }
        }
        Ok(())
    }
}

/// A solution of a large system with its derivatives along [`Directions`].
#[derive(Debug, Clone, PartialEq)]
pub struct SensitivitiesAlong {
    /// The states at the times asked for.
    pub y: Vec<DVector<f64>>,
    /// The derivatives of the states: a column for each direction.
    pub derivatives: Vec<DMatrix<f64>>,
    /// The cost of all solves; an evaluation over dual numbers counts as one.
    pub stats: Stats,
}

/// Forward sensitivities of a system of any size: solves from `y0` at `times[0]`, and returns the states at `times` with
/// their derivatives along `directions`.
///
/// As [`sensitivities`](super::sensitivities), with dual numbers of four directions: one solve for each four. The linear
/// solver of an implicit method is [`Lu`](crate::solver::implicit::Lu) or, for large systems,
/// [`Banded`](crate::solver::implicit::Banded) or, with the feature `sparse`, `Sparse`.
///
/// ```
/// use nalgebra::{DVector, dvector};
/// use rheos::adjoint::{Directions, sensitivities_along};
/// use rheos::dynamics::{GenericField, SparseAutodiff};
/// use rheos::solver::implicit::Banded;
/// use rheos::{Bdf, Pid, Scalar};
///
/// /// Independent decays `yᵢ' = −i p yᵢ`.
/// struct Decays;
///
/// impl GenericField for Decays {
///     fn eval<T: Scalar>(&self, _t: T, y: &[T], p: &[T], dy: &mut [T]) {
///         for (i, (y, dy)) in y.iter().zip(dy).enumerate() {
///             *dy = -p[0] * *y * i as f64;
///         }
///     }
/// }
///
/// let y0 = DVector::from_element(300, 1.0);
/// let model = SparseAutodiff::new(Decays, dvector![0.5], 0.0, &y0);
/// let directions = Directions::of_params(&model);
/// let method = Bdf.with(Banded::new(0, 0));
/// let found = sensitivities_along(&model, method, Pid::tolerance(1e-9), &[0.0, 1.0], &y0, &directions)?;
/// // ∂y₂/∂p = −2 t exp(−2 p t)
/// assert!((found.derivatives[1][(2, 0)] + 2.0 * (-1.0_f64).exp()).abs() < 1e-6);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// Unsorted or non-finite times, [`Error::LengthMismatch`] and [`Error::InvalidEntry`] for directions of another length
/// and for one that is not finite, [`Error::NonFiniteDerivative`] if a derivative is not finite, and every error of the
/// solve.
pub fn sensitivities_along<M, S, C>(
    model: &SparseAutodiff<M>,
    solver: S,
    control: C,
    times: &[f64],
    y0: &DVector<f64>,
    directions: &Directions,
) -> Result<SensitivitiesAlong>
where
    M: GenericField,
    S: Clone + for<'f> Dense<SparseTangent4<'f, M>>,
    C: Clone + for<'f> Controller<SparseTangent4<'f, M>, S>,
{
    let params = model.params();
    solve_along(&Base { y0, params: &params, outputs: times.len() }, directions, |start, params| {
        let tangent = SparseTangent::new(model, params);
        solve(&tangent, solver.clone(), control.clone(), times, start)
    })
}

/// The point at which a solve is differentiated.
pub(crate) struct Base<'a> {
    pub y0: &'a DVector<f64>,
    pub params: &'a DVector<f64>,
    /// The number of outputs.
    pub outputs: usize,
}

/// The derivatives along all directions, of solves along four of them each: `solve` gets the initial state and the
/// parameters over dual numbers.
///
/// # Errors
/// [`Error::LengthMismatch`] and [`Error::InvalidEntry`] for the directions, and the errors of `solve`.
pub(crate) fn solve_along(
    base: &Base<'_>,
    directions: &Directions,
    mut solve: impl FnMut(DVector<Dual<WIDTH>>, DVector<Dual<WIDTH>>) -> Result<Solved>,
) -> Result<SensitivitiesAlong> {
    let Base { y0, params, outputs } = *base;
    let count = directions.y0.ncols();
    directions.check(y0.len(), params.len())?;
    let mut found = SensitivitiesAlong {
        y: Vec::new(),
        derivatives: vec![DMatrix::zeros(y0.len(), count); outputs],
        stats: Stats::default(),
    };
    // Without directions there is a solution still.
    for first in (0..count.max(1)).step_by(WIDTH) {
        let (y, stats) = solve(along(y0, &directions.y0, first), along(params, &directions.params, first))?;
        for (derivatives, y) in found.derivatives.iter_mut().zip(&y) {
            for k in 0..WIDTH.min(count - first.min(count)) {
                derivatives.set_column(first + k, &y.map(|y| derivative(&y, k)));
            }
        }
        found.stats += stats;
        found.y = y.iter().map(|y| y.map(|y| y.re)).collect();
    }
    Ok(found)
}

/// The numbers `x` with the derivatives along the columns of `directions` from `first` on.
fn along(x: &DVector<f64>, directions: &DMatrix<f64>, first: usize) -> DVector<Dual<WIDTH>> {
    let entry = |i: usize, k: usize| directions.get((i, first + k)).copied().unwrap_or(0.0);
    DVector::from_fn(x.len(), |i, _| {
        Dual::new(x[i], Derivative::some(SVector::<f64, WIDTH>::from_fn(|k, _| entry(i, k))))
    })
}

pub(crate) type Solved = (Vec<DVector<Dual<WIDTH>>>, Stats);

fn solve<M, S, C>(
    tangent: &SparseTangent4<'_, M>,
    solver: S,
    control: C,
    times: &[f64],
    y0: DVector<Dual<WIDTH>>,
) -> Result<Solved>
where
    M: GenericField,
    S: for<'f> Dense<SparseTangent4<'f, M>>,
    C: for<'f> Controller<SparseTangent4<'f, M>, S>,
{
    let span = check_times(times)?;
    let mut watch = Finite;
    let solution = Ivp::new(tangent, y0, span).save_at(times).observe(&mut watch).solve(solver, control)?;
    for (y, &t) in solution.y.iter().zip(times) {
        // An interpolant may overflow between finite ends of its step.
        if !y.iter().all(has_finite_derivatives) {
            return Err(Error::NonFiniteDerivative { t, h: 0.0 });
        }
    }
    Ok((solution.y, solution.stats))
}

/// Ends a solve over dual numbers when a derivative is not finite, since controllers see the values only.
struct Finite;

impl<F, S> Observer<F, S> for Finite
where
    F: Dynamics<State = DVector<Dual<WIDTH>>>,
    S: Solver<F>,
{
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<F::State>> {
        if step.y1.iter().all(has_finite_derivatives) {
            return Ok(StepAction::On);
        }
        Err(Error::NonFiniteDerivative { t: step.t0, h: step.h })
    }
}
