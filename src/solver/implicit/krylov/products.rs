//! Where the products of a Jacobian with a vector come from.

use crate::{Dynamics, JacobianVector, State};

/// The point where a field is linearised, with the slope there.
#[derive(Debug, Clone)]
pub struct Point<Y> {
    /// The time.
    pub t: f64,
    /// The state.
    pub y: Y,
    /// The slope `f(t, y)`.
    pub slope: Y,
    /// The length of a displacement of `y`.
    pub increment: f64,
}

/// A way to multiply the Jacobian of a field with a vector.
pub trait Products<F: Dynamics>: Copy {
    /// Gets ready to linearise at the time and state that are in `point`. Returns how often the field was evaluated.
    fn linearise(self, f: &F, point: &mut Point<F::State>) -> u64;

    /// Writes `J v` into `out` for a `v` of length 1, using `shifted` as memory.
    fn product(self, f: &F, point: &Point<F::State>, v: &F::State, shifted: &mut F::State, out: &mut F::State);

    /// The relative error of a product.
    fn noise(self, y: &F::State) -> f64;
}

/// Products by directional differences `(f(t, y + ε v) − f(t, y)) / ε`.
///
/// D. A. Knoll & D. E. Keyes, *Jacobian-free Newton–Krylov methods: a survey of approaches and applications*, J. Comput.
/// Phys. 193 (2004), doi:10.1016/j.jcp.2003.08.010. The increment is `ε = √(u max(10⁻⁵, |y|)) / |v|` with the rounding
/// unit `u`, as for a whole [`Jacobian`](crate::Jacobian).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Differences;

impl<F: Dynamics> Products<F> for Differences {
    fn linearise(self, f: &F, point: &mut Point<F::State>) -> u64 {
        f.eval(point.t, &point.y, &mut point.slope);
        let size = point.y.inner(&point.y).sqrt();
        point.increment = (point.y.rounding() * size.max(1e-5)).sqrt();
        1
    }

    fn product(self, f: &F, point: &Point<F::State>, v: &F::State, shifted: &mut F::State, out: &mut F::State) {
        let epsilon = point.increment;
        shifted.combine(&point.y, epsilon, &[1.0], std::slice::from_ref(v));
        f.eval(point.t, shifted, out);
        out.add_scaled(-1.0, &point.slope);
        out.scale_by(1.0 / epsilon);
    }

    fn noise(self, y: &F::State) -> f64 {
        y.rounding().sqrt()
    }
}

/// Exact products, for a field that has them: [`JacobianVector`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exact;

impl<F: JacobianVector> Products<F> for Exact {
    fn linearise(self, _: &F, _: &mut Point<F::State>) -> u64 {
        0
    }

    fn product(self, f: &F, point: &Point<F::State>, v: &F::State, _: &mut F::State, out: &mut F::State) {
        f.jvp(point.t, &point.y, v, out);
    }

    fn noise(self, y: &F::State) -> f64 {
        100.0 * y.rounding()
    }
}
