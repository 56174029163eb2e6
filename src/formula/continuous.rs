//! Formulas that discretise an ODE, and their vector fields.

use super::parameters::{parameters_of_field, structure_of_field};
use super::shape::Shape;
use super::written::Formula;
use crate::state::{State, norm_of_field, space_of_field};

/// A formula that discretises an ODE: one step `h₁ = g(h₀, x)` of a method for `dh/dt = f(h, x)`.
///
/// [`formula!`](crate::formula!) implements it from the function `field`, before `apply`.
/// [`Net::flow`](crate::nn::Net::flow) makes the cell a neural ODE.
///
/// ```
/// use rheos::formula;
/// use rheos::formula::{Continuous, Rows, Weight};
///
/// formula! {
///     /// One Euler step of length 1 for `dh/dt = tanh(W h + U x)`.
///     pub struct Cell<T, const I: usize, const H: usize> { pub w: Weight<T, H, H>, pub u: Weight<T, H, I> }
///     fn field(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
///         (&self.w * h + &self.u * x).tanh()
///     }
///     fn apply(&self, h: Rows<H>, x: Rows<I>) -> Rows<H> {
///         h + self.field((h, x))
///     }
/// }
/// # fn main() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the discretisation of an ODE",
    note = "declare its vector field with `fn field` in `rheos::formula!`"
)]
pub trait Continuous: Formula {
    /// The arguments of the field: the hidden state, and an input that is held constant.
    type Arguments: Shape;
    /// The names of the arguments, one for each batch; may be empty.
    const ARGUMENTS: &'static [&'static str] = &[];

    /// The field `f(h, x)`, in the shape of the hidden state.
    fn field<'g>(&'g self, y: <Self::Arguments as Shape>::Batches<'g>) -> <Self::Output as Shape>::Batches<'g>;
}

/// The vector field of a formula, as a formula with the same parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldOf<P>(pub P);

impl<P: State> State for FieldOf<P> {
    const IS_DUAL: bool = P::IS_DUAL;
    const FIXED_SHAPE: bool = P::FIXED_SHAPE;

    space_of_field!();
    norm_of_field!();
}

parameters_of_field!(FieldOf);
structure_of_field!(FieldOf, |see| see);

impl<P: Continuous> Formula for FieldOf<P> {
    type Input = P::Arguments;
    type Output = P::Output;
    const INPUTS: &'static [&'static str] = P::ARGUMENTS;

    fn apply<'g>(&'g self, y: <P::Arguments as Shape>::Batches<'g>) -> <P::Output as Shape>::Batches<'g> {
        self.0.field(y)
    }
}
