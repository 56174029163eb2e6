//! Losses with their cotangents.

mod absolute_error;
mod binary_cross_entropy;
mod check;
mod cross_entropy;
mod gaussian_nll;
mod huber;
mod pointwise;
#[cfg(test)]
mod reference;
mod squared_error;
mod traits;
mod weights;

pub use absolute_error::AbsoluteError;
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use cross_entropy::CrossEntropy;
pub use gaussian_nll::GaussianNll;
pub use huber::Huber;
pub use squared_error::{SquaredError, mean_squared_error};
pub use traits::Loss;
