//! The way in for somebody at an endpoint, without an account of the console: their agent asks for a one-time link
//! (`POST /agent/v1/sign-in-links`), their browser uses it up.

use std::time::Duration;

use axum::{extract::State, response::Response};
use http::HeaderMap;
use yagura_channel::{
    server::Signer,
    wire::{
        sealed::Sealed,
        sign_in::{SignInLink, SignInRequest, is_own_page},
    },
};
use yagura_people::{Seat, note_account};
use yagura_server_kit::{
    AgentRequest, ApiError, ApiResult, Audit, Caller, Change, Context, Credential, Employee, Json, Object, secret,
};

use super::{Holder, begin, link::stale, preferences::Language, read::SessionView, with_cookie};

/// What a token of such a link begins with.
pub(super) const PREFIX: &str = "yge_";
/// It is opened by the program that asked for it, so it need not live long.
const LIFETIME: Duration = Duration::from_secs(5 * 60);

/// Makes a link for an account of the endpoint that asks. An older one for the same account stops working.
pub(crate) async fn create(State(ctx): State<Context>, request: AgentRequest) -> ApiResult<Json<Sealed<SignInLink>>> {
    request.approved()?;
    let SignInRequest { account, page } = request.read(&ctx)?;
    if page.as_deref().is_some_and(|page| !is_own_page(page)) {
        return Err(ApiError::invalid("/page", "not_own", "a link leads to the person's own pages only"));
    }
    let to = page.map_or_else(String::new, |page| format!("?to={page}"));
    let (now, token) = (ctx.now(), secret::new(PREFIX)?);
    let expires_at = now + LIFETIME;
    let mut tx = ctx.db().write().await?;
    // The inventory that tells of accounts may not have come yet.
    let id = note_account(tx.on(), request.endpoint, &account, now).await?;
    sqlx::query("DELETE FROM admins_employee_link WHERE account_id = $1 OR expires_at <= $2")
        .bind(&id)
        .bind(now.micros())
        .execute(tx.on())
        .await?;
    sqlx::query("INSERT INTO admins_employee_link (token_hash, account_id, expires_at) VALUES ($1, $2, $3)")
        .bind(secret::hash(&token))
        .bind(&id)
        .bind(expires_at.micros())
        .execute(tx.on())
        .await?;
    tx.commit().await?;
    let origins = &ctx.part::<crate::PublicAddress>().origins;
    let link = SignInLink {
        server: ctx.server(),
        endpoint: request.endpoint,
        account_id: account.id,
        url: format!("{}/sign-in{to}#{token}", origins.first().map_or("", String::as_str)),
        expires_at,
    };
    Ok(Json(ctx.part::<Signer>().respond(&link)))
}

/// Uses a link up and begins the session.
pub(super) async fn consume(
    ctx: &Context,
    token: &str,
    ip: Option<String>,
    headers: &HeaderMap,
) -> ApiResult<Response> {
    let hash = secret::hash(token);
    let found: Option<(String,)> =
        sqlx::query_as("SELECT account_id FROM admins_employee_link WHERE token_hash = $1 AND expires_at > $2")
            .bind(&hash)
            .bind(ctx.now().micros())
            .fetch_optional(ctx.db().read())
            .await?;
    let Some((account,)) = found else { return Err(stale()) };
    let seat = seat(ctx, &account).await?.ok_or_else(stale)?;
    let mut change = Change::begin_as(ctx, &seat.label(), ip.clone(), "session.begin").await?;
    // Of two who come at once, one deletes the row.
    let used =
        sqlx::query("DELETE FROM admins_employee_link WHERE token_hash = $1").bind(&hash).execute(change.on()).await?;
    if used.rows_affected() != 1 {
        return Err(stale());
    }
    let language = Language::of_browser(headers);
    let session = begin(ctx, change.on(), Holder::Employee(&seat, language), ip, headers).await?;
    change.commit(Audit::created(Object::new("account", &seat.id, &seat.label()), &())).await?;
    let view = SessionView::of_employee(ctx, &seat, language.as_str()).await?;
    Ok(with_cookie(ctx, &session, Json(view)))
}

/// The seat of an account, unless its endpoint is out of service.
pub(crate) async fn seat(ctx: &Context, account: &str) -> Result<Option<Seat>, ApiError> {
    let mut connection = ctx.db().read().acquire().await?;
    Seat::of(&mut connection, account).await
}

/// Where an employee who is signed in sits, and the language of their session.
pub(super) async fn seated(ctx: &Context, caller: &Caller, employee: &Employee) -> Result<(Seat, String), ApiError> {
    let seat = seat(ctx, &employee.account.to_string()).await?.ok_or_else(ApiError::unauthenticated)?;
    let Credential::Session(session) = caller.credential else { return Err(ApiError::unauthenticated()) };
    let language: Option<(Option<String>,)> = sqlx::query_as("SELECT language FROM admins_session WHERE id = $1")
        .bind(session.to_string())
        .fetch_optional(ctx.db().read())
        .await?;
    Ok((seat, language.and_then(|(word,)| word).unwrap_or_else(|| Language::Ja.as_str().to_owned())))
}
