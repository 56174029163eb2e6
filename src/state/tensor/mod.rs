//! dfdx tensors of every shape, on every device, without a tape.
//!
//! dfdx keys gradients by the id of a tensor, and `clone` keeps the id. Here [`zeros_like`](State::zeros_like) gives a
//! fresh id, and what writes into a tensor leaves its id alone.

mod host;
mod scratch;
mod space;

pub(crate) use self::host::{is_row_major, read, row_major};
pub use space::TensorElement;
pub(crate) use space::{add_elements, fresh};
