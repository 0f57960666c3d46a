//! A person at an endpoint: an account, where it is, and whose it is.

use sqlx::{AnyConnection, AssertSqlSafe, FromRow};
use yagura_server_kit::{ApiError, Context, Employee};

/// An account on an endpoint that is in service, with whose it is.
#[derive(Debug, Clone, FromRow)]
pub struct Seat {
    /// The account's id.
    pub id: String,
    /// Its name on the endpoint.
    pub name: String,
    /// Its uid or SID there.
    pub account_id: String,
    /// The endpoint.
    pub endpoint_id: String,
    /// The endpoint's name.
    pub hostname: String,
    /// The person, where somebody has said whose it is.
    pub person_id: Option<String>,
    /// The person's name.
    pub person_name: Option<String>,
    /// When the endpoint last told of it, in microseconds since 1970.
    pub last_seen: i64,
}

const SELECT: &str = "SELECT a.id AS id, a.name AS name, a.account_id AS account_id, e.id AS endpoint_id,
     e.hostname AS hostname, p.id AS person_id, p.name AS person_name, a.last_seen AS last_seen
     FROM people_account a JOIN endpoints_endpoint e ON e.id = a.endpoint_id AND e.standing = 'active'
     LEFT JOIN people_person p ON p.id = a.person_id";

impl Seat {
    /// The seat of an account; `None` when there is no such account or its endpoint is not in service.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn of(connection: &mut AnyConnection, account: &str) -> Result<Option<Self>, ApiError> {
        let sql = format!("{SELECT} WHERE a.id = $1");
        Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(account).fetch_optional(connection).await?)
    }

    /// All seats of the person whose `employee` is; this seat alone when it is nobody's.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn all_of(ctx: &Context, employee: &Employee) -> Result<Vec<Self>, ApiError> {
        let sql = format!("{SELECT} WHERE a.id = $1 OR a.person_id = $2 ORDER BY e.hostname, a.name, a.id");
        let person = employee.person.map(|person| person.to_string()).unwrap_or_default();
        Ok(sqlx::query_as(AssertSqlSafe(sql))
            .bind(employee.account.to_string())
            .bind(person)
            .fetch_all(ctx.db().read())
            .await?)
    }

    /// Who sits there, as the audit log names them: `田中 花子 (tanaka@PC-014)`, or the account alone.
    #[must_use]
    pub fn label(&self) -> String {
        let account = format!("{}@{}", self.name, self.hostname);
        self.person_name.as_ref().map_or_else(|| account.clone(), |person| format!("{person} ({account})"))
    }

    /// The same as a caller's identity.
    ///
    /// # Errors
    /// When the database holds something that is no id.
    pub fn employee(&self) -> Result<Employee, ApiError> {
        let bad = |error: yagura_vocabulary::id::ParseIdError| ApiError::unavailable(&error);
        Ok(Employee {
            account: self.id.parse().map_err(bad)?,
            endpoint: self.endpoint_id.parse().map_err(bad)?,
            account_id: self.account_id.clone(),
            person: self.person_id.as_deref().map(str::parse).transpose().map_err(bad)?,
        })
    }
}
