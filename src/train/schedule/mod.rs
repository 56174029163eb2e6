//! Schedules of the learning rate.

mod any;
mod cosine;
mod exponential;
mod on_plateau;
mod one_cycle;

pub use any::Schedule;
pub use cosine::Cosine;
pub use exponential::Exponential;
pub use on_plateau::OnPlateau;
pub use one_cycle::OneCycle;
