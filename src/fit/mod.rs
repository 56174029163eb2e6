//! Fits of models to measurements.

mod smoothing;

pub use smoothing::{GradientMatching, LocalQuadratic, SlopeSamples, Smoothed};
