//! A formula with its derivative in a direction.

use super::derivative::jvp;
use super::parameters::{parameters_of_field, structure_of_field};
use super::shape::{Rows, Shape};
use super::written::Formula;
use crate::state::{State, norm_of_field, space_of_field};

/// A formula `g(h, x)` and its derivative in the direction `v` of its first argument, as a formula with the same parameters:
/// `(h, x, v) ↦ (g(h, x), ∂g/∂h v)`.
///
/// Its pullback has the second derivatives of the formula, exactly.
///
/// ```
/// use nalgebra::{vector, SVector};
/// use rheos::formula::{Static, TangentOf};
/// use rheos::nn::{Gru, Layer, Net};
/// use rheos::train::uniform;
///
/// let cell = Gru::<f64, 1, 2>::uniform(&mut uniform(1));
/// let (net, tangent) = (Net::<_, Static<1>>::new(cell), Net::<_, Static<1>>::new(TangentOf(cell)));
/// let (h, x, v) = (vector![0.1, -0.2], vector![0.5], vector![1.0, 2.0]);
/// let (next, slope) = tangent.forward(&(h, x, v));
/// let value = |step: f64| -> SVector<f64, 2> { net.forward(&(h + v * step, x)) };
/// assert!((next - value(0.0)).norm() < 1e-15);
/// assert!((slope - (value(1e-5) - value(-1e-5)) / 2e-5).norm() < 1e-9);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TangentOf<P>(pub P);

impl<P: State> State for TangentOf<P> {
    const IS_DUAL: bool = P::IS_DUAL;
    const FIXED_SHAPE: bool = P::FIXED_SHAPE;

    space_of_field!();
    norm_of_field!();
}

parameters_of_field!(TangentOf);
structure_of_field!(TangentOf, |see| see);

impl<P, X, const N: usize> Formula for TangentOf<P>
where
    P: Formula<Input = (Rows<N>, X), Output = Rows<N>>,
    X: Shape,
{
    type Input = (Rows<N>, X, Rows<N>);
    type Output = (Rows<N>, Rows<N>);

    fn apply<'g>(&'g self, (h, x, v): <Self::Input as Shape>::Batches<'g>) -> <Self::Output as Shape>::Batches<'g> {
        jvp(h, v, |h| self.0.apply((h, x)))
    }
}
