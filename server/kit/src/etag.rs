//! Things that two people may edit: who writes must have seen the latest version (RFC 9110 section 13.1.1).

use axum::extract::FromRequestParts;
use http::{header, request::Parts};

use crate::{ApiError, Code};

/// The version of a thing as an entity tag: `"7"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Etag(pub i64);

impl std::fmt::Display for Etag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

/// The version that the caller has seen, from `If-Match`; `None` when the header is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(pub Option<String>);

impl IfMatch {
    /// Passes when the caller has seen `current`.
    ///
    /// # Errors
    /// `conflict` when it has seen another version, `invalid` when it does not say.
    pub fn check(&self, current: Etag) -> Result<(), ApiError> {
        match &self.0 {
            Some(seen) if *seen == current.to_string() || seen == "*" => Ok(()),
            Some(_) => Err(ApiError::conflict("somebody has changed this in the meantime; load it again")),
            None => Err(ApiError::new(Code::Invalid, "say which version you have seen: If-Match with its etag")
                .with("If-Match", "required", None)),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Ok(Self(parts.headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok()).map(str::to_owned)))
    }
}
