//! Events: zeros of a function of time and state along the solution, and actions there.
//!
//! An [`Event`] has a function and an action; [`Events`] watches a solve for any number of them. A
//! [`DifferentiableEvent`] also has derivatives.

mod autodiff;
mod differentiable;
mod list;
mod plain;
mod record;
mod root;
mod settings;
mod watch;

pub use autodiff::EventFunction;
pub use differentiable::DifferentiableEvent;
pub use list::{AddTo, DifferentiableEvents, HaveDerivatives};
pub use plain::{Direction, Event, EventRecord};
pub(crate) use record::EventsRecord;
pub(crate) use root::{Bracket, narrow};
pub use watch::Events;
