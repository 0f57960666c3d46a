//! `PATCH /api/v1/session/preferences`: the language of one's console.

use axum::extract::State;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use yagura_server_kit::{
    ApiError, ApiResult, Audit, Caller, Change, Context, Credential, Json, Object, error::Problem,
};

use crate::account::Account;

/// A language of the console.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Language {
    Ja,
    En,
}

impl Language {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The one of the two that a browser asks for first; Japanese when it asks for neither.
    pub(crate) fn of_browser(headers: &HeaderMap) -> Self {
        let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let known = |tag: &str| match tag.trim().get(..2)? {
            "ja" => Some(Self::Ja),
            "en" => Some(Self::En),
            _ => None,
        };
        // Browsers write their languages in the order of preference (RFC 9110 section 12.5.4 only asks for weights).
        wanted.split(',').find_map(known).unwrap_or(Self::Ja)
    }
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
    let word = language.as_str();
    if let Credential::Session(session) = caller.credential
        && caller.employee().is_some()
    {
        return for_session(&ctx, &caller, &session.to_string(), word).await;
    }
    let id = caller.admin()?.to_string();
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

/// An employee has no account to keep the language in; it lasts as long as the session.
async fn for_session(ctx: &Context, caller: &Caller, session: &str, word: &str) -> ApiResult<StatusCode> {
    let mut change = Change::begin(ctx, caller, "session.preferences").await?;
    sqlx::query("UPDATE admins_session SET language = $1 WHERE id = $2")
        .bind(word)
        .bind(session)
        .execute(change.on())
        .await?;
    let object = Object::new("session", &session, &caller.name);
    change.commit(Audit::changed(object, &(), &json!({"language": word}))).await?;
    Ok(StatusCode::NO_CONTENT)
}
