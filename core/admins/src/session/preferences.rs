//! `PATCH /api/v1/session/preferences`: the language of one's console.

use axum::{Json, extract::State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, error::Problem};

use crate::account::Account;

/// A language of the console.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Language {
    Ja,
    En,
}

/// What one likes.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Preferences {
    language: Option<Language>,
}

/// Change one's preferences
#[utoipa::path(patch, path = "/api/v1/session/preferences", tag = "session", request_body = Preferences,
    responses((status = 204), (status = 401, body = Problem)))]
pub(crate) async fn change(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<Preferences>,
) -> ApiResult<StatusCode> {
    let Some(language) = body.language else { return Ok(StatusCode::NO_CONTENT) };
    let word = match language {
        Language::Ja => "ja",
        Language::En => "en",
    };
    let id = caller.admin.to_string();
    let mut change = Change::begin(&ctx, &caller, "admin.preferences").await?;
    let before = Account::on(change.on(), &id).await?;
    sqlx::query("UPDATE admins_admin SET language = $1 WHERE id = $2")
        .bind(word)
        .bind(&id)
        .execute(change.on())
        .await?;
    let audit = Audit::changed(before.object(), &json!({"language": before.language}), &json!({"language": word}));
    change.commit(audit).await?;
    Ok::<_, ApiError>(StatusCode::NO_CONTENT)
}
