//! Events written once over a generic scalar.

use std::rc::Rc;

use nalgebra::SVector;
use num_dual::{Dual64, DualSVec64, gradient};

use super::{DifferentiableEvent, Direction};
use crate::dynamics::{Autodiff, Differentiable, GenericDynamics, Parametric, Scalar};

/// An event function `g(t, y, p)`, written over a generic scalar, with `N` components of the state and `P` parameters.
///
/// [`DifferentiableEvent::on`] makes an event of it. The reset, if any, is a [`GenericDynamics`].
///
/// ```
/// use nalgebra::{SVector, vector};
/// use rheos::{Autodiff, DifferentiableEvent, DiscreteAdjoint, Dopri5, GenericDynamics, Fixed, Ivp, Scalar};
/// use rheos::solution::{Direction, EventFunction};
///
/// /// A falling ball; the parameters are gravity and the fraction of its speed that the ball keeps at a bounce.
/// struct Fall;
/// impl GenericDynamics<2, 2> for Fall {
///     fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
///         vector![y[1], -p[0]]
///     }
/// }
/// struct Floor;
/// impl EventFunction<2, 2> for Floor {
///     fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, _p: &SVector<T, 2>) -> T {
///         y[0]
///     }
/// }
/// struct Bounce;
/// impl GenericDynamics<2, 2> for Bounce {
///     fn eval<T: Scalar>(&self, _t: T, y: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
///         vector![T::zero(), -p[1] * y[1]]
///     }
/// }
///
/// let landing = DifferentiableEvent::on(Direction::Falling, Floor).reset_by(Bounce);
/// let ball = Autodiff::new(Fall, vector![9.81, 0.8]);
/// let problem = Ivp::new(&ball, vector![1.0, 0.0], 0.0..1.5).event(landing);
/// let run = problem.forward(Dopri5, Fixed::steps(5), DiscreteAdjoint::new())?;
/// // The second landing is at (1 + 2e) √(2 h / g).
/// let mut second = run.cotangents();
/// second.hits[1].t = 1.0;
/// let found = run.backward(&second)?;
/// let first = (2.0_f64 / 9.81).sqrt();
/// assert!((found.params[1] - 2.0 * first).abs() < 1e-13);
/// assert!((found.y0[0] - 0.5 * 2.6 * first).abs() < 1e-13);
/// # Ok::<(), rheos::Error>(())
/// ```
pub trait EventFunction<const N: usize, const P: usize> {
    /// `g(t, y, p)`.
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, N>, p: &SVector<T, P>) -> T;
}

impl<'a, M: GenericDynamics<N, P>, const N: usize, const P: usize> DifferentiableEvent<'a, Autodiff<M, N, P>> {
    /// Happens where `surface` changes sign in `direction`. See [`EventFunction`] for an example.
    pub fn on(direction: Direction, surface: impl EventFunction<N, P> + 'a) -> Self {
        let surface = Rc::new(surface);
        let g = Rc::clone(&surface);
        Self::new(
            direction,
            move |f, t, y| g.eval(t, y, &f.params()),
            move |f, t, y, w, ybar, pbar| {
                let p = f.params();
                *ybar += w * gradient(|y| surface.eval(DualSVec64::<N>::from(t), &y, &constant(&p)), y).1;
                if P > 0 {
                    *pbar += w * gradient(|p| surface.eval(DualSVec64::<P>::from(t), &constant(y), &p), &p).1;
                }
                w * surface.eval(Dual64::from(t).derivative(), &constant(y), &constant(&p)).eps
            },
        )
    }

    /// Replaces the state by the value of `map` when the event happens. See [`EventFunction`] for an example.
    pub fn reset_by(self, map: impl GenericDynamics<N, P> + 'a) -> Self {
        let map = Rc::new(map);
        let r = Rc::clone(&map);
        self.reset(
            move |f, t, y| *y = r.eval(t, y, &f.params()),
            move |f, t, y, w, ybar, pbar| Autodiff::new(Borrowed(&*map), f.params()).vjp(t, y, w, ybar, pbar),
        )
    }
}

/// A reset is pulled back as a field with the same signature.
struct Borrowed<'m, M>(&'m M);

impl<M: GenericDynamics<N, P>, const N: usize, const P: usize> GenericDynamics<N, P> for Borrowed<'_, M> {
    fn eval<T: Scalar>(&self, t: T, y: &SVector<T, N>, p: &SVector<T, P>) -> SVector<T, N> {
        self.0.eval(t, y, p)
    }
}

fn constant<T: Scalar, const K: usize>(x: &SVector<f64, K>) -> SVector<T, K> {
    x.map(T::from)
}
