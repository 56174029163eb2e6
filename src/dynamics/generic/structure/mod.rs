//! The pattern of a Jacobian, found from its field.

mod arithmetic;
mod dependent;
mod detect;
mod functions;
mod probe;
mod refine;
mod signature;

pub(super) use detect::detect;
pub use detect::detect_pattern;
pub use probe::probe_pattern;
pub(super) use signature::fits;

#[cfg(test)]
mod tests;
