//! Lyapunov exponents.
//!
//! | item | |
//! |---|---|
//! | [`Lyapunov`] | the settings; `spectrum` and `gradient` for maps, `spectrum_of_flow` and `gradient_of_flow` for flows |
//! | [`Spectrum`], [`Local`] | the exponents with their errors, dimension and checks; exponents over a stretch |
//! | [`CovariantVectors`] | the directions that grow at the rate of one exponent each |
//! | [`LyapunovGradient`] | the gradient of a sum of exponents |
//! | [`TangentVjp`], [`TangentsAt`] | maps that have it |
//! | [`LyapunovFailure`] | the reason why there is no spectrum, with everything found until then |

mod average;
mod covariant;
mod failure;
mod flow;
mod frame;
mod gradient;
mod log_det;
mod map;
mod plan;
mod record;
mod singular;
mod sizes;
mod spectrum;
mod statistics;

pub use covariant::CovariantVectors;
pub use failure::LyapunovFailure;
pub use gradient::{LyapunovGradient, TangentVjp, TangentsAt};
pub use plan::Lyapunov;
pub use spectrum::{Local, Spectrum};
