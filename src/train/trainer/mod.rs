//! The training loop.
//!
//! | file | |
//! |---|---|
//! | `builder` | the settings |
//! | `fit` | epochs and steps |
//! | `progress` | the state between two steps |
//! | `report` | the result, epoch by epoch, and failures |
//! | `watch`, `display` | logs and callbacks, progress on the terminal |
//! | `checkpoint` | the file from which a training goes on |

mod builder;
#[cfg(feature = "checkpoint")]
mod checkpoint;
mod display;
mod fit;
mod progress;
mod report;
mod watch;

pub use builder::Trainer;
pub use report::{Ended, Epoch, Trained, Training, TrainingFailure};
pub use watch::TrainingAction;
