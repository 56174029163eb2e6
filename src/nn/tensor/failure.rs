//! Errors of devices, and their storage where dfdx cannot return them.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Error, Result};

/// The error of an operation of dfdx.
pub(super) fn of_device<E: std::fmt::Debug>(error: E) -> Error {
    Error::Device { reason: format!("{error:?}") }
}

/// The error of the last pass. A clone has a slot of its own; [`share`](Self::share) shares the slot.
#[derive(Debug, Default)]
pub(super) struct LastFailure(Arc<Mutex<Option<Error>>>);

impl LastFailure {
    pub(super) fn share(&self) -> Self {
        Self(Arc::clone(&self.0))
    }

    /// The value of `outcome`; stores its error, or clears the last one.
    pub(super) fn note<T>(&self, outcome: Result<T>) -> Option<T> {
        let (value, error) = match outcome {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(error)),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = error;
        value
    }

    pub(super) fn get(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Clone for LastFailure {
    fn clone(&self) -> Self {
        Self(Arc::new(Mutex::new(self.get())))
    }
}
