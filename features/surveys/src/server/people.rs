//! The accounts at endpoints, and whose they are.

use std::collections::BTreeMap;

use sqlx::{AnyConnection, AssertSqlSafe, FromRow};
use yagura_endpoints::visible;
use yagura_server_kit::ApiError;

/// The first uid that `useradd` gives to people (`UID_MIN` of login.defs); those below belong to the system.
const FIRST_OF_PEOPLE: u64 = 1000;

/// An account on an endpoint that is in service.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    /// The uid or SID there.
    pub(super) account_id: String,
    pub(super) endpoint_id: String,
    pub(super) hostname: String,
    pub(super) person_id: Option<String>,
    pub(super) person_name: Option<String>,
}

impl Account {
    /// By which id they are asked: the person's, or the account's where it is nobody's.
    pub(super) fn who(&self) -> &str {
        self.person_id.as_deref().unwrap_or(&self.id)
    }

    pub(super) fn label(&self) -> String {
        self.person_name.clone().unwrap_or_else(|| format!("{}@{}", self.name, self.hostname))
    }

    /// Whether somebody may sit behind it: an account of the system is nobody, unless somebody said whose it is.
    fn is_somebody(&self) -> bool {
        let of_system = match self.account_id.parse::<u64>() {
            Ok(uid) => uid < FIRST_OF_PEOPLE,
            // LocalSystem, LocalService and NetworkService of Windows.
            Err(_) => ["S-1-5-18", "S-1-5-19", "S-1-5-20"].contains(&self.account_id.as_str()),
        };
        self.person_id.is_some() || !of_system
    }
}

/// All accounts behind which somebody may sit, at endpoints that somebody with this limit may see.
pub(super) async fn accounts(connection: &mut AnyConnection, limit: &str) -> Result<Vec<Account>, ApiError> {
    let sql = format!(
        "SELECT a.id AS id, a.name AS name, a.account_id AS account_id, a.endpoint_id AS endpoint_id,
         e.hostname AS hostname, p.id AS person_id, p.name AS person_name
         FROM people_account a JOIN endpoints_endpoint e ON e.id = a.endpoint_id AND e.standing = 'active'
         LEFT JOIN people_person p ON p.id = a.person_id WHERE {} ORDER BY a.id",
        visible("e.group_id", 1)
    );
    let mut found: Vec<Account> = sqlx::query_as(AssertSqlSafe(sql)).bind(limit).fetch_all(connection).await?;
    found.retain(Account::is_somebody);
    Ok(found)
}

/// The uids and SIDs by endpoint of those whom `wanted` takes.
pub(super) fn by_endpoint<'a>(
    accounts: impl IntoIterator<Item = &'a Account>,
    wanted: impl Fn(&Account) -> bool,
) -> BTreeMap<String, Vec<String>> {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for account in accounts.into_iter().filter(|account| wanted(account)) {
        places.entry(account.endpoint_id.clone()).or_default().push(account.account_id.clone());
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(account_id: &str, person: Option<&str>, expected: bool) {
        let account = Account {
            id: "a".into(),
            name: "n".into(),
            account_id: account_id.into(),
            endpoint_id: "e".into(),
            hostname: "PC-014".into(),
            person_id: person.map(str::to_owned),
            person_name: person.map(str::to_owned),
        };
        assert_eq!(account.is_somebody(), expected, "{account_id} {person:?}");
    }

    #[test]
    fn accounts_of_the_system_are_not_asked_unless_somebody_said_whose_they_are() {
        for (id, expected) in
            [("0", false), ("999", false), ("1000", true), ("S-1-5-18", false), ("S-1-5-21-1-2-3-1001", true)]
        {
            check(id, None, expected);
            check(id, Some("田中 花子"), true);
        }
    }
}
