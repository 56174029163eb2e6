//! The trait of a system.

use nalgebra::DMatrix;

use crate::error::{Error, Result};
use crate::state::State;

/// Whether a system is iterated or integrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `x₁ = F(x₀)`: a fixed point has `F(x) = x`, and is stable if every eigenvalue of its Jacobian is inside the unit
    /// circle.
    Map,
    /// `dx/dt = f(x)`: a fixed point has `f(x) = 0`, and is stable if every eigenvalue of its Jacobian has a negative
    /// real part.
    Flow,
}

/// A nonlinear dynamical system: a map `x₁ = F(x₀)` or an autonomous flow `dx/dt = f(x)`, with its Jacobian.
///
/// | system | made by |
/// |---|---|
/// | the map of a recurrent cell or another block, its input held | [`Held`](super::Held) |
/// | a field read as a map, or as a flow | [`Map`](super::Map), [`Flow`](super::Flow) |
/// | the `k`-th iterate of a map | [`Iterated`](super::Iterated) |
/// | the map of a field over a span of time, by a solver | [`TimeMap`](super::TimeMap) |
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a system that can be analysed",
    note = "wrap a cell or a block with its input in `rheos::analysis::Held`, and a field in `rheos::analysis::Flow`, or in `Map` if \
            it gives the next state"
)]
pub trait System {
    /// The state space.
    type State: State;
    /// Map or flow.
    const KIND: Kind;

    /// Writes `F(x)` or `f(x)` into `out`, which has the shape of `x`.
    ///
    /// # Errors
    /// The error of the model. A value that is not finite need not be an error here.
    fn eval(&self, x: &Self::State, out: &mut Self::State) -> Result<()>;

    /// Writes the Jacobian at `x` into `out`, which has as many rows and columns as `x` has coordinates; entry `(i, j)` is
    /// the derivative of coordinate `i` with respect to `j`.
    ///
    /// `sizes` are the typical sizes of the coordinates: a Jacobian by differences takes its increments from them, and an
    /// exact one ignores them.
    ///
    /// # Errors
    /// The error of the model.
    fn jacobian(&self, x: &Self::State, sizes: &Self::State, out: &mut DMatrix<f64>) -> Result<()>;
}

impl<S: System + ?Sized> System for &S {
    type State = S::State;
    const KIND: Kind = S::KIND;

    fn eval(&self, x: &S::State, out: &mut S::State) -> Result<()> {
        (**self).eval(x, out)
    }
    fn jacobian(&self, x: &S::State, sizes: &S::State, out: &mut DMatrix<f64>) -> Result<()> {
        (**self).jacobian(x, sizes, out)
    }
}

/// A system that may have failed to be made: then every evaluation has its error. So a family can be a closure that fails.
impl<S: System> System for Result<S> {
    type State = S::State;
    const KIND: Kind = S::KIND;

    fn eval(&self, x: &S::State, out: &mut S::State) -> Result<()> {
        self.as_ref().map_err(Clone::clone)?.eval(x, out)
    }
    fn jacobian(&self, x: &S::State, sizes: &S::State, out: &mut DMatrix<f64>) -> Result<()> {
        self.as_ref().map_err(Clone::clone)?.jacobian(x, sizes, out)
    }
}

/// The state with these coordinates, in the shape of `like`.
pub(crate) fn point<Y: State>(like: &Y, coordinates: &[f64]) -> Result<Y> {
    let mut x = like.zeros_like();
    match x.read_coordinates(coordinates) {
        Some([]) => Ok(x),
        _ => {
            let expected = like.coordinates().len();
            Err(Error::LengthMismatch { name: "coordinates", found: coordinates.len(), expected })
        }
    }
}

/// The value at `x`, or an error if it is not finite.
pub(crate) fn evaluate<S: System>(system: &S, x: &S::State, out: &mut S::State) -> Result<()> {
    system.eval(x, out)?;
    if out.all_finite() { Ok(()) } else { Err(Error::NonFiniteSystem { quantity: "value", at: x.coordinates() }) }
}

/// The Jacobian at `x`, or an error if it is not finite.
pub(crate) fn slopes<S: System>(system: &S, x: &S::State, sizes: &S::State, out: &mut DMatrix<f64>) -> Result<()> {
    system.jacobian(x, sizes, out)?;
    if out.iter().all(|x| x.is_finite()) {
        Ok(())
    } else {
        Err(Error::NonFiniteSystem { quantity: "Jacobian", at: x.coordinates() })
    }
}
