//! `POST /api/v1/commands/{id}/cancel`: takes a command back, as long as the endpoint has not begun.

use axum::extract::State;
use serde_json::json;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Path, error::Problem};
use yagura_vocabulary::{CommandState, id::CommandId};

use super::{read::row, view::Command};
use crate::{
    carrier::{Carriers, Channel},
    state::{Outcome, advance},
};

/// Cancel a command
#[utoipa::path(post, path = "/api/v1/commands/{id}/cancel", tag = "commands", params(("id" = String, Path)),
    responses((status = 200, body = Command), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn cancel(
    State(ctx): State<Context>,
    caller: Caller,
    Path(id): Path<CommandId>,
) -> ApiResult<Json<Command>> {
    let mut change = Change::begin(&ctx, &caller, "command.cancel").await?;
    let before = row(change.on(), &caller, id).await?;
    let endpoint = before.endpoint_id.parse().map_err(|error| ApiError::unavailable(&error))?;
    let channel = Channel::parse(&before.channel)?;
    let label = format!("{} ({})", before.name, before.hostname);
    let before = Command::try_from(before)?;
    let at = change.at();
    if before.state == CommandState::Cancelled {
        return Ok(Json(before));
    }
    let state = advance(change.on(), id, CommandState::Cancelled, at, &Outcome::default()).await?;
    if state != CommandState::Cancelled {
        return Err(ApiError::conflict(format!("the command is {} already", state.as_str())));
    }
    let after = Command::try_from(row(change.on(), &caller, id).await?)?;
    let (was, is) = (json!({"state": before.state}), json!({"state": after.state}));
    change.commit(Audit::changed(Object::new("command", &id, &label), &was, &is)).await?;
    // An endpoint that has it already looks again and drops it.
    ctx.part::<Carriers>().of(channel).tell(&ctx, endpoint);
    Ok(Json(after))
}
