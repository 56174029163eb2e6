//! Events: what happens where a function of time and state reaches zero.
//!
//! An [`Event`] says what to look for and what to do there; [`Events`] watches a solve for any number of them. A
//! [`DifferentiableEvent`] has derivatives beside it.

mod autodiff;
mod differentiable;
mod list;
mod record;
mod root;
mod watch;
mod plain;

pub use autodiff::Surface;
pub use differentiable::DifferentiableEvent;
pub use list::{AddTo, DifferentiableEvents, HaveDerivatives};
pub(crate) use record::EventsRecord;
pub use watch::Events;
pub use plain::{Direction, Event, Hit};
