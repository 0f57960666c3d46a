//! `Idempotency-Key`: a changing request that is sent again takes effect once (draft-ietf-httpapi-idempotency-key-header-07).
//!
//! The answer to the first request is kept for a day and given again. Answers may hold secrets that are shown once, so they
//! are kept encrypted under the key itself, of which the server stores only a hash: who holds the database cannot read
//! them, who repeats the request can. A request that was broken off by a crash is answered with `conflict`: whether it took
//! effect has to be looked up, and guessing would be doing it twice.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest::{Context as Digest, SHA256},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use serde::{Deserialize, Serialize};

use crate::{ApiError, Caller, Code, Context, Credential, secret};

/// The header that carries the key.
pub const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is one that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Shorter keys could be guessed, longer ones serve nothing; in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 16..=200;
/// Answers are kept for so long.
const KEPT_MICROS: i64 = 86_400 * 1_000_000;
/// Largest body of a request with a key, and of an answer that is kept.
const MOST: usize = 16 << 20;

#[derive(Serialize, Deserialize)]
struct Answer {
    content_type: Option<String>,
    etag: Option<String>,
    /// Base64.
    body: String,
}

/// Runs a changing request, or gives the answer that the same request got before. Without a key it is simply run.
pub(crate) async fn once(ctx: &Context, caller: &Caller, request: Request, next: Next) -> Result<Response, ApiError> {
    let Some(key) = request.headers().get(KEY) else { return Ok(next.run(request).await) };
    let key = key
        .to_str()
        .ok()
        .filter(|key| LENGTH.contains(&key.len()))
        .ok_or_else(|| ApiError::invalid("Idempotency-Key", "out_of_range", "a key has 16 to 200 ASCII characters"))?
        .to_owned();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MOST).await.map_err(|_| ApiError::new(Code::TooLarge, "the body is too large"))?;
    let owner = match caller.credential {
        Credential::Session(_) | Credential::Order => caller.who.id(),
        Credential::Token(token) => token.to_string(),
    };
    let id = secret::hash(&format!("{owner}\n{key}"));
    let asked = request_hash(&parts, &body);
    if let Some(answer) = begin(ctx, &id, &asked, &key).await? {
        return Ok(answer);
    }
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    // What failed for a reason of ours may be tried again under the same key.
    if response.status().is_server_error() {
        forget(ctx, &id).await?;
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let body = to_bytes(Body::new(body), MOST).await.map_err(|error| ApiError::unavailable(&error))?;
    keep(ctx, &id, &key, &head, &body).await?;
    Ok(Response::from_parts(head, Body::from(body)))
}

fn request_hash(parts: &Parts, body: &Bytes) -> String {
    let mut digest = Digest::new(&SHA256);
    for part in [parts.method.as_str(), parts.uri.path(), parts.uri.query().unwrap_or_default()] {
        digest.update(part.as_bytes());
        digest.update(b"\n");
    }
    digest.update(body);
    hex::encode(digest.finish())
}

/// Notes that the request is under way, or gives what came of it before.
async fn begin(ctx: &Context, id: &str, asked: &str, key: &str) -> Result<Option<Response>, ApiError> {
    let now = ctx.now().micros();
    let mut tx = ctx.db().write().await?;
    sqlx::query("DELETE FROM idempotency_request WHERE created_at < $1")
        .bind(now - KEPT_MICROS)
        .execute(tx.on())
        .await?;
    let known: Option<(String, Option<i64>, Option<String>)> =
        sqlx::query_as("SELECT request_hash, status, answer FROM idempotency_request WHERE id = $1")
            .bind(id)
            .fetch_optional(tx.on())
            .await?;
    let Some((hash, status, answer)) = known else {
        sqlx::query("INSERT INTO idempotency_request (id, request_hash, created_at) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(asked)
            .bind(now)
            .execute(tx.on())
            .await?;
        tx.commit().await?;
        return Ok(None);
    };
    if hash != asked {
        let message = "this key was used for another request; use a new one for each change";
        return Err(ApiError::invalid("Idempotency-Key", "reused", message));
    }
    let (Some(status), Some(answer)) = (status, answer) else {
        return Err(ApiError::conflict(
            "a request with this key is under way or was broken off; look whether it took effect before you send it under another key",
        ));
    };
    replay(id, key, status, &answer).map(Some).ok_or_else(|| {
        ApiError::conflict("the answer to the first request with this key cannot be read any more, but it took effect")
    })
}

fn replay(id: &str, key: &str, status: i64, answer: &str) -> Option<Response> {
    let opened = open(id, key, &STANDARD.decode(answer).ok()?)?;
    let answer: Answer = serde_json::from_slice(&opened).ok()?;
    let status = StatusCode::from_u16(u16::try_from(status).ok()?).ok()?;
    let mut response = (status, STANDARD.decode(answer.body).ok()?).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    for (name, value) in [(header::CONTENT_TYPE, answer.content_type), (header::ETAG, answer.etag)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.insert(name, value);
        }
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Some(response)
}

async fn keep(ctx: &Context, id: &str, key: &str, head: &http::response::Parts, body: &Bytes) -> Result<(), ApiError> {
    let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let answer =
        Answer { content_type: text(header::CONTENT_TYPE), etag: text(header::ETAG), body: STANDARD.encode(body) };
    let sealed = seal(id, key, &serde_json::to_vec(&answer).unwrap_or_default()).ok_or(secret::NoRandom)?;
    let mut tx = ctx.db().write().await?;
    sqlx::query("UPDATE idempotency_request SET status = $1, answer = $2 WHERE id = $3")
        .bind(i64::from(head.status.as_u16()))
        .bind(STANDARD.encode(sealed))
        .bind(id)
        .execute(tx.on())
        .await?;
    Ok(tx.commit().await?)
}

async fn forget(ctx: &Context, id: &str) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    sqlx::query("DELETE FROM idempotency_request WHERE id = $1").bind(id).execute(tx.on()).await?;
    Ok(tx.commit().await?)
}

struct Aes256;

impl KeyType for Aes256 {
    fn len(&self) -> usize {
        AES_256_GCM.key_len()
    }
}

/// The encryption key that follows from an idempotency key. The id differs for each caller and key and serves as salt.
fn cipher(id: &str, key: &str) -> Option<LessSafeKey> {
    let mut bytes = [0; 32];
    let derived = Salt::new(HKDF_SHA256, id.as_bytes()).extract(key.as_bytes());
    derived.expand(&[b"yagura idempotency v1"], Aes256).ok()?.fill(&mut bytes).ok()?;
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).ok()?))
}

fn seal(id: &str, key: &str, text: &[u8]) -> Option<Vec<u8>> {
    let nonce: [u8; NONCE_LEN] = secret::random().ok()?[..NONCE_LEN].try_into().ok()?;
    let mut sealed = text.to_vec();
    cipher(id, key)?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).ok()?;
    Some([nonce.as_slice(), &sealed].concat())
}

fn open(id: &str, key: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
    let mut text = rest.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let length = cipher(id, key)?.open_in_place(nonce, Aad::empty(), &mut text).ok()?.len();
    text.truncate(length);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_answer_can_be_read_with_its_key_only() {
        let sealed = seal("id", "0123456789abcdef", b"secret").unwrap();
        assert_eq!(open("id", "0123456789abcdef", &sealed).unwrap(), b"secret");
        assert_eq!(open("id", "0123456789abcdeg", &sealed), None);
        assert_eq!(open("other", "0123456789abcdef", &sealed), None);
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
    }
}
