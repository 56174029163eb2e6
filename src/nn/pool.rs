//! Memory of evaluations, kept from one to the next.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;

/// More than so many are not kept on a thread.
const MOST: usize = 64;

thread_local! {
    static POOL: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// Memory that was used before, or new.
pub(crate) fn take<T: Any + Default>() -> Box<T> {
    let found = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        let place = pool.iter().rposition(|memory| memory.is::<T>());
        place.map(|place| pool.swap_remove(place))
    });
    found.ok().flatten().and_then(|memory| memory.downcast().ok()).unwrap_or_default()
}

/// Keeps memory for the next evaluation on this thread, unless that is ending.
pub(crate) fn give<T: Any>(memory: Box<T>) {
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        if pool.len() < MOST {
            pool.push(memory);
        }
    });
}

/// Memory that can be cleared and used again.
pub trait Reuse: Any + Default {
    /// Clears it.
    fn reset(&mut self);
}

/// Memory from those kept on this thread, to which it goes back: a trace for each observation of a sequence costs no
/// allocation after the first time.
pub struct Pooled<T: Reuse>(Option<Box<T>>);

impl<T: Reuse> Pooled<T> {
    /// The memory.
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
