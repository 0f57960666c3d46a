//! `POST /api/v1/commands`: one order to each of some endpoints.

use std::collections::HashSet;

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use utoipa::ToSchema;
use yagura_endpoints::visible;
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, Page, error::Problem};
use yagura_vocabulary::id::EndpointId;

use super::{read::row, view::Command};
use crate::{
    CommandNames,
    carrier::Channel,
    enqueue::{Addressee, Lifetime, Order, enqueue},
};

/// Most endpoints of one request.
const MOST: usize = 10_000;

/// An order.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewCommand {
    /// What: `inventory.refresh`, `notice.show`, ...
    name: String,
    /// Who is to do it.
    endpoints: Vec<EndpointId>,
    /// With what; `{}` when absent.
    args: Option<Value>,
    /// For how long it waits, in seconds: a week when absent, at most 90 days.
    expires_in_s: Option<u64>,
}

/// Give a command
#[utoipa::path(post, path = "/api/v1/commands", tag = "commands", request_body = NewCommand,
    responses((status = 201, body = Page<Command>), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<NewCommand>,
) -> ApiResult<(StatusCode, Json<Page<Command>>)> {
    let names = ctx.part::<CommandNames>();
    if !names.contains(&body.name) {
        return Err(ApiError::invalid("/name", "unknown", format!("commands are {}", names.0.join(", "))));
    }
    if body.endpoints.is_empty() {
        return Err(ApiError::invalid("/endpoints", "required", "say which endpoints are to do it"));
    }
    if body.endpoints.len() > MOST {
        return Err(ApiError::invalid("/endpoints", "too_many", format!("at most {MOST} endpoints at once")));
    }
    let lifetime = Lifetime::of_seconds(body.expires_in_s)?;
    let args = body.args.unwrap_or_else(|| json!({}));
    let mut change = Change::begin(&ctx, &caller, "command.run").await?;
    let to = addressees(&mut change, &caller, &body.endpoints).await?;
    let order = Order { name: &body.name, args: &args, by: &caller.name, lifetime };
    let queued = enqueue(&ctx, &mut change, &order, &to).await?;
    let ids = queued.ids();
    let audits = ids.iter().zip(&to).map(|(id, to)| {
        let label = format!("{} ({})", body.name, to.hostname);
        let after = json!({"name": body.name, "endpoint": to.endpoint, "hostname": to.hostname, "args": args});
        Audit::created(Object::new("command", id, &label), &after)
    });
    let audits = audits.collect();
    change.commit_all(audits).await?;
    queued.nudge(&ctx);
    let mut connection = ctx.db().read().acquire().await?;
    let mut commands = Vec::with_capacity(ids.len());
    for id in ids {
        commands.push(row(&mut connection, &caller, id).await?.try_into()?);
    }
    Ok((StatusCode::CREATED, Json(Page::whole(commands))))
}

/// The endpoints that are meant, each once. One that the caller may not see does not exist for them.
async fn addressees(change: &mut Change, caller: &Caller, ids: &[EndpointId]) -> Result<Vec<Addressee>, ApiError> {
    let sql = format!(
        "SELECT e.hostname AS hostname, e.standing AS standing, e.channel AS channel FROM endpoints_endpoint e WHERE e.id = $1 AND {}",
        visible("e.group_id", 2)
    );
    let mut seen = HashSet::new();
    let mut to = Vec::with_capacity(ids.len());
    for (n, endpoint) in ids.iter().enumerate().filter(|(_, id)| seen.insert(**id)) {
        let found: Option<(String, String, String)> = sqlx::query_as(AssertSqlSafe(sql.clone()))
            .bind(endpoint.to_string())
            .bind(caller.limit())
            .fetch_optional(change.on())
            .await?;
        let wrong =
            |code: &str, what: &str| ApiError::invalid(&format!("/endpoints/{n}"), code, format!("{endpoint}: {what}"));
        match found {
            None => return Err(wrong("unknown", "there is no such endpoint, or you may not see it")),
            Some((_, standing, _)) if standing == "retired" => return Err(wrong("retired", "the endpoint is retired")),
            Some((hostname, _, channel)) => {
                to.push(Addressee { endpoint: *endpoint, hostname, channel: Channel::parse(&channel)? });
            }
        }
    }
    Ok(to)
}
