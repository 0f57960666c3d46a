//! Typed identifiers: an `Id<Endpoint>` cannot be passed where an `Id<Group>` is wanted.

use std::{cmp::Ordering, fmt, hash::Hash, hash::Hasher, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// A UUIDv7 that names one `K`. Written as lower-case hyphenated text in JSON and in the databases.
///
/// UUIDv7 begins with the time of its making (RFC 9562 section 5.7), so ids sort by age and stay close in an index.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// A new id, made now.
    #[must_use]
    pub fn new() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }

    /// The id with this value.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// The plain value, for storage in 16 bytes.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<K> Default for Id<K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid, f)
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uuid, f)
    }
}

/// The text is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id (expected a UUID such as 0192f0c1-2345-7abc-8def-0123456789ab)")]
pub struct ParseIdError(pub String);

impl<K> FromStr for Id<K> {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::try_parse(text).map(Self::from_uuid).map_err(|_| ParseIdError(text.to_owned()))
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.uuid)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy, PartialEq, Eq)] pub enum $name {})+
    };
}

kinds! {
    /// A managed machine (端末).
    Endpoint,
    /// A group of endpoints (グループ).
    Group,
    /// A human being who works here (利用者).
    Person,
    /// A sign-in name on an endpoint, bound to a uid or SID (アカウント).
    AccountKind,
    /// Somebody who signs in to the console.
    Admin,
    /// An enrolment token.
    EnrolmentToken,
    /// An API token.
    ApiToken,
    /// A console session.
    Session,
    /// One order to one endpoint.
    Command,
    /// One version of one policy.
    Policy,
    /// A grant: a scoped, expiring addition to a policy.
    Grant,
    /// One stored event.
    EventKind,
    /// One row of the audit log.
    Audit,
    /// A message to people.
    Notice,
    /// This server, that is, this organisation's instance.
    Server,
}

/// The id of an endpoint. The aliases exist for schemas: their derive macro cannot see through a generic type.
pub type EndpointId = Id<Endpoint>;
/// The id of a group.
pub type GroupId = Id<Group>;
/// The id of a person.
pub type PersonId = Id<Person>;
/// The id of an administrator.
pub type AdminId = Id<Admin>;
/// The id of a command.
pub type CommandId = Id<Command>;
/// The id of a grant.
pub type GrantId = Id<Grant>;
/// The id of a notice.
pub type NoticeId = Id<Notice>;
/// The id of a stored event.
pub type EventId = Id<EventKind>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_and_read_as_its_text() {
        let id: Id<Endpoint> = "0192f0c1-2345-7abc-8def-0123456789ab".parse().unwrap();
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"0192f0c1-2345-7abc-8def-0123456789ab\"");
        assert_eq!(serde_json::from_str::<Id<Endpoint>>(&json).unwrap(), id);
    }

    #[test]
    fn text_that_is_no_uuid_is_refused_with_what_was_expected() {
        let error = "pc-014".parse::<Id<Endpoint>>().unwrap_err();
        assert!(error.to_string().contains("`pc-014` is not an id"));
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let first: Id<Endpoint> = Id::new();
        let second = Id::new();
        assert!(first < second);
    }
}
