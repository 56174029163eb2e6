//! Fields as systems.

use nalgebra::DMatrix;

use super::{Kind, System};
use crate::dynamics::{Dynamics, Jacobian, Neighbourhood};
use crate::error::{Error, Result};
use crate::state::{MatrixSpace, State, StoredNorm, Tolerances};

/// A field `f` read as a map: `x₁ = f(t, x₀)` at a fixed time `t`, 0 by default.
///
/// ```
/// use nalgebra::{SVector, Vector2, vector};
/// use rheos::analysis::{Map, System};
/// use rheos::{Autodiff, GenericDynamics, Scalar};
///
/// /// The Hénon map.
/// struct Henon;
/// impl GenericDynamics<2, 2> for Henon {
///     fn eval<T: Scalar>(&self, _: T, x: &SVector<T, 2>, p: &SVector<T, 2>) -> SVector<T, 2> {
///         vector![T::from(1.0) - p[0] * x[0] * x[0] + x[1], p[1] * x[0]]
///     }
/// }
/// let map = Map::new(Autodiff::new(Henon, vector![1.4, 0.3]));
/// let mut next = Vector2::zeros();
/// map.eval(&vector![1.0, 0.0], &mut next)?;
/// assert!((next - vector![-0.4, 0.3]).norm() < 1e-15);
/// # Ok::<(), rheos::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Map<F> {
    f: F,
    t: f64,
}

/// A field `f` as the autonomous flow `dx/dt = f(t, x)` at a fixed time `t`, 0 by default.
///
/// ```
/// use nalgebra::{DMatrix, Vector2, vector};
/// use rheos::analysis::{Flow, System};
/// use rheos::ode;
///
/// let pendulum = ode(|_t, y: &Vector2<f64>, dy: &mut Vector2<f64>| *dy = vector![y[1], -y[0].sin()]);
/// let mut slopes = DMatrix::zeros(2, 2);
/// Flow::new(&pendulum).jacobian(&vector![0.0, 0.0], &vector![1.0, 1.0], &mut slopes)?;
/// assert!((slopes[(1, 0)] + 1.0).abs() < 1e-10); // by differences, since a closure has no derivative
/// # Ok::<(), rheos::Error>(())
/// ```
///
/// A field with a [mass matrix](crate::dynamics::WithMass) is refused, since the Jacobian alone does not decide its stability:
///
/// ```compile_fail,E0080
/// use rheos::analysis::{Flow, System};
/// use rheos::dynamics::{MassMatrix, WithMass};
/// use rheos::ode;
///
/// let heavy = WithMass::new(ode(|_t, y: &f64, dy: &mut f64| *dy = -y), MassMatrix::diagonal(&[-1.0]).unwrap());
/// let mut slope = 0.0;
/// Flow::new(&heavy).eval(&1.0, &mut slope);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flow<F> {
    f: F,
    t: f64,
}

macro_rules! of_field {
    ($system:ident, $kind:expr) => {
        impl<F> $system<F> {
            /// The system of the field at the time 0.
            pub const fn new(f: F) -> Self {
                Self { f, t: 0.0 }
            }

            /// The system of the field at the time `t`.
            #[must_use]
            pub const fn at(mut self, t: f64) -> Self {
                self.t = t;
                self
            }

            /// The field.
            pub const fn field(&self) -> &F {
                &self.f
            }

            /// The time.
            #[must_use]
            pub const fn time(&self) -> f64 {
                self.t
            }
        }

        impl<F: Jacobian> System for $system<F> {
            type State = F::State;
            const KIND: Kind = $kind;

            #[inline]
            fn eval(&self, x: &F::State, out: &mut F::State) -> Result<()> {
                value(&self.f, self.t, x, out)
            }

            fn jacobian(&self, x: &F::State, sizes: &F::State, out: &mut DMatrix<f64>) -> Result<()> {
                jacobian(&self.f, self.t, x, sizes, out)
            }
        }
    };
}

of_field!(Map, Kind::Map);
of_field!(Flow, Kind::Flow);

#[inline]
fn value<F: Dynamics>(f: &F, t: f64, x: &F::State, out: &mut F::State) -> Result<()> {
    const { assert!(!F::HAS_MASS, "the eigenvalues of a field with a mass matrix are not those of its Jacobian") }
    f.eval(t, x, out);
    if out.all_finite() {
        return Ok(());
    }
    f.failure(t, x).map_or(Ok(()), Err)
}

/// The tolerances from which differences take the sizes of the coordinates.
pub(crate) fn as_tolerances<Y: State>(sizes: &Y) -> StoredNorm<Y> {
    let mut atol = sizes.clone();
    atol.scale_by(1.0 / crate::dynamics::TOLERANCES);
    StoredNorm::Each(Tolerances { rtol: sizes.zeros_like(), atol })
}

/// A coordinate of unknown size has increments of this fraction of its size; the size of [`Neighbourhood`] is in tolerances.
fn jacobian<F: Jacobian>(f: &F, t: f64, x: &F::State, sizes: &F::State, out: &mut DMatrix<f64>) -> Result<()> {
    let norm = as_tolerances(sizes);
    // No interval of time: the change of the state over a step says nothing about a map.
    let near = Neighbourhood { h: 0.0, slope: None, norm: Some(&norm) };
    let matrix = f.jacobian(t, x, near);
    if F::State::write_entries(&matrix, out.as_mut_slice()) {
        return Ok(());
    }
    let found = F::State::entries(&matrix).len();
    Err(Error::LengthMismatch { name: "the Jacobian", found, expected: out.len() })
}
