//! Training from coarse to fine.
//!
//! | file | |
//! |---|---|
//! | `schedule` | the levels and their settings |
//! | `fit` | the loop over the levels |
//! | `refiner` | prolongation of a model and of gradients |
//! | `report` | the result, level by level, and failures |

mod fit;
mod refiner;
mod report;
mod schedule;

pub use report::{LevelTraining, MultiLevelFailure, MultiLevelTraining};
pub use schedule::{Level, MultiLevel, OptimiserMemory};
