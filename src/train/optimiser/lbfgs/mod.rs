//! The quasi-Newton method L-BFGS.

mod line_search;
mod minimise;
mod pairs;
mod report;
mod settings;
#[cfg(test)]
mod tests;

pub use report::{Minimisation, StopReason};
pub use settings::Lbfgs;
