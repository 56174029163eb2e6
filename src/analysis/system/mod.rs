//! The systems of an analysis: maps and flows, behind one trait.

mod fields;
mod held;
mod iterated;
mod time_map;
mod traits;

pub(crate) use fields::as_tolerances;
pub use fields::{Flow, Map};
pub use held::Held;
pub use iterated::Iterated;
pub use time_map::TimeMap;
pub use traits::{Kind, System};
pub(crate) use traits::{evaluate, point, slopes};
