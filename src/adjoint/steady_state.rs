//! Fixed points, and their derivatives by the implicit function theorem.

use super::finite::{check_argument, check_fits, check_gradient, check_params};
use crate::dynamics::{Differentiable, Dynamics, Neighbourhood, check_shape};
use crate::error::{Error, Result};
use crate::solver::implicit::{LinearSolver, Lu, TransposedSolver};
use crate::state::{State, euclidean_norm};

/// Finds fixed points of a field, `f(t, y*) = 0`, and differentiates them with respect to its parameters.
///
/// A deep equilibrium model `z = g(z, x, θ)` (Bai, Kolter & Koltun 2019, arXiv:1909.01377) is a fixed point of the
/// field `g(z, x, θ) − z`. Its gradient depends on the fixed point only, not on the path to it.
///
/// The solver is pseudo-transient continuation (Kelley & Keyes, SIAM J. Numer. Anal. 35 (1998),
/// doi:10.1137/S0036142996304796): steps of linearly implicit Euler, which grow as the field shrinks and become steps
/// of Newton's method. Among several fixed points it therefore tends to an attracting one.
///
/// ```
/// use nalgebra::{SVector, vector};
/// use rheos::{Autodiff, GenericDynamics, Scalar};
/// use rheos::adjoint::SteadyState;
///
/// /// `y' = a − b y`, at rest at `a / b`.
/// struct Relaxation;
/// impl GenericDynamics<1, 2> for Relaxation {
///     fn eval<T: Scalar>(&self, _: T, y: &SVector<T, 1>, p: &SVector<T, 2>) -> SVector<T, 1> {
///         vector![p[0] - p[1] * y[0]]
///     }
/// }
///
/// let model = Autodiff::new(Relaxation, vector![3.0, 2.0]);
/// let method = SteadyState::new(1e-12);
/// let rest = method.solve(&model, 0.0, vector![0.0])?;
/// assert!((rest[0] - 1.5).abs() < 1e-12);
/// let mut params = vector![0.0, 0.0];
/// method.backward(&model, 0.0, &rest, &vector![1.0], &mut params)?;
/// assert!((params - vector![0.5, -0.75]).norm() < 1e-12); // 1/b and −a/b²
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SteadyState<L = Lu> {
    linear: L,
    tolerance: f64,
    first_step: f64,
    max_steps: u64,
}

/// The longest step, in units of the first. A longer one differs from a step of Newton's method by rounding only.
const LONGEST: f64 = 1e12;

/// An increment larger than this fraction of the last one converges too slowly.
const SLOW: f64 = 0.1;

/// The largest rounding error of `Jᵀ λ` allowed, relative to the cotangent that it must equal.
const UNCERTAIN: f64 = 1e-3;

/// The largest linearisation error of an accepted step, relative to the field.
const LINEAR: f64 = 0.5;

impl SteadyState {
    /// Iterates until the root mean square of the field is at most `tolerance`, in the units of the field.
    #[must_use]
    pub const fn new(tolerance: f64) -> Self {
        Self { linear: Lu, tolerance, first_step: 1.0, max_steps: 1000 }
    }
}

impl<L> SteadyState<L> {
    /// Sets the linear solver.
    #[must_use]
    pub fn with<M>(self, linear: M) -> SteadyState<M> {
        let Self { tolerance, first_step, max_steps, .. } = self;
        SteadyState { linear, tolerance, first_step, max_steps }
    }

    /// The length of the first step, in units of time; 1 by default. A shorter one follows the solution more closely.
    #[must_use]
    pub fn first_step(mut self, h: f64) -> Self {
        self.first_step = h;
        self
    }

    /// The budget of steps; 1000 by default.
    #[must_use]
    pub fn max_steps(mut self, steps: u64) -> Self {
        self.max_steps = steps;
        self
    }

    fn validate(&self, t: f64) -> Result<()> {
        if !t.is_finite() {
            return Err(Error::InvalidArgument { name: "t", value: t, expected: "finite" });
        }
        for (name, value) in [("tolerance", self.tolerance), ("first_step", self.first_step)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::InvalidArgument { name, value, expected: "positive and finite" });
            }
        }
        Ok(())
    }

    /// Returns a fixed point of `f` at the time `t`, starting from the guess `y`.
    ///
    /// # Errors
    /// A time, guess or setting outside its domain, a field whose output does not have the shape of the state, and
    /// [`Error::NoRestPoint`] if the budget of steps is used up or the field is not finite along the way.
    pub fn solve<F: Dynamics>(&self, f: &F, t: f64, mut y: F::State) -> Result<F::State>
    where
        L: LinearSolver<F>,
    {
        self.validate(t)?;
        self.linear.validate()?;
        check_argument("y", &y)?;
        check_shape(f, t, &y)?;
        let mut ws = self.linear.workspace(f, &y);
        let (mut slope, mut ahead, mut direction) = (y.zeros_like(), y.zeros_like(), y.zeros_like());
        f.eval(t, &y, &mut slope);
        let (mut h, mut size, mut moved) = (self.first_step, root_mean_square(&slope), true);
        for step in 0..self.max_steps {
            if !size.is_finite() {
                return Err(Error::NoRestPoint { steps: step, size, tolerance: self.tolerance });
            }
            if size <= self.tolerance {
                return Ok(y);
            }
            if moved {
                let near = Neighbourhood { h, slope: Some(&slope), norm: None };
                self.linear.linearise(&mut ws, f, t, &y, near)?;
            }
            direction.assign(&slope);
            if self.linear.prepare(&mut ws, f, h).is_err() || self.linear.solve(&mut ws, f, &mut direction).is_err() {
                // The step is so long that the determinant of the matrix has changed its sign.
                (h, moved) = (0.25 * h, false);
                continue;
            }
            y.add_scaled(h, &direction);
            f.eval(t, &y, &mut ahead);
            // An implicit step moves along the slope at its end; the deviation from it is the linearisation error.
            direction.add_scaled(-1.0, &ahead);
            moved = root_mean_square(&direction) <= LINEAR * size;
            if moved {
                let before = std::mem::replace(&mut size, root_mean_square(&ahead));
                std::mem::swap(&mut slope, &mut ahead);
                // "Switched evolution relaxation": the step grows as the field shrinks.
                h = (h * before / size).clamp(1e-3 * self.first_step, LONGEST * self.first_step);
            } else {
                direction.add_scaled(1.0, &ahead);
                y.add_scaled(-h, &direction);
                h *= 0.25;
            }
        }
        if size <= self.tolerance {
            return Ok(y);
        }
        Err(Error::NoRestPoint { steps: self.max_steps, size, tolerance: self.tolerance })
    }

    /// Pulls the cotangent `ybar` of the fixed point `y` back to the parameters.
    ///
    /// Adds `−λᵀ ∂f/∂θ`, with `Jᵀ λ = ȳ`, to `pbar`. Returns the derivative with respect to the time `t`.
    ///
    /// # Errors
    /// [`Error::SingularMatrix`] if the Jacobian is singular to the precision of the state, so that the fixed point is
    /// not isolated; arguments that are not finite or do not have the shapes of state and parameters; and
    /// [`Error::NonFiniteGradient`].
    pub fn backward<F: Differentiable>(
        &self,
        f: &F,
        t: f64,
        y: &F::State,
        ybar: &F::State,
        pbar: &mut F::Params,
    ) -> Result<f64>
    where
        L: TransposedSolver<F>,
    {
        self.validate(t)?;
        self.linear.validate()?;
        check_argument("y", y)?;
        check_fits("ybar", ybar, y)?;
        check_argument("ybar", ybar)?;
        check_params(f, pbar)?;
        check_shape(f, t, y)?;
        let minus_lambda = self.solve_adjoint(f, (t, y), ybar, &mut pbar.zeros_like())?;
        let mut rest = y.zeros_like();
        let time = f.vjp(t, y, &minus_lambda, &mut rest, pbar);
        check_gradient("params", pbar)?;
        check_gradient("t", &time)?;
        Ok(time)
    }

    /// `−J⁻ᵀ ȳ`. Overwrites `unwanted`.
    fn solve_adjoint<F: Differentiable>(
        &self,
        f: &F,
        (t, y): (f64, &F::State),
        ybar: &F::State,
        unwanted: &mut F::Params,
    ) -> Result<F::State>
    where
        L: TransposedSolver<F>,
    {
        let first = LONGEST.sqrt() * self.first_step;
        let mut h = first;
        let mut ws = self.linear.transposed(f, y);
        let mut minus_lambda = y.zeros_like();
        let mut residual = ybar.clone();
        let mut before = f64::INFINITY;
        // (I − h Jᵀ)⁻¹ h equals −J⁻ᵀ up to terms in 1/h, which the iteration removes.
        while h.is_finite() && self.linear.solve_transposed(&mut ws, f, (t, y), h, &mut residual).is_ok() {
            let size = h * euclidean_norm(&residual);
            if !size.is_finite() {
                break;
            }
            let slow = size > SLOW * before;
            if size < before {
                minus_lambda.add_scaled(h, &residual);
            }
            let solution = euclidean_norm(&minus_lambda);
            if !solution.is_finite() {
                break;
            }
            // If rounding ends the iteration, half of the digits must be right: a singular Jacobian leaves none.
            if size <= y.rounding() * solution || slow && size <= y.rounding().sqrt() * solution {
                let uncertainty = y.rounding() * size_of_terms(f, (t, y), &minus_lambda, unwanted);
                if uncertainty <= UNCERTAIN * euclidean_norm(ybar) {
                    return Ok(minus_lambda);
                }
                break;
            }
            before = size;
            if slow {
                // 1/h is not small compared with the smallest eigenvalue.
                (h, before) = (h * LONGEST.sqrt(), f64::INFINITY);
            }
            residual.assign(ybar);
            f.vjp(t, y, &minus_lambda, &mut residual, unwanted);
        }
        Err(Error::SingularMatrix { t, h: first })
    }
}

/// The size of the terms in the sums `Jᵀ x`, which may cancel; found from sums with other signs of `x`.
fn size_of_terms<F: Differentiable>(f: &F, (t, y): (f64, &F::State), x: &F::State, unwanted: &mut F::Params) -> f64 {
    let coordinates = x.coordinates();
    let (mut signed, mut sums) = (x.zeros_like(), x.zeros_like());
    let mut size = 0.0_f64;
    // Two coordinates less than 8 apart get different signs in one of the sums.
    for period in [1, 2, 4] {
        let sign = |i: usize| if (i / period).is_multiple_of(2) { 1.0 } else { -1.0 };
        let turned: Vec<f64> = coordinates.iter().enumerate().map(|(i, x)| sign(i) * x).collect();
        let _ = signed.read_coordinates(&turned);
        sums.set_zeros();
        f.vjp(t, y, &signed, &mut sums, unwanted);
        size = size.max(euclidean_norm(&sums));
    }
    size
}

fn root_mean_square<Y: State>(y: &Y) -> f64 {
    (y.inner(y) / y.count().max(1) as f64).sqrt()
}
