//! What goes wrong, as the caller sees it: RFC 9457 problem details with a closed set of codes.
//!
//! Libraries have their own errors; `?` turns them into an [`ApiError`] at the HTTP edge. What the caller cannot mend
//! (a broken database) is logged with its whole chain and shown as `unavailable` without detail.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Json;

/// The closed set of codes that programs may match on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Nobody is signed in, or the credentials are wrong.
    Unauthenticated,
    /// Signed in, but not allowed.
    Forbidden,
    /// It is other people's log, and nobody has said yet why it is read.
    PurposeRequired,
    /// It does not exist, or the caller may not know that it does.
    NotFound,
    /// The request cannot be understood; `errors` says where.
    Invalid,
    /// It does not fit what is there now: somebody else changed it, or it exists already.
    Conflict,
    /// More than is accepted.
    TooLarge,
    /// Too often.
    RateLimited,
    /// The server cannot do it now; try again later.
    Unavailable,
}

impl Code {
    const fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::PurposeRequired => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where: a JSON Pointer into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// What, as a word that the console translates: `required`, `unknown`, `too_long`, ...
    pub code: String,
    /// What, in English, for people who read JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where in a text that has its own rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Box<Place>>,
}

/// The piece of a text that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Place {
    /// Its first character, from 0. Characters are Unicode scalar values.
    pub from: usize,
    /// The character after its last one.
    pub to: usize,
    /// What stands there, or the part of it that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// What was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meant: Option<String>,
}

/// A request that was not fulfilled.
#[derive(Debug)]
pub struct ApiError {
    code: Code,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    retry_after_s: Option<u64>,
}

/// The body of every error (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the code says what it is.
    pub r#type: &'static str,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// For programs.
    pub code: Code,
    /// For people.
    pub detail: String,
    /// What in particular is wrong.
    pub errors: Vec<FieldError>,
}

impl ApiError {
    /// An error with this code and this sentence.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), retry_after_s: None }
    }

    /// There is no such thing, or none that the caller may see.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what}, or you may not see it"))
    }

    /// One field is wrong.
    #[must_use]
    pub fn invalid(pointer: &str, code: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::new(Code::Invalid, message.clone()).with(pointer, code, Some(message))
    }

    /// A text is wrong at a place.
    #[must_use]
    pub fn misread(pointer: &str, code: &str, message: impl Into<String>, place: Place) -> Self {
        let message = message.into();
        let detail = format!("at character {}: {message}", place.from + 1);
        let error = FieldError {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            message: Some(message),
            place: Some(Box::new(place)),
        };
        Self::new(Code::Invalid, detail).with_all([error])
    }

    /// Somebody else changed it, or it exists already.
    #[must_use]
    pub fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Conflict, detail)
    }

    /// Nobody is signed in.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(Code::Unauthenticated, "sign in first, or give an API token")
    }

    /// Signed in, but not allowed.
    #[must_use]
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::Forbidden, detail)
    }

    /// Nobody has said yet why the log is read.
    #[must_use]
    pub fn purpose_required() -> Self {
        Self::new(Code::PurposeRequired, "say first why the log is read: open a case")
    }

    /// Try again later. The cause goes to the log, not to the caller.
    #[must_use]
    pub fn unavailable(cause: &dyn std::error::Error) -> Self {
        tracing::error!(error = %Chain(cause), "a request could not be served");
        let detail = "the server cannot do this now; the system health page says why";
        Self { retry_after_s: Some(10), ..Self::new(Code::Unavailable, detail) }
    }

    /// Adds a field error.
    #[must_use]
    pub fn with(mut self, pointer: &str, code: &str, message: Option<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.to_owned(), code: code.to_owned(), message, place: None });
        self
    }

    /// Adds many.
    #[must_use]
    pub fn with_all(mut self, errors: impl IntoIterator<Item = FieldError>) -> Self {
        self.errors.extend(errors);
        self
    }

    /// Says when to come back.
    #[must_use]
    pub fn retry_after_s(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// Its code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }
}

/// An error with everything that caused it, in one line.
pub struct Chain<'a>(pub &'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let problem = Problem {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or_default().to_owned(),
            status: status.as_u16(),
            code: self.code,
            detail: self.detail.into_owned(),
            errors: self.errors,
        };
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(crate::routes::PROBLEM));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<crate::db::DbError> for ApiError {
    fn from(error: crate::db::DbError) -> Self {
        Self::unavailable(&error)
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(database) if database.is_unique_violation() => Self::conflict("it exists already"),
            Some(database) if database.is_foreign_key_violation() => {
                Self::conflict("something that it refers to does not exist, or something still refers to it")
            }
            _ => Self::unavailable(&error),
        }
    }
}
