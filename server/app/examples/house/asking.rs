//! Questions to a measured server, over HTTPS as administrators ask them.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use serde_json::{Value, json};
use yagura_dial::{HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};
use yagura_server::Server;

use super::house::say;

/// How often each question is asked.
const ROUNDS: usize = 7;

/// An administrator of the measured server.
pub(crate) struct Asking {
    client: HttpClient,
    token: String,
}

impl Asking {
    pub(crate) async fn of(server: &Server, folder: &Path) -> anyhow::Result<Self> {
        let pem = std::fs::read_to_string(folder.join("ca.pem"))?;
        let tls = client_config(&Trust::Authorities { pem, system: false })?;
        let target = Target::parse(&format!("https://{}", server.address))?;
        let client = HttpClient::new(Arc::new(NetDial::new(tls, ProxyChoice::Direct)), target);
        yagura_admins::first_administrator(server.context(), "bench", "Bench").await?;
        let token = yagura_admins::issue_token(server.context(), "bench", "bench", Duration::from_secs(36_000)).await?;
        Ok(Self { client, token })
    }

    /// One request, with a body of some type, and what the answer says.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<(&'static str, Bytes)>,
    ) -> anyhow::Result<Bytes> {
        let (kind, body) = body.unzip();
        let mut request = Request::new(body.unwrap_or_default());
        *request.method_mut() = method;
        *request.uri_mut() = format!("/api/v1/{path}").parse()?;
        request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {}", self.token).parse()?);
        if let Some(kind) = kind {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        let answer = self.client.send(|| request.clone()).await?;
        anyhow::ensure!(
            answer.status.is_success(),
            "{path}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        Ok(answer.body)
    }

    /// Asks several times, and says how long that took. `shown` picks what is worth saying of the answer.
    pub(crate) async fn time(&self, what: &str, path: &str, shown: fn(&Value) -> Value) -> anyhow::Result<()> {
        let mut times = Vec::new();
        let mut answer = Bytes::new();
        for _ in 0..ROUNDS {
            let began = Instant::now();
            answer = self.send(Method::GET, path, None).await?;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        times.sort_by(f64::total_cmp);
        let shown = shown(&serde_json::from_slice(&answer)?);
        say(
            what,
            &json!({"median_ms": times[ROUNDS / 2], "slowest_ms": times[ROUNDS - 1], "bytes": answer.len(), "answer": shown}),
        );
        Ok(())
    }
}
