//! Accounts that endpoints tell of with their inventory.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use sqlx::AnyConnection;
use yagura_server_kit::{AgentHook, ApiError, Context};
use yagura_vocabulary::{
    Account, Id, Time,
    id::{AccountKind, Endpoint},
};

/// The section of an endpoint's state that lists its users.
const SECTION: &str = "assets";
/// More accounts than people use on one machine; a directory with millions is not copied here through an endpoint.
const MOST: usize = 5_000;
/// Longer names and ids than any system gives out, in bytes.
const LONGEST: usize = 512;

/// Notes the accounts of every inventory that arrives; put it into [`yagura_server_kit::AgentHooks`].
#[must_use]
pub fn note_accounts() -> Box<dyn AgentHook> {
    Box::new(NoteAccounts)
}

struct NoteAccounts;

#[async_trait]
impl AgentHook for NoteAccounts {
    async fn state(&self, ctx: &Context, endpoint: Id<Endpoint>, section: &str, value: &Value) -> Result<(), ApiError> {
        if section != SECTION {
            return Ok(());
        }
        let users = users(value);
        if users.is_empty() {
            return Ok(());
        }
        let mut tx = ctx.db().write_relaxed().await?;
        for user in users {
            note_account(tx.on(), endpoint, &user, ctx.now()).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Notes that `account` is on `endpoint`. Returns its id here, which stays the same when its name changes.
///
/// # Errors
/// When its name or id is none that a system gives out, or the database is away.
pub async fn note_account(
    connection: &mut AnyConnection,
    endpoint: Id<Endpoint>,
    account: &Account,
    now: Time,
) -> Result<String, ApiError> {
    if !plausible(account) {
        return Err(ApiError::invalid("/account", "bad_name", "no system has an account of such a name or id"));
    }
    let (id,): (String,) = sqlx::query_as(
        "INSERT INTO people_account (id, endpoint_id, name, account_id, person_id, last_seen)
         VALUES ($1, $2, $3, $4, NULL, $5) ON CONFLICT (endpoint_id, account_id)
         DO UPDATE SET name = excluded.name, last_seen = excluded.last_seen RETURNING id",
    )
    .bind(Id::<AccountKind>::new().to_string())
    .bind(endpoint.to_string())
    .bind(&account.name)
    .bind(&account.id)
    .bind(now.micros())
    .fetch_one(connection)
    .await?;
    Ok(id)
}

/// Whether a name or id is one that a system gives out.
fn plausible(account: &Account) -> bool {
    let fits = |text: &str| !text.is_empty() && text.len() <= LONGEST && !text.contains('\0');
    fits(&account.name) && fits(&account.id)
}

/// The users of an inventory. What cannot be read is left out: the inventory itself is stored whatever it says.
fn users(value: &Value) -> Vec<Account> {
    let listed = value.get("users").and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(|user| Account::deserialize(user).ok()).filter(plausible).take(MOST).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn users_without_a_name_or_an_id_are_left_out() {
        let value = json!({"users": [{"name": "tanaka", "id": "1000"}, {"name": "", "id": "1"}, {"name": "x"}, 7]});
        assert_eq!(users(&value), [Account { name: "tanaka".into(), id: "1000".into() }]);
    }

    #[test]
    fn an_inventory_without_users_gives_none() {
        assert!(users(&json!({"users": null})).is_empty());
        assert!(users(&json!([])).is_empty());
    }
}
