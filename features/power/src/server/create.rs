//! `POST /api/v1/power`: restart, shut down or wake. What would come to nothing is refused before anything is queued.

use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use yagura_commands::{Addressee, Lifetime, Order as Command, Queued, enqueue};
use yagura_server_kit::{ApiError, ApiResult, Audit, Caller, Change, Context, Json, Object, error::Problem};
use yagura_vocabulary::{
    Id,
    id::{CommandId, EndpointId},
};

use super::{
    look::{Foretold, PowerAsk, PowerEndpoint},
    outlook::PowerOutlook,
};
use crate::{Deed, Order, RESTART, SHUT_DOWN, WAKE, Wake, model::Request};

/// An hour: a machine that comes back next week is not to be switched off then.
const LIFETIME_S: u64 = 3_600;

/// What was done about a request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PowerRequest {
    /// The request.
    #[schema(value_type = String)]
    id: Id<Request>,
    items: Vec<PowerGiven>,
}

/// What was done about it at one endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PowerGiven {
    endpoint: PowerEndpoint,
    outlook: PowerOutlook,
    /// The command that was given; none where it was refused.
    command_id: Option<CommandId>,
    /// Who wakes it.
    neighbour: Option<PowerEndpoint>,
}

/// Restart, shut down or wake
#[utoipa::path(post, path = "/api/v1/power", tag = "power", request_body = PowerAsk,
    responses((status = 201, body = PowerRequest), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn create(
    State(ctx): State<Context>,
    caller: Caller,
    Json(body): Json<PowerAsk>,
) -> ApiResult<(StatusCode, Json<PowerRequest>)> {
    let foretold = body.foretell(&ctx, &caller, ctx.now()).await?;
    if !foretold.iter().any(|one| one.outlook.goes()) {
        return Err(nothing(&body, &foretold));
    }
    let lifetime = Lifetime::of_seconds(Some(body.expires_in_s.unwrap_or(LIFETIME_S)))?;
    let id = Id::new();
    let mut change = Change::begin(&ctx, &caller, "power.run").await?;
    let (mut queued, mut audits, mut items) = (Vec::new(), Vec::new(), Vec::new());
    for one in foretold {
        let mut given =
            PowerGiven { endpoint: one.endpoint.clone(), outlook: one.outlook, command_id: None, neighbour: None };
        if one.outlook.goes() {
            let (name, args, carrier) = command(&body, id, &one);
            let order = Command { name, args: &args, by: &caller.name, lifetime };
            let put = enqueue(&ctx, &mut change, &order, std::slice::from_ref(&carrier)).await?;
            if let Some(command) = put.ids().first().copied() {
                store(&mut change, &body, (command, id), one.endpoint.id, carrier.endpoint, &caller.name).await?;
                let label = format!("{name} ({})", one.endpoint.hostname);
                let after = json!({"name": name, "endpoint": one.endpoint.id, "hostname": one.endpoint.hostname,
                    "by": carrier.hostname, "notice_s": body.notice_s, "insist": body.insist});
                let reason = Some(body.reason.clone()).filter(|reason| !reason.is_empty());
                audits.push(Audit::created(Object::new("command", &command, &label), &after).because(reason));
                given.command_id = Some(command);
            }
            queued.push(put);
        }
        given.neighbour = one.by.map(|(by, ..)| by);
        items.push(given);
    }
    change.commit_all(audits).await?;
    queued.into_iter().for_each(|queued: Queued| queued.nudge(&ctx));
    Ok((StatusCode::CREATED, Json(PowerRequest { id, items })))
}

/// The command, and who carries it out.
fn command(body: &PowerAsk, id: Id<Request>, one: &Foretold) -> (&'static str, Value, Addressee) {
    let itself =
        || Addressee { endpoint: one.endpoint.id, hostname: one.endpoint.hostname.clone(), channel: one.channel };
    let order = || {
        let (notice_s, insist, server, reason) = (body.notice_s, body.insist, one.server, body.reason.clone());
        serde_json::to_value(Order { request_id: id, notice_s, insist, server, reason }).unwrap_or_default()
    };
    match (body.action, &one.by) {
        (Deed::Restart, _) => (RESTART, order(), itself()),
        (Deed::ShutDown, _) => (SHUT_DOWN, order(), itself()),
        (Deed::Wake, by) => {
            let cards = by.as_ref().map(|(.., cards)| cards.clone()).unwrap_or_default();
            let wake =
                Wake { request_id: id, endpoint: one.endpoint.id, hostname: one.endpoint.hostname.clone(), cards };
            let carrier = by.as_ref().map_or_else(itself, |(by, channel, _)| Addressee {
                endpoint: by.id,
                hostname: by.hostname.clone(),
                channel: *channel,
            });
            (WAKE, serde_json::to_value(wake).unwrap_or_default(), carrier)
        }
    }
}

async fn store(
    change: &mut Change,
    body: &PowerAsk,
    (command, request): (CommandId, Id<Request>),
    endpoint: EndpointId,
    carrier: EndpointId,
    by: &str,
) -> Result<(), ApiError> {
    let at = change.at().micros();
    let deed = match body.action {
        Deed::Restart => "restart",
        Deed::ShutDown => "shut_down",
        Deed::Wake => "wake",
    };
    sqlx::query(
        "INSERT INTO power_order (command_id, request_id, endpoint_id, carrier_id, deed, reason, asked_at, asked_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(command.to_string())
    .bind(request.to_string())
    .bind(endpoint.to_string())
    .bind(carrier.to_string())
    .bind(deed)
    .bind(&body.reason)
    .bind(at)
    .bind(by)
    .execute(change.on())
    .await?;
    Ok(())
}

/// Why nothing at all would be done.
fn nothing(body: &PowerAsk, foretold: &[Foretold]) -> ApiError {
    let pointer = if body.group_id.is_some() { "/group_id" } else { "/endpoints" };
    let all = |outlook| foretold.iter().all(|one| one.outlook == outlook);
    let (code, what) = if all(PowerOutlook::NoNeighbour) {
        ("no_neighbour", "no endpoint in the same network is on line that could wake it")
    } else if all(PowerOutlook::NotAllowed) {
        ("not_allowed", "the policy (power: allowed) does not allow it")
    } else if all(PowerOutlook::On) {
        ("on", "it is on already")
    } else if all(PowerOutlook::Server) {
        ("server", "the policy (power: servers) leaves servers alone")
    } else if all(PowerOutlook::ServerInUse) {
        ("server_in_use", "somebody is logged on to the server; see the policy (power: servers)")
    } else {
        ("refused", "nothing would be done at any of these endpoints; the preview says why for each")
    };
    ApiError::invalid(pointer, code, what)
}
