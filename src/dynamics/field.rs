//! The traits of vector fields: evaluation, parameters and pullback.

use super::MassMatrix;
use crate::error::{Error, Result};
use crate::state::State;

/// A vector field `f(t, y)`, the right-hand side of `dy/dt = f(t, y)`.
///
/// ```
/// use nalgebra::Vector2;
/// use rheos::Dynamics;
///
/// /// A pendulum of length `l` (m): `y = [angle, angular velocity]` in rad and rad/s.
/// struct Pendulum { l: f64 }
///
/// impl Dynamics for Pendulum {
///     type State = Vector2<f64>;
///     fn eval(&self, _t: f64, y: &Vector2<f64>, dy: &mut Vector2<f64>) {
///         dy[0] = y[1];
///         dy[1] = -9.81 / self.l * y[0].sin();
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a vector field",
    label = "this has no `eval(t, y, dy)`",
    note = "implement `rheos::Dynamics` for it, or wrap a closure: `ode(|t, y: &Vector2<f64>, dy: &mut Vector2<f64>| ..)`"
)]
pub trait Dynamics {
    /// The state space.
    type State: State;

    /// Writes `f(t, y)` into `dy`, which has the shape of `y` and arbitrary contents.
    fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State);

    /// Whether [`eval`](Self::eval) is known to keep the shape of `dy`. If not, and if the type of the state does not
    /// [fix](State::FIXED_SHAPE) its shape, every solve evaluates the field once before its first step to check.
    fn keeps_shape(&self) -> bool {
        false
    }

    /// The times at which the field, or a derivative of it, jumps, in any order; none by default.
    ///
    /// Every solve treats them as declared, together with the times of [`Ivp::jumps_at`](crate::solution::Ivp::jumps_at):
    /// no step evaluates the field at a jump or on both sides of it. They belong to the field, so
    /// [`Gradient::jumps`](crate::adjoint::Gradient::jumps) has no entries for them.
    ///
    /// ```
    /// use rheos::{Dopri5, Dynamics, Pid, solve};
    ///
    /// /// A motor that is switched off at 1 s: `y` is its speed, in units of its acceleration.
    /// struct Motor;
    ///
    /// impl Dynamics for Motor {
    ///     type State = f64;
    ///     fn eval(&self, t: f64, _y: &f64, dy: &mut f64) {
    ///         *dy = if t < 1.0 { 1.0 } else { 0.0 };
    ///     }
    ///     fn jumps(&self) -> &[f64] { &[1.0] }
    /// }
    ///
    /// let solution = solve(&Motor, 0.0, 0.0..3.0, Dopri5, Pid::tolerance(1e-9))?;
    /// assert!((solution.last() - 1.0).abs() < 1e-14);
    /// assert_eq!(solution.stats.rejected, 0);
    /// # Ok::<(), rheos::Error>(())
    /// ```
    fn jumps(&self) -> &[f64] {
        &[]
    }

    /// Whether the field is the right-hand side of `M y' = f(t, y)` with the matrix [`mass`](Self::mass), and not of
    /// `y' = f(t, y)`. A field that wraps another one passes this on.
    const HAS_MASS: bool = false;

    /// The matrix `M` of a field that [has one](Self::HAS_MASS): see [`WithMass`](crate::dynamics::WithMass).
    fn mass(&self) -> Option<&MassMatrix<Self::State>> {
        None
    }

    /// The reason why [`eval`](Self::eval) has no value at `(t, y)`, for a field that knows one, such as the failure of
    /// a device. The output of the field is NaN then, and a solve that ends because of it reports this error.
    fn failure(&self, t: f64, y: &Self::State) -> Option<Error> {
        let _ = (t, y);
        None
    }
}

/// Checks that the output of `f` has the shape of the state.
///
/// # Errors
/// [`Error::LengthMismatch`] if it does not.
pub(crate) fn check_shape<F: Dynamics>(f: &F, t: f64, y: &F::State) -> Result<()> {
    if F::State::FIXED_SHAPE || f.keeps_shape() {
        return Ok(());
    }
    let mut dy = y.zeros_like();
    f.eval(t, y, &mut dy);
    if y.fits(&dy) {
        return Ok(());
    }
    Err(Error::LengthMismatch { name: "dy", found: dy.coordinates().len(), expected: y.coordinates().len() })
}

/// A model with parameters `θ` that an optimiser can read and replace.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model with parameters",
    note = "a formula becomes one as a network: `Net::dynamic(..)`"
)]
pub trait Parametric {
    /// The space of the parameters, which is also the space of their gradient.
    type Params: State;

    /// A copy of the parameters.
    fn params(&self) -> Self::Params;

    /// Replaces the parameters.
    fn set_params(&mut self, params: &Self::Params);

    /// The number of parameters; [`Frozen`](crate::formula::Frozen) ones do not count.
    ///
    /// ```
    /// use rheos::Parametric;
    /// use rheos::nn::{Gru, Net};
    /// use rheos::train::uniform;
    ///
    /// let cell = Net::dynamic(Gru::<f32, 16, 64>::uniform(&mut uniform(1)));
    /// assert_eq!(cell.parameter_count(), 3 * 64 * (16 + 64 + 2)); // as in PyTorch
    /// ```
    fn parameter_count(&self) -> usize {
        self.params().coordinates().len()
    }

    /// Whether `params` have the shape of the parameters.
    ///
    /// The default compares with a copy of the parameters; override it if that is large.
    fn fits_params(&self, params: &Self::Params) -> bool {
        Self::Params::FIXED_SHAPE || self.params().fits(params)
    }
}

/// A vector field with a pullback (reverse-mode derivative) of `(t, y, θ) ↦ f(t, y, θ)`.
///
/// Implementing [`vjp`](Self::vjp) is enough. A field whose pullback reuses intermediate results of the evaluation,
/// such as the activations of a network, can store them in a [`Trace`](Self::Trace) and override the two `_traced`
/// functions. An adjoint then evaluates the field once per stage instead of twice.
///
/// ```
/// use rheos::{Differentiable, Dynamics, Parametric};
///
/// /// Radioactive decay `y' = −λ y`.
/// struct Decay { lambda: f64 }
///
/// impl Dynamics for Decay {
///     type State = f64;
///     fn eval(&self, _t: f64, y: &f64, dy: &mut f64) { *dy = -self.lambda * y; }
/// }
/// impl Parametric for Decay {
///     type Params = f64;
///     fn params(&self) -> f64 { self.lambda }
///     fn set_params(&mut self, lambda: &f64) { self.lambda = *lambda; }
/// }
/// impl Differentiable for Decay {
///     type Trace = ();
///     fn vjp(&self, _t: f64, y: &f64, w: &f64, ybar: &mut f64, pbar: &mut f64) -> f64 {
///         *ybar += w * -self.lambda; // (∂f/∂y)ᵀ w
///         *pbar += w * -y;           // (∂f/∂λ)ᵀ w
///         0.0                        // wᵀ ∂f/∂t
///     }
/// }
///
/// let report = rheos::verify::vjp(&mut Decay { lambda: 0.3 }, 0.0, &2.0);
/// assert!(report.passed(), "{report}");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be differentiated, so it cannot be trained or have an adjoint",
    label = "this has no `vjp`",
    note = "add a pullback to a closure with `ode(..).with_vjp(..)`, write the field over a generic scalar and wrap it in \
            `rheos::Autodiff`, implement `rheos::Differentiable`, or use a dfdx module as the field"
)]
pub trait Differentiable: Dynamics + Parametric {
    /// The intermediate results that an evaluation stores for its pullback; `()` if there are none.
    type Trace: Default;

    /// Adds `(∂f/∂y)ᵀ w` to `ybar` and `(∂f/∂θ)ᵀ w` to `pbar`, and returns `wᵀ ∂f/∂t` (zero for an autonomous field).
    fn vjp(&self, t: f64, y: &Self::State, w: &Self::State, ybar: &mut Self::State, pbar: &mut Self::Params) -> f64;

    /// [`eval`](Dynamics::eval), with intermediate results for [`vjp_traced`](Self::vjp_traced) stored in `trace`.
    #[inline]
    fn eval_traced(&self, t: f64, y: &Self::State, dy: &mut Self::State, trace: &mut Self::Trace) {
        let _ = trace;
        self.eval(t, y, dy);
    }

    /// [`vjp`](Self::vjp) at the point where `trace` was recorded. A trace serves one pullback.
    #[inline]
    fn vjp_traced(
        &self,
        trace: &mut Self::Trace,
        t: f64,
        y: &Self::State,
        w: &Self::State,
        ybar: &mut Self::State,
        pbar: &mut Self::Params,
    ) -> f64 {
        let _ = trace;
        self.vjp(t, y, w, ybar, pbar)
    }
}

// A reference to a model is a model, so several solves can share one field.
impl<F: Dynamics + ?Sized> Dynamics for &F {
    type State = F::State;
    #[inline]
    fn eval(&self, t: f64, y: &Self::State, dy: &mut Self::State) {
        (**self).eval(t, y, dy);
    }
    const HAS_MASS: bool = F::HAS_MASS;

    fn mass(&self) -> Option<&MassMatrix<F::State>> {
        (**self).mass()
    }
    fn keeps_shape(&self) -> bool {
        (**self).keeps_shape()
    }
    fn jumps(&self) -> &[f64] {
        (**self).jumps()
    }
    fn failure(&self, t: f64, y: &Self::State) -> Option<Error> {
        (**self).failure(t, y)
    }
}

/// The cotangents of the state and of the parameters, which a pullback adds to.
#[derive(Debug)]
pub struct Bars<'a, F: Differentiable> {
    /// The cotangent of the state.
    pub y: &'a mut F::State,
    /// The gradient of the parameters.
    pub params: &'a mut F::Params,
}
