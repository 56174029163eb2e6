//! Algebraically reversible methods, for gradients in constant memory.
//!
//! | method | order | evaluations per step | suitable for |
//! |---|---|---|---|
//! | [`ReversibleHeun`] | 2 | 1 | fields that hardly contract; the cheapest step |
//! | [`Alf`](type@Alf) | 2 | 1 | the same, and second-order equations |
//! | [`DampedAlf`] | 1 | 1 | fields that contract a little, at low accuracy |
//! | [`Coupled<S>`](Coupled) | order of `S` | twice as many as `S` | high order; contraction within the coupling |
//! | [`Symplectic`](crate::solver::symplectic::Symplectic) | 1 to 6 | | separable fields |
//!
//! | a method of your own | |
//! |---|---|
//! | [`Reversible`], [`ReverseStep`] | the traits: undo a step; undo and transpose it |
//! | helper types | [`AlfCotangent`], [`AlfWorkspace`], [`AsynchronousLeapfrog`] (the type of both `Alf` methods), [`CoupledCotangent`], [`CoupledWorkspace`], [`Reversal`], [`ReversibleHeunCotangent`], [`ReversibleHeunWorkspace`], [`StepEnd`] |
//!
//! Such a method computes the start of a step from its end, by the same evaluations and without solving an equation. It
//! is exact up to rounding. [`ReversibleAdjoint`](crate::adjoint::ReversibleAdjoint) thus walks back along the solution
//! and transposes step by step. It computes the gradient of the computed solution, as
//! [`DiscreteAdjoint`](crate::adjoint::DiscreteAdjoint) does, without storing the states.
//!
//! A reversible method cannot damp. All but the last carry a second solution, or a slope, besides the first. A step
//! multiplies the volume of the two together by a fixed factor `λ`: 1 for the first two, `2 η − 1` for `DampedAlf`, the
//! coupling for `Coupled`. If a step contracts the solution by `R < 1`, their difference grows by about `λ/R`. So the
//! first two are for fields that do not contract (stable on the imaginary axis up to `i`) or for short times. The
//! others are stable while no step contracts by more than `λ`. In exchange, the way back multiplies rounding errors by
//! `1/λ` per step.
#![allow(non_upper_case_globals, reason = "the value of a method has the name of its type")]

mod alf;
mod coupled;
mod heun;
mod slopes;
mod step_back;

pub use alf::{Alf, AlfCotangent, AlfWorkspace, AsynchronousLeapfrog, DampedAlf};
pub use coupled::{Coupled, CoupledCotangent, CoupledWorkspace};
pub use heun::{ReversibleHeun, ReversibleHeunCotangent, ReversibleHeunWorkspace};
pub use step_back::{Reversal, ReverseStep, Reversible, StepEnd};
