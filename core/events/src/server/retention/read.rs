//! `GET /api/v1/events/retention`.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiError, ApiResult, Context, Etag, Json, error::Problem};
use yagura_vocabulary::Time;

use super::{
    run::{RunView, last_run, next_night},
    versions::{Version, in_force, last, waiting},
};
use crate::server::{asked::clock, store};

/// For how long events are kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Retention {
    /// The rules that hold; null on a server's first day, on which nothing is taken away.
    in_force: Option<Version>,
    /// Rules that are decided and have not taken effect yet. Until then they can be taken back, and nothing is taken away.
    waiting: Option<Version>,
    /// When events are taken away next.
    next_run_at: Time,
    /// The last time that it was done or tried; null before the first.
    last_run: Option<RunView>,
    /// How far a removal is that is under way, as a share of 1.
    progress: Option<f64>,
    etag: String,
}

/// Show for how long events are kept
#[utoipa::path(get, path = "/api/v1/events/retention", tag = "events",
    responses((status = 200, body = Retention), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn read(State(ctx): State<Context>) -> ApiResult<Json<Retention>> {
    Ok(Json(view(&ctx).await?))
}

pub(super) async fn view(ctx: &Context) -> Result<Retention, ApiError> {
    let now = ctx.now();
    let mut connection = ctx.db().read().acquire().await?;
    let in_force = in_force(&mut connection, now).await?;
    let waiting = waiting(&mut connection, now).await?;
    let last_run = last_run(&mut connection).await?;
    let etag = Etag(last(&mut connection).await?).to_string();
    drop(connection);
    let begin = waiting.as_ref().map_or(now, |version| version.takes_effect_at.max(now));
    let next_run_at = next_night(begin, &clock(ctx).await?.zone);
    let work = store(ctx).health().await.work;
    #[expect(clippy::cast_precision_loss, reason = "it is a share that is shown to people")]
    let progress = work
        .filter(|work| matches!(work.what, "retain" | "erase") && work.total > 0)
        .map(|work| work.done as f64 / work.total as f64);
    Ok(Retention { in_force, waiting, next_run_at, last_run, progress, etag })
}
