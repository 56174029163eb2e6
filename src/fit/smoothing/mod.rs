//! Smoothing of measurements, and fits of a field to slopes.
//!
//! | file | |
//! |---|---|
//! | `local_quadratic` | local quadratic regression of irregular data |
//! | `parabola` | the weighted fit of one parabola |
//! | `cross_validation` | the choice of the bandwidth |
//! | `slope_samples` | times, states and slopes |
//! | `gradient_matching` | the loss of a field on them |
//! | `measured` | the smoothed measurements of an experiment |
//! | `collocation` | the start of a fit |

mod collocation;
mod cross_validation;
mod gradient_matching;
mod local_quadratic;
mod measured;
mod parabola;
mod slope_samples;
#[cfg(test)]
mod tests;

pub use gradient_matching::GradientMatching;
pub use local_quadratic::{LocalQuadratic, Smoothed};
pub use slope_samples::SlopeSamples;
