//! Events: what happens where a function of time and state reaches zero.
//!
//! An [`Event`] says what to look for and what to do there; [`Events`] watches a solve for any number of them. A
//! [`DifferentiableEvent`] has derivatives beside it.

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
pub use watch::Events;
