//! The measured series, and the simple forecasts a model has to beat.

mod baseline;
mod scale;
mod series;

pub use baseline::{Autoregression, persistence};
pub use scale::Scale;
pub use series::Series;
