//! The server's HTTP API.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use serde_json::Value;
use yagura_dial::{Answer, HttpClient, NetDial, ProxyChoice, Trust, client_config};

use crate::{error::CliError, problem::Problem, query::Query, settings::Settings, source::Source};

/// Most items of one page.
const PAGE: usize = 1_000;

/// A connection to the server, signed in or not.
pub(crate) struct Api {
    client: HttpClient,
    headers: HeaderMap,
}

/// What goes with a request.
pub(crate) enum Body {
    /// Nothing.
    None,
    /// A JSON document.
    Json(Value),
    /// A file of this media type.
    File(&'static str, Bytes),
}

/// An answer that is no refusal.
pub(crate) struct Reply {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; null where there is none.
    pub body: Value,
}

impl Api {
    /// A connection, with this token.
    pub(crate) fn new(settings: &Settings, token: Option<String>) -> Result<Self, CliError> {
        let trust = Trust::Authorities { pem: settings.authorities()?, system: true };
        let tls = client_config(&trust).map_err(|error| CliError::Usage(error.to_string()))?;
        let dial = NetDial::new(tls, ProxyChoice::Environment);
        let client = HttpClient::new(Arc::new(dial), settings.target.clone());
        let mut headers = HeaderMap::new();
        let agent = concat!("yaguractl/", env!("CARGO_PKG_VERSION"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        let mut api = Self { client, headers };
        if let Some(token) = token {
            api.always(header::AUTHORIZATION, &format!("Bearer {token}"))?;
        }
        Ok(api)
    }

    /// Sends this header with every request from now on.
    pub(crate) fn always(&mut self, name: HeaderName, value: &str) -> Result<(), CliError> {
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| CliError::Usage(format!("the {name} header cannot be sent: is the token file in order?")))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }

    /// Sends one request.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Body,
        etag: Option<&str>,
    ) -> Result<Reply, CliError> {
        let uri: Uri = path.parse().map_err(|_| CliError::Usage(format!("`{path}` is not a path")))?;
        let mut headers = self.headers.clone();
        let bytes = match body {
            Body::None => Bytes::new(),
            Body::Json(value) => {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
                value.to_string().into()
            }
            Body::File(media_type, bytes) => {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
                bytes
            }
        };
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.insert(header::IF_MATCH, etag);
        }
        let build = || {
            let mut request = Request::new(bytes.clone());
            *request.method_mut() = method.clone();
            *request.uri_mut() = uri.clone();
            *request.headers_mut() = headers.clone();
            request
        };
        self.reply(self.client.send(build).await?)
    }

    /// Posts a file, of which no more than some pieces are in memory.
    pub(crate) async fn upload(&self, path: &str, file: Source) -> Result<Reply, CliError> {
        let uri: Uri = path.parse().map_err(|_| CliError::Usage(format!("`{path}` is not a path")))?;
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        *request.headers_mut() = self.headers.clone();
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        if let Some(length) = file.length {
            headers.insert(header::CONTENT_LENGTH, length.into());
        }
        self.reply(self.client.upload(request, file.pieces()).await?)
    }

    fn reply(&self, answer: Answer) -> Result<Reply, CliError> {
        if !answer.status.is_success() {
            return Err(CliError::Refused(Problem::read(answer.status, &answer.body)));
        }
        let body = if answer.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&answer.body).map_err(|_| {
                CliError::Failed(format!("{} did not answer with JSON: is it a Yagura server?", self.client.target()))
            })?
        };
        Ok(Reply { headers: answer.headers, body })
    }

    /// Reads one thing.
    pub(crate) async fn get(&self, query: &Query) -> Result<Value, CliError> {
        Ok(self.send(Method::GET, query.as_str(), Body::None, None).await?.body)
    }

    /// Posts a document.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Value, CliError> {
        Ok(self.send(Method::POST, path, Body::Json(body), None).await?.body)
    }

    /// Reads a list page by page, all of it or the first `most` items.
    pub(crate) async fn list(&self, query: &Query, most: Option<usize>) -> Result<Vec<Value>, CliError> {
        let most = most.unwrap_or(usize::MAX);
        let mut items = Vec::new();
        let mut cursor: Option<String> = None;
        while items.len() < most {
            let limit = (most - items.len()).min(PAGE);
            let page = self.get(&query.clone().with("limit", Some(limit)).with("cursor", cursor.as_ref())).await?;
            let room = most - items.len();
            items.extend(page["items"].as_array().into_iter().flatten().take(room).cloned());
            // A server that gives the same cursor again would keep us here for ever.
            let next = page["next_cursor"].as_str().map(str::to_owned);
            if next.is_none() || next == cursor {
                break;
            }
            cursor = next;
        }
        Ok(items)
    }
}
