//! Vector fields `dz/dt = f(t, z, θ)` and their derivatives.
//!
//! | field | written as |
//! |---|---|
//! | [`ode`] | a closure, with its pullback if you need gradients |
//! | [`Dynamics`] | a type of your own |
//! | [`GenericDynamics`] in [`Autodiff`] | a function of a generic [`Scalar`]; dual numbers give every derivative |
//! | [`GenericField`] in [`SparseAutodiff`] | the same for any number of components, with sparse derivatives |
//! | [`Split`], [`GenericSplit`] | a nonstiff and a stiff part, for [IMEX methods](crate::solver::implicit::imex) |
//! | [`Separable`], [`separable`](fn@separable) | velocities and forces, for [symplectic methods](crate::solver::symplectic) |
//! | [`PiecewiseConstant`], [`PiecewiseLinear`] | parameters that vary with time, as in a residual network whose blocks have weights of their own |
//! | [`running_cost`](fn@running_cost) | a field with an integral along its solution |
//!
//! | derivative | for |
//! |---|---|
//! | [`Differentiable`] | gradients: the pullback (VJP) in the state and in the parameters of [`Parametric`] |
//! | [`Jacobian`] | implicit methods: the matrix, by default from differences |
//! | [`Jvp`] | Krylov solvers: exact Jacobian-vector products |
//! | [`SplitVjp`], [`SeparableVjp`] | gradients of split and of separable fields |
//! | [`SecondOrderVjp`] | gradients of Rosenbrock methods: second derivatives |
//!
//! | tool | |
//! |---|---|
//! | [`problems`] | test problems of the literature |
//! | [`WithMass`], [`MassMatrix`] | `M y' = f(t, y)`: differential-algebraic systems of index 1 |
//! | [`Memoized`] | stores evaluations for the pullbacks of a discrete adjoint |
//! | [`BoxedField`] | fields of different types as one type |
//! | [`Counted`] | counts evaluations and pullbacks |
//! | [`Tangent`] | the variational equation of an [`Autodiff`] model, over [`Dual`] numbers |
//! | [`SparseTangent`] | the same of a [`SparseAutodiff`] model |
//! | [`detect_pattern`], [`probe_pattern`] | the pattern of a sparse Jacobian, from its field |
//! | [`differences`](fn@differences) | a Jacobian by central differences; [`Neighbourhood`] scales the increments |
//! | helper types | [`Bars`], [`Cost`], [`CostWithVjp`], [`DualNum`], [`InterpolatedTrace`], [`LaneField`], [`Ode`], [`OdeWithVjp`], [`RunningCost`], [`SampleRows`], [`SeparableOde`], [`SeparableOdeWithVjp`] |

mod autodiff;
mod boxed;
mod closure;
mod coloured;
mod counted;
mod differences;
mod field;
mod generic;
mod jacobian;
mod jvp;
mod knots;
mod lanes;
mod mass;
mod memoized;
mod piecewise_constant;
mod piecewise_linear;
pub mod problems;
mod running_cost;
mod second_order;
mod separable;
mod separable_ode;
mod split;
pub(crate) mod tangent;

pub use autodiff::{Autodiff, GenericDynamics, Scalar};
pub use boxed::BoxedField;
pub use closure::{Ode, OdeWithVjp, ode};
pub(crate) use coloured::check_pattern;
pub use counted::Counted;
pub use differences::{Neighbourhood, differences};
pub(crate) use differences::{TOLERANCES, difference_in_time};
pub(crate) use field::check_shape;
pub use field::{Bars, Differentiable, Dynamics, Parametric};
pub use generic::{GenericField, SparseAutodiff, SparseTangent, detect_pattern, probe_pattern};
pub use jacobian::Jacobian;
pub(crate) use jacobian::{rows_by_pullback, time_derivative_by_pullback};
pub use jvp::Jvp;
pub(crate) use lanes::{LANES, watch_for_splits};
pub use lanes::{LaneField, SampleRows};
pub(crate) use mass::Constraint;
pub use mass::{MassMatrix, WithMass};
pub use memoized::Memoized;
pub use num_dual::{Dual64, DualNum};
pub use piecewise_constant::PiecewiseConstant;
pub use piecewise_linear::{InterpolatedTrace, PiecewiseLinear};
pub use running_cost::{Cost, CostWithVjp, RunningCost, running_cost};
pub use second_order::SecondOrderVjp;
pub use separable::{Separable, SeparableVjp};
pub use separable_ode::{SeparableOde, SeparableOdeWithVjp, separable};
pub use split::{GenericSplit, Split, SplitVjp};
pub use tangent::{Dual, Tangent};
