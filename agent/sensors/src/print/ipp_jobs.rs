//! Questions to CUPS about jobs and its answers (RFC 8011 and PWG 5100.7 for the counts).

pub use super::ipp::NoIpp;
use super::ipp::{Answer, Group, JOB, PRINTER, Question};
use yagura_records::Text;

/// What is asked of a job.
const WANTED: &[&str] = &[
    "job-id",
    "job-uuid",
    "job-state",
    "job-name",
    "job-originating-user-name",
    "job-originating-host-name",
    "job-printer-uri",
    "job-k-octets",
    "job-impressions-completed",
    "job-media-sheets-completed",
    "copies",
    "time-at-creation",
    "time-at-completed",
];

/// A job, as CUPS has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeenJob {
    /// Its number.
    pub id: u32,
    /// Its UUID, which no other job has.
    pub uuid: Option<String>,
    /// How it is, by RFC 8011 section 5.3.7: 3 waiting, 4 held, 5 at work, 6 stopped, 7 cancelled, 8 aborted, 9 completed.
    pub state: i32,
    /// The document.
    pub name: Text,
    /// Who made it.
    pub user: String,
    /// On which machine.
    pub host: Option<String>,
    /// The printer's name.
    pub printer: String,
    /// Size in KiB.
    pub k_octets: Option<u32>,
    /// Printed sides.
    pub impressions: Option<u32>,
    /// Printed sheets; CUPS counts sides here, too, where a driver tells only of pages.
    pub sheets: Option<u32>,
    /// Copies.
    pub copies: Option<u32>,
    /// When it was made, in seconds since 1970.
    pub created: Option<i64>,
    /// When it ended.
    pub completed: Option<i64>,
}

impl SeenJob {
    /// Whether nothing more will come of it.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.state >= 7
    }
}

/// Why CUPS was not understood.
#[derive(Debug, thiserror::Error)]
pub enum IppError {
    /// It is no IPP.
    #[error("the printing system's answer cannot be read: {0}")]
    NoIpp(#[from] NoIpp),
    /// It refused.
    #[error("the printing system refused with status {0:#06x}")]
    Refused(u16),
}

/// What is not there.
const NOT_FOUND: u16 = 0x0406;

/// Operations of RFC 8011.
const GET_JOB_ATTRIBUTES: u16 = 0x0009;
const GET_JOBS: u16 = 0x000A;
const GET_PRINTER_ATTRIBUTES: u16 = 0x000B;

/// Asks for one job.
#[must_use]
pub fn ask_job(id: u32) -> Vec<u8> {
    let question = Question::new(GET_JOB_ATTRIBUTES, "job-uri", &format!("ipp://localhost/jobs/{id}"));
    question.keywords("requested-attributes", WANTED).into_bytes()
}

/// Asks for all jobs that CUPS knows.
#[must_use]
pub fn ask_jobs() -> Vec<u8> {
    let question = Question::new(GET_JOBS, "printer-uri", "ipp://localhost/");
    question.keywords("requested-attributes", WANTED).keywords("which-jobs", &["all"]).into_bytes()
}

/// Asks where a printer is.
#[must_use]
pub fn ask_printer(name: &str) -> Vec<u8> {
    let address = format!("ipp://localhost/printers/{}", escaped(name));
    let question = Question::new(GET_PRINTER_ATTRIBUTES, "printer-uri", &address);
    question.keywords("requested-attributes", &["device-uri"]).into_bytes()
}

/// Reads an answer; nothing, where CUPS does not know what it was asked about.
fn read(bytes: &[u8]) -> Result<Option<Answer<'_>>, IppError> {
    let answer = Answer::read(bytes)?;
    match answer.status {
        NOT_FOUND => Ok(None),
        status if status < 0x0100 => Ok(Some(answer)),
        status => Err(IppError::Refused(status)),
    }
}

/// The jobs in an answer.
///
/// # Errors
/// When the answer is no IPP, or CUPS refused.
pub fn jobs(bytes: &[u8]) -> Result<Vec<SeenJob>, IppError> {
    let Some(answer) = read(bytes)? else { return Ok(Vec::new()) };
    Ok(answer.groups.iter().filter(|group| group.tag == JOB).filter_map(job).collect())
}

/// Where the printer of an answer is.
///
/// # Errors
/// When the answer is no IPP, or CUPS refused.
pub fn device(bytes: &[u8]) -> Result<Option<String>, IppError> {
    let Some(answer) = read(bytes)? else { return Ok(None) };
    let group = answer.groups.iter().find(|group| group.tag == PRINTER);
    Ok(group.and_then(|group| group.text("device-uri")).map(|uri| uri.as_str().to_owned()))
}

fn job(group: &Group<'_>) -> Option<SeenJob> {
    let number = |name: &str| group.integer(name).and_then(|number| u32::try_from(number).ok());
    let time = |name: &str| group.integer(name).map(i64::from);
    let string = |name: &str| group.text(name).map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty());
    let uri = string("job-printer-uri").unwrap_or_default();
    Some(SeenJob {
        id: number("job-id")?,
        uuid: string("job-uuid"),
        state: group.integer("job-state")?,
        name: group.text("job-name").unwrap_or_default(),
        user: string("job-originating-user-name").unwrap_or_default(),
        host: string("job-originating-host-name"),
        printer: unescaped(uri.rsplit('/').next().unwrap_or_default()),
        k_octets: number("job-k-octets"),
        impressions: number("job-impressions-completed"),
        sheets: number("job-media-sheets-completed"),
        copies: number("copies"),
        created: time("time-at-creation"),
        completed: time("time-at-completed"),
    })
}

/// A name as a part of an address (RFC 3986).
fn escaped(name: &str) -> String {
    use std::fmt::Write as _;

    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing into a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// A part of an address as the name that it stands for.
pub(crate) fn unescaped(part: &str) -> String {
    let (mut out, mut rest) = (Vec::new(), part.as_bytes());
    while let [byte, after @ ..] = rest {
        let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let value = match (byte, after) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high * 16 + low),
            _ => None,
        };
        out.push(value.unwrap_or(*byte));
        rest = if value.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&out).into_owned()
}
