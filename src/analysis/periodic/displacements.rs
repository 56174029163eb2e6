//! A field with displacements of its state.

use nalgebra::{DMatrix, DVector};

use crate::dynamics::{Dynamics, Jacobian, Neighbourhood};
use crate::error::Error;
use crate::state::{MatrixSpace, Passive, State, Tolerance, space_of_field};

/// A state, displacements of it, and the logarithm of a volume.
pub type Displaced<Y> = ((Y, Neighbours<Y>), Passive<f64>);

/// The least relative tolerance of a displacement: derivatives by differences have relative errors of about 1e-10,
/// which no step reduces.
const LEAST: f64 = 1e-8;

/// Displacements of a state, with tolerances of their own: the error norm has the mean square of their errors, in units
/// of the tolerance or of `1e-8` of the largest displacement of the coordinate, whichever is larger.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Neighbours<Y>(pub Vec<Y>);

impl<Y: State> State for Neighbours<Y> {
    const IS_DUAL: bool = Y::IS_DUAL;

    space_of_field!();

    /// Zero: the mean over the coordinates of the state is not diluted.
    #[inline]
    fn count(&self) -> usize {
        0
    }

    fn weighted_sq(&self, y0: &Self, y1: &Self, tol: Tolerance) -> f64 {
        self.mean_over_displacements(y0, y1, |_, _| tol)
    }

    fn weighted_sq_each(&self, y0: &Self, y1: &Self, rtol: &Self, atol: &Self) -> f64 {
        let coordinates = |x: &Self| x.0.iter().map(Y::coordinates).collect::<Vec<_>>();
        let (rtol, atol) = (coordinates(rtol), coordinates(atol));
        self.mean_over_displacements(y0, y1, |k, i| Tolerance { rtol: rtol[k][i], atol: atol[k][i] })
    }
}

impl<Y: State> Neighbours<Y> {
    /// The weighted squares of all errors, divided by the number of displacements.
    fn mean_over_displacements(&self, y0: &Self, y1: &Self, tolerance: impl Fn(usize, usize) -> Tolerance) -> f64 {
        let [errors, y0, y1] = [self, y0, y1].map(|x| x.0.iter().map(Y::coordinates).collect::<Vec<_>>());
        let coordinates = y0.first().map_or(0, Vec::len);
        let mut sum = 0.0;
        for i in 0..coordinates {
            let largest = y0.iter().map(|y| y[i].abs()).fold(0.0, f64::max);
            for k in 0..errors.len() {
                let Tolerance { rtol, atol } = tolerance(k, i);
                let tolerance = Tolerance { rtol: rtol.max(LEAST), atol: atol.max(LEAST * largest) };
                let relative = errors[k][i] / tolerance.scale(y0[k][i], y1[k][i]);
                sum += relative * relative;
            }
        }
        sum / errors.len().max(1) as f64
    }
}

/// The field of [`periodic_orbit`](super::periodic_orbit): a field with its variational equation, of which the error
/// norm sees the displacements.
///
/// Unlike the tangents of [`Variational`](crate::analysis::Variational), the displacements have the sizes of the
/// coordinates, and an adaptive controller bounds their errors too, down to a relative error of `1e-8`. So the
/// multipliers are right where the orbit is at rest, or where it tolerates longer steps than its neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Displacements<F> {
    f: F,
}

impl<F: Jacobian> Displacements<F> {
    pub(super) const fn new(f: F) -> Self {
        Self { f }
    }

    pub(super) const fn field(&self) -> &F {
        &self.f
    }

    /// The state with a displacement in each coordinate, of these sizes.
    pub(super) fn start(&self, y: &F::State, sizes: &DVector<f64>) -> Displaced<F::State> {
        let displaced = |k: usize| {
            let mut displacement = y.zeros_like();
            displacement.set_coordinate(k, sizes[k]);
            displacement
        };
        ((y.clone(), Neighbours((0..y.dimension()).map(displaced).collect())), Passive(0.0))
    }

    /// The derivative of the state with respect to its start.
    pub(super) fn derivative(
        &self,
        ((y, Neighbours(displaced)), _): &Displaced<F::State>,
        sizes: &DVector<f64>,
    ) -> DMatrix<f64> {
        DMatrix::from_fn(y.dimension(), displaced.len(), |i, k| displaced[k].coordinate(i) / sizes[k])
    }
}

impl<F: Jacobian> Dynamics for Displacements<F> {
    type State = Displaced<F::State>;

    #[inline]
    fn eval(
        &self,
        t: f64,
        ((y, Neighbours(v)), _): &Self::State,
        ((dy, Neighbours(dv)), Passive(ds)): &mut Self::State,
    ) {
        self.f.eval(t, y, dy);
        let slopes = self.f.jacobian(t, y, Neighbourhood { h: 0.0, slope: Some(dy), norm: None });
        for (v, dv) in v.iter().zip(dv) {
            F::State::multiply(&slopes, v, dv);
        }
        *ds = y.trace(&slopes);
    }

    fn keeps_shape(&self) -> bool {
        self.f.keeps_shape()
    }

    fn failure(&self, t: f64, ((y, _), _): &Self::State) -> Option<Error> {
        self.f.failure(t, y)
    }
}
