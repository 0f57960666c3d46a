//! `POST /api/v1/settings/mail-test`: sends one mail now and shows what the mail server said.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};

use crate::{
    outbox::Mail,
    settings::{self, address},
    smtp,
};

/// To whom.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MailTest {
    to: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailTested {
    /// Whether the mail server took the mail.
    accepted: bool,
    /// Its own words; or ours when it could not be reached.
    detail: String,
}

const TEXT: &str = "このメールは、Yaguraのメール設定を確かめるために送られました。届いていれば、設定は正しく働いています。\n\n\
                    This mail was sent to check the mail settings of Yagura. If you can read it, they work.\n";

/// Send a test mail
#[utoipa::path(post, path = "/api/v1/settings/mail-test", tag = "settings", request_body = MailTest,
    responses((status = 200, body = MailTested), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn send(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<MailTest>,
) -> ApiResult<Json<MailTested>> {
    address("/to", &body.to)?;
    let settings = settings::row(&mut *ctx.db().read().acquire().await?).await?;
    let settings = settings.ok_or_else(|| ApiError::conflict("there are no mail settings yet"))?;
    let mail =
        Mail {
            to: body.to.clone(), subject: "Yagura: メールの試し送信 / test mail".to_owned(), text: TEXT.to_owned()
        };
    let (accepted, detail) = match smtp::send(&ctx, &settings, &mail).await {
        Ok(words) => (true, words),
        Err(refused) => (false, refused.detail),
    };
    let change = Change::begin(&ctx, &caller, "mail.test").await?;
    let object = Object::new("settings", &"mail", &settings.host);
    change.commit(Audit::created(object, &json!({"to": body.to, "accepted": accepted, "detail": detail}))).await?;
    Ok(Json(MailTested { accepted, detail }))
}
