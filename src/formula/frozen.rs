//! Parameters that are not trained.

use super::batch::Batch;
use super::name::Name;
use super::parameters::{Types, parameters_of_field, structure_of_field};
use super::store::{Slices, Store};
use super::weight::Bias;
use crate::state::{Element, State, Tolerance};

/// Parameters that are not trained: the step of a cell, a pretrained layer (`requires_grad = False` in PyTorch).
///
/// They take part in the formula, and they are tensors with names, which are written to files. But they are not
/// coordinates: an optimiser does not see them, and their place in a gradient has no meaning.
///
/// ```
/// use rheos::formula;
/// use rheos::formula::{Constant, Parameters, Rows, Structure, Weight};
/// use rheos::State;
///
/// formula! {
///     /// `α W x` with a fixed factor `α`.
///     pub struct Scaled<T> { pub weight: Weight<T, 2, 2>, pub alpha: Constant<T> }
///     fn apply(&self, x: Rows<2>) -> Rows<2> {
///         self.alpha.times(&self.weight * x)
///     }
/// }
/// let params = Scaled::<f64> { alpha: Constant::constant(0.5), ..Scaled::zeros() };
/// assert_eq!((params.coordinates().len(), params.tensors().len()), (4, 2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frozen<P>(pub P);

impl<P> std::ops::Deref for Frozen<P> {
    type Target = P;
    fn deref(&self) -> &P {
        &self.0
    }
}

/// A space of dimension zero: no operation changes the numbers except assignment.
impl<P: State> State for Frozen<P> {
    const IS_DUAL: bool = P::IS_DUAL;
    const FIXED_SHAPE: bool = P::FIXED_SHAPE;

    fn fits(&self, x: &Self) -> bool {
        self.0.fits(&x.0)
    }
    fn zeros_like(&self) -> Self {
        self.clone()
    }
    fn assign(&mut self, x: &Self) {
        self.0.assign(&x.0);
    }
    fn set_zeros(&mut self) {}
    fn add_scaled(&mut self, _: f64, _: &Self) {}
    fn scale_by(&mut self, _: f64) {}
    fn inner(&self, _: &Self) -> f64 {
        0.0
    }
    fn count(&self) -> usize {
        0
    }
    fn weighted_sq(&self, _: &Self, _: &Self, _: Tolerance) -> f64 {
        0.0
    }
    fn weighted_sq_each(&self, _: &Self, _: &Self, _: &Self, _: &Self) -> f64 {
        0.0
    }
    fn all_finite(&self) -> bool {
        true
    }
    fn rounding(&self) -> f64 {
        self.0.rounding()
    }
    fn write_coordinates(&self, _: &mut Vec<f64>) {}
    fn read_coordinates<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        Some(from)
    }
}

parameters_of_field!(Frozen);
structure_of_field!(Frozen, |see| &mut AsFrozen(see));

/// Passes all leaves on as frozen ones.
struct AsFrozen<'v, V>(&'v mut V);

impl<V: Types> Types for AsFrozen<'_, V> {
    type Error = V::Error;

    fn weight<const O: usize, const I: usize>(&mut self, name: &Name<'_>, k: usize) -> Result<(), V::Error> {
        self.0.frozen_weight::<O, I>(name, k)
    }
    fn bias<const N: usize>(&mut self, name: &Name<'_>, k: usize) -> Result<(), V::Error> {
        self.0.frozen_bias::<N>(name, k)
    }
}

/// A number of a formula that is not trained, such as the time step of a cell.
pub type Constant<S> = Frozen<Bias<S, 1>>;

impl<S: Slices> Constant<S> {
    /// The number, rounded to the elements of the store.
    #[must_use]
    pub fn constant(value: f64) -> Self {
        Self(Bias(S::draw_bias::<1>(&mut || S::Element::embed(value))))
    }

    /// Its value.
    #[must_use]
    pub fn value(&self) -> f64 {
        S::bias::<1>(&self.0.0).first().map_or(f64::NAN, |value| value.re())
    }
}

impl<S: Store> Constant<S> {
    /// The number times `x`, in a formula.
    #[must_use]
    pub fn times<'g, const N: usize>(&self, x: Batch<'g, N>) -> Batch<'g, N> {
        self.0.like(x).spread() * x
    }
}
