//! Second derivatives of a field: directional derivatives of its pullback.

use super::{Autodiff, Counted, Differentiable, GenericDynamics, Memoized, OdeWithVjp, Tangent, tangent};
use crate::state::State;
use nalgebra::SVector;

/// A field whose pullback has directional derivatives.
///
/// The step of a [`Rosenbrock`](crate::solver::rosenbrock::Rosenbrock) method contains the Jacobian, so its derivative
/// contains second derivatives of the field. The discrete adjoint of these methods needs this trait.
///
/// The default implementation takes differences of the pullback, so `impl SecondOrderVjp for Model {}` is enough.
/// [`Autodiff`] has exact derivatives, by dual numbers over dual numbers.
///
/// ```
/// use rheos::{Differentiable, Dynamics, Parametric};
/// use rheos::dynamics::SecondOrderVjp;
///
/// /// `y' = −k y²`.
/// struct Pairing { k: f64 }
///
/// impl Dynamics for Pairing {
///     type State = f64;
///     fn eval(&self, _t: f64, y: &f64, dy: &mut f64) { *dy = -self.k * y * y; }
/// }
/// impl Parametric for Pairing {
///     type Params = f64;
///     fn params(&self) -> f64 { self.k }
///     fn set_params(&mut self, k: &f64) { self.k = *k; }
/// }
/// impl Differentiable for Pairing {
///     type Trace = ();
///     fn vjp(&self, _t: f64, y: &f64, w: &f64, ybar: &mut f64, pbar: &mut f64) -> f64 {
///         *ybar -= 2.0 * self.k * y * w;
///         *pbar -= y * y * w;
///         0.0
///     }
/// }
/// impl SecondOrderVjp for Pairing {}
///
/// let (mut ybar, mut pbar) = (0.0, 0.0);
/// Pairing { k: 3.0 }.vjp_along(0.0, &0.5, (&0.1, 0.0), &1.0, &mut ybar, &mut pbar);
/// assert!((ybar + 0.6_f64).abs() < 1e-12); // ∂/∂y (−2 k y) · 0.1
/// assert!((pbar + 0.1_f64).abs() < 1e-12); // ∂/∂y (−y²) · 0.1
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no second derivatives, which the adjoint of a Rosenbrock method needs",
    label = "this has no `vjp_along`",
    note = "`impl rheos::dynamics::SecondOrderVjp for YourModel {{}}` takes differences of its pullback; or write the field over a generic \
            scalar and wrap it in `rheos::Autodiff`"
)]
pub trait SecondOrderVjp: Differentiable {
    /// Let `s = wᵀ (∂f/∂y v + τ ∂f/∂t)` for the direction `(v, τ)` in `(y, t)`. Adds `∂s/∂y` to `ybar` and `∂s/∂θ` to
    /// `pbar`, and returns `∂s/∂t`.
    ///
    /// By the symmetry of second derivatives, this is `d/dε` at `ε = 0` of the [pullback](Differentiable::vjp) of `w`
    /// at `(t + ε τ, y + ε v)`.
    ///
    /// The default takes one-sided differences of order 6: seven pullbacks, up to six hundredths of the direction ahead
    /// (in `f64`) and none behind, where the field may have jumped. The field should be smooth along the direction, as
    /// it is over a step.
    fn vjp_along(
        &self,
        t: f64,
        y: &Self::State,
        direction: (&Self::State, f64),
        w: &Self::State,
        ybar: &mut Self::State,
        pbar: &mut Self::Params,
    ) -> f64 {
        difference_along(self, t, y, direction, w, ybar, pbar)
    }
}

/// The extrema of a Chebyshev polynomial of degree 6 on `[0, 1]`, with the weights of the derivative at 0: the nodes
/// whose one-sided difference of order 6 amplifies rounding errors least.
const NODES: [(f64, f64); 7] = [
    (0.0, -73.0 / 3.0),
    (0.066_987_298_107_780_68, 29.856_406_460_551_018),
    (0.25, -8.0),
    (0.5, 4.0),
    (0.75, -8.0 / 3.0),
    (0.933_012_701_892_219_3, 2.143_593_539_448_982_5),
    (1.0, -1.0),
];

/// With the rounding unit `u`, nodes up to `L` have an error of `72 u/L` by rounding and `1.2e-6 L⁶` by truncation. The
/// sum is least at `L⁷ = 1.0e7 u`. The pullback is linear in its cotangent, which takes the weights.
fn difference_along<F: Differentiable + ?Sized>(
    f: &F,
    t: f64,
    y: &F::State,
    (v, tau): (&F::State, f64),
    w: &F::State,
    ybar: &mut F::State,
    pbar: &mut F::Params,
) -> f64 {
    let reach = (1.0e7 * y.rounding()).powf(1.0 / 7.0).min(1.0);
    let (mut shifted, mut weighted) = (y.zeros_like(), w.zeros_like());
    let mut time = 0.0;
    for (node, weight) in NODES {
        let shift = node * reach;
        shifted.assign(y);
        shifted.add_scaled(shift, v);
        weighted.set_zeros();
        weighted.add_scaled(weight / reach, w);
        time += f.vjp(t + shift * tau, &shifted, &weighted, ybar, pbar);
    }
    time
}

/// Exact, by dual numbers over dual numbers.
impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> SecondOrderVjp for Autodiff<M, N, P> {
    fn vjp_along(
        &self,
        t: f64,
        y: &SVector<f64, N>,
        (v, tau): (&SVector<f64, N>, f64),
        w: &SVector<f64, N>,
        ybar: &mut SVector<f64, N>,
        pbar: &mut SVector<f64, P>,
    ) -> f64 {
        tangent::pullback_along(self, (t, tau), (y, v), w, ybar, pbar)
    }
}

/// By differences: a Hessian–vector product through a Rosenbrock method contains third derivatives.
impl<M: GenericDynamics<N, P>, const N: usize, const P: usize, const K: usize> SecondOrderVjp
    for Tangent<'_, M, N, P, K>
{
}

/// By differences.
impl<Y, G, V> SecondOrderVjp for OdeWithVjp<Y, G, V>
where
    Y: State,
    G: Fn(f64, &Y, &mut Y),
    V: Fn(f64, &Y, &Y, &mut Y) -> f64,
{
}

/// Its evaluations are not counted.
impl<F: SecondOrderVjp> SecondOrderVjp for Counted<F> {
    fn vjp_along(
        &self,
        t: f64,
        y: &F::State,
        direction: (&F::State, f64),
        w: &F::State,
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> f64 {
        self.inner().vjp_along(t, y, direction, w, ybar, pbar)
    }
}

impl<F: SecondOrderVjp> SecondOrderVjp for Memoized<F> {
    fn vjp_along(
        &self,
        t: f64,
        y: &F::State,
        direction: (&F::State, f64),
        w: &F::State,
        ybar: &mut F::State,
        pbar: &mut F::Params,
    ) -> f64 {
        self.inner().vjp_along(t, y, direction, w, ybar, pbar)
    }
}
