//! What osquery asks and tells. It is given no queries of the moment (`distributed`): Yagura keeps inventories and runs nothing.

use std::net::IpAddr;

use axum::{
    Extension,
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use yagura_server_kit::{ApiError, Code, Context, agent::PeerAddress};

use super::keep::{self, Node};
use crate::{
    osquery::{Message, Results, message, schedule},
    server::intake::{self, Received},
};

/// Largest message of results, in bytes: osquery sends no line above one megabyte, and a few at a time.
const MOST_LOG: usize = 8 << 20;
/// Largest message of any other kind.
const MOST: usize = 256 << 10;

type Peer = Option<Extension<PeerAddress>>;

pub(super) async fn enroll(State(ctx): State<Context>, peer: Peer, body: Body) -> Response {
    answered(enrolled(&ctx, peer, body).await)
}

pub(super) async fn config(State(ctx): State<Context>, peer: Peer, body: Body) -> Response {
    answered(
        known(&ctx, peer, body, MOST)
            .await
            .map(|known| known.map(|_| json!({"schedule": schedule(), "options": {"logger_tls_period": 60}}))),
    )
}

pub(super) async fn log(State(ctx): State<Context>, peer: Peer, body: Body) -> Response {
    answered(told(&ctx, peer, body).await)
}

pub(super) async fn read(State(ctx): State<Context>, peer: Peer, body: Body) -> Response {
    answered(known(&ctx, peer, body, MOST).await.map(|known| known.map(|_| json!({"queries": {}}))))
}

pub(super) async fn write(State(ctx): State<Context>, peer: Peer, body: Body) -> Response {
    answered(known(&ctx, peer, body, MOST).await.map(|known| known.map(|_| json!({}))))
}

/// Who is not known is told so, and enrols anew.
fn answered(result: Result<Option<Value>, ApiError>) -> Response {
    match result {
        Ok(Some(mut value)) => {
            value["node_invalid"] = json!(false);
            axum::Json(value).into_response()
        }
        Ok(None) => axum::Json(json!({"node_invalid": true})).into_response(),
        Err(error) => error.into_response(),
    }
}

/// Reads a message of at most so many bytes. Who sends it is not known before, so only what tells that is looked at.
async fn message_of(ctx: &Context, body: Body, most: usize) -> Result<Message, ApiError> {
    let Received { place: _place, body } = intake::received(ctx, None, body, most).await?;
    let read = tokio::task::spawn_blocking(move || message(&body)).await;
    let read = read.map_err(|error| ApiError::unavailable(&error))?;
    read.map_err(|error| ApiError::new(Code::Invalid, error.to_string()))
}

async fn enrolled(ctx: &Context, peer: Peer, body: Body) -> Result<Option<Value>, ApiError> {
    open(ctx).await?;
    let message = message_of(ctx, body, MOST).await?;
    let Some(intake) = intake::by_secret(ctx, &message.enroll_secret).await? else {
        stranger(ctx, peer)?;
        return Ok(None);
    };
    let key = keep::enrol(ctx, &intake, &message).await?;
    Ok(Some(json!({"node_key": key})))
}

/// The message of somebody who has enrolled.
async fn known(ctx: &Context, peer: Peer, body: Body, most: usize) -> Result<Option<(Node, Message)>, ApiError> {
    open(ctx).await?;
    let message = message_of(ctx, body, most).await?;
    match keep::node(ctx, &message.node_key).await? {
        Some(node) => Ok(Some((node, message))),
        None => {
            stranger(ctx, peer)?;
            Ok(None)
        }
    }
}

async fn told(ctx: &Context, peer: Peer, body: Body) -> Result<Option<Value>, ApiError> {
    let Some((node, message)) = known(ctx, peer, body, MOST_LOG).await? else { return Ok(None) };
    if message.log_type == "result" {
        let results = match intake::in_turn(ctx, move || Results::of(message)).await? {
            Ok(results) => results,
            Err(error) => {
                // The last good state stays, and osquery would only send it again.
                intake::refusal(ctx, &node.intake, &error.to_string()).await?;
                return Ok(Some(json!({})));
            }
        };
        if !results.is_empty() {
            keep::results(ctx, &node, results).await?;
        }
    }
    Ok(Some(json!({})))
}

/// Without a credential there is no intake at all.
async fn open(ctx: &Context) -> Result<(), ApiError> {
    if intake::is_open(ctx).await? { Ok(()) } else { Err(ApiError::not_found("thing")) }
}

/// Counts somebody who is not known; too many of them wait.
fn stranger(ctx: &Context, peer: Peer) -> Result<(), ApiError> {
    let from = peer.map_or(IpAddr::from([0; 4]), |peer| peer.0.0);
    ctx.metrics().refuse("intake");
    match intake::wrong(ctx, from) {
        Some(seconds) => {
            Err(ApiError::new(Code::RateLimited, "too many wrong keys from this address").retry_after_s(seconds))
        }
        None => Ok(()),
    }
}
