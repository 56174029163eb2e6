//! Generalised teacher forcing: models of the state of a system, trained on windows of a measured series.
//!
//! | file | |
//! |---|---|
//! | `series` | the objective and its settings |
//! | `observation` | the linear map from states to observations |
//! | `forced` | the forced recursion and its pullback |
//! | `growth` | the strength of the forcing, from the growth of Jacobian products |

mod forced;
mod growth;
mod observation;
mod series;

pub use series::TeacherForcing;
