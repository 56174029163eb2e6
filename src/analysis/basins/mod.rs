//! Basins of attraction on a grid.
//!
//! | file | |
//! |---|---|
//! | `grid` | the points of a plane in state space |
//! | `fate` | where a trajectory ends |
//! | `find` | the search over the grid |

mod fate;
mod find;
mod grid;

pub use fate::Fate;
pub use find::{BasinSearch, Basins, basins};
pub use grid::PlaneGrid;
