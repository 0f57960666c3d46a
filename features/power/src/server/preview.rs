//! `POST /api/v1/power/preview`: what would come of a request, without doing anything.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use yagura_server_kit::{ApiResult, Caller, Context, Json, Page, error::Problem};

use super::{
    look::{Foretold, PowerAsk, PowerEndpoint},
    outlook::PowerOutlook,
};

/// What would come of it at one endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PowerForetold {
    endpoint: PowerEndpoint,
    outlook: PowerOutlook,
    /// How many people are logged on, as it last told; 0 while it is off.
    people: u32,
    /// Why it could not, in its agent's words.
    unable: Option<String>,
    /// Who would wake it.
    neighbour: Option<PowerEndpoint>,
}

impl From<Foretold> for PowerForetold {
    fn from(one: Foretold) -> Self {
        let neighbour = one.by.map(|(by, ..)| by);
        Self { endpoint: one.endpoint, outlook: one.outlook, people: one.people, unable: one.unable, neighbour }
    }
}

/// Preview a request about power
#[utoipa::path(post, path = "/api/v1/power/preview", tag = "power", request_body = PowerAsk,
    responses((status = 200, body = Page<PowerForetold>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn preview(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<PowerAsk>,
) -> ApiResult<Json<Page<PowerForetold>>> {
    let foretold = body.foretell(&ctx, &caller, ctx.now()).await?;
    Ok(Json(Page::whole(foretold.into_iter().map(PowerForetold::from).collect())))
}
