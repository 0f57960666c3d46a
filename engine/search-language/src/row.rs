//! An event as a question sees it.

use serde_json::Value;
use uuid::Uuid;

/// A part of an event that a question can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the field of the shared shape of events of the same name")]
pub enum Column {
    Endpoint,
    Person,
    OccurredAt,
    ReceivedAt,
    Kind,
    Level,
    Rule,
    Class,
    Feature,
    AccountName,
    AccountId,
    LogonSession,
    ProcessGuid,
    ParentGuid,
    Pid,
    Image,
    ParentImage,
    CommandLine,
    HashSha256,
    Signer,
    Subject,
    Target,
    RemoteIp,
    RemotePort,
    RemoteHost,
    DeviceSerial,
    Bytes,
    Count,
    Body,
    /// All texts that a bare word is looked for in.
    Texts,
}

impl Column {
    /// Whether a bare word is looked for in it.
    pub(crate) const fn is_searched(self) -> bool {
        matches!(
            self,
            Self::AccountName
                | Self::CommandLine
                | Self::Image
                | Self::ParentImage
                | Self::Subject
                | Self::Target
                | Self::RemoteHost
                | Self::Class
                | Self::Rule
                | Self::Body
        )
    }
}

/// An event, whether it lies in memory as a value or in a file as columns.
pub trait Row {
    /// The text in a column of text.
    fn text(&self, column: Column) -> Option<&str>;
    /// The number in a column of numbers.
    fn number(&self, column: Column) -> Option<u64>;
    /// The id in a column of ids.
    fn uuid(&self, column: Column) -> Option<Uuid>;
    /// The time in a column of times, in microseconds since 1970, UTC.
    fn micros(&self, column: Column) -> i64;
    /// Whether `found` holds for one of the texts that a bare word is looked for in, the body aside.
    fn any_text(&self, found: &mut dyn FnMut(&str) -> bool) -> bool;
    /// Whether `found` holds for the text of one of the body's values. `skip` may rule the body out by its JSON text.
    fn any_body_text(&self, skip: &mut dyn FnMut(&str) -> bool, found: &mut dyn FnMut(&str) -> bool) -> bool;
    /// Whether `found` holds for the body's member of this name.
    fn body(&self, name: &str, found: &mut dyn FnMut(&Value) -> bool) -> bool;
}
