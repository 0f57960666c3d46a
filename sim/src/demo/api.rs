//! The server's API, as far as an office is set up with it.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use serde_json::Value;
use yagura_dial::{HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};

use crate::args::Place;

/// A client that is signed in.
pub(super) struct Api {
    client: HttpClient,
    token: String,
}

impl Api {
    pub(super) fn new(place: &Place, token_file: &Path) -> anyhow::Result<Self> {
        let token = std::fs::read_to_string(token_file)
            .with_context(|| format!("failed to read the token {}", token_file.display()))?;
        let tls = client_config(&Trust::Authorities { pem: place.authorities()?, system: true })?;
        let dial = Arc::new(NetDial::new(tls, ProxyChoice::Direct));
        let client = HttpClient::new(dial, Target::parse(place.server.trim_end_matches('/'))?);
        Ok(Self { client, token: token.trim().to_owned() })
    }

    /// The items of a list, from all of its pages.
    pub(super) async fn list(&self, path: &str) -> anyhow::Result<Vec<Value>> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let mut page = self.ask(Method::GET, &format!("{path}?limit=1000{cursor}"), None).await?;
            if let Value::Array(part) = page["items"].take() {
                items.extend(part);
            }
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }

    /// Sends a document; `Null` when what it makes is there already.
    pub(super) async fn send(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.ask(method, path, Some(("application/json", body.to_string().into()))).await
    }

    /// Sends a file of this media type.
    pub(super) async fn upload(&self, path: &str, media_type: &str, bytes: Bytes) -> anyhow::Result<Value> {
        self.ask(Method::POST, path, Some((media_type, bytes))).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<(&str, Bytes)>) -> anyhow::Result<Value> {
        let build = || {
            let (kind, bytes) = body.clone().unwrap_or(("application/json", Bytes::new()));
            let request = Request::builder()
                .method(method.clone())
                .uri(path)
                .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
                .header(header::CONTENT_TYPE, kind)
                // Whatever stands there now is to be replaced: nobody else edits an office that is just being made.
                .header(header::IF_MATCH, "*");
            request.body(bytes).unwrap_or_default()
        };
        let answer = self.client.send(build).await.with_context(|| format!("failed to send {method} {path}"))?;
        match answer.status {
            StatusCode::CONFLICT => Ok(Value::Null),
            status if status.is_success() => Ok(serde_json::from_slice(&answer.body).unwrap_or_default()),
            status => {
                let told = String::from_utf8_lossy(&answer.body);
                bail!("{method} {path} was answered with {status}: {told}")
            }
        }
    }
}
