//! Products of a Jacobian with a vector.

use crate::dynamics::{Dynamics, Jvp, Neighbourhood, TOLERANCES};
use crate::state::State;

/// The point at which a field is linearised, with its slope.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
    /// Prepares to linearise at the time and state in `point`. Returns the number of field evaluations.
    fn linearise(self, f: &F, point: &mut Point<F::State>, near: Neighbourhood<'_, F::State>) -> u64;

    /// Writes `J v` into `out` for a `v` of length 1; `shifted` is temporary storage.
    fn product(self, f: &F, point: &Point<F::State>, v: &F::State, shifted: &mut F::State, out: &mut F::State);

    /// The relative error of a product.
    fn noise(self, y: &F::State) -> f64;
}

/// Products by directional differences `(f(t, y + ε v) − f(t, y)) / ε`.
///
/// D. A. Knoll & D. E. Keyes, *Jacobian-free Newton–Krylov methods: a survey of approaches and applications*, J. Comput.
/// Phys. 193 (2004), doi:10.1016/j.jcp.2003.08.010. The increment is `ε = √u s / |v|` with the rounding unit `u` and the
/// size `s` of the state, as for a whole [`Jacobian`](crate::dynamics::differences).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Differences;

impl<F: Dynamics> Products<F> for Differences {
    fn linearise(self, f: &F, point: &mut Point<F::State>, near: Neighbourhood<'_, F::State>) -> u64 {
        // A method may know the slope up to its tolerance only, which is too little for a difference.
        f.eval(point.t, &point.y, &mut point.slope);
        point.increment = point.y.rounding().sqrt() * size(&point.y, &point.slope, near);
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

/// The size of the state: the larger of the norm of `y` and 10³ times the absolute tolerances. If both are zero, it is
/// the change over the step.
fn size<Y: State>(y: &Y, slope: &Y, near: Neighbourhood<'_, Y>) -> f64 {
    let tolerated = near.norm.map_or(0.0, |norm| TOLERANCES * norm.absolute_of_all(y));
    let change = near.h.abs() * slope.inner(slope).sqrt();
    let sizes = [y.inner(y).sqrt().max(tolerated), change];
    sizes.into_iter().find(|size| *size > 0.0 && size.is_finite()).unwrap_or(1.0)
}

/// Exact products, for a field with [`Jvp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exact;

impl<F: Jvp> Products<F> for Exact {
    fn linearise(self, _: &F, _: &mut Point<F::State>, _: Neighbourhood<'_, F::State>) -> u64 {
        0
    }

    fn product(self, f: &F, point: &Point<F::State>, v: &F::State, _: &mut F::State, out: &mut F::State) {
        f.jvp(point.t, &point.y, v, out);
    }

    fn noise(self, y: &F::State) -> f64 {
        100.0 * y.rounding()
    }
}
