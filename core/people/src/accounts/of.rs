//! Whose an account is, for whoever writes events down.

use std::collections::HashMap;

use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::id::{EndpointId, PersonId};

/// The person that the account `account_id` (uid or SID) on `endpoint` is mapped to.
///
/// # Errors
/// When the database is away.
pub async fn person_of(ctx: &Context, endpoint: EndpointId, account_id: &str) -> Result<Option<PersonId>, ApiError> {
    let found: Option<(Option<String>,)> =
        sqlx::query_as("SELECT person_id FROM people_account WHERE endpoint_id = $1 AND account_id = $2")
            .bind(endpoint.to_string())
            .bind(account_id)
            .fetch_optional(ctx.db().read())
            .await?;
    Ok(found.and_then(|(person,)| person).and_then(|person| person.parse().ok()))
}

/// All mapped accounts of `endpoint`, by uid or SID: one look-up for a whole batch of events.
///
/// # Errors
/// When the database is away.
pub async fn persons_of(ctx: &Context, endpoint: EndpointId) -> Result<HashMap<String, PersonId>, ApiError> {
    let found: Vec<(String, String)> = sqlx::query_as(
        "SELECT account_id, person_id FROM people_account WHERE endpoint_id = $1 AND person_id IS NOT NULL",
    )
    .bind(endpoint.to_string())
    .fetch_all(ctx.db().read())
    .await?;
    Ok(found.into_iter().filter_map(|(account, person)| Some((account, person.parse().ok()?))).collect())
}
