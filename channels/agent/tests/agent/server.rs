//! The server's side of the protocol, in memory: what it signs is real, what it stores is a list.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{sync::watch, time::timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{handshake::derive_accept_key, protocol::Role},
};
use uuid::Uuid;
use yagura_channel::{
    server::Signer,
    wire::{
        batch,
        body::unpack_json,
        command::{Command, Progress, Standing, Waiting},
        delta::apply,
        enrol::{Admission, Answer, Enrolment, ProofKey, Token},
        hello::{Hello, Welcome},
        key::PublicKey,
        key_change::{KeyChange, KeyChanged},
        nudge::Nudge,
        policy::{DocumentHash, Manifest, PolicyDocument, merge},
        receipt::{Mark, Receipt, ServerTime},
        request::{Claim, MAX_SKEW_S, Subject},
        sealed::Sealed,
        state::{Report, Section, Taken, hash},
    },
};
use yagura_dial::{Dial, DialError, Stream, Target};
use yagura_vocabulary::{Clock as _, CommandState, EndpointState, Event, Id, Lane, ManualClock, Time, id};

/// What the server holds and does next.
pub(crate) struct Held {
    pub(crate) signer: Signer,
    pub(crate) keys: BTreeMap<Id<id::Endpoint>, PublicKey>,
    pub(crate) admit_as: EndpointState,
    pub(crate) state: EndpointState,
    pub(crate) hellos: Vec<Hello>,
    pub(crate) marks: BTreeMap<(Uuid, Lane), Mark>,
    pub(crate) events: Vec<(Id<id::Endpoint>, Lane, Event)>,
    pub(crate) batches: Vec<Vec<u8>>,
    pub(crate) sections: BTreeMap<String, Value>,
    pub(crate) reports: Vec<Report>,
    /// Whether it is of a version that understands deltas.
    pub(crate) deltas: bool,
    pub(crate) manifest: Option<Manifest>,
    pub(crate) documents: BTreeMap<String, Vec<u8>>,
    pub(crate) waiting: Vec<Sealed<Command>>,
    pub(crate) standing: BTreeMap<Id<id::Command>, CommandState>,
    pub(crate) told: Vec<Progress>,
    pub(crate) nudges: VecDeque<Nudge>,
    /// Answered instead of anything else, one for each request.
    pub(crate) trouble: VecDeque<Trouble>,
    /// The hardware that an endpoint was first seen on.
    pub(crate) hardware: BTreeMap<Id<id::Endpoint>, String>,
    pub(crate) refuse_batches: u32,
    /// What becomes of WebSockets.
    pub(crate) link: Link,
    /// Whether long polls are broken off.
    pub(crate) no_nudges: bool,
    /// Whether nobody can reach it.
    pub(crate) off: bool,
    pub(crate) paths: Vec<String>,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// 503.
    Busy,
    /// The request is carried out, and the answer lost.
    AnswerLost,
}

/// What becomes of a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// There is none.
    Refused,
    /// It opens, and then nothing is heard from it any more.
    Dead,
    /// It works, and nothing is said on it.
    Quiet,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) id: Id<id::Server>,
    pub(crate) clock: ManualClock,
    pub(crate) token: Token,
    held: Arc<Mutex<Held>>,
    happened: Arc<watch::Sender<u64>>,
    dir: Arc<TempDir>,
}

impl Server {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = ManualClock::at(Time::from_seconds(1_800_000_000));
        let id = Id::new();
        let signer = Signer::open(dir.path(), id, clock.now()).unwrap();
        let token = Token { id: Id::new(), secret: [7; 32], root_sha256: signer.root().sha256() };
        let held = Held {
            signer,
            keys: BTreeMap::new(),
            admit_as: EndpointState::Online,
            state: EndpointState::Online,
            hellos: Vec::new(),
            marks: BTreeMap::new(),
            events: Vec::new(),
            batches: Vec::new(),
            sections: BTreeMap::new(),
            reports: Vec::new(),
            deltas: true,
            manifest: None,
            documents: BTreeMap::new(),
            waiting: Vec::new(),
            standing: BTreeMap::new(),
            told: Vec::new(),
            nudges: VecDeque::new(),
            trouble: VecDeque::new(),
            hardware: BTreeMap::new(),
            refuse_batches: 0,
            link: Link::Refused,
            no_nudges: false,
            off: false,
            paths: Vec::new(),
        };
        Self {
            id,
            clock,
            token,
            held: Arc::new(Mutex::new(held)),
            happened: Arc::new(watch::Sender::new(0)),
            dir: Arc::new(dir),
        }
    }

    pub(crate) fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap()
    }

    /// Says that something happened that [`Self::until`] may wait for.
    pub(crate) fn bump(&self) {
        self.happened.send_modify(|count| *count += 1);
    }

    /// Waits until `is` holds, for at most three hours of the time in which nothing happens.
    pub(crate) async fn until(&self, what: &str, is: impl Fn(&Held) -> bool) {
        let mut happened = self.happened.subscribe();
        let waiting = async {
            while !is(&self.held()) {
                happened.changed().await.unwrap();
            }
        };
        timeout(Duration::from_secs(3 * 3600), waiting).await.unwrap_or_else(|_| {
            let held = self.held();
            panic!("waited for {what}; the last requests were {:?}", &held.paths[held.paths.len().saturating_sub(20)..])
        });
    }

    pub(crate) fn nudge(&self, nudge: Nudge) {
        self.held().nudges.push_back(nudge);
        self.bump();
    }

    pub(crate) fn key_version(&self) -> u64 {
        self.held().signer.version()
    }

    pub(crate) fn renew_keys(&self) {
        self.held().signer.renew(self.clock.now(), true).unwrap();
    }

    /// A command for `endpoint`, signed and waiting.
    pub(crate) fn order(&self, endpoint: Id<id::Endpoint>, name: &str) -> Id<id::Command> {
        let now = self.clock.now();
        let command = Command {
            server: self.id,
            id: Id::new(),
            endpoint,
            name: name.to_owned(),
            args: serde_json::json!({}),
            issued_at: now,
            expires_at: now + Duration::from_secs(86_400),
        };
        let mut held = self.held();
        let sealed = held.signer.command(&command);
        held.waiting.push(sealed);
        command.id
    }

    /// Puts documents in force for `endpoint`.
    pub(crate) fn publish(&self, endpoint: Id<id::Endpoint>, counter: u64, documents: &[PolicyDocument]) {
        let mut held = self.held();
        let mut hashes = BTreeMap::new();
        for document in documents {
            let bytes = document.bytes();
            let hash = DocumentHash::of(&bytes);
            held.documents.insert(hash.0.clone(), bytes);
            hashes.insert(document.feature.clone(), hash);
        }
        held.manifest = Some(Manifest { server: self.id, endpoint, counter, documents: hashes });
    }

    async fn answer(&self, mut request: Request<Incoming>) -> Option<Response<Full<Bytes>>> {
        if request.uri().path().ends_with("/link") {
            let (upgrade, dead) = (hyper::upgrade::on(&mut request), self.held().link == Link::Dead);
            tokio::spawn(async move {
                let Ok(open) = upgrade.await else { return };
                let mut socket = WebSocketStream::from_raw_socket(TokioIo::new(open), Role::Server, None).await;
                if dead {
                    std::future::pending::<()>().await;
                }
                // Reading answers pings.
                while let Some(Ok(_)) = socket.next().await {}
            });
        }
        let (parts, body) = request.into_parts();
        let body = body.collect().await.ok()?.to_bytes();
        let path = parts.uri.path().to_owned();
        if path == "/agent/v1/nudges" && !self.held().no_nudges {
            // A long poll: held for a while when there is nothing to say.
            let mut happened = self.happened.subscribe();
            let news = async {
                while self.held().nudges.is_empty() {
                    happened.changed().await.unwrap();
                }
            };
            let _ = timeout(Duration::from_secs(290), news).await;
        }
        let answer = self.held().answer(self, &parts.method, &path, &parts.headers, &body);
        self.bump();
        answer
    }
}

fn json(status: u16, value: &impl Serialize) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(serde_json::to_vec(value).unwrap().into()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

impl Held {
    fn answer(
        &mut self,
        server: &Server,
        method: &Method,
        path: &str,
        headers: &http::HeaderMap,
        body: &[u8],
    ) -> Option<Response<Full<Bytes>>> {
        self.paths.push(path.to_owned());
        let trouble =
            if path.ends_with("/link") || path.ends_with("/nudges") { None } else { self.trouble.pop_front() };
        if trouble == Some(Trouble::Busy) {
            let mut response = json(503, &"busy");
            response.headers_mut().insert("retry-after", http::HeaderValue::from_static("7"));
            return Some(response);
        }
        let response = match path {
            "/agent/v1/enrol" => self.enrol(server, body),
            "/agent/v1/keys" => json(200, &self.signer.keys()),
            _ => match self.believed(server, method, path, headers, body) {
                Ok(endpoint) => self.signed(server, endpoint, path, headers, body),
                Err(response) => *response,
            },
        };
        (trouble != Some(Trouble::AnswerLost)).then_some(response)
    }

    fn enrol(&mut self, server: &Server, body: &[u8]) -> Response<Full<Bytes>> {
        let enrolment: Enrolment = serde_json::from_slice(body).unwrap();
        let Ok(application) = enrolment.verify(&ProofKey::of(&server.token.secret)) else { return json(403, &"no") };
        let known = self.keys.iter().find(|(_, key)| **key == application.public_key).map(|(id, _)| *id);
        let endpoint = known.unwrap_or_default();
        self.keys.insert(endpoint, application.public_key);
        self.hardware.insert(endpoint, application.hardware_id);
        let admission = Admission {
            server: server.id,
            endpoint,
            public_key: application.public_key,
            state: self.admit_as,
            tls_authorities: String::new(),
        };
        json(201, &Answer { keys: self.signer.keys().clone(), admission: self.signer.respond(&admission) })
    }

    fn believed(
        &self,
        server: &Server,
        method: &Method,
        path: &str,
        headers: &http::HeaderMap,
        body: &[u8],
    ) -> Result<Id<id::Endpoint>, Box<Response<Full<Bytes>>>> {
        let no = |_| Box::new(json(401, &"not accepted"));
        let claim = Claim::read(headers).map_err(no)?;
        let subject =
            Subject { method: method.as_str(), path, query: "", body, endpoint: claim.endpoint, server: server.id };
        let key = self.keys.get(&claim.endpoint).ok_or_else(|| Box::new(json(401, &"who?")))?;
        claim.verify(&subject, key).map_err(no)?;
        if claim.skew_s(server.clock.now()).unsigned_abs() > MAX_SKEW_S {
            let time = ServerTime { server: server.id, now: server.clock.now(), request: claim.name() };
            let mut response = json(401, &self.signer.respond(&time));
            response.headers_mut().insert("yagura-time", http::HeaderValue::from_static("skew"));
            return Err(Box::new(response));
        }
        Ok(claim.endpoint)
    }

    fn signed(
        &mut self,
        server: &Server,
        endpoint: Id<id::Endpoint>,
        path: &str,
        headers: &http::HeaderMap,
        body: &[u8],
    ) -> Response<Full<Bytes>> {
        if self.state == EndpointState::Pending && path != "/agent/v1/hello" {
            return json(403, &"pending");
        }
        match path {
            "/agent/v1/hello" => {
                let hello: Hello = unpack_json(body).unwrap();
                let ours = |mark: &&Mark| mark.epoch == hello.epoch;
                let welcome = Welcome {
                    server: server.id,
                    endpoint,
                    state: self.state,
                    now: server.clock.now(),
                    marks: self.marks.values().filter(ours).cloned().collect(),
                    new_epoch: false,
                    reenrol: self.hardware.get(&endpoint).is_some_and(|known| *known != hello.hardware_id),
                    key_set: self.signer.version(),
                    manifest: self.manifest.as_ref().map_or(0, |manifest| manifest.counter),
                    commands: self.waiting.len() as u64,
                    linger_s: 5,
                };
                self.hellos.push(hello);
                json(200, &self.signer.respond(&welcome))
            }
            "/agent/v1/events" => json(200, &self.events(endpoint, body)),
            "/agent/v1/key" => {
                let change = KeyChange::open(&unpack_json(body).unwrap()).unwrap();
                self.keys.insert(endpoint, change.public_key);
                let KeyChange { server, endpoint, public_key } = change;
                json(200, &self.signer.respond(&KeyChanged { server, endpoint, public_key }))
            }
            "/agent/v1/link" if self.link != Link::Refused => {
                let key = headers["sec-websocket-key"].as_bytes();
                let mut response = json(101, &());
                for (name, value) in [
                    ("connection", "upgrade"),
                    ("upgrade", "websocket"),
                    ("sec-websocket-accept", &derive_accept_key(key)),
                ] {
                    response.headers_mut().insert(name, value.parse().unwrap());
                }
                *response.body_mut() = Full::default();
                response
            }
            "/agent/v1/state" => {
                let report: Report = unpack_json(body).unwrap();
                let exact = report.sections.values().any(|section| matches!(section, Section::Delta { .. }));
                // The word is unknown to an older server's reader.
                if exact && !self.deltas {
                    json(400, &"unknown variant `delta`")
                } else {
                    json(200, &self.take_state(report))
                }
            }
            "/agent/v1/manifest" => match &self.manifest {
                Some(manifest) => json(200, &self.signer.policy(manifest)),
                None => json(404, &"none"),
            },
            "/agent/v1/commands" => json(200, &Waiting { commands: self.waiting.clone() }),
            "/agent/v1/nudges" if self.no_nudges => json(502, &"no"),
            "/agent/v1/nudges" => json(200, &std::mem::take(&mut self.nudges)),
            other => {
                if let Some(hash) = other.strip_prefix("/agent/v1/policies/") {
                    let bytes = self.documents[hash].clone();
                    return Response::new(Full::new(bytes.into()));
                }
                if other.starts_with("/agent/v1/commands/") {
                    let progress: Progress = unpack_json(body).unwrap();
                    let held = self.standing.entry(progress.id).or_insert(CommandState::Fetched);
                    if held.may_become(progress.state) {
                        *held = progress.state;
                    }
                    let standing = Standing { id: progress.id, state: *held };
                    self.told.push(progress);
                    return json(200, &standing);
                }
                json(404, &"nothing here")
            }
        }
    }

    fn events(&mut self, endpoint: Id<id::Endpoint>, body: &[u8]) -> Sealed<Receipt> {
        let batch = batch::open(body).unwrap();
        let stream = (batch.header.epoch, batch.header.lane);
        let new = Mark { epoch: stream.0, lane: stream.1, last: batch.header.last, sha256: hex::encode(batch.sha256) };
        let held = self.marks.get(&stream).cloned();
        let last = held.as_ref().map_or(0, |mark| mark.last);
        let accepted = if self.refuse_batches > 0 {
            self.refuse_batches -= 1;
            false
        } else if held.as_ref() == Some(&new) {
            true
        } else if batch.header.first == last + 1 {
            self.batches.push(body.to_vec());
            self.events.extend(batch.events.into_iter().map(|(_, event)| (endpoint, stream.1, event)));
            self.marks.insert(stream, new.clone());
            true
        } else {
            false
        };
        let mark = if accepted { new } else { held.unwrap_or(Mark { last: 0, sha256: String::new(), ..new }) };
        self.signer.respond(&Receipt { endpoint, mark, accepted, linger_s: None })
    }

    fn take_state(&mut self, report: Report) -> Taken {
        let mut hashes = BTreeMap::new();
        for (name, section) in report.sections.clone() {
            let value = match section {
                Section::Full(value) => value,
                Section::Patch { base, patch, .. } => {
                    let Some(mut value) = self.sections.get(&name).filter(|value| hash(value) == base).cloned() else {
                        continue;
                    };
                    merge(&mut value, &patch);
                    value
                }
                Section::Delta { base, delta, .. } => {
                    let Some(mut value) = self.sections.get(&name).filter(|value| hash(value) == base).cloned() else {
                        continue;
                    };
                    apply(&delta, &mut value).unwrap();
                    value
                }
            };
            hashes.insert(name.clone(), hash(&value));
            self.sections.insert(name, value);
        }
        self.reports.push(report);
        Taken { hashes, deltas: self.deltas }
    }
}

/// Every connection is a pipe to a task that serves it.
#[async_trait]
impl Dial for Server {
    async fn dial(&self, target: &Target) -> Result<Stream, DialError> {
        if self.held().off {
            return Err(DialError::Timeout(target.clone(), Duration::ZERO));
        }
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let server = self.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let server = server.clone();
                async move { server.answer(request).await.ok_or("the answer is lost") }
            });
            let _ = http1::Builder::new().serve_connection(TokioIo::new(theirs), service).with_upgrades().await;
        });
        Ok(Box::new(ours))
    }
}

impl Server {
    pub(crate) fn keys_dir(&self) -> &std::path::Path {
        self.dir.path()
    }
}
