//! Checks of your own models, methods and states, for your own tests.
//!
//! | check | of |
//! |---|---|
//! | [`vjp`] | a pullback, against central differences of the field |
//! | [`gradient`](fn@gradient) | the gradient of an adjoint, against central differences of the solve |
//! | [`order`](fn@order) | the order of a method, against a tight reference solution |
//! | [`order_with`], [`dense_order`] | the order of a method, and of its interpolant, on a problem with a known solution |
//! | [`laws`](fn@laws) | the laws of a state space, on two states |
//! | reports | [`Comparison`], [`GradientReport`], [`LawsReport`], [`OrderReport`], [`Refinement`] |
//!
//! Each returns a report that prints as a table, with a verdict, [`passed`](OrderReport::passed). None panics.
//!
//! ```
//! use rheos::{Rk4, ode, verify};
//!
//! let model = ode(|t, y: &f64, dy: &mut f64| *dy = (t - y).sin());
//! let report = verify::order(&model, &0.5, 0.0..2.0, &Rk4)?;
//! assert!(report.passed(), "{report}");
//! # Ok::<(), rheos::Error>(())
//! ```

mod difference;
mod gradient;
mod laws;
mod order;

pub use gradient::{Comparison, GradientReport, gradient, vjp};
pub use laws::{LawsReport, laws};
pub use order::{OrderReport, Refinement, dense_order, order, order_with};
