//! What handlers read from a request. These take the place of axum's extractors of the same names: what cannot be read is
//! answered with problem details that name the place, never with plain text.

use axum::{
    extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{header, request::Parts};
use serde::{Serialize, de::DeserializeOwned};
use serde_path_to_error::Segment;

use crate::{ApiError, Code};

/// A JSON document: the body of a request or of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(is_json) {
            return Err(ApiError::invalid("Content-Type", "unsupported", "send the body as application/json"));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| unreadable(&rejection))?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader)
            .map_err(|error| refused(&pointer(error.path()), error.inner()))?;
        reader.end().map_err(|error| refused("", &error))?;
        Ok(Self(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The query string.
#[derive(Debug, Clone, Copy)]
pub struct Query<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let value = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs))
            .map_err(|error| ApiError::invalid(&format!("?{}", error.path()), "invalid", error.inner().to_string()))?;
        Ok(Self(value))
    }
}

/// The parts of the path. A part that cannot be what it stands for (an id that is none) names nothing: `not_found`.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

#[expect(clippy::disallowed_types, reason = "this is what takes its place")]
impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| ApiError::not_found("thing"))
    }
}

fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Why a body could not be read at all.
fn unreadable(rejection: &BytesRejection) -> ApiError {
    match rejection.status() {
        http::StatusCode::PAYLOAD_TOO_LARGE => {
            ApiError::new(Code::TooLarge, "the body is larger than the server takes")
        }
        _ => ApiError::new(Code::Invalid, "the body broke off"),
    }
}

fn refused(pointer: &str, error: &serde_json::Error) -> ApiError {
    let code = if error.is_data() { "invalid" } else { "bad_json" };
    ApiError::invalid(pointer, code, error.to_string())
}

/// The path as a JSON Pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            // Names of enum variants are not places in the JSON.
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// Tells null, which takes away, from absent, which leaves as it is: `#[serde(default, deserialize_with = "present")]` on an
/// `Option<Option<T>>`.
///
/// # Errors
/// What the deserializer says.
pub fn present<'de, T: serde::Deserialize<'de>, D: serde::Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use expect_test::{Expect, expect};
    use http_body_util::BodyExt as _;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Rule {
        #[expect(dead_code, reason = "only read from JSON")]
        level: u8,
    }

    #[derive(Deserialize)]
    struct Sample {
        #[expect(dead_code, reason = "only read from JSON")]
        rules: Vec<Rule>,
    }

    #[derive(Deserialize)]
    struct Find {
        #[expect(dead_code, reason = "only read from the query")]
        limit: Option<u32>,
    }

    fn shown(error: ApiError) -> String {
        let response = error.into_response();
        let status = response.status().as_u16();
        let body = futures_util::FutureExt::now_or_never(response.into_body().collect()).unwrap().unwrap().to_bytes();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let at: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|e| format!("{}: {}", e["pointer"], e["code"])).collect();
        format!("{status} {} | {}", problem["detail"].as_str().unwrap(), at.join(", "))
    }

    async fn check(kind: &str, body: &'static str, expected: Expect) {
        let request = Request::builder().header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap();
        let error = Json::<Sample>::from_request(request, &()).await.err();
        expected.assert_eq(&error.map(shown).unwrap_or_default());
    }

    #[tokio::test]
    async fn a_body_that_does_not_fit_is_refused_with_the_place() {
        check("application/json", r#"{"rules": [{"level": 1}]}"#, expect![""]).await;
        check(
            "application/json; charset=utf-8",
            r#"{"rules": [{"level": 1}, {"level": "high"}]}"#,
            expect![[
                r#"422 invalid type: string "high", expected u8 at line 1 column 41 | "/rules/1/level": "invalid""#
            ]],
        )
        .await;
    }

    #[tokio::test]
    async fn what_is_no_json_is_refused_as_such() {
        check(
            "application/json",
            "{",
            expect![[r#"422 EOF while parsing an object at line 1 column 1 | "": "bad_json""#]],
        )
        .await;
        check(
            "application/json",
            r#"{"rules": []} x"#,
            expect![[r#"422 trailing characters at line 1 column 15 | "": "bad_json""#]],
        )
        .await;
        check(
            "text/plain",
            "{}",
            expect![[r#"422 send the body as application/json | "Content-Type": "unsupported""#]],
        )
        .await;
    }

    #[tokio::test]
    async fn a_query_that_does_not_fit_is_refused_with_its_name() {
        let (mut parts, ()) = Request::builder().uri("/x?limit=many").body(()).unwrap().into_parts();
        let error = Query::<Find>::from_request_parts(&mut parts, &()).await.err();
        expect![[r#"422 invalid digit found in string | "?limit": "invalid""#]].assert_eq(&error.map(shown).unwrap());
    }
}
