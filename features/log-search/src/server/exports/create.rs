//! `POST /api/v1/log-search/exports`.

use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use yagura_events::server::{question, reason_to_take};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::Id;

use super::{Export, Exports, Format, MOST_OF_ONE, Running, job, own};

/// What is exported, and how.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct NewExport {
    /// The question.
    pub(super) q: String,
    /// How the file is written.
    pub(super) format: Format,
    /// The columns of a table; left out, the usual ones.
    #[serde(default)]
    pub(super) columns: Vec<String>,
    /// `ja` or `en`, for the headings of a table.
    #[serde(default)]
    pub(super) language: Option<String>,
}

/// Begin an export
#[utoipa::path(post, path = "/api/v1/log-search/exports", tag = "log-search", request_body = NewExport,
    responses((status = 202, body = Export), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewExport>,
) -> ApiResult<(StatusCode, Json<Export>)> {
    let query = question(&ctx, &caller, &body.q, None).await?;
    let purpose = reason_to_take(&ctx, &caller).await?.map(|reason| reason.purpose);
    let id = Id::<Export>::new().to_string();
    let mut change = Change::begin(&ctx, &caller, "export.create").await?;
    let at = change.at();
    let (under_way,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM log_search_export WHERE owner = $1 AND state IN ('queued', 'running')")
            .bind(caller.who.id())
            .fetch_one(change.on())
            .await?;
    if under_way >= MOST_OF_ONE {
        return Err(ApiError::conflict(format!(
            "{under_way} exports of yours are under way: wait for one or cancel it"
        )));
    }
    sqlx::query(
        "INSERT INTO log_search_export (id, owner, q, format, purpose, state, written, created_at, alive_at)
         VALUES ($1, $2, $3, $4, $5, 'queued', 0, $6, $6)",
    )
    .bind(&id)
    .bind(caller.who.id())
    .bind(&body.q)
    .bind(body.format.as_str())
    .bind(&purpose)
    .bind(at.micros())
    .execute(change.on())
    .await?;
    change.commit(Audit::created(Object::new("export", &id, &body.q), &body).because(purpose)).await?;
    let stop = CancellationToken::new();
    let exports = ctx.part::<Exports>();
    exports.running().insert(id.clone(), Running { stop: stop.clone(), total: None, written: 0 });
    ctx.spawn(job::run(ctx.clone(), id.clone(), body, query, stop));
    let view = own(&ctx, &caller, &id).await?.view(exports);
    Ok((StatusCode::ACCEPTED, Json(view)))
}
