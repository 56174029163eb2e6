//! Files on disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// The bytes of the file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| Error::Io { action: "read", path: path.to_owned(), reason: error.to_string() })
}

/// Replaces the file by one with these bytes: a program that reads it meanwhile, or a crash, finds the old or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    try_replace(path, bytes).map_err(|error| failed_to_write(path, &error))
}

/// Checks that a new file can be written there.
#[cfg(feature = "checkpoint")]
pub(crate) fn check_place(path: &Path) -> Result<()> {
    let try_place = || {
        let temporary = beside(path)?;
        File::create_new(&temporary)?;
        fs::remove_file(&temporary)
    };
    try_place().map_err(|error| failed_to_write(path, &error))
}

fn failed_to_write(path: &Path, error: &io::Error) -> Error {
    Error::Io { action: "write", path: path.to_owned(), reason: error.to_string() }
}

fn try_replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link stays a link.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let temporary = beside(&target)?;
    let written = write_new(&temporary, bytes).and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        // The first error is the one to report.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A new name in the folder of `target`.
fn beside(target: &Path) -> io::Result<PathBuf> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = target
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it is not the name of a file"))?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    Ok(target.with_file_name(format!(".{}.{}.{count}.tmp", name.to_string_lossy(), std::process::id())))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
