//! Accounts: sign-in names on endpoints, bound to a uid or SID.

pub(crate) mod list;
pub(crate) mod map;
pub(crate) mod note;
pub(crate) mod of;
pub(crate) mod seat;

use serde::Serialize;
use sqlx::FromRow;
use utoipa::ToSchema;
use yagura_vocabulary::Time;

/// An endpoint by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct EndpointRef {
    pub id: String,
    pub hostname: String,
}

/// A person by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct PersonName {
    pub id: String,
    pub name: String,
}

/// An account as it is listed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Account {
    pub id: String,
    pub name: String,
    /// The uid or SID on its endpoint.
    pub account_id: String,
    pub endpoint: EndpointRef,
    /// Whose it is, where somebody has said so.
    pub person: Option<PersonName>,
    /// When the endpoint last told of it.
    pub last_seen: Time,
}

#[derive(Debug, Clone, FromRow)]
pub(crate) struct Row {
    pub id: String,
    pub name: String,
    pub account_id: String,
    pub endpoint_id: String,
    pub hostname: String,
    pub person_id: Option<String>,
    pub person_name: Option<String>,
    pub last_seen: i64,
}

/// The columns of [`Row`] and where they come from; accounts are `a`, endpoints `e`, people `p`.
pub(crate) const SELECT: &str = "SELECT a.id AS id, a.name AS name, a.account_id AS account_id, e.id AS endpoint_id,
     e.hostname AS hostname, p.id AS person_id, p.name AS person_name, a.last_seen AS last_seen
     FROM people_account a JOIN endpoints_endpoint e ON e.id = a.endpoint_id
     LEFT JOIN people_person p ON p.id = a.person_id";

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            account_id: row.account_id,
            endpoint: EndpointRef { id: row.endpoint_id, hostname: row.hostname },
            person: row.person_id.zip(row.person_name).map(|(id, name)| PersonName { id, name }),
            last_seen: Time::from_micros(row.last_seen),
        }
    }
}
