//! The audited wrapper: the only way in which a person's request changes anything.
//!
//! [`Change::begin`] opens the transaction, [`Change::commit`] takes the audit row as its argument: a change without one
//! does not compile, and one that fails leaves neither.

use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::AnyConnection;
use yagura_vocabulary::{Id, Time, id};

use super::{DbError, Tx};
use crate::{ApiError, Caller, Context};

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its kind: `group`, `policy`, `admin`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// What people call it.
    pub label: String,
}

impl Object {
    /// A thing.
    #[must_use]
    pub fn new(kind: &'static str, id: &impl ToString, label: &str) -> Self {
        Self { kind, id: id.to_string(), label: label.to_owned() }
    }
}

/// The row that a change leaves in the audit log.
#[derive(Debug, Clone)]
pub struct Audit {
    object: Object,
    before: Value,
    after: Value,
    purpose: Option<String>,
}

impl Audit {
    /// Something new.
    #[must_use]
    pub fn created(object: Object, after: &impl Serialize) -> Self {
        Self { object, before: Value::Null, after: redacted(after), purpose: None }
    }

    /// Something that changed.
    #[must_use]
    pub fn changed(object: Object, before: &impl Serialize, after: &impl Serialize) -> Self {
        Self { object, before: redacted(before), after: redacted(after), purpose: None }
    }

    /// Something that is gone.
    #[must_use]
    pub fn removed(object: Object, before: &impl Serialize) -> Self {
        Self { object, before: redacted(before), after: Value::Null, purpose: None }
    }

    /// Why.
    #[must_use]
    pub fn because(mut self, purpose: Option<String>) -> Self {
        self.purpose = purpose;
        self
    }
}

/// A change in the making.
pub struct Change {
    tx: Tx,
    at: Time,
    action: &'static str,
    actor: Actor,
}

/// Who is written down as the author.
#[derive(Debug, Clone)]
struct Actor {
    id: Option<String>,
    name: String,
    ip: Option<String>,
}

impl Change {
    /// Begins a change by `caller`. `action` is `<thing>.<verb>`: `group.create`.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin(ctx: &Context, caller: &Caller, action: &'static str) -> Result<Self, ApiError> {
        let actor = Actor { id: Some(caller.who.id()), name: caller.name.clone(), ip: caller.ip.clone() };
        Ok(Self { tx: ctx.db().write().await?, at: ctx.now(), action, actor })
    }

    /// Begins a change by somebody who has no caller: the command line on the server's own machine, or somebody who is just
    /// signing in.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin_as(
        ctx: &Context,
        name: &str,
        ip: Option<String>,
        action: &'static str,
    ) -> Result<Self, ApiError> {
        let actor = Actor { id: None, name: name.to_owned(), ip };
        Ok(Self { tx: ctx.db().write().await?, at: ctx.now(), action, actor })
    }

    /// What queries are run on.
    pub fn on(&mut self) -> &mut AnyConnection {
        self.tx.on()
    }

    /// The transaction, for what writes down and rings a bell.
    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    /// When the change counts as made.
    #[must_use]
    pub fn at(&self) -> Time {
        self.at
    }

    /// Makes it last, together with its audit row.
    ///
    /// # Errors
    /// When the database is away: then nothing has changed.
    pub async fn commit(self, audit: Audit) -> Result<(), ApiError> {
        self.commit_all(vec![audit]).await
    }

    /// The same for a change of several things, which leaves one row for each.
    ///
    /// # Errors
    /// When the database is away: then nothing has changed.
    pub async fn commit_all(mut self, audits: Vec<Audit>) -> Result<(), ApiError> {
        for audit in audits {
            sqlx::query(
                "INSERT INTO audit_row (id, at, actor, actor_id, ip, action, object_kind, object_id, object_label,
                 before_value, after_value, purpose) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            )
            .bind(Id::<id::Audit>::new().to_string())
            .bind(self.at.micros())
            .bind(&self.actor.name)
            .bind(&self.actor.id)
            .bind(&self.actor.ip)
            .bind(self.action)
            .bind(audit.object.kind)
            .bind(&audit.object.id)
            .bind(&audit.object.label)
            .bind(audit.before.to_string())
            .bind(audit.after.to_string())
            .bind(&audit.purpose)
            .execute(self.tx.on())
            .await
            .map_err(|error| DbError::Transaction("audit", error))?;
        }
        Ok(self.tx.commit().await?)
    }
}

/// The value with everything that looks like a secret taken out.
fn redacted(value: &impl Serialize) -> Value {
    fn redact(value: Value) -> Value {
        match value {
            Value::Object(map) => Value::Object(
                map.into_iter()
                    .map(|(name, value)| {
                        let secret = ["password", "secret", "token_hash", "proof_key", "totp"]
                            .iter()
                            .any(|word| name.contains(word));
                        let shown = match value {
                            // Whether a secret is set may be said; what it is may not.
                            Value::String(text) if secret && !text.is_empty() => Value::from("(redacted)"),
                            other => redact(other),
                        };
                        (name, shown)
                    })
                    .collect::<Map<_, _>>(),
            ),
            Value::Array(items) => Value::Array(items.into_iter().map(redact).collect()),
            leaf => leaf,
        }
    }
    redact(serde_json::to_value(value).unwrap_or(Value::Null))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_never_reach_the_audit_log() {
        let shown = redacted(
            &json!({"mail": {"password": "hunter2", "host": "mx"}, "totp_secret": "ABC", "must_change_password": true}),
        );
        assert_eq!(
            shown,
            json!({"mail": {"password": "(redacted)", "host": "mx"}, "totp_secret": "(redacted)", "must_change_password": true})
        );
    }
}
