//! Forward-mode derivatives: sensitivities, and Hessian-vector products of a loss.

use nalgebra::{SMatrix, SVector};

use super::finite::{check_argument, check_cotangents, check_gradient};
use super::{Adjoint, Gradient};
use crate::control::Controller;
use crate::dynamics::tangent::{Dual, Tangent, along, derivative};
use crate::dynamics::{Autodiff, Dynamics, GenericDynamics, Parametric, WithMass};
use crate::error::{Error, Result};
use crate::integrate::{Observer, Stats, Step, StepAction};
use crate::solution::{Ivp, check_times};
use crate::solver::{Dense, Solver};
use crate::state::MatrixSpace;

/// A solution with its derivatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivities<const N: usize, const P: usize> {
    /// The states at the times asked for.
    pub y: Vec<SVector<f64, N>>,
    /// `∂y(tᵢ)/∂y0`.
    pub y0: Vec<SMatrix<f64, N, N>>,
    /// `∂y(tᵢ)/∂θ`.
    pub params: Vec<SMatrix<f64, N, P>>,
    /// The cost of both solves; an evaluation over dual numbers counts as one.
    pub stats: Stats,
}

/// Forward sensitivities: solves from `y0` at `times[0]`, and returns the states at `times` with their derivatives with
/// respect to the initial state and the parameters.
///
/// Dual numbers solve the variational equation on the steps of the solution. The cost grows with the number of
/// parameters, so use it where there are fewer parameters than outputs; the cost of an [`Adjoint`] does not depend on
/// their number. As with [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint), the computed steps are differentiated,
/// with their lengths held fixed. An implicit method also iterates on the derivatives. Its linear solver must be
/// [`Lu`](crate::solver::implicit::Lu): [`Krylov`](crate::solver::implicit::Krylov) does not compile, as its inner
/// products drop derivatives.
///
/// ```
/// use rheos::dynamics::problems::LotkaVolterra;
/// use rheos::{Dopri5, Pid, sensitivities};
///
/// let (model, y0) = LotkaVolterra::problem();
/// let found = sensitivities(&model, Dopri5, Pid::tolerance(1e-10), &[0.0, 0.5, 1.0], &y0)?;
/// // Liouville: the flow changes volumes by exp ∫ div f dt.
/// assert_eq!(found.y0[0].determinant(), 1.0);
/// assert!(found.params[2].norm() > 0.0);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// Unsorted or non-finite times, [`Error::NonFiniteDerivative`] if a derivative is not finite, and every error of the
/// solve.
pub fn sensitivities<M, S, C, const N: usize, const P: usize>(
    model: &Autodiff<M, N, P>,
    solver: S,
    control: C,
    times: &[f64],
    y0: &SVector<f64, N>,
) -> Result<Sensitivities<N, P>>
where
    M: GenericDynamics<N, P>,
    S: Clone + for<'f> Dense<Tangent<'f, M, N, P, N>> + for<'f> Dense<Tangent<'f, M, N, P, P>>,
    C: Clone + for<'f> Controller<Tangent<'f, M, N, P, N>, S> + for<'f> Controller<Tangent<'f, M, N, P, P>, S>,
{
    let (start, params) = (along(y0, &units()), along(&model.params(), &[SVector::zeros(); N]));
    let in_y0 = solve(&Tangent::new(model, params), solver.clone(), control.clone(), times, start)?;
    let (start, params) = (along(y0, &[SVector::zeros(); P]), along(&model.params(), &units()));
    let in_params = solve(&Tangent::new(model, params), solver, control, times, start)?;
    Ok(Sensitivities::of(in_y0, in_params))
}

/// [`sensitivities`] of a system with a mass matrix.
///
/// A change of the initial state counts by its product with the mass matrix only, at all times but the first: the
/// algebraic equations determine the rest. The method must have no explicit stage, since the slope at the start has no
/// derivatives: Radau IIA, Rosenbrock, [`Bdf`](type@crate::Bdf) or
/// [`Sdirk4`](type@crate::solver::implicit::Sdirk4).
///
/// ```
/// use nalgebra::vector;
/// use rheos::adjoint::sensitivities_with_mass;
/// use rheos::dynamics::problems::dae::Robertson;
/// use rheos::{Pid, RadauIIA5};
///
/// let (system, y0) = Robertson::problem();
/// let control = Pid::tolerance(1e-8).atol(1e-12);
/// let found = sensitivities_with_mass(&system, RadauIIA5, control, &[0.0, 40.0], &y0)?;
/// // The sum of the concentrations is 1, whatever the start.
/// assert!((found.y0[1].row_sum() - vector![0.0, 0.0, 0.0].transpose()).norm() < 1e-8);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// As for [`sensitivities`].
pub fn sensitivities_with_mass<M, S, C, const N: usize, const P: usize>(
    system: &WithMass<Autodiff<M, N, P>>,
    solver: S,
    control: C,
    times: &[f64],
    y0: &SVector<f64, N>,
) -> Result<Sensitivities<N, P>>
where
    M: GenericDynamics<N, P>,
    SVector<f64, N>: MatrixSpace,
    SVector<Dual<N>, N>: MatrixSpace,
    SVector<Dual<P>, N>: MatrixSpace,
    S: Clone + for<'f> Dense<WithMass<Tangent<'f, M, N, P, N>>> + for<'f> Dense<WithMass<Tangent<'f, M, N, P, P>>>,
    C: Clone
        + for<'f> Controller<WithMass<Tangent<'f, M, N, P, N>>, S>
        + for<'f> Controller<WithMass<Tangent<'f, M, N, P, P>>, S>,
{
    let model = system.field();
    let (start, params) = (along(y0, &units()), along(&model.params(), &[SVector::zeros(); N]));
    let tangent = WithMass::new(Tangent::new(model, params), system.mass_matrix().with_state());
    let in_y0 = solve(&tangent, solver.clone(), control.clone(), times, start)?;
    let (start, params) = (along(y0, &[SVector::zeros(); P]), along(&model.params(), &units()));
    let tangent = WithMass::new(Tangent::new(model, params), system.mass_matrix().with_state());
    let in_params = solve(&tangent, solver, control, times, start)?;
    Ok(Sensitivities::of(in_y0, in_params))
}

impl<const N: usize, const P: usize> Sensitivities<N, P> {
    fn of((in_y0, stats): Solved<N, N>, (in_params, more): Solved<N, P>) -> Self {
        let mut total = stats;
        total += more;
        Self {
            y: in_y0.iter().map(|y| y.map(|y| y.re)).collect(),
            y0: in_y0.iter().map(|y| SMatrix::from_fn(|i, k| derivative(&y[i], k))).collect(),
            params: in_params.iter().map(|y| SMatrix::from_fn(|i, k| derivative(&y[i], k))).collect(),
            stats: total,
        }
    }
}

/// The unit vectors.
fn units<const L: usize>() -> [SVector<f64, L>; L] {
    std::array::from_fn(|k| SVector::from_fn(|i, _| if i == k { 1.0 } else { 0.0 }))
}

pub(crate) type Solved<const N: usize, const K: usize> = (Vec<SVector<Dual<K>, N>>, Stats);

pub(crate) fn solve<F, S, C, const N: usize, const K: usize>(
    tangent: &F,
    solver: S,
    control: C,
    times: &[f64],
    y0: SVector<Dual<K>, N>,
) -> Result<Solved<N, K>>
where
    F: Dynamics<State = SVector<Dual<K>, N>>,
    S: Dense<F>,
    C: Controller<F, S>,
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

impl<F, S, const N: usize, const K: usize> Observer<F, S> for Finite
where
    F: Dynamics<State = SVector<Dual<K>, N>>,
    S: Solver<F>,
{
    fn observe(&mut self, step: Step<'_, F, S>) -> Result<StepAction<SVector<Dual<K>, N>>> {
        if step.y1.iter().all(has_finite_derivatives) {
            return Ok(StepAction::On);
        }
        Err(Error::NonFiniteDerivative { t: step.t0, h: step.h })
    }
}

pub(super) fn has_finite_derivatives<const K: usize>(x: &Dual<K>) -> bool {
    // A constant dual number stores no derivatives.
    x.eps.0.is_none_or(|eps| eps.iter().all(|x| x.is_finite()))
}

/// The derivative of a gradient along a direction.
#[derive(Debug, Clone, PartialEq)]
pub struct HessianVector<const N: usize, const P: usize> {
    /// The gradient with respect to the initial state.
    pub gradient_y0: SVector<f64, N>,
    /// The gradient with respect to the parameters.
    pub gradient_params: SVector<f64, P>,
    /// The part of the product that belongs to the initial state.
    pub y0: SVector<f64, N>,
    /// The part of the product that belongs to the parameters.
    pub params: SVector<f64, P>,
    /// The cost of the forward and of the backward pass, over dual numbers.
    pub stats: [Stats; 2],
}

/// A Hessian-vector product of a loss, with respect to the initial state and the parameters, by forward over reverse.
///
/// `direction` has a part for each of both. The cost is one gradient over dual numbers. `loss` maps the states at
/// `times` to their cotangents `∂L/∂y(tᵢ)`, written over dual numbers.
///
/// ```
/// use nalgebra::vector;
/// use rheos::dynamics::problems::LotkaVolterra;
/// use rheos::{DiscreteAdjoint, Dopri5, Pid};
/// use rheos::adjoint::hessian_vector;
///
/// let (model, y0) = LotkaVolterra::problem();
/// let direction = (vector![1.0, 0.0], vector![0.0, 0.0, 0.0, 0.5]);
/// let tight = Pid::tolerance(1e-9);
/// // L = Σ |y(t)|²
/// let found = hessian_vector(&model, Dopri5, tight, &DiscreteAdjoint::new(), &[0.0, 1.0], (&y0, &direction), |y| {
///     y.iter().map(|y| y.map(|y| y * 2.0)).collect()
/// })?;
/// assert!(found.y0.norm() > 0.0 && found.params.norm() > 0.0);
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// # Errors
/// The errors of [`Adjoint::forward`] and [`Adjoint::backward`], for the gradient and for its derivative, and
/// [`Error::InvalidEntry`] for a direction that is not finite.
pub fn hessian_vector<M, S, C, A, const N: usize, const P: usize>(
    model: &Autodiff<M, N, P>,
    solver: S,
    control: C,
    adjoint: &A,
    times: &[f64],
    (y0, direction): (&SVector<f64, N>, &(SVector<f64, N>, SVector<f64, P>)),
    loss: impl FnOnce(&[SVector<Dual<1>, N>]) -> Vec<SVector<Dual<1>, N>>,
) -> Result<HessianVector<N, P>>
where
    M: GenericDynamics<N, P>,
    S: for<'f> Solver<Tangent<'f, M, N, P, 1>>,
    C: for<'f> Controller<Tangent<'f, M, N, P, 1>, S>,
    A: for<'f> Adjoint<Tangent<'f, M, N, P, 1>, S, C>,
{
    check_argument("direction.y0", &direction.0)?;
    check_argument("direction.params", &direction.1)?;
    let tangent = Tangent::new(model, along(&model.params(), &[direction.1]));
    let start = along(y0, &[direction.0]);
    let span = check_times(times)?;
    let run = Ivp::new(&tangent, start, span).save_at(times).forward(solver, control, adjoint)?;
    let cotangents = loss(&run.y);
    let found = run.backward(&cotangents);
    // Only here are the derivatives of cotangents visible; to the adjoint they are a part of the numbers.
    let derivatives: Vec<_> = cotangents.iter().map(|w| w.map(|w| derivative(&w, 0))).collect();
    check_cotangents("cotangents", &derivatives, derivatives.iter())?;
    let Gradient { y0, params, stats, .. } = found?;
    let stats = [run.stats, stats];
    let product = HessianVector {
        gradient_y0: y0.map(|x| x.re),
        gradient_params: params.map(|x| x.re),
        y0: y0.map(|x| derivative(&x, 0)),
        params: params.map(|x| derivative(&x, 0)),
        stats,
    };
    check_gradient("y0", &product.y0)?;
    check_gradient("params", &product.params)?;
    Ok(product)
}
