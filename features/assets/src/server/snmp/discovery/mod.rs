//! Looking for devices in a range of addresses: only when somebody starts it, after a preview, slowly, and until it is cancelled.

pub(crate) mod cancel;
pub(crate) mod job;
pub(crate) mod list;
pub(crate) mod preview;
mod run;
pub(crate) mod start;

use yagura_server_kit::ApiError;

use crate::snmp::{self, RangeError};

/// The addresses of a range, or what is wrong with it.
fn addresses(text: &str) -> Result<Vec<std::net::Ipv4Addr>, ApiError> {
    snmp::addresses(text).map_err(|error| {
        let code = match error {
            RangeError::Malformed(_) => "malformed",
            RangeError::TooLarge(_) => "too_large",
            RangeError::Nobody(_) => "nobody",
        };
        ApiError::invalid("/addresses", code, error.to_string())
    })
}
