//! Requests from agents: believed only when they are signed by the endpoint they name.

use std::time::Duration;

use async_trait::async_trait;
use axum::{
    body::to_bytes,
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use http::{StatusCode, request::Parts};
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use yagura_channel::{
    server::Signer,
    wire::{
        body::{self, MAX_PACKED},
        key::PublicKey,
        receipt::ServerTime,
        request::{Claim, MAX_SKEW_S, RequestError, Subject},
    },
};
use yagura_vocabulary::{EndpointState, Id, id::Endpoint};

use crate::{ApiError, Code, Context, Json};

/// A body of a megabyte comes through the slowest of lines in this time.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the gate needs to know of an endpoint.
#[derive(Debug, Clone)]
pub struct KnownEndpoint {
    /// The key that its requests are signed with.
    pub public_key: PublicKey,
    /// `pending` endpoints may only say hello; `retired` ones nothing.
    pub state: EndpointState,
}

/// Knows endpoints' keys. `core/endpoints` puts one into the context as `Box<dyn Endpoints>`.
#[async_trait]
pub trait Endpoints: Send + Sync {
    /// The endpoint with this id.
    async fn find(&self, ctx: &Context, id: Id<Endpoint>) -> Result<Option<KnownEndpoint>, ApiError>;

    /// What is remembered of this endpoint counts no more: it changed.
    fn forget(&self, id: Id<Endpoint>);
}

/// A request that the endpoint has signed.
#[derive(Debug, Clone)]
pub struct AgentRequest {
    /// Who asks.
    pub endpoint: Id<Endpoint>,
    /// Its state.
    pub state: EndpointState,
    /// How far its clock was ahead when it signed, in seconds.
    pub skew_s: i64,
    /// The body as it was signed.
    pub body: Bytes,
    /// The address it came from.
    pub ip: Option<String>,
}

impl AgentRequest {
    /// The body, unpacked and read.
    ///
    /// # Errors
    /// When it is not what belongs here: the agent is told so little because it cannot do anything about it.
    pub fn read<T: DeserializeOwned>(&self, ctx: &Context) -> Result<T, ApiError> {
        body::unpack_json(&self.body).map_err(|error| {
            ctx.metrics().refuse("body");
            tracing::warn!(endpoint = %self.endpoint, %error, "an agent sent a body that cannot be read");
            ApiError::new(Code::Invalid, "the body cannot be read")
        })
    }

    /// Refuses endpoints that an administrator has not approved yet.
    ///
    /// # Errors
    /// `forbidden` while the endpoint is pending.
    pub fn approved(&self) -> Result<(), ApiError> {
        match self.state {
            EndpointState::Pending => Err(ApiError::forbidden("this endpoint waits for an administrator's approval")),
            _ => Ok(()),
        }
    }
}

impl FromRequestParts<Context> for AgentRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _ctx: &Context) -> Result<Self, ApiError> {
        parts.extensions.get().cloned().ok_or_else(ApiError::unauthenticated)
    }
}

/// The address of the other side, put into the request by the listener.
#[derive(Debug, Clone)]
pub struct PeerAddress(pub std::net::IpAddr);

/// The gate for agents: reads the whole body, checks the signature, and hands both on when it is their turn.
pub(crate) async fn verify(State(ctx): State<Context>, request: Request, next: Next) -> Response {
    let request = match believed(&ctx, request).await {
        Ok(request) => request,
        Err(response) => return response,
    };
    // Only who is believed can take a turn: a stranger who sends slowly keeps nobody waiting.
    match ctx.admission().enter().await {
        Ok(_turn) => next.run(request).await,
        Err(busy) => busy.into_response(),
    }
}

/// The same for what answers only when there is something to tell: it is not worked on meanwhile.
pub(crate) async fn verify_standing(State(ctx): State<Context>, request: Request, next: Next) -> Response {
    match believed(&ctx, request).await {
        Ok(request) => next.run(request).await,
        Err(response) => response,
    }
}

async fn believed(ctx: &Context, request: Request) -> Result<Request, Response> {
    let stranger = |error: RequestError| {
        // A stranger is told nothing that would help him.
        ctx.metrics().refuse(reason(error));
        ApiError::new(Code::Unauthenticated, "not accepted").into_response()
    };
    let claim = Claim::read(request.headers()).map_err(stranger)?;
    if claim.server != ctx.server() {
        return Err(stranger(RequestError::OtherServer));
    }
    let endpoints = ctx.part::<Box<dyn Endpoints>>();
    let known = endpoints.find(ctx, claim.endpoint).await.map_err(axum::response::IntoResponse::into_response)?;
    let known = known
        .filter(|known| known.state != EndpointState::Retired)
        .ok_or_else(|| stranger(RequestError::UnknownEndpoint))?;
    let (parts, stream) = request.into_parts();
    let body = match timeout(PATIENCE, to_bytes(stream, MAX_PACKED)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            ctx.metrics().refuse("too_large");
            return Err(ApiError::new(Code::TooLarge, "the body is too large").into_response());
        }
        Err(_) => {
            ctx.metrics().refuse("too_slow");
            return Err(ApiError::new(Code::Invalid, "the body did not come in time").into_response());
        }
    };
    let subject = Subject {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        body: &body,
        endpoint: claim.endpoint,
        server: ctx.server(),
    };
    claim.verify(&subject, &known.public_key).map_err(stranger)?;
    let skew_s = claim.skew_s(ctx.now());
    if skew_s.unsigned_abs() > MAX_SKEW_S {
        ctx.metrics().refuse(reason(RequestError::Skew));
        // Signed rightly, so it is one of ours with a wrong clock: it is told the time, and may try again.
        let time = ServerTime { server: ctx.server(), now: ctx.now(), request: claim.name() };
        let sealed = ctx.part::<Signer>().respond(&time);
        return Err((StatusCode::UNAUTHORIZED, [("yagura-time", "skew")], Json(sealed)).into_response());
    }
    let ip = parts.extensions.get::<PeerAddress>().map(|peer| peer.0.to_string());
    let verified = AgentRequest { endpoint: claim.endpoint, state: known.state, skew_s, body, ip };
    let mut request = Request::from_parts(parts, axum::body::Body::empty());
    request.extensions_mut().insert(verified);
    Ok(request)
}

const fn reason(error: RequestError) -> &'static str {
    match error {
        RequestError::Unsigned => "unsigned",
        RequestError::OtherServer => "other_server",
        RequestError::UnknownEndpoint => "unknown_endpoint",
        RequestError::Digest => "digest",
        RequestError::Signature => "signature",
        RequestError::Skew => "skew",
    }
}
