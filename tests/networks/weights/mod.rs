//! Files of weights.

mod bytes;
mod differences;
mod folder;
mod names;
mod numbers;
mod on_disk;
mod round_trips;
#[cfg(feature = "dfdx")]
mod tensors;
mod torch;
