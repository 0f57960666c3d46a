//! `GET /api/v1/alarms/news`: an answer waits until something about alarms has changed, so that a list shows a new one within a
//! second, and is not read again where nothing happens.

use std::time::Duration;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use utoipa::{IntoParams, ToSchema};
use yagura_server_kit::{ApiError, ApiResult, Caller, Context, Json, Query, error::Problem};

/// So long an answer waits where nothing else is said: shorter than proxies wait for one.
const USUAL_S: u32 = 25;
const LONGEST_S: u32 = 55;
/// One row of the database, which all servers on it share.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What is known, and how long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NewsQuery {
    /// `mark` of the answer before; left out, an answer comes at once.
    after: Option<String>,
    /// So many seconds an answer may wait for news; 25 if left out, 0 for none.
    #[param(minimum = 0, maximum = 55)]
    wait_s: Option<u32>,
}

/// How alarms stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmNews {
    /// Another one than before: something has changed. It says nothing else.
    mark: String,
}

/// Wait for news of alarms
#[utoipa::path(get, path = "/api/v1/alarms/news", tag = "alarms", params(NewsQuery),
    responses((status = 200, body = AlarmNews), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn news(
    State(ctx): State<Context>,
    _caller: Caller,
    Query(query): Query<NewsQuery>,
) -> ApiResult<Json<AlarmNews>> {
    let wait_s = query.wait_s.unwrap_or(USUAL_S);
    if wait_s > LONGEST_S {
        return Err(ApiError::invalid("?wait_s", "out_of_range", "an answer waits for at most 55 seconds"));
    }
    let until = Instant::now() + Duration::from_secs(u64::from(wait_s));
    let stop = ctx.stopping();
    loop {
        let mark = mark(&ctx).await?;
        if query.after.as_ref() != Some(&mark) || Instant::now() >= until || stop.is_cancelled() {
            return Ok(Json(AlarmNews { mark }));
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = sleep(LOOK_EVERY) => {}
        }
    }
}

async fn mark(ctx: &Context) -> Result<String, ApiError> {
    let (changes,): (i64,) =
        sqlx::query_as("SELECT changes FROM alarms_change WHERE one = 1").fetch_one(ctx.db().read()).await?;
    Ok(changes.to_string())
}
