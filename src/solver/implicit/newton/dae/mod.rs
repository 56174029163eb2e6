//! Differential-algebraic systems: the start of a solve, and consistent states.

mod consistent;
mod start;
mod system;

pub use consistent::ConsistentState;
pub(in crate::solver) use start::start_slope;
