//! Reading measured series from CSV files, and the simple forecasts a model has to beat.
//!
//! - [`Table`]: a strict reader of plain CSV files,
//! - [`Series`]: values at strictly increasing, not necessarily even, times,
//! - [`Scale`]: standardisation and its inverse,
//! - [`persistence`] and [`Autoregression`]: baselines.
//!
//! ```
//! use rheos::data::{Autoregression, Scale, Series};
//!
//! let sunspots = Series::sunspots("examples/data/sunspots_yearly.csv")?;
//! let (train, test) = sunspots.split_at_time(1920.0)?;
//!
//! // Fitted on the training part only, so that nothing of the test part leaks in.
//! let scale = Scale::fit(train.y())?;
//! let scaled: Vec<f64> = train.y().iter().map(|&y| scale.apply(y)).collect();
//!
//! let forecast = Autoregression::fit(&scaled, 9)?.forecast(&scaled, test.len())?;
//! assert_eq!(forecast.len(), 88);
//! # Ok::<(), rheos::Error>(())
//! ```

mod baseline;
mod csv;
mod scale;
mod series;

pub use baseline::{Autoregression, persistence};
pub use csv::Table;
pub use scale::Scale;
pub use series::{Series, Window};
