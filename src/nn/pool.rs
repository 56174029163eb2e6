//! Buffers of evaluations, reused.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;

/// The largest number of buffers that a thread keeps.
const MOST: usize = 1024;

thread_local! {
    static POOL: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// A used buffer, or a new one.
pub(crate) fn take<T: Any + Default>() -> Box<T> {
    let found = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        let place = pool.iter().rposition(|memory| memory.is::<T>());
        place.map(|place| pool.swap_remove(place))
    });
    found.ok().flatten().and_then(|memory| memory.downcast().ok()).unwrap_or_default()
}

/// Keeps a buffer for the next evaluation on this thread, unless the thread is ending.
pub(crate) fn give<T: Any>(memory: Box<T>) {
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < MOST {
            pool.push(memory);
        }
    });
}

/// A buffer that can be cleared and reused.
pub trait Reuse: Any + Default {
    /// Clears it.
    fn reset(&mut self);
}

/// A buffer from this thread's pool, to which it returns when dropped. With it, the trace of each observation of a
/// sequence allocates nothing after the first time.
pub struct Pooled<T: Reuse>(Option<Box<T>>);

impl<T: Reuse> Pooled<T> {
    /// The buffer.
    pub(crate) fn get(&mut self) -> &mut T {
        self.0.get_or_insert_with(Box::default)
    }
}

impl<T: Reuse> Default for Pooled<T> {
    fn default() -> Self {
        let mut memory = take::<T>();
        memory.reset();
        Self(Some(memory))
    }
}

impl<T: Reuse> Drop for Pooled<T> {
    fn drop(&mut self) {
        if let Some(memory) = self.0.take() {
            give(memory);
        }
    }
}

impl<T: Reuse + Clone> Clone for Pooled<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Reuse + fmt::Debug> fmt::Debug for Pooled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
