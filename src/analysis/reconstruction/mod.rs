//! Measures of a reconstruction: how far a model that was trained on a series is from its system.
//!
//! | file | |
//! |---|---|
//! | `binned`, `mixture` | the divergence of two densities in state space, by bins and by Gaussian mixtures |
//! | `spectral` | the distance of two power spectra (feature `spectra`) |
//! | `prediction` | the error of predictions over several steps |
//! | `embedding` | states from delays of one observable |
//! | `series` | checks of a series, its units |

mod binned;
mod embedding;
mod mixture;
mod prediction;
mod series;
#[cfg(feature = "spectra")]
mod spectral;

pub use binned::BinnedDivergence;
pub use embedding::delay_embedding;
pub use mixture::{MixtureDivergence, MonteCarlo};
pub use prediction::prediction_errors;
#[cfg(feature = "spectra")]
pub use spectral::SpectralDistance;
