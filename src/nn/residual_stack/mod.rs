//! Residual networks with weights of their own in every block.
//!
//! | file | |
//! |---|---|
//! | `stack` | the type and its parameters |
//! | `pass` | the forward and the backward pass |
//! | `kept` | the states that the forward pass stores |

mod kept;
mod pass;
mod stack;

pub use pass::StackRecord;
pub use stack::ResidualStack;
