//! Recordings: a stream as JSON lines, made on one machine and played on any other.

use std::io::{self, BufRead, Write};

use serde::{Serialize, de::DeserializeOwned};
use yagura_records::{FileRecord, PrintRecord, ProcessRecord, SessionRecord, WindowRecord};
use yagura_vocabulary::{SensorHealth, SensorReport};

use crate::{Outlet, Running, Source, StreamRecord, report_on};

/// Longest line that a recording may have, in bytes.
const LONGEST_LINE: u64 = 1 << 20;

/// Writes one record as a line.
///
/// # Errors
/// When `to` cannot be written.
pub fn write(to: &mut impl Write, record: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *to, record)?;
    to.write_all(b"\n")
}

/// A line of a recording that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read on.
    #[error("cannot read line {line} of the recording: {source}")]
    Io {
        /// Its number, from 1.
        line: usize,
        /// The cause.
        source: io::Error,
    },
    /// It is no record.
    #[error("line {line} of the recording is no record of its stream: {source}")]
    NotARecord {
        /// Its number, from 1.
        line: usize,
        /// The cause.
        source: serde_json::Error,
    },
}

/// Reads the process records of a recording; empty lines are passed over.
pub fn read(from: impl BufRead) -> impl Iterator<Item = Result<ProcessRecord, ReadError>> {
    read_as(from)
}

/// Reads the records of a recording of any stream; empty lines are passed over.
pub fn read_as<T: DeserializeOwned>(mut from: impl BufRead) -> impl Iterator<Item = Result<T, ReadError>> {
    let mut number = 0;
    let mut line = Vec::new();
    std::iter::from_fn(move || {
        loop {
            number += 1;
            line.clear();
            match io::Read::take(&mut from, LONGEST_LINE).read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Err(source) => return Some(Err(ReadError::Io { line: number, source })),
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(_) => {
                    let record = serde_json::from_slice(&line);
                    return Some(record.map_err(|source| ReadError::NotARecord { line: number, source }));
                }
            }
        }
    })
}

/// A source that plays records, as fast as they are read, and ends.
#[derive(Debug)]
pub struct Replay<R = ProcessRecord>(Vec<R>);

impl<R> Replay<R> {
    /// Plays these.
    #[must_use]
    pub fn of(records: Vec<R>) -> Self {
        Self(records)
    }
}

#[derive(Debug)]
struct Playing(&'static str, u64);

fn play<R: StreamRecord>(records: Vec<R>, outlet: Outlet<R>) -> u64 {
    let count = records.len() as u64;
    std::thread::spawn(move || {
        records.into_iter().for_each(|record| outlet.publish_all(record));
        outlet.close();
    });
    count
}

impl Source<ProcessRecord> for Replay<ProcessRecord> {
    fn start(&self, outlet: Outlet) -> Box<dyn Running> {
        Box::new(Playing("process", play(self.0.clone(), outlet)))
    }
}

impl Source<FileRecord> for Replay<FileRecord> {
    fn start(&self, outlet: Outlet<FileRecord>) -> Box<dyn Running> {
        Box::new(Playing("file", play(self.0.clone(), outlet)))
    }
}

impl Source<WindowRecord> for Replay<WindowRecord> {
    fn start(&self, outlet: Outlet<WindowRecord>) -> Box<dyn Running> {
        Box::new(Playing("window", play(self.0.clone(), outlet)))
    }
}

impl Source<PrintRecord> for Replay<PrintRecord> {
    fn start(&self, outlet: Outlet<PrintRecord>) -> Box<dyn Running> {
        Box::new(Playing("print", play(self.0.clone(), outlet)))
    }
}

impl Source<SessionRecord> for Replay<SessionRecord> {
    fn start(&self, outlet: Outlet<SessionRecord>) -> Box<dyn Running> {
        Box::new(Playing("session", play(self.0.clone(), outlet)))
    }
}

impl Running for Playing {
    fn report(&self) -> SensorReport {
        SensorReport { seen: self.1, ..report_on(self.0, "replay", SensorHealth::Ok, None) }
    }
}
