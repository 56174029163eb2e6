//! Parameters that are not trained.

use std::any::Any;

use super::leaf::Leaf;
use super::name::Name;
use super::parameters::{Build, Parameters, Structure, Types, Visitor};
use super::store::{Slices, Store};
use crate::state::{State, Tolerance};

/// Parameters that are not trained: the step of a cell, a pretrained layer (`requires_grad = False` in PyTorch).
///
/// They take part in the formula, and they are tensors with names, which are written to files. But they are not
/// coordinates: an optimiser does not see them, and their place in a gradient has no meaning.
///
/// ```
/// use rheos::formula;
/// use rheos::formula::{Bias, Frozen, Parameters, Rows, Structure, Weight};
/// use rheos::State;
///
/// formula! {
///     /// `α W x` with a fixed factor `α`.
///     pub struct Scaled<T> { pub weight: Weight<T, 2, 2>, pub alpha: Frozen<Bias<T, 1>> }
///     fn apply(&self, x: Rows<2>) -> Rows<2> {
///         self.alpha.like(x).spread::<2>() * (&self.weight * x)
///     }
/// }
/// let params = Scaled::<f64>::zeros();
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

impl<P: Parameters> Parameters for Frozen<P> {
    fn leaves(&self, name: &Name<'_>, see: &mut dyn FnMut(&Name<'_>, Leaf)) {
        self.0.leaves(name, see);
    }
    fn write_numbers(&self, out: &mut Vec<f64>) {
        self.0.write_numbers(out);
    }
    fn read_numbers<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        self.0.read_numbers(from)
    }
}

impl<P: Structure> Structure for Frozen<P> {
    type Store = P::Store;
    type In<Q: Store> = Frozen<P::In<Q>>;
    const LEAVES: usize = P::LEAVES;

    fn build(name: &Name<'_>, from: &mut impl Build<P::Store>) -> Self {
        Self(P::build(name, from))
    }
    fn visit(&self, visitor: &mut impl Visitor<P::Store>) {
        self.0.visit(visitor);
    }
    fn types<V: Types>(name: &Name<'_>, next: &mut usize, see: &mut V) -> Result<(), V::Error> {
        P::types(name, next, see)
    }
    fn leaf(&self, k: usize) -> Option<&dyn Any> {
        self.0.leaf(k)
    }
    fn leaf_mut(&mut self, k: usize) -> Option<&mut dyn Any> {
        self.0.leaf_mut(k)
    }
    #[inline]
    fn slice(&self, k: usize) -> &[<P::Store as Store>::Element]
    where
        P::Store: Slices,
    {
        self.0.slice(k)
    }
    #[inline]
    fn slice_mut(&mut self, k: usize) -> &mut [<P::Store as Store>::Element]
    where
        P::Store: Slices,
    {
        self.0.slice_mut(k)
    }
}
