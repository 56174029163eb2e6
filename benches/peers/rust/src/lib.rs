//! Shared by the Rust programs: the problems, the clock and the lines they print.

pub mod by_hand;
pub mod clock;
pub mod draws;
pub mod limits;
pub mod network;
pub mod problems;
pub mod stiff;
