//! Checks of your own models, methods and states, for your own tests.
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
