//! Split fields: sums of a stiff and a nonstiff part.

use super::{Differentiable, Dynamics, Jacobian, Parametric, SecondOrderVjp};
use crate::state::{MatrixSpace, State};

/// A split vector field `f = f_E + f_I` for [`Imex`](crate::solver::implicit::Imex) methods, which treat `f_E`
/// explicitly and the stiff part `f_I` implicitly.
///
/// Its [`Dynamics`] is the sum, so any other method can solve it as well. Only the implicit part needs a [`Jacobian`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not split into an explicit and an implicit part",
    label = "this field does not implement `Split`",
    note = "join the two parts with `rheos::dynamics::GenericSplit::new(explicit, implicit)`, or implement `rheos::dynamics::Split`"
)]
pub trait Split: Dynamics {
    /// The implicit part.
    type Implicit: Dynamics<State = Self::State>;

    /// Writes the explicit part `f_E(t, y)` into `dy`.
    fn eval_explicit(&self, t: f64, y: &Self::State, dy: &mut Self::State);

    /// The implicit part.
    fn implicit(&self) -> &Self::Implicit;
}

/// A split field with the pullbacks of its parts, for the discrete adjoint of [`Imex`](crate::solver::implicit::Imex)
/// methods.
///
/// The body of [`Differentiable::vjp`] is then `self.vjp_parts(t, y, w, ybar, pbar)`, with `type Trace = ()`.
/// [`GenericSplit`] implements it if both parts are differentiable:
///
/// ```
/// use rheos::{DiscreteAdjoint, Ivp, Pid, ode};
/// use rheos::solver::implicit::KenCarp4;
/// use rheos::dynamics::GenericSplit;
///
/// // y' = −50 y + 50 cos t, with the derivative e^(−50 t) in y(0)
/// let driving = ode(|t: f64, _: &f64, dy: &mut f64| *dy = 50.0 * t.cos())
///     .with_vjp(|t, _y, w, _ybar| -50.0 * t.sin() * w);
/// let decay = ode(|_, y: &f64, dy: &mut f64| *dy = -50.0 * y).with_vjp(|_, _y, w, ybar| { *ybar -= 50.0 * w; 0.0 });
/// let model = GenericSplit::new(driving, decay);
/// let tight = Pid::tolerance(1e-9);
/// let found = Ivp::new(&model, 0.0, 0.0..0.1).forward(KenCarp4, tight, DiscreteAdjoint::new())?.backward(&[1.0])?;
/// assert!((found.y0 - (-5.0_f64).exp()).abs() < 1e-7);
/// # Ok::<(), rheos::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "the parts of `{Self}` have no pullbacks, which the adjoint of an additive method needs",
    label = "this has no `explicit_vjp` and `implicit_vjp`",
    note = "both parts of a `rheos::dynamics::GenericSplit` must be `rheos::Differentiable`; a split field of your own implements \
            `rheos::dynamics::SplitVjp`"
)]
pub trait SplitVjp: Split<Implicit: Differentiable> + Differentiable {
    /// Adds `(∂f_E/∂y)ᵀ w` to `ybar` and `(∂f_E/∂θ)ᵀ w` to `pbar`, and returns `wᵀ ∂f_E/∂t`.
    fn explicit_vjp(
        &self,
        t: f64,
        y: &Self::State,
        w: &Self::State,
        ybar: &mut Self::State,
        pbar: &mut Self::Params,
    ) -> f64;

    /// Adds `(∂f_I/∂y)ᵀ w` to `ybar` and `(∂f_I/∂θ)ᵀ w` to `pbar`, and returns `wᵀ ∂f_I/∂t`. Here `θ` are the
    /// parameters of the whole field, not of the [implicit part](Split::implicit) alone.
    fn implicit_vjp(
        &self,
        t: f64,
        y: &Self::State,
        w: &Self::State,
        ybar: &mut Self::State,
        pbar: &mut Self::Params,
    ) -> f64;

    /// Both pullbacks: the body of [`Differentiable::vjp`].
    #[inline]
    fn vjp_parts(
        &self,
        t: f64,
        y: &Self::State,
        w: &Self::State,
        ybar: &mut Self::State,
        pbar: &mut Self::Params,
    ) -> f64 {
        self.explicit_vjp(t, y, w, ybar, pbar) + self.implicit_vjp(t, y, w, ybar, pbar)
    }
}

/// The sum of two fields; the second one is stiff.
///
/// ```
/// use rheos::solver::implicit::KenCarp4;
/// use rheos::{Pid, ode, solve};
/// use rheos::dynamics::GenericSplit;
///
/// // y' = −1000 y + 1000 cos t − sin t, with the solution cos t
/// let driving = ode(|t: f64, _: &f64, dy: &mut f64| *dy = 1000.0 * t.cos() - t.sin());
/// let decay = ode(|_, y: &f64, dy: &mut f64| *dy = -1000.0 * y);
/// let model = GenericSplit::new(driving, decay);
/// let solution = solve(&model, 1.0, 0.0..1.0, KenCarp4, Pid::tolerance(1e-6))?;
/// assert!((solution.last() - 1.0_f64.cos()).abs() < 1e-5);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GenericSplit<E, I> {
    /// The part that is treated explicitly.
    pub explicit: E,
    /// The stiff part.
    pub implicit: I,
}

impl<E: Dynamics, I: Dynamics<State = E::State>> GenericSplit<E, I> {
    /// The field `explicit + implicit`.
    #[must_use]
    pub const fn new(explicit: E, implicit: I) -> Self {
        Self { explicit, implicit }
    }
}

/// The sum; every evaluation allocates a buffer for one of the terms.
impl<E: Dynamics, I: Dynamics<State = E::State>> Dynamics for GenericSplit<E, I> {
    type State = E::State;
    const HAS_MASS: bool = E::HAS_MASS || I::HAS_MASS;

    fn eval(&self, t: f64, y: &E::State, dy: &mut E::State) {
        let mut term = y.zeros_like();
        self.explicit.eval(t, y, &mut term);
        self.implicit.eval(t, y, dy);
        dy.add_scaled(1.0, &term);
    }

    /// The jumps of both parts. If both have some, the list of one must contain all times of the other. Otherwise every
    /// solve fails with [`Error::InvalidEntry`](crate::error::Error::InvalidEntry), since no list holds all of them.
    fn jumps(&self) -> &[f64] {
        let (explicit, implicit) = (self.explicit.jumps(), self.implicit.jumps());
        let contains = |all: &[f64], times: &[f64]| times.iter().all(|time| all.contains(time));
        if contains(explicit, implicit) {
            explicit
        } else if contains(implicit, explicit) {
            implicit
        } else {
            &[f64::NAN]
        }
    }
}

impl<E: Dynamics, I: Dynamics<State = E::State>> Split for GenericSplit<E, I> {
    type Implicit = I;

    fn eval_explicit(&self, t: f64, y: &E::State, dy: &mut E::State) {
        self.explicit.eval(t, y, dy);
    }

    fn implicit(&self) -> &I {
        &self.implicit
    }
}

/// The Jacobian of the sum, by differences, for fully implicit methods.
impl<E: Dynamics<State: MatrixSpace>, I: Dynamics<State = E::State>> Jacobian for GenericSplit<E, I> {}

impl<F: Split + ?Sized> Split for &F {
    type Implicit = F::Implicit;

    fn eval_explicit(&self, t: f64, y: &F::State, dy: &mut F::State) {
        (**self).eval_explicit(t, y, dy);
    }

    fn implicit(&self) -> &F::Implicit {
        (**self).implicit()
    }
}

/// The parameters of both parts.
impl<E: Parametric, I: Parametric> Parametric for GenericSplit<E, I> {
    type Params = (E::Params, I::Params);

    fn params(&self) -> Self::Params {
        (self.explicit.params(), self.implicit.params())
    }

    fn set_params(&mut self, params: &Self::Params) {
        self.explicit.set_params(&params.0);
        self.implicit.set_params(&params.1);
    }
}

impl<E: Differentiable, I: Differentiable<State = E::State>> Differentiable for GenericSplit<E, I> {
    type Trace = ();

    fn vjp(&self, t: f64, y: &E::State, w: &E::State, ybar: &mut E::State, pbar: &mut Self::Params) -> f64 {
        self.vjp_parts(t, y, w, ybar, pbar)
    }
}

impl<E: Differentiable, I: Differentiable<State = E::State>> SplitVjp for GenericSplit<E, I> {
    fn explicit_vjp(&self, t: f64, y: &E::State, w: &E::State, ybar: &mut E::State, pbar: &mut Self::Params) -> f64 {
        self.explicit.vjp(t, y, w, ybar, &mut pbar.0)
    }

    fn implicit_vjp(&self, t: f64, y: &E::State, w: &E::State, ybar: &mut E::State, pbar: &mut Self::Params) -> f64 {
        self.implicit.vjp(t, y, w, ybar, &mut pbar.1)
    }
}

impl<E: SecondOrderVjp, I: SecondOrderVjp<State = E::State>> SecondOrderVjp for GenericSplit<E, I> {
    fn vjp_along(
        &self,
        t: f64,
        y: &E::State,
        direction: (&E::State, f64),
        w: &E::State,
        ybar: &mut E::State,
        pbar: &mut Self::Params,
    ) -> f64 {
        self.explicit.vjp_along(t, y, direction, w, ybar, &mut pbar.0)
            + self.implicit.vjp_along(t, y, direction, w, ybar, &mut pbar.1)
    }
}
