//! `POST /api/v1/notices`.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use yagura_commands::Lifetime;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::id::{EndpointId, GroupId};

use super::{
    Notice, delivery,
    send::{Message, Recipient, store},
    target,
};

/// Longest title, in characters.
const MAX_TITLE: usize = 200;
/// Longest text, in characters.
const MAX_TEXT: usize = 4_000;

/// A new notice, to some endpoints or to a group.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewNotice {
    title: String,
    text: String,
    /// To these.
    endpoints: Option<Vec<EndpointId>>,
    /// To all that belong to this group and its subgroups now.
    group_id: Option<GroupId>,
    /// For how long it waits for endpoints that are off, in seconds: a week when absent, at most 90 days.
    expires_in_s: Option<u64>,
}

/// Send a notice
#[utoipa::path(post, path = "/api/v1/notices", tag = "notices", request_body = NewNotice,
    responses((status = 201, body = Notice), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewNotice>,
) -> ApiResult<(StatusCode, Json<Notice>)> {
    check("/title", &body.title, MAX_TITLE)?;
    check("/text", &body.text, MAX_TEXT)?;
    let lifetime = Lifetime::of_seconds(body.expires_in_s)?;
    let to = target::find(&ctx, &caller.limit(), body.endpoints.as_deref(), body.group_id).await?;
    let mut change = Change::begin(&ctx, &caller, "notice.create").await?;
    let message = Message { title: body.title, text: body.text, action: None, until: None };
    let count = to.len();
    let to: Vec<_> = to.into_iter().map(Recipient::everybody).collect();
    let (row, sent) = store(&ctx, &mut change, &message, (&caller.name, lifetime), &to).await?;
    let after = json!({"title": row.title, "text": row.text, "group_id": body.group_id, "endpoints": count});
    change.commit(Audit::created(Object::new("notice", &row.id, &row.title), &after)).await?;
    sent.nudge(&ctx);
    let delivery = delivery::count(&ctx, &caller, std::slice::from_ref(&row.id)).await?;
    let delivery = delivery.get(&row.id).copied().unwrap_or_default();
    Ok((StatusCode::CREATED, Json(row.with(delivery))))
}

fn check(pointer: &str, text: &str, most: usize) -> Result<(), ApiError> {
    if text.trim().is_empty() {
        return Err(ApiError::invalid(pointer, "required", "a notice has a title and a text"));
    }
    if text.chars().count() > most {
        return Err(ApiError::invalid(pointer, "too_long", format!("at most {most} characters")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert!(check("/title", &"櫓".repeat(MAX_TITLE), MAX_TITLE).is_ok());
        assert!(check("/title", &"櫓".repeat(MAX_TITLE + 1), MAX_TITLE).is_err());
    }

    #[test]
    fn a_notice_without_words_is_refused() {
        assert!(check("/text", " \n", MAX_TEXT).is_err());
    }
}
