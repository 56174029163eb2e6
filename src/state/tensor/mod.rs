//! dfdx tensors of every shape, on every device, without a tape.
//!
//! dfdx keys gradients by the id of a tensor, and `clone` keeps the id. Here [`zeros_like`](State::zeros_like) makes a
//! fresh id, and writing into a tensor keeps its id.

mod host;
mod scratch;
mod space;

use self::host::row_major;
pub(crate) use self::host::{is_row_major, read};
pub use space::TensorElement;
pub(crate) use space::{add_elements, fresh};
