//! What can go wrong with a request, and the status that says so.

use std::time::Duration;

use http::{StatusCode, header};
use serde::de::DeserializeOwned;
use yagura_dial::{Answer, HttpError, TargetError};

use crate::{
    agent::identity::IdentityError,
    wire::{key_set::KeysError, sealed::SealError},
};

/// Why a request brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server was not reached.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The server's address is no address.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The server, or something before it, is too busy.
    #[error("the server is busy ({status}) and asks to come again in {retry_after:?}")]
    Busy {
        /// 429 or 503.
        status: u16,
        /// When to come again.
        retry_after: Duration,
    },
    /// The server does not know this endpoint, or it is retired.
    #[error("the server does not accept this endpoint's signature")]
    NotAccepted,
    /// Not allowed, or not yet: the endpoint waits for approval.
    #[error("the server does not allow this: {0}")]
    Forbidden(String),
    /// Any other status.
    #[error("the server answered {status}: {detail}")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The beginning of what it said.
        detail: String,
    },
    /// The answer has not the shape it should have.
    #[error("the server's answer to {what} cannot be read: {error}")]
    Unreadable {
        /// The request.
        what: &'static str,
        /// What is wrong.
        error: String,
    },
    /// The answer is not signed by a key that may sign it.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The server's new keys are not to be believed.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Signed, but for another endpoint, server, request or stream, or older than what is known.
    #[error("the server's answer to {0} is not about what was asked")]
    Stray(&'static str),
    /// The identity could not be kept.
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl ClientError {
    /// When the server asked to come again, if it did.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }
}

pub(in crate::agent) fn read<T: DeserializeOwned>(what: &'static str, answer: &Answer) -> Result<T, ClientError> {
    serde_json::from_slice(&answer.body).map_err(|error| ClientError::Unreadable { what, error: error.to_string() })
}

/// Turns every status but success into an error.
pub(in crate::agent) fn check(answer: Answer) -> Result<Answer, ClientError> {
    const SHOWN: usize = 300;
    if answer.status.is_success() {
        return Ok(answer);
    }
    let status = answer.status.as_u16();
    let detail = || String::from_utf8_lossy(&answer.body[..answer.body.len().min(SHOWN)]).into_owned();
    Err(match answer.status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            let seconds = answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            // Whatever stands before the server must not be able to silence an endpoint for long.
            ClientError::Busy { status, retry_after: Duration::from_secs(seconds.unwrap_or(30).clamp(1, 600)) }
        }
        StatusCode::UNAUTHORIZED => ClientError::NotAccepted,
        StatusCode::FORBIDDEN => ClientError::Forbidden(detail()),
        _ => ClientError::Status { status, detail: detail() },
    })
}
