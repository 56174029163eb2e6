//! Fixed points and slow points.
//!
//! | file | |
//! |---|---|
//! | `search` | the settings |
//! | `starts` | starts from visited states |
//! | `sizes` | the size of the starts, the unit of all lengths |
//! | `residual` | the residual and its Jacobian in these units |
//! | `descend` | from a start to a zero, with `cholesky` |
//! | `newton` | the second attempt |
//! | `claim` | isolated, degenerate, or no fixed point |
//! | `slow` | from a start to a slow point |
//! | `group` | results that are the same point |
//! | `find` | the search, from the starts to the points |
//! | `describe` | the linear system around a point |
//! | `point`, `stability`, `modes` | a point and the linear system around it |

mod cholesky;
pub(in crate::analysis) mod claim;
mod descend;
pub(in crate::analysis) mod describe;
pub(in crate::analysis) mod find;
pub(in crate::analysis) mod group;
mod modes;
mod newton;
mod point;
pub(in crate::analysis) mod residual;
mod search;
pub(in crate::analysis) mod sizes;
mod slow;
pub(in crate::analysis) mod stability;
mod starts;

pub use find::{FixedPoints, fixed_points};
pub use modes::Mode;
use modes::modes;
pub use point::{FixedPoint, PointKind};
pub use search::Search;
pub use stability::Stability;
pub use starts::Starts;
