//! Why a file was not fetched, and what to do about it.

use std::time::Duration;

use http::StatusCode;
use yagura_dial::DialError;

use super::MOST_REDIRECTS;
use crate::server::feeds::file::FileError;

/// A file that was not fetched.
#[derive(Debug, thiserror::Error)]
pub(in crate::server::feeds) enum FetchError {
    #[error("`{0}` is no address that is fetched from: https:// is needed")]
    Address(String),
    #[error("{to}: {}", advice_on(.to_dial))]
    Dial { to: String, to_dial: DialError },
    #[error("the connection to {0} broke off before the end; it is tried again")]
    Broken(String, #[source] hyper::Error),
    #[error("{0} did not answer in time, or goes on too slowly; it is tried again")]
    Late(String),
    #[error("{url} answered {status}{}: {}", in_brackets(.said), advice(*.status))]
    Refused { url: String, status: StatusCode, said: String },
    #[error("{url} answered {status}: it is asked too often; it is asked again later by itself")]
    Busy { url: String, status: StatusCode, after: Option<Duration> },
    #[error("{from} sends us on to `{to}`, which is not https; refused. Write down the address that it stands at now")]
    Downgrade { from: String, to: String },
    #[error("{0} sends us elsewhere more than {MOST_REDIRECTS} times; check the address, it leads in a circle")]
    Redirects(String),
    #[error("{0}")]
    File(#[from] FileError),
    #[error("the request to {0} cannot be made")]
    Request(String, #[source] http::Error),
}

impl FetchError {
    /// How long to wait before it is asked for again, where that may help: what the publisher says, else what is given.
    pub(super) fn again(&self, usual: Duration) -> Option<Duration> {
        match self {
            Self::Busy { after, .. } => Some(after.unwrap_or(usual)),
            Self::Broken(..) | Self::Late(_) => Some(usual),
            Self::Refused { status, .. } if status.is_server_error() => Some(usual),
            Self::Dial { to_dial: DialError::Connect(..) | DialError::Timeout(..), .. } => Some(usual),
            _ => None,
        }
    }

    /// How long its publisher wants to be left alone.
    pub(in crate::server::feeds) fn leave_alone(&self) -> Option<Duration> {
        match self {
            Self::Busy { after, .. } => *after,
            _ => None,
        }
    }

    /// Whether there is nothing at this address.
    pub(in crate::server::feeds) fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::NOT_FOUND | StatusCode::GONE, .. })
    }
}

fn in_brackets(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" ({text})") }
}

fn advice(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "it lets us not in; check the feed's key, and whether a proxy or the publisher blocks this server"
        }
        StatusCode::NOT_FOUND | StatusCode::GONE => "there is nothing at this address; check it",
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => "the proxy wants a name and a password (HTTPS_PROXY)",
        status if status.is_server_error() => "the publisher has trouble of its own; it is tried again by itself",
        status if status.is_redirection() => "it does not say where to go on; check the address",
        _ => "check the address",
    }
}

fn advice_on(error: &DialError) -> String {
    let advice = match error {
        DialError::Tls(..) => {
            "where a proxy opens TLS on the way, its certificate authority must be among the system's on this server"
        }
        DialError::Proxy(_) => "check HTTPS_PROXY and NO_PROXY of the server's service",
        DialError::Connect(..) | DialError::Timeout(..) => {
            "check that this server reaches it: name, firewall, proxy (HTTPS_PROXY); or import the file"
        }
        DialError::Name(_) => "check the address",
    };
    format!("{error}; {advice}")
}
