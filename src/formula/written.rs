//! The trait of formulas, and their recording.

use super::graph::Graph;
use super::name::Name;
use super::parameters::Structure;
use super::program::Program;
use super::shape::Shape;

/// A formula: a network with parameters, written once.
///
/// [`formula!`](crate::formula!) implements it. By hand:
///
/// ```
/// use rheos::formula::{Batch, Bias, Formula, Rows, Store, Weight};
/// use rheos::parameters;
///
/// parameters! {
///     pub struct Layer<T, const I: usize, const O: usize> { pub weight: Weight<T, O, I>, pub bias: Bias<T, O> }
/// }
/// impl<T: Store, const I: usize, const O: usize> Formula for Layer<T, I, O> {
///     type Input = Rows<I>;
///     type Output = Rows<O>;
///     fn apply<'g>(&'g self, x: Batch<'g, I>) -> Batch<'g, O> {
///         (&self.weight * x + &self.bias).tanh()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no formula",
    note = "declare it with `rheos::formula!`, or implement `rheos::formula::Formula`"
)]
pub trait Formula: Structure {
    /// The arguments.
    type Input: Shape;
    /// The value.
    type Output: Shape;
    /// The names of the arguments, one for each batch; may be empty.
    const INPUTS: &'static [&'static str] = &[];

    /// The value at `x`. It is called when a network is made, and when another formula calls it.
    ///
    /// Weights and biases are used by reference, `&self.weight`: a copy is not one of the parameters.
    fn apply<'g>(&'g self, x: <Self::Input as Shape>::Batches<'g>) -> <Self::Output as Shape>::Batches<'g>;
}

/// The largest number of arguments, and of values, of a formula.
pub(crate) const MOST_BATCHES: usize = 8;

/// The program of a formula; `None` if it uses a weight that is not one of its parameters.
pub(crate) fn record<P: Formula>(params: &P) -> Option<Program> {
    const {
        assert!(P::Input::LEAVES <= MOST_BATCHES, "a formula has at most 8 arguments");
        assert!(P::Output::LEAVES <= MOST_BATCHES, "a formula has at most 8 values");
    }
    let mut leaves = Vec::new();
    params.leaves(&Name::ROOT, &mut |_, leaf| leaves.push(leaf));
    let graph = Graph::new(leaves);
    let mut outputs = Vec::new();
    P::Output::outputs(params.apply(P::Input::inputs(&graph, &mut 0)), &mut outputs);
    let (entries, complete) = graph.into_entries();
    complete.then(|| Program::new(entries, outputs))
}
