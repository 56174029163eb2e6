//! Multiple shooting for fields with many parameters, by adjoints.

mod objective;
mod scale;
mod segments;
mod settings;
mod starts;
#[cfg(test)]
mod tests;
mod trajectory;

pub use segments::Segments;
pub use settings::MultipleShooting;
pub use trajectory::ShootingTrajectory;
