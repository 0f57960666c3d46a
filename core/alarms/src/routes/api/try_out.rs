//! `POST /api/v1/alarm-routes/{id}/test`: sends a message that says that it is a test.

use axum::extract::State;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Audit, Caller, Change, Context, Json, Path, error::Problem};
use yagura_vocabulary::Id;

use super::object;
use crate::routes::{AlarmRoute, carry, store};

/// How it went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlarmRouteTest)]
pub(crate) struct TestView {
    /// The other end took it; of mail, the outbox did.
    taken: bool,
    /// What the other end said, or why there was none.
    error: Option<String>,
}

/// Try a route of alarms
#[utoipa::path(post, path = "/api/v1/alarm-routes/{id}/test", tag = "alarms", params(("id" = String, Path)),
    responses((status = 200, body = TestView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn try_out(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<Id<AlarmRoute>>,
) -> ApiResult<Json<TestView>> {
    let mut change = Change::begin(&ctx, &caller, "alarm_route.test").await?;
    let kept = store::find(change.on(), id).await?;
    change.commit(Audit::created(object(&kept.id, &kept.route.name), &json!({}))).await?;
    let sent = carry::try_out(&ctx, &kept).await?;
    Ok(Json(TestView { taken: sent.is_ok(), error: sent.err() }))
}
