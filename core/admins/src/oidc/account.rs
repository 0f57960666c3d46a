//! From what the provider says to an account of the console.

use serde::Serialize;
use sqlx::{AnyConnection, AssertSqlSafe};
use yagura_server_kit::ApiError;

use super::token::Identity;
use crate::account::{Account, COLUMNS};

/// What stands in the audit log of a sign-in.
#[derive(Serialize)]
pub(super) struct Bound {
    oidc_subject: String,
    /// Whether the account was bound to the subject just now, by its e-mail address.
    bound_by_email: bool,
}

/// The account that an identity opens: the one bound to its subject; else the only one with its e-mail address, which is
/// bound from then on, so that a later change of addresses moves nobody's account.
pub(super) async fn of(
    connection: &mut AnyConnection,
    identity: &Identity,
) -> Result<Option<(Account, Bound)>, ApiError> {
    let subject = identity.subject();
    let sql = format!("SELECT {COLUMNS} FROM admins_admin WHERE oidc_subject = $1");
    let found: Option<Account> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(&subject).fetch_optional(&mut *connection).await?;
    if let Some(account) = found {
        let bound = Bound { oidc_subject: subject, bound_by_email: false };
        return Ok((account.disabled == 0).then_some((account, bound)));
    }
    let Some(email) = &identity.email else { return Ok(None) };
    let sql = format!("SELECT {COLUMNS} FROM admins_admin WHERE lower(email) = $1");
    let found: Vec<Account> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(email.to_lowercase()).fetch_all(&mut *connection).await?;
    // Of two accounts with one address nobody can say which is meant.
    let [account] = found.as_slice() else { return Ok(None) };
    if account.disabled != 0 || account.oidc_subject.is_some() {
        return Ok(None);
    }
    sqlx::query("UPDATE admins_admin SET oidc_subject = $1, version = version + 1 WHERE id = $2")
        .bind(&subject)
        .bind(&account.id)
        .execute(connection)
        .await?;
    Ok(Some((account.clone(), Bound { oidc_subject: subject, bound_by_email: true })))
}
