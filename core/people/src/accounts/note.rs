//! Accounts that endpoints tell of with their inventory.

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;
use yagura_server_kit::{AgentHook, ApiError, Context};
use yagura_vocabulary::{
    Id,
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

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct User {
    name: String,
    id: String,
}

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
        let mut tx = ctx.db().write().await?;
        for user in users {
            sqlx::query(
                "INSERT INTO people_account (id, endpoint_id, name, account_id, person_id, last_seen)
                 VALUES ($1, $2, $3, $4, NULL, $5) ON CONFLICT (endpoint_id, account_id)
                 DO UPDATE SET name = excluded.name, last_seen = excluded.last_seen",
            )
            .bind(Id::<AccountKind>::new().to_string())
            .bind(endpoint.to_string())
            .bind(user.name)
            .bind(user.id)
            .bind(ctx.now().micros())
            .execute(tx.on())
            .await?;
        }
        Ok(tx.commit().await?)
    }
}

/// The users of an inventory. What cannot be read is left out: the inventory itself is stored whatever it says.
fn users(value: &Value) -> Vec<User> {
    let listed = value.get("users").and_then(Value::as_array).into_iter().flatten();
    let fits = |text: &str| !text.is_empty() && text.len() <= LONGEST && !text.contains('\0');
    listed
        .filter_map(|user| User::deserialize(user).ok())
        .filter(|user| fits(&user.name) && fits(&user.id))
        .take(MOST)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn users_without_a_name_or_an_id_are_left_out() {
        let value = json!({"users": [{"name": "tanaka", "id": "1000"}, {"name": "", "id": "1"}, {"name": "x"}, 7]});
        assert_eq!(users(&value), [User { name: "tanaka".into(), id: "1000".into() }]);
    }

    #[test]
    fn an_inventory_without_users_gives_none() {
        assert!(users(&json!({"users": null})).is_empty());
        assert!(users(&json!([])).is_empty());
    }
}
