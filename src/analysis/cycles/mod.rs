//! Cycles of maps.
//!
//! | file | |
//! |---|---|
//! | `shooting` | the cycles as fixed points of a map of whole orbits |
//! | `find` | the search, from the starts to the cycles |
//! | `cycle`, `describe` | a cycle and its multipliers |

mod cycle;
mod describe;
mod find;
mod shooting;

pub use cycle::Cycle;
pub use find::{Cycles, cycles};
