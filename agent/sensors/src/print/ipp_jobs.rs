//! Questions to CUPS and its answers, in IPP (RFC 8010, RFC 8011 and PWG 5100.7 for the counts).

use std::io::Cursor;

use ipp::{
    attribute::{IppAttribute, IppAttributeGroup, IppAttributes},
    model::{DelimiterTag, IppVersion, Operation},
    parser::{IppParseError, IppParser},
    request::IppRequestResponse,
    value::IppValue,
};
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
    #[error("the printing system's answer is no IPP: {0}")]
    NoIpp(#[from] IppParseError),
    /// It refused.
    #[error("the printing system refused with status {0:#06x}")]
    Refused(u16),
}

/// What is not there.
const NOT_FOUND: u16 = 0x0406;

fn question(operation: Operation, address: (&str, &str), wanted: &[&str]) -> Result<IppRequestResponse, IppParseError> {
    let mut question = IppRequestResponse::new(IppVersion::v2_0(), operation, None)?;
    let mut add = |name: &str, value| -> Result<(), IppParseError> {
        question.attributes_mut().add(DelimiterTag::OperationAttributes, IppAttribute::with_name(name, value)?);
        Ok(())
    };
    add(address.0, IppValue::new_uri(address.1)?)?;
    add("requesting-user-name", IppValue::new_name_without_language("root")?)?;
    let wanted: Vec<_> = wanted.iter().map(|name| IppValue::new_keyword(*name)).collect::<Result<_, _>>()?;
    add("requested-attributes", IppValue::Array(wanted))?;
    Ok(question)
}

/// Asks for one job.
///
/// # Errors
/// Never, for the words in here are fit for IPP.
pub fn ask_job(id: u32) -> Result<Vec<u8>, IppParseError> {
    let uri = format!("ipp://localhost/jobs/{id}");
    Ok(question(Operation::GetJobAttributes, ("job-uri", &uri), WANTED)?.to_bytes().to_vec())
}

/// Asks for all jobs that CUPS knows.
///
/// # Errors
/// Never, for the words in here are fit for IPP.
pub fn ask_jobs() -> Result<Vec<u8>, IppParseError> {
    let mut question = question(Operation::GetJobs, ("printer-uri", "ipp://localhost/"), WANTED)?;
    let all = IppAttribute::with_name("which-jobs", IppValue::new_keyword("all")?)?;
    question.attributes_mut().add(DelimiterTag::OperationAttributes, all);
    Ok(question.to_bytes().to_vec())
}

/// Asks where a printer is.
///
/// # Errors
/// When its name is none that IPP can carry.
pub fn ask_printer(name: &str) -> Result<Vec<u8>, IppParseError> {
    let uri = format!("ipp://localhost/printers/{}", escaped(name));
    Ok(question(Operation::GetPrinterAttributes, ("printer-uri", &uri), &["device-uri"])?.to_bytes().to_vec())
}

fn read(bytes: &[u8]) -> Result<Option<IppAttributes>, IppError> {
    let answer = IppParser::new(Cursor::new(bytes.to_vec())).parse()?;
    match answer.header().operation_or_status.cast_unsigned() {
        NOT_FOUND => Ok(None),
        status if status < 0x0100 => Ok(Some(answer.attributes().clone())),
        status => Err(IppError::Refused(status)),
    }
}

/// The jobs in an answer.
///
/// # Errors
/// When the answer is no IPP, or CUPS refused.
pub fn jobs(bytes: &[u8]) -> Result<Vec<SeenJob>, IppError> {
    let Some(attributes) = read(bytes)? else { return Ok(Vec::new()) };
    Ok(attributes.groups_of(DelimiterTag::JobAttributes).filter_map(job).collect())
}

/// Where the printer of an answer is.
///
/// # Errors
/// When the answer is no IPP, or CUPS refused.
pub fn device(bytes: &[u8]) -> Result<Option<String>, IppError> {
    let Some(attributes) = read(bytes)? else { return Ok(None) };
    let group = attributes.groups_of(DelimiterTag::PrinterAttributes).next();
    Ok(group.and_then(|group| text(group, "device-uri")).map(|uri| uri.as_str().to_owned()))
}

fn job(group: &IppAttributeGroup) -> Option<SeenJob> {
    let number = |name: &str| integer(group, name).and_then(|number| u32::try_from(number).ok());
    let time = |name: &str| integer(group, name).map(i64::from);
    let string = |name: &str| text(group, name).map(|text| text.as_str().to_owned()).filter(|text| !text.is_empty());
    let uri = string("job-printer-uri").unwrap_or_default();
    Some(SeenJob {
        id: number("job-id")?,
        uuid: string("job-uuid"),
        state: integer(group, "job-state")?,
        name: text(group, "job-name").unwrap_or_default(),
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

/// The value of an attribute; the first, where there are several.
fn value<'a>(group: &'a IppAttributeGroup, name: &str) -> Option<&'a IppValue> {
    match group.get(name)?.value() {
        IppValue::Array(values) => values.first(),
        value => Some(value),
    }
}

fn integer(group: &IppAttributeGroup, name: &str) -> Option<i32> {
    match value(group, name)? {
        IppValue::Integer(number) | IppValue::Enum(number) => Some(*number),
        _ => None,
    }
}

fn text(group: &IppAttributeGroup, name: &str) -> Option<Text> {
    Some(match value(group, name)? {
        IppValue::NameWithoutLanguage(text) | IppValue::NameWithLanguage { name: text, .. } => text.as_str().into(),
        IppValue::TextWithoutLanguage(text) | IppValue::TextWithLanguage { text, .. } => text.as_ref().into(),
        IppValue::Uri(text) => text.as_str().into(),
        IppValue::Keyword(text) => text.as_str().into(),
        IppValue::NonUtf8 { data, .. } => Text::from_bytes(data.to_vec()),
        _ => return None,
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
