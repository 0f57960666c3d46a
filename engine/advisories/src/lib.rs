//! What feeds of vulnerabilities say, read one record at a time. Pure: bytes in, [`Record`]s out.
//!
//! [`read`] takes a feed in any of the [`Format`]s and gives what it says to a closure, so that a feed of 300,000
//! vulnerabilities is never whole in memory. Fetching, unpacking (`.gz`, `.bz2`, members of a zip) and keeping are
//! the caller's. A feed that was cut gives its records and then an error, so that the caller can throw them away and
//! keep its last good state; one record that cannot be read is skipped and counted, and costs no other.

mod cvss;
mod ecosystem;
mod fault;
mod format;
mod record;
mod source;
mod time;

pub use cvss::{Cvss, CvssVersion, NotAVector, Severity, base_score};
pub use ecosystem::Ecosystem;
pub use fault::{Fault, Limits, ReadError, Stop, Summary};
pub use format::Format;
pub use record::{Cve, Epss, Exploited, Lang, NameOf, Range, Record, Standing, Statement, Support, Update};

use std::io::BufRead;

/// Reads a feed and gives each thing that it says to `give`, in the order of the feed.
///
/// # Errors
/// The feed was cut, is not of this format, changed its schema, or goes over a limit; the input failed; or `give`
/// said stop. What was given before the error is then to be thrown away.
pub fn read(
    format: Format,
    input: impl BufRead,
    limits: &Limits,
    give: &mut dyn FnMut(Record) -> Result<(), Stop>,
) -> Result<Summary, ReadError> {
    let mut feed = source::Feed::new(format, limits, give);
    format::read(input, &mut feed)?;
    feed.finish()
}
