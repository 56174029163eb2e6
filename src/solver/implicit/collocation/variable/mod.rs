//! Radau's methods of order 5, 9 and 13 as one method of variable order.

mod engine;
mod order;
mod reverse;

pub use engine::{Radau, RadauWorkspace};
