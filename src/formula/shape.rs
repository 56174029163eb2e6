//! The arguments and values of formulas.

use super::batch::Batch;
use super::batches::{Batches, Columns};
use super::graph::{Graph, Id, Node};
use super::store::{Slices, Store};
use crate::state::State;

/// `N` numbers for each sample: an argument or a value of a formula, alone or in a tuple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rows<const N: usize>;

/// The arguments or the value of a formula: [`Rows`], or a tuple of shapes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an argument or a value of a formula",
    note = "arguments and values are `Rows<N>`, or tuples of them"
)]
pub trait Shape: 'static {
    /// Its type in a formula: a [`Batch`], or a tuple of them.
    type Batches<'g>: Copy;
    /// Its type with numbers, in batches of the kind `K` for weights in `S`.
    type Of<S: Store, K: Batches<S>>: State;
    /// The number of its batches.
    const LEAVES: usize;

    /// The arguments of a formula, from index `next` on.
    fn inputs<'g>(graph: &'g Graph, next: &mut usize) -> Self::Batches<'g>;

    /// The nodes of the values of a formula.
    fn outputs(values: Self::Batches<'_>, out: &mut Vec<Id>);

    /// The number of rows of each batch.
    fn rows(out: &mut Vec<usize>);

    /// Batches of zeros.
    fn zeros<S: Slices, K: Columns<S>>(samples: usize) -> Self::Of<S, K>;

    /// Calls `see` with the entries of each batch and the number of its samples.
    fn each<'a, S: Slices, K: Columns<S>>(x: &'a Self::Of<S, K>, see: &mut impl FnMut(&'a [S::Element], usize));

    /// Calls `see` with the mutable entries of each batch and the number of its samples.
    fn each_mut<'a, S: Slices, K: Columns<S>>(
        x: &'a mut Self::Of<S, K>,
        see: &mut impl FnMut(&'a mut [S::Element], usize),
    );
}

impl<const N: usize> Shape for Rows<N> {
    type Batches<'g> = Batch<'g, N>;
    type Of<S: Store, K: Batches<S>> = K::Batch<N>;
    const LEAVES: usize = 1;

    fn inputs<'g>(graph: &'g Graph, next: &mut usize) -> Batch<'g, N> {
        *next += 1;
        Batch { graph, id: graph.push(Node::Input(*next - 1), N) }
    }
    fn outputs(values: Batch<'_, N>, out: &mut Vec<Id>) {
        out.push(values.id);
    }
    fn rows(out: &mut Vec<usize>) {
        out.push(N);
    }
    #[inline]
    fn zeros<S: Slices, K: Columns<S>>(samples: usize) -> K::Batch<N> {
        K::zeros::<N>(samples)
    }
    #[inline]
    fn each<'a, S: Slices, K: Columns<S>>(x: &'a K::Batch<N>, see: &mut impl FnMut(&'a [S::Element], usize)) {
        see(K::slice::<N>(x), K::samples::<N>(x));
    }
    #[inline]
    fn each_mut<'a, S: Slices, K: Columns<S>>(
        x: &'a mut K::Batch<N>,
        see: &mut impl FnMut(&'a mut [S::Element], usize),
    ) {
        let samples = K::samples::<N>(x);
        see(K::slice_mut::<N>(x), samples);
    }
}

macro_rules! tuple {
    ($($part:ident $i:tt),+) => {
        impl<$($part: Shape),+> Shape for ($($part,)+) {
            type Batches<'g> = ($($part::Batches<'g>,)+);
            type Of<S: Store, K: Batches<S>> = ($($part::Of<S, K>,)+);
            const LEAVES: usize = 0 $(+ $part::LEAVES)+;

            fn inputs<'g>(graph: &'g Graph, next: &mut usize) -> Self::Batches<'g> {
                ($($part::inputs(graph, next),)+)
            }
            fn outputs(values: Self::Batches<'_>, out: &mut Vec<Id>) {
                $($part::outputs(values.$i, out);)+
            }
            fn rows(out: &mut Vec<usize>) {
                $($part::rows(out);)+
            }
            #[inline]
            fn zeros<S: Slices, K: Columns<S>>(samples: usize) -> Self::Of<S, K> {
                ($($part::zeros::<S, K>(samples),)+)
            }
            #[inline]
            fn each<'a, S: Slices, K: Columns<S>>(
                x: &'a Self::Of<S, K>,
                see: &mut impl FnMut(&'a [S::Element], usize),
            ) {
                $($part::each::<S, K>(&x.$i, see);)+
            }
            #[inline]
            fn each_mut<'a, S: Slices, K: Columns<S>>(
                x: &'a mut Self::Of<S, K>,
                see: &mut impl FnMut(&'a mut [S::Element], usize),
            ) {
                $($part::each_mut::<S, K>(&mut x.$i, see);)+
            }
        }
    };
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
