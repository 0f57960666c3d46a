//! The few file operations that durability hangs on, so that a test can cut the power between them.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
};

/// Makes files of the write-ahead log.
pub trait WalDisk: fmt::Debug + Send + Sync {
    /// Makes an empty file, durably named; one that is there is emptied.
    ///
    /// # Errors
    /// As the operating system has it.
    fn create(&self, path: &Path) -> io::Result<Box<dyn WalFile>>;
}

/// A file of the write-ahead log, written at its end only.
pub trait WalFile: Send {
    /// Appends `bytes`. They need not survive a power cut before [`WalFile::sync`] returns.
    ///
    /// # Errors
    /// As the operating system has it; part of `bytes` may have been written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes everything that was written durable.
    ///
    /// # Errors
    /// As the operating system has it; nothing is known of what was written since the last sync.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts the file back to `len` bytes, durably, and goes on from there.
    ///
    /// # Errors
    /// As the operating system has it.
    fn truncate(&mut self, len: u64) -> io::Result<()>;
}

/// The machine's own disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl WalDisk for RealDisk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn WalFile>> {
        // Append mode, so that writing goes on at the new end after a truncation.
        OpenOptions::new().create(true).write(true).truncate(true).open(path)?;
        let file = OpenOptions::new().append(true).open(path)?;
        if let Some(dir) = path.parent() {
            File::open(dir)?.sync_all()?;
        }
        Ok(Box::new(RealFile(file)))
    }
}

struct RealFile(File);

impl WalFile for RealFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.0.set_len(len)?;
        self.0.sync_all()
    }
}
