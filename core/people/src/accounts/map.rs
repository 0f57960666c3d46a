//! `PUT /api/v1/accounts/{id}/person`: says whose an account is.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::{
    Id,
    id::{AccountKind, PersonId},
};

use super::{Account, Row, SELECT};

/// Whose it is.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Owner {
    /// The person; `null` when it is nobody's.
    person_id: Option<PersonId>,
}

/// Map an account to a person
#[utoipa::path(put, path = "/api/v1/accounts/{id}/person", tag = "people", params(("id" = String, Path)),
    request_body = Owner, responses((status = 200, body = Account), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn map(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<AccountKind>>,
    Json(body): Json<Owner>,
) -> ApiResult<Json<Account>> {
    let mut change = Change::begin(&ctx, &caller, "account.map").await?;
    let sql = format!("{SELECT} WHERE a.id = $1 AND {}", visible("e.group_id", 2));
    let find = || sqlx::query_as::<_, Row>(AssertSqlSafe(sql.clone())).bind(id.to_string()).bind(caller.limit());
    let before = find().fetch_optional(change.on()).await?.ok_or_else(|| ApiError::not_found("account"))?;
    if let Some(person) = body.person_id {
        let known: Option<(String,)> = sqlx::query_as("SELECT id FROM people_person WHERE id = $1")
            .bind(person.to_string())
            .fetch_optional(change.on())
            .await?;
        known.ok_or_else(|| ApiError::invalid("/person_id", "unknown", "there is no such person"))?;
    }
    sqlx::query("UPDATE people_account SET person_id = $1 WHERE id = $2")
        .bind(body.person_id.map(|person| person.to_string()))
        .bind(id.to_string())
        .execute(change.on())
        .await?;
    let after = Account::from(find().fetch_one(change.on()).await?);
    let label = format!("{} ({})", before.name, before.hostname);
    let was = json!({"person": before.person_id, "name": before.person_name});
    let now = json!({"person": body.person_id, "name": after.person.as_ref().map(|person| &person.name)});
    change.commit(Audit::changed(Object::new("account", &id, &label), &was, &now)).await?;
    Ok(Json(after))
}
