//! `POST /inventory`: a message of a foreign agent.

use std::{net::IpAddr, time::Duration};

use axum::{
    Extension,
    body::{Body, Bytes, to_bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use http::{HeaderMap, HeaderValue, header};
use tokio::{sync::SemaphorePermit, time::timeout};
use yagura_server_kit::{ApiError, Code, Context, agent::PeerAddress};

use super::{
    Intake,
    answer::{Packing, answer},
    believe::{REALM, basic, credential, is_open},
    in_turn, keep,
};
use crate::intake::{IntakeError, MAX_PACKED, Message, read};

/// A body of some hundred kilobytes comes through the slowest of lines in this time.
const PATIENCE: Duration = Duration::from_secs(120);
/// When those who are turned away may come again.
const LATER_S: u64 = 60;

pub(super) async fn receive(
    State(ctx): State<Context>,
    peer: Option<Extension<PeerAddress>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let from = peer.map_or(IpAddr::from([0; 4]), |peer| peer.0.0);
    match believed(&ctx, &headers, from).await {
        Ok(intake) => taken(&ctx, &intake, &headers, body).await.unwrap_or_else(IntoResponse::into_response),
        Err(refused) => {
            // LWP, which all of these agents use, wants to get rid of its body before it reads an answer.
            pour_away(body).await;
            refused
        }
    }
}

/// The credential's id, or what is answered without one.
async fn believed(ctx: &Context, headers: &HeaderMap, from: IpAddr) -> Result<String, Response> {
    let fail = ApiError::into_response;
    if !is_open(ctx).await.map_err(fail)? {
        return Err(ApiError::not_found("thing").into_response());
    }
    let Some((user, password)) = basic(headers) else { return Err(who_are_you()) };
    if let Some(id) = credential(ctx, &user, &password).await.map_err(fail)? {
        return Ok(id);
    }
    ctx.metrics().refuse("intake");
    if let Some(seconds) = ctx.part::<Intake>().wrong.again(from, ctx.now()) {
        return Err(ApiError::new(Code::RateLimited, "too many wrong passwords from this address")
            .retry_after_s(seconds)
            .into_response());
    }
    tracing::warn!(%from, user, "an inventory with a wrong user or password was refused");
    Err(who_are_you())
}

fn who_are_you() -> Response {
    let mut response = ApiError::new(Code::Unauthenticated, "not accepted").into_response();
    if let Ok(challenge) = HeaderValue::try_from(format!("Basic realm=\"{REALM}\"")) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

async fn pour_away(body: Body) {
    let mut left = MAX_PACKED;
    let mut pieces = body.into_data_stream();
    let pour = async {
        while let Some(Ok(piece)) = pieces.next().await {
            left = left.saturating_sub(piece.len());
            if left == 0 {
                break;
            }
        }
    };
    // Who does not finish is cut off with the connection.
    drop(timeout(PATIENCE, pour).await);
}

/// A body, and its place among those that are held in memory.
pub(in crate::server) struct Received<'a> {
    pub place: SemaphorePermit<'a>,
    pub body: Bytes,
}

/// Receives a body of at most so many bytes. What is too large is written down beside the credential, where that is known.
pub(in crate::server) async fn received<'a>(
    ctx: &'a Context,
    intake: Option<&str>,
    body: Body,
    most: usize,
) -> Result<Received<'a>, ApiError> {
    let Ok(place) = ctx.part::<Intake>().places.try_acquire() else {
        pour_away(body).await;
        return Err(ApiError::new(Code::Unavailable, "the server is busy").retry_after_s(LATER_S));
    };
    match timeout(PATIENCE, to_bytes(body, most)).await {
        Ok(Ok(body)) => Ok(Received { place, body }),
        Ok(Err(_)) => {
            let why = format!("an inventory has at most {most} bytes as it is sent");
            if let Some(intake) = intake {
                keep::refusal(ctx, intake, &why).await?;
            }
            Err(ApiError::new(Code::TooLarge, why))
        }
        Err(_) => Err(ApiError::new(Code::Invalid, "the body did not come in time")),
    }
}

async fn taken(ctx: &Context, intake: &str, headers: &HeaderMap, body: Body) -> Result<Response, ApiError> {
    let Received { place: _place, body } = received(ctx, Some(intake), body, MAX_PACKED).await?;
    let packing = Packing::of(&body);
    let message = match unpacked(ctx, headers, body).await? {
        Ok(message) => message,
        Err(error) => {
            tracing::warn!(%error, intake, "an inventory could not be used");
            keep::refusal(ctx, intake, &error.to_string()).await?;
            let code = if error == IntakeError::TooLarge { Code::TooLarge } else { Code::Invalid };
            return Err(ApiError::new(code, error.to_string()));
        }
    };
    match &message {
        Message::Question(_) => keep::question(ctx, intake).await?,
        Message::Inventory(told) => keep::inventory(ctx, intake, told).await?,
    }
    Ok(answer(&message, packing, headers.get(header::CONTENT_TYPE)))
}

/// Reads the message, off the threads that answer others.
async fn unpacked(ctx: &Context, headers: &HeaderMap, body: Bytes) -> Result<Result<Message, IntakeError>, ApiError> {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let now = ctx.now();
    in_turn(ctx, move || read(&body, &agent, now)).await
}
