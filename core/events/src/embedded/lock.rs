//! The lock that keeps a second process off a store.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use crate::StoreError;

const LOCK: &str = "lock";

/// Held by whoever has a store open. Dropping it gives the store free.
///
/// A lock belongs to the opened file and not to one descriptor. A program that another thread is just starting has copies of
/// all descriptors until it runs, so that closing ours alone would now and then leave the store locked a moment longer.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Takes the lock of the store in `dir`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] when somebody else has it; a file error when the lock cannot be made.
    pub(crate) fn take(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(LOCK);
        let file = File::create(&path).map_err(StoreError::file("create", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked(dir.to_owned())),
            Err(TryLockError::Error(error)) => Err(StoreError::file("lock", &path)(error)),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the event store could not be unlocked; it is when this program ends");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_the_lock_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let held = Lock::take(dir.path()).unwrap();
        assert!(matches!(Lock::take(dir.path()), Err(StoreError::Locked(_))));
        drop(held);
        Lock::take(dir.path()).unwrap();
    }

    #[test]
    fn a_copy_of_the_descriptor_in_a_starting_program_holds_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let held = Lock::take(dir.path()).unwrap();
        let _copy = held.0.try_clone().unwrap();
        drop(held);
        Lock::take(dir.path()).unwrap();
    }
}
