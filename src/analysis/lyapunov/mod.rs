//! Lyapunov exponents.
//!
//! | item | |
//! |---|---|
//! | [`Lyapunov`] | the settings; `spectrum` for maps, `spectrum_of_flow` for flows |
//! | [`Spectrum`], [`Local`] | the exponents with their errors, dimension and checks; exponents over a stretch |
//! | [`LyapunovFailure`] | the reason why there is no spectrum, with everything found until then |

mod average;
mod failure;
mod flow;
mod frame;
mod log_det;
mod map;
mod plan;
mod record;
mod sizes;
mod spectrum;
mod statistics;

pub use failure::LyapunovFailure;
pub use plan::Lyapunov;
pub use spectrum::{Local, Spectrum};
