//! Integration methods.
//!
//! | problem | method |
//! |---|---|
//! | unknown | [`DefaultSolver`], by [`solve_ivp`](crate::solution::solve_ivp) |
//! | not stiff | [`Tsit5`](type@explicit::Tsit5) or [`Dopri5`](type@explicit::Dopri5); [`Vern7`](type@explicit::Vern7), [`Vern9`](type@explicit::Vern9) or [`Dop853`](type@explicit::Dop853) below tolerances of about 1e-7; [`Adams`](type@multistep::Adams) if the field costs far more than the method |
//! | stiff | [`Rodas5P`](type@crate::solver::rosenbrock::Rodas5P), [`Esdirk547`](type@implicit::Esdirk547) or [`RadauIIA5`](type@implicit::RadauIIA5); [`Bdf`](type@multistep::Bdf) if the field is expensive and the accuracy low |
//! | stiff, at strict tolerances | [`Radau`](type@implicit::Radau), [`RadauIIA9`](type@implicit::RadauIIA9) |
//! | stiff and large, with equations on a line | [`Bdf`](type@multistep::Bdf), [`Rodas5P`](type@crate::solver::rosenbrock::Rodas5P) or [`Esdirk547`](type@implicit::Esdirk547) `.with(Banded::new(lower, upper))` ([`Banded`](implicit::Banded)) |
//! | stiff and large, with few entries in each row of the Jacobian | the same `.with(Sparse::new(pattern))` (`Sparse`, feature `sparse`); [`detect_pattern`](crate::dynamics::detect_pattern) and [`probe_pattern`](crate::dynamics::probe_pattern) find the pattern |
//! | stiff, and too large for a matrix | [`Kvaerno3`](type@implicit::Kvaerno3) or [`TrBdf2`](type@implicit::TrBdf2) `.with(Krylov::new())` ([`Krylov`](implicit::Krylov)), with a [`Preconditioner`](implicit::Preconditioner) if one is known |
//! | with algebraic equations, `M y' = f(t, y)` | [`Radau`](type@implicit::Radau), [`Rodas5P`](type@crate::solver::rosenbrock::Rodas5P) or [`Bdf`](type@multistep::Bdf), for a field [`WithMass`](crate::dynamics::WithMass) |
//! | stiff in one part | [`KenCarp4`](type@implicit::KenCarp4), for a field in two parts ([`Split`](crate::dynamics::Split)) |
//! | mechanics over long times | [`Leapfrog`](type@symplectic::Leapfrog), [`BlanesMoan4`](type@symplectic::BlanesMoan4) or [`Yoshida6`](type@symplectic::Yoshida6); [`GaussLegendre4`](type@implicit::GaussLegendre4) if the field is not separable |
//! | a network | [`Euler`](type@explicit::Euler) with step 1 is a residual network; any method above makes it a neural ODE |
//! | a network whose flow is stiff | [`Kvaerno3`](type@implicit::Kvaerno3) `.with(Krylov::new())`; [`Rodas5P`](type@rosenbrock::Rodas5P) for one sample ([`Static<1>`](crate::formula::Static)) without a discrete adjoint |
//! | a network, with little memory | [`ReversibleHeun`](reversible::ReversibleHeun) or [`Coupled`](reversible::Coupled), with [`ReversibleAdjoint`](crate::adjoint::ReversibleAdjoint) |
//!
//! | family | |
//! |---|---|
//! | [`explicit`] | explicit Runge–Kutta methods, orders 1 to 9 |
//! | [`implicit`] | diagonally implicit and collocation methods, orders 1 to 13, and their linear solvers |
//! | [`implicit::imex`] | additive methods: implicit in the stiff part of a field, explicit in the rest |
//! | [`rosenbrock`] | linearly implicit methods, orders 3 to 5 |
//! | [`multistep`] | Adams and BDF methods |
//! | [`symplectic`] | explicit symplectic methods, orders 1 to 6 |
//! | [`reversible`] | methods that undo their steps, for gradients in constant memory |
//! | [`Auto`] | switches between an explicit pair and a Rosenbrock method; [`DefaultSolver`] is one |
//! | [`AnyExplicit`], [`AnySolver`] | a method chosen by its name at run time |
//! | [`comparison`] | measurements of the stiff methods on stiff problems |
//!
//! | part of a method | |
//! |---|---|
//! | [`Method`], [`Solver`] | the order and the name; one step |
//! | [`Embedded`] | an error estimate, for adaptive steps |
//! | [`Dense`] | an interpolant, for outputs between steps and for events |
//! | [`StepVjp`] | the transpose of a step, for an exact gradient |
//! | [`Tableau`], [`EmbeddedTableau`] | the numbers of a Runge–Kutta method, and of its error estimate |
//! | [`Interpolant`], [`Coarse`] | the numbers of a dense output, and of a third solution |
//! | [`check`], [`check_embedded`] | fail to compile if a tableau misses an order |
//! | [`Stiffness`] | a diagnosis of an explicit method |
//! | helper types | [`AnyExplicitWorkspace`], [`AnySolverWorkspace`], [`AutoWorkspace`], [`OutputCotangent`], [`Past`], [`Probe`], [`StageTape`], [`StepCotangent`], [`StepNote`], [`StepStart`] |
//!
//! A solver is immutable configuration. The caller holds its workspace, which is allocated once and stores its history.

#[cfg(feature = "serde")]
mod array;
mod auto;
mod by_name;
mod by_table;
#[doc = include_str!("comparison.md")]
pub mod comparison {}
pub mod explicit;
pub mod implicit;
mod interpolant;
mod kept_states;
mod method;
pub mod multistep;
mod nodes;
mod order_conditions;
mod reverse;
pub mod reversible;
pub mod rosenbrock;
mod stiffness;
pub mod symplectic;
pub(crate) mod tableau;
mod violation;

pub use auto::{Auto, AutoWorkspace, DefaultSolver};
pub use by_name::{AnyExplicit, AnyExplicitWorkspace, AnySolver, AnySolverWorkspace};
pub use interpolant::Interpolant;
pub use method::{Dense, Embedded, Method, Probe, Solver};
use method::{SMOOTH_DEGREE, slope_by_values};
pub(crate) use nodes::{lagrange, node};
pub use reverse::{OutputCotangent, Past, StageTape, StepCotangent, StepNote, StepStart, StepVjp};
pub use stiffness::Stiffness;
pub use tableau::{Coarse, EmbeddedTableau, Tableau, check, check_embedded};
