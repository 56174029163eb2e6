//! Structures of named parameters.

use std::any::Any;

use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix};

use super::leaf::Leaf;
use super::name::Name;
use super::store::{Slices, Store};
use super::weight::Gates;
use crate::state::{Element, State, norm_of_field, space_of_field};

/// A structure of named tensors: the type of the parameters of a model, and of their gradient.
///
/// [`parameters!`](crate::parameters) and [`formula!`](crate::formula!) implement it. The coordinates are ordered by
/// tensor, in the order of the fields, each in column-major order; on tensors of dfdx, in row-major order.
pub trait Parameters: State {
    /// Calls `see` with the name and the shape of each tensor, in order. `name` is the name of the structure itself.
    fn leaves(&self, name: &Name<'_>, see: &mut dyn FnMut(&Name<'_>, Leaf));

    /// Appends all numbers to `out`: the coordinates, and in their places the numbers that are not trained
    /// ([`Frozen`](super::Frozen)).
    fn write_numbers(&self, out: &mut Vec<f64>) {
        self.write_coordinates(out);
    }

    /// Replaces all numbers by the first entries of `from` and returns the rest; `None` if `from` is too short.
    fn read_numbers<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        self.read_coordinates(from)
    }

    /// The tensors, in order. Gates with one name are one tensor, stacked.
    fn tensors(&self) -> Vec<TensorInfo> {
        let mut tensors: Vec<TensorInfo> = Vec::new();
        self.leaves(&Name::ROOT, &mut |name, leaf| {
            let name = name.to_string();
            match tensors.iter_mut().find(|tensor| tensor.name == name) {
                Some(gates) => gates.shape.0 += leaf.rows,
                None => tensors.push(TensorInfo { name, shape: (leaf.rows, leaf.columns) }),
            }
        });
        tensors
    }
}

/// A tensor of a structure of parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Its name, such as `layers.0.weight`.
    pub name: String,
    /// Its rows and columns.
    pub shape: (usize, usize),
}

/// The parameters of a network: weights and biases in a [`Store`].
pub trait Structure: Parameters {
    /// The store of the weights.
    type Store: Store;
    /// The same structure in another store.
    type In<Q: Store>: Structure<Store = Q>;
    /// The number of weights and biases.
    const LEAVES: usize;

    /// Builds the structure from the weights and biases of `from`, in order.
    fn build(name: &Name<'_>, from: &mut impl Build<Self::Store>) -> Self;

    /// Passes each weight and bias to `visitor`, in order.
    fn visit(&self, visitor: &mut impl Visitor<Self::Store>);

    /// The entries of the `k`-th weight or bias, in column-major order; empty beyond the last.
    fn slice(&self, k: usize) -> &[<Self::Store as Store>::Element]
    where
        Self::Store: Slices;

    /// The entries of the `k`-th weight or bias, mutable.
    fn slice_mut(&mut self, k: usize) -> &mut [<Self::Store as Store>::Element]
    where
        Self::Store: Slices;

    /// Passes the types of the weights and biases to `see`, with indices from `next` on.
    ///
    /// # Errors
    /// The first error of `see`.
    fn types<V: Types>(name: &Name<'_>, next: &mut usize, see: &mut V) -> Result<(), V::Error>;

    /// The `k`-th weight or bias: an `S::Weight<O, I>` or an `S::Bias<N>`.
    fn leaf(&self, k: usize) -> Option<&dyn Any>;

    /// The `k`-th weight or bias, mutable.
    fn leaf_mut(&mut self, k: usize) -> Option<&mut dyn Any>;

    /// Draws every number from `draw`: tensor by tensor, each in column-major order.
    ///
    /// The numbers are not scaled: to initialise a network with `n` inputs per unit, draw from `±1/√n`.
    ///
    /// ```
    /// use rheos::formula::Structure;
    /// use rheos::nn::Linear;
    ///
    /// let ones = Linear::<f64, 2, 3>::draw(&mut || 1.0);
    /// assert_eq!(ones.weight.sum() + ones.bias.sum(), 9.0);
    /// ```
    fn draw(draw: &mut dyn FnMut() -> f64) -> Self
    where
        Self::Store: Slices,
    {
        Self::build(&Name::ROOT, &mut Drawn(draw))
    }

    /// All numbers zero.
    #[must_use]
    fn zeros() -> Self
    where
        Self::Store: Slices,
    {
        Self::draw(&mut || 0.0)
    }

    /// The same numbers in another store, rounded to its elements.
    fn to_store<Q: Slices>(&self) -> Self::In<Q>
    where
        Self::Store: Slices,
    {
        let mut numbers = (0..Self::LEAVES).flat_map(|k| self.slice(k)).map(|x| Element::re(*x));
        Self::In::<Q>::draw(&mut || numbers.next().unwrap_or(0.0))
    }
}

/// A source of the weights and biases of a structure.
pub trait Build<S: Store> {
    /// The next matrix.
    fn weight<const O: usize, const I: usize>(&mut self, name: &Name<'_>) -> S::Weight<O, I>;
    /// The next vector.
    fn bias<const N: usize>(&mut self, name: &Name<'_>) -> S::Bias<N>;
}

/// A visitor of the weights and biases of a structure.
pub trait Visitor<S: Store> {
    /// Visits the next matrix.
    fn weight<const O: usize, const I: usize>(&mut self, weight: &S::Weight<O, I>);
    /// Visits the next vector.
    fn bias<const N: usize>(&mut self, bias: &S::Bias<N>);
}

/// A visitor of the types of the weights and biases of a structure.
pub trait Types {
    /// The error of the visitor.
    type Error;
    /// Visits the `k`-th leaf, a weight.
    ///
    /// # Errors
    /// The errors of the visitor.
    fn weight<const O: usize, const I: usize>(&mut self, name: &Name<'_>, k: usize) -> Result<(), Self::Error>;
    /// Visits the `k`-th leaf, a bias.
    ///
    /// # Errors
    /// The errors of the visitor.
    fn bias<const N: usize>(&mut self, name: &Name<'_>, k: usize) -> Result<(), Self::Error>;
    /// Visits a weight that is not trained, by default like any other.
    ///
    /// # Errors
    /// The errors of the visitor.
    fn frozen_weight<const O: usize, const I: usize>(&mut self, name: &Name<'_>, k: usize) -> Result<(), Self::Error> {
        self.weight::<O, I>(name, k)
    }
    /// Visits a bias that is not trained, by default like any other.
    ///
    /// # Errors
    /// The errors of the visitor.
    fn frozen_bias<const N: usize>(&mut self, name: &Name<'_>, k: usize) -> Result<(), Self::Error> {
        self.bias::<N>(name, k)
    }
}

/// Numbers, drawn one by one.
struct Drawn<'a>(&'a mut dyn FnMut() -> f64);

impl<S: Slices> Build<S> for Drawn<'_> {
    fn weight<const O: usize, const I: usize>(&mut self, _: &Name<'_>) -> S::Weight<O, I> {
        S::draw_weight::<O, I>(&mut || S::Element::embed((self.0)()))
    }
    fn bias<const N: usize>(&mut self, _: &Name<'_>) -> S::Bias<N> {
        S::draw_bias::<N>(&mut || S::Element::embed((self.0)()))
    }
}

macro_rules! number {
    ($($t:ty),*) => {
        $(impl Parameters for $t {
            fn leaves(&self, name: &Name<'_>, see: &mut dyn FnMut(&Name<'_>, Leaf)) {
                see(name, Leaf::new(self, &[]).rounded(self.rounding()));
            }
        })*
    };
}

number!(f32, f64);

impl<T: Element, R: Dim, C: Dim> Parameters for OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    fn leaves(&self, name: &Name<'_>, see: &mut dyn FnMut(&Name<'_>, Leaf)) {
        let (rows, columns) = self.shape();
        // A column of fixed width is a vector.
        let leaf =
            if C::try_to_usize() == Some(1) { Leaf::new(self, &[rows]) } else { Leaf::new(self, &[rows, columns]) };
        see(name, leaf.rounded(self.rounding()));
    }
}

macro_rules! list {
    ($list:ty, [$($generic:tt)*]) => {
        /// Elements have names with an index; see [`Gates`] for blocks of one tensor. Reading keeps their number.
        impl<P: Parameters, $($generic)*> Parameters for $list {
            fn leaves(&self, name: &Name<'_>, see: &mut dyn FnMut(&Name<'_>, Leaf)) {
                for (k, element) in self.iter().enumerate() {
                    element.leaves(&name.element(k), see);
                }
            }
            fn write_numbers(&self, out: &mut Vec<f64>) {
                self.iter().for_each(|part| part.write_numbers(out));
            }
            fn read_numbers<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
                self.iter_mut().try_fold(from, |rest, part| part.read_numbers(rest))
            }
        }
    };
}

list!([P; G], [const G: usize]);
list!(Vec<P>, []);

impl<P: Parameters, const G: usize> Parameters for Gates<P, G> {
    fn leaves(&self, name: &Name<'_>, see: &mut dyn FnMut(&Name<'_>, Leaf)) {
        for gate in &self.0 {
            gate.leaves(name, see);
        }
    }
    fn write_numbers(&self, out: &mut Vec<f64>) {
        self.0.iter().for_each(|part| part.write_numbers(out));
    }
    fn read_numbers<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
        self.0.iter_mut().try_fold(from, |rest, part| part.read_numbers(rest))
    }
}

macro_rules! tuple {
    ($($part:ident $i:tt),+) => {
        /// Parts have names with an index, as in `torch.nn.Sequential`.
        impl<$($part: Parameters),+> Parameters for ($($part,)+) {
            fn leaves(&self, name: &Name<'_>, see: &mut dyn FnMut(&Name<'_>, Leaf)) {
                $(self.$i.leaves(&name.element($i), see);)+
            }
            fn write_numbers(&self, out: &mut Vec<f64>) {
                $(self.$i.write_numbers(out);)+
            }
            fn read_numbers<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
                $(let from = self.$i.read_numbers(from)?;)+
                Some(from)
            }
        }
    };
}

/// Without tensors.
impl Parameters for () {
    fn leaves(&self, _: &Name<'_>, _: &mut dyn FnMut(&Name<'_>, Leaf)) {}
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);

/// The product of the blocks.
impl<P: State, const G: usize> State for Gates<P, G> {
    const IS_DUAL: bool = P::IS_DUAL;
    const FIXED_SHAPE: bool = P::FIXED_SHAPE;

    space_of_field!();
    norm_of_field!();
}

macro_rules! repeated {
    ($array:ty, $in:ident => $other:ty, |$self:ident| $elements:expr, |$from:ident, $k:ident, $name:ident| $path:expr, $index:ident, $wrap:expr) => {
        impl<P: Structure, const G: usize> Structure for $array {
            type Store = P::Store;
            type In<$in: Store> = $other;
            const LEAVES: usize = G * P::LEAVES;

            fn build($name: &Name<'_>, from: &mut impl Build<P::Store>) -> Self {
                $wrap(std::array::from_fn(|$k| P::build($path, from)))
            }
            fn visit(&$self, visitor: &mut impl Visitor<P::Store>) {
                for element in &$elements {
                    element.visit(visitor);
                }
            }
            fn types<V: Types>(name: &Name<'_>, next: &mut usize, see: &mut V) -> Result<(), V::Error> {
                (0..G).try_for_each(|k| P::types(&name.$index(k), next, see))
            }
            fn leaf(&$self, k: usize) -> Option<&dyn Any> {
                $elements.get(k / P::LEAVES.max(1))?.leaf(k % P::LEAVES.max(1))
            }
            fn leaf_mut(&mut $self, k: usize) -> Option<&mut dyn Any> {
                $elements.get_mut(k / P::LEAVES.max(1))?.leaf_mut(k % P::LEAVES.max(1))
            }
            #[inline]
            fn slice(&$self, k: usize) -> &[<P::Store as Store>::Element]
            where
                P::Store: Slices,
            {
                $elements.get(k / P::LEAVES.max(1)).map_or(&[], |element| element.slice(k % P::LEAVES.max(1)))
            }
            #[inline]
            fn slice_mut(&mut $self, k: usize) -> &mut [<P::Store as Store>::Element]
            where
                P::Store: Slices,
            {
                $elements.get_mut(k / P::LEAVES.max(1)).map_or(&mut [], |element| element.slice_mut(k % P::LEAVES.max(1)))
            }
        }
    };
}

repeated!([P; G], Q => [P::In<Q>; G], |self| *self, |from, k, name| &name.element(k), element, std::convert::identity);
repeated!(Gates<P, G>, Q => Gates<P::In<Q>, G>, |self| self.0, |from, _k, name| name, gate, Gates);

/// A wrapper with the tensors of its field.
macro_rules! parameters_of_field {
    ($wrapper:ident) => {
        impl<P: crate::formula::Parameters> crate::formula::Parameters for $wrapper<P> {
            fn leaves(
                &self,
                name: &crate::formula::Name<'_>,
                see: &mut dyn FnMut(&crate::formula::Name<'_>, crate::formula::Leaf),
            ) {
                self.0.leaves(name, see);
            }
            fn write_numbers(&self, out: &mut Vec<f64>) {
                self.0.write_numbers(out);
            }
            fn read_numbers<'a>(&mut self, from: &'a [f64]) -> Option<&'a [f64]> {
                self.0.read_numbers(from)
            }
        }
    };
}

pub(super) use parameters_of_field;

/// A wrapper of a structure with the same tensors, whose types `$types` visits.
macro_rules! structure_of_field {
    ($wrapper:ident, |$see:ident| $types:expr) => {
        impl<P: crate::formula::Structure> crate::formula::Structure for $wrapper<P> {
            type Store = P::Store;
            type In<Q: crate::formula::Store> = $wrapper<P::In<Q>>;
            const LEAVES: usize = P::LEAVES;

            fn build(name: &crate::formula::Name<'_>, from: &mut impl crate::formula::Build<P::Store>) -> Self {
                Self(P::build(name, from))
            }
            fn visit(&self, visitor: &mut impl crate::formula::Visitor<P::Store>) {
                self.0.visit(visitor);
            }
            fn types<V: crate::formula::Types>(
                name: &crate::formula::Name<'_>,
                next: &mut usize,
                $see: &mut V,
            ) -> std::result::Result<(), V::Error> {
                P::types(name, next, $types)
            }
            fn leaf(&self, k: usize) -> Option<&dyn std::any::Any> {
                self.0.leaf(k)
            }
            fn leaf_mut(&mut self, k: usize) -> Option<&mut dyn std::any::Any> {
                self.0.leaf_mut(k)
            }
            #[inline]
            fn slice(&self, k: usize) -> &[<P::Store as crate::formula::Store>::Element]
            where
                P::Store: crate::formula::Slices,
            {
                self.0.slice(k)
            }
            #[inline]
            fn slice_mut(&mut self, k: usize) -> &mut [<P::Store as crate::formula::Store>::Element]
            where
                P::Store: crate::formula::Slices,
            {
                self.0.slice_mut(k)
            }
        }
    };
}

pub(super) use structure_of_field;
