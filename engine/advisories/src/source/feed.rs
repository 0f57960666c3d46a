//! What is given, skipped and counted while a feed is read.

use crate::{Fault, Format, Limits, ReadError, Record, Stop, Summary};

const MOST_FAULTS: usize = 20;

/// A feed being read, as its format's reader sees it.
pub(crate) struct Feed<'a> {
    pub(crate) format: Format,
    pub(crate) limits: &'a Limits,
    give: &'a mut dyn FnMut(Record) -> Result<(), Stop>,
    summary: Summary,
    read_well: u64,
    /// What the first unreadable entries lacked.
    lacked: Option<String>,
}

/// Why an entry cannot be read.
#[derive(Debug)]
pub(crate) struct Wrong {
    id: Option<String>,
    what: What,
}

#[derive(Debug)]
enum What {
    Missing(&'static str),
    Bad(String),
}

impl Wrong {
    pub(crate) const fn missing(field: &'static str) -> Self {
        Self { id: None, what: What::Missing(field) }
    }

    pub(crate) fn bad(what: impl Into<String>) -> Self {
        Self { id: None, what: What::Bad(what.into()) }
    }

    /// Names the entry that it is about.
    pub(crate) fn of(mut self, id: &str) -> Self {
        self.id.get_or_insert_with(|| id.chars().take(100).collect());
        self
    }
}

/// What must be there.
pub(crate) fn need<T>(field: &'static str, value: Option<T>) -> Result<T, Wrong> {
    value.ok_or_else(|| Wrong::missing(field))
}

impl<'a> Feed<'a> {
    pub(crate) fn new(format: Format, limits: &'a Limits, give: &'a mut dyn FnMut(Record) -> Result<(), Stop>) -> Self {
        Self { format, limits, give, summary: Summary::default(), read_well: 0, lacked: None }
    }

    /// Gives what an entry says, or leaves it out.
    pub(crate) fn entry(&mut self, at: u64, read: Result<Vec<Record>, Wrong>) -> Result<(), ReadError> {
        match read {
            Ok(records) => {
                self.read_well += 1;
                records.into_iter().try_for_each(|record| self.give(at, record))
            }
            Err(wrong) => self.skip(at, wrong),
        }
    }

    /// Gives one record.
    pub(crate) fn give(&mut self, at: u64, record: Record) -> Result<(), ReadError> {
        if self.summary.records >= self.limits.records {
            let limit = self.limits.records;
            return Err(ReadError::TooMuch { format: self.format, at, what: "records", limit });
        }
        (self.give)(record).map_err(|Stop(source)| ReadError::Stopped { format: self.format, source })?;
        self.summary.records += 1;
        Ok(())
    }

    /// Leaves an entry out.
    pub(crate) fn skip(&mut self, at: u64, Wrong { id, what }: Wrong) -> Result<(), ReadError> {
        self.summary.skipped += 1;
        let lacked = match &what {
            What::Missing(field) => (*field).to_owned(),
            What::Bad(what) => format!("a readable entry ({what})"),
        };
        if self.summary.first_faults.len() < MOST_FAULTS {
            let what = match what {
                What::Missing(field) => format!("`{field}` is missing"),
                What::Bad(what) => what,
            };
            self.summary.first_faults.push(Fault { at, id, what });
        }
        let lacked = self.lacked.get_or_insert(lacked);
        if self.read_well == 0 && self.summary.skipped >= self.limits.proof {
            return Err(ReadError::Changed { format: self.format, missing: std::mem::take(lacked) });
        }
        Ok(())
    }

    /// The feed lacks what it must have as a whole.
    pub(crate) fn changed(&self, missing: &str) -> ReadError {
        ReadError::Changed { format: self.format, missing: missing.to_owned() }
    }

    /// The feed was read to its end.
    pub(crate) fn finish(self) -> Result<Summary, ReadError> {
        match self.lacked {
            // Few entries, and none was good: an empty answer would look as if there were nothing to say.
            Some(missing) if self.read_well == 0 => Err(ReadError::Changed { format: self.format, missing }),
            _ => Ok(self.summary),
        }
    }
}
