//! How this machine becomes an endpoint.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, header};
use yagura_dial::{Dial, HttpClient, Target};
use yagura_vocabulary::{Clock as _, EndpointState};

use super::{
    client::{ClientError, check, read},
    clock::ServerClock,
    identity::{Identity, IdentityDir},
    runner::Facts,
};
use crate::wire::{
    enrol::{Answer, Application, Enrolment, Token},
    key_set::{Purpose, TrustedKeys},
};

/// Applies with `token` to the server at `url` and keeps what it decides in `dir`.
///
/// `dial` may believe any certificate: the answer is signed by a key that the token vouches for, and nothing secret is
/// sent. `authorities` (PEM) are kept for later connections when the server names none itself.
///
/// # Errors
/// When the server is not reached, refuses, or is not the one that the token names.
pub async fn enrol(
    dir: &IdentityDir,
    url: &str,
    token: &Token,
    facts: &Facts,
    authorities: &str,
    dial: Arc<dyn Dial>,
    clock: &ServerClock,
) -> Result<(Identity, EndpointState), ClientError> {
    let http = HttpClient::new(dial, Target::parse(url)?);
    let key = dir.applicant_key()?;
    let application = Application {
        token: token.id,
        public_key: key.public(),
        hostname: facts.hostname.clone(),
        os: facts.os,
        os_name: facts.os_name.clone(),
        agent_version: facts.agent_version.clone(),
        hardware_id: facts.hardware_id.clone(),
        at: clock.now(),
    };
    let enrolment = Enrolment::new(&application, token, &key);
    let unreadable = |error: String| ClientError::Unreadable { what: "enrol", error };
    let body = Bytes::from(serde_json::to_vec(&enrolment).map_err(|error| unreadable(error.to_string()))?);
    let answer = http
        .send(|| {
            let mut request = Request::new(body.clone());
            *request.method_mut() = http::Method::POST;
            *request.uri_mut() = http::Uri::from_static("/agent/v1/enrol");
            let json = header::HeaderValue::from_static("application/json");
            request.headers_mut().insert(header::CONTENT_TYPE, json);
            request
        })
        .await?;
    let answer: Answer = read("enrol", &check(answer)?)?;
    let keys = TrustedKeys::first(&answer.keys, &token.root_sha256)?;
    // The machine's clock may be wrong, and only signed requests are told the right time: the set's own time must do here.
    let now = clock.now().max(keys.set.issued_at);
    let admission = match keys.open(&answer.admission, Purpose::Response, now) {
        Err(_) if now > keys.set.issued_at => keys.open(&answer.admission, Purpose::Response, keys.set.issued_at)?,
        result => result?,
    };
    if admission.public_key != key.public() || admission.server != keys.set.server {
        return Err(ClientError::Stray("enrol"));
    }
    let identity = dir.admitted(&admission, url, &token.to_string(), keys, authorities, clock.now())?;
    Ok((identity, admission.state))
}
