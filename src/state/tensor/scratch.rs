//! Reusable buffers for copies on the host.

use std::any::Any;
use std::cell::RefCell;

use super::TensorElement;

/// The free buffers, for each type of element.
#[derive(Default)]
struct Pool {
    single: Vec<Vec<f32>>,
    double: Vec<Vec<f64>>,
}

impl Pool {
    fn of<E: TensorElement>(&mut self) -> Option<&mut Vec<Vec<E>>> {
        let buffers: [&mut dyn Any; 2] = [&mut self.single, &mut self.double];
        buffers.into_iter().find_map(|buffers| buffers.downcast_mut())
    }
}

thread_local! {
    static POOL: RefCell<Pool> = RefCell::default();
}

/// Calls `f` with a buffer of `count` elements of arbitrary contents.
///
/// A large new buffer has fresh pages, and clearing them costs more than the copy.
pub(crate) fn with_scratch<E: TensorElement, R>(count: usize, f: impl FnOnce(&mut [E]) -> R) -> R {
    let mut buffer = POOL.with_borrow_mut(|pool| pool.of::<E>().and_then(Vec::pop)).unwrap_or_default();
    if buffer.len() < count {
        buffer.resize(count, E::default());
    }
    let result = f(&mut buffer[..count]);
    POOL.with_borrow_mut(|pool| pool.of().map(|buffers| buffers.push(buffer)));
    result
}
