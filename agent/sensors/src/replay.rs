//! Recordings: a process stream as JSON lines, made on one machine and played on any other.

use std::io::{self, BufRead, Write};

use yagura_records::ProcessRecord;
use yagura_vocabulary::{SensorHealth, SensorReport};

use crate::{Outlet, ProcessSource, Running, report};

/// Longest line that a recording may have, in bytes.
const LONGEST_LINE: u64 = 1 << 20;

/// Writes one record as a line.
///
/// # Errors
/// When `to` cannot be written.
pub fn write(to: &mut impl Write, record: &ProcessRecord) -> io::Result<()> {
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
    #[error("line {line} of the recording is no process record: {source}")]
    NotARecord {
        /// Its number, from 1.
        line: usize,
        /// The cause.
        source: serde_json::Error,
    },
}

/// Reads the records of a recording; empty lines are passed over.
pub fn read(mut from: impl BufRead) -> impl Iterator<Item = Result<ProcessRecord, ReadError>> {
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
pub struct Replay(Vec<ProcessRecord>);

impl Replay {
    /// Plays these.
    #[must_use]
    pub fn of(records: Vec<ProcessRecord>) -> Self {
        Self(records)
    }
}

#[derive(Debug)]
struct Playing(u64);

impl ProcessSource for Replay {
    fn start(&self, outlet: Outlet) -> Box<dyn Running> {
        let records = self.0.clone();
        let count = records.len() as u64;
        std::thread::spawn(move || {
            records.into_iter().for_each(|record| outlet.publish_all(record));
            outlet.close();
        });
        Box::new(Playing(count))
    }
}

impl Running for Playing {
    fn report(&self) -> SensorReport {
        SensorReport { seen: self.0, ..report("replay", SensorHealth::Ok, None) }
    }
}
