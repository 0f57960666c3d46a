//! Reading a feed's files, one after the other, whatever they are packed in.

use std::{io::BufRead, path::PathBuf};

use yagura_advisories::{Format, Limits, ReadError, Record, Stop, read};

use super::{
    job::{ImportFault, MOST_FAULTS},
    unpack::{Most, UnpackError, each},
};

/// A file of a feed.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) path: PathBuf,
    /// What it is called, where it is one of several that stand for themselves: one that cannot be read costs no other.
    pub(super) name: Option<String>,
}

/// What came of a reading.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Entries that could not be read.
    pub(super) skipped: i64,
    /// The first of them.
    pub(super) faults: Vec<ImportFault>,
    /// The newest time that its records name.
    pub(super) dated_at: Option<i64>,
    /// Files that could be read, those within a zip one by one.
    good_files: u64,
}

/// Why it was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReadFault {
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    #[error(transparent)]
    Read(Box<ReadError>),
    /// Somebody wants it to end.
    #[error("it was stopped")]
    Stopped,
    #[error("none of its files can be read; the first: {0}")]
    NoFile(String),
}

impl From<ReadError> for ReadFault {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Stopped { .. } => Self::Stopped,
            other => Self::Read(Box::new(other)),
        }
    }
}

impl Reading {
    /// Reads all files and gives what they say.
    pub(super) fn of(
        format: Format,
        files: &[Part],
        give: &mut dyn FnMut(Record) -> Result<(), Stop>,
    ) -> Result<Self, ReadFault> {
        let mut reading = Self::default();
        for file in files {
            let own = file.name.as_deref();
            each(&file.path, Most::default(), &mut |name, input| reading.one(format, (name, own), input, give))?;
        }
        if reading.good_files == 0
            && let Some(first) = reading.faults.first().filter(|_| reading.skipped > 0)
        {
            return Err(ReadFault::NoFile(format!("{}: {}", first.at, first.what)));
        }
        Ok(reading)
    }

    fn one(
        &mut self,
        format: Format,
        (member, own): (Option<&str>, Option<&str>),
        input: &mut dyn BufRead,
        give: &mut dyn FnMut(Record) -> Result<(), Stop>,
    ) -> Result<(), ReadFault> {
        let mut dated_at = self.dated_at;
        let mut dating = |record: Record| {
            dated_at = dated_at.max(dated(&record));
            give(record)
        };
        let read = read(format, input, &Limits::default(), &mut dating);
        self.dated_at = dated_at;
        let name = member.or(own);
        match (read, name) {
            (Ok(summary), _) => {
                self.good_files += 1;
                self.skipped += i64::try_from(summary.skipped).unwrap_or(i64::MAX);
                for fault in summary.first_faults {
                    let what = fault.id.map_or_else(|| fault.what.clone(), |id| format!("{id}: {}", fault.what));
                    self.fault(name.map_or_else(|| fault.at.to_string(), str::to_owned), what);
                }
                Ok(())
            }
            (Err(error @ (ReadError::Stopped { .. } | ReadError::Input { .. })), _) | (Err(error), None) => {
                Err(error.into())
            }
            // The members of a zip have checksums. What was fetched has none: cut is not broken, and it is worth to be fetched again.
            (Err(error @ ReadError::Cut { .. }), Some(_)) if member.is_none() => Err(error.into()),
            // The others are as good as before.
            (Err(error), Some(name)) => {
                self.skipped += 1;
                self.fault(name.to_owned(), error.to_string());
                Ok(())
            }
        }
    }

    fn fault(&mut self, at: String, what: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(ImportFault { at, what });
        }
    }
}

/// The time that a record names as that of its last change.
fn dated(record: &Record) -> Option<i64> {
    match record {
        Record::Cve(cve) => cve.modified,
        Record::Exploited(exploited) => Some(exploited.added),
        Record::Likelihood(epss) => {
            let day: jiff::civil::Date = epss.day.parse().ok()?;
            Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
        }
        _ => None,
    }
}
