//! The leaves of a structure of parameters.

use std::any::Any;
use std::ops::{Deref, DerefMut};

use super::leaf::Leaf;
use super::name::Name;
use super::parameters::{Build, Parameters, Structure, Types, Visitor};
use super::store::{Slices, Store};
use crate::state::{State, norm_of_field, space_of_field};

/// An `O × I` matrix of parameters, from `I` numbers to `O`. In a formula, `&self.weight * x`.
///
/// Outside a formula it is the matrix type of its [`Store`].
pub struct Weight<S: Store, const O: usize, const I: usize>(pub S::Weight<O, I>);

/// A vector of `N` parameters, the same for every sample. In a formula, `x + &self.bias`.
///
/// Outside a formula it is the vector type of its [`Store`].
pub struct Bias<S: Store, const N: usize>(pub S::Bias<N>);

/// `G` blocks of one tensor: the gates of a cell, stacked as in PyTorch.
///
/// The blocks share one name, `weight_ih`. The elements of an array have names with an index: `layers.0`, `layers.1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gates<P, const G: usize>(pub [P; G]);

macro_rules! leaf {
    ($leaf:ident, $visit:ident, $draw:ident, $slice:ident, $slice_mut:ident, [$($c:ident),*]) => {
        impl<S: Store, $(const $c: usize),*> Clone for $leaf<S, $($c),*> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
            fn clone_from(&mut self, x: &Self) {
                self.0.assign(&x.0);
            }
        }

        impl<S: Store, $(const $c: usize),*> Copy for $leaf<S, $($c),*> where S::$leaf<$($c),*>: Copy {}

        impl<S: Store, $(const $c: usize),*> PartialEq for $leaf<S, $($c),*>
        where
            S::$leaf<$($c),*>: PartialEq,
        {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl<S: Store, $(const $c: usize),*> std::fmt::Debug for $leaf<S, $($c),*> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_list().entries(self.0.coordinates()).finish()
            }
        }

        impl<S: Store, $(const $c: usize),*> Deref for $leaf<S, $($c),*> {
            type Target = S::$leaf<$($c),*>;
            #[inline]
            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl<S: Store, $(const $c: usize),*> DerefMut for $leaf<S, $($c),*> {
            #[inline]
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.0
            }
        }

        impl<S: Store, $(const $c: usize),*> State for $leaf<S, $($c),*> {
            const IS_DUAL: bool = <S::$leaf<$($c),*> as State>::IS_DUAL;
            const FIXED_SHAPE: bool = <S::$leaf<$($c),*> as State>::FIXED_SHAPE;

            space_of_field!();
            norm_of_field!();
        }

        impl<S: Store, $(const $c: usize),*> Parameters for $leaf<S, $($c),*> {
            fn leaves(&self, name: &Name<'_>, see: &mut dyn FnMut(&Name<'_>, Leaf)) {
                see(name, Leaf::new(self, &[$($c),*]).rounded(self.rounding()).ordered(S::ORDER));
            }
        }

        impl<S: Store, $(const $c: usize),*> Structure for $leaf<S, $($c),*> {
            type Store = S;
            type In<Q: Store> = $leaf<Q, $($c),*>;
            const LEAVES: usize = 1;

            fn build(name: &Name<'_>, from: &mut impl Build<S>) -> Self {
                Self(from.$visit::<$($c),*>(name))
            }
            fn visit(&self, visitor: &mut impl Visitor<S>) {
                visitor.$visit::<$($c),*>(&self.0);
            }
            fn types<V: Types>(name: &Name<'_>, next: &mut usize, see: &mut V) -> Result<(), V::Error> {
                *next += 1;
                see.$visit::<$($c),*>(name, *next - 1)
            }
            fn leaf(&self, _: usize) -> Option<&dyn Any> {
                Some(&self.0)
            }
            fn leaf_mut(&mut self, _: usize) -> Option<&mut dyn Any> {
                Some(&mut self.0)
            }
            #[inline]
            fn slice(&self, _: usize) -> &[S::Element]
            where
                S: Slices,
            {
                S::$slice::<$($c),*>(&self.0)
            }
            #[inline]
            fn slice_mut(&mut self, _: usize) -> &mut [S::Element]
            where
                S: Slices,
            {
                S::$slice_mut::<$($c),*>(&mut self.0)
            }
        }
    };
}

leaf!(Weight, weight, draw_weight, weight, weight_mut, [O, I]);
leaf!(Bias, bias, draw_bias, bias, bias_mut, [N]);
