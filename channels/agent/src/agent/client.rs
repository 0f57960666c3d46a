//! Signed requests to the server, and answers that are believed only when they are signed.

mod error;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use yagura_dial::{Answer, Dial, HttpClient, Target};
use yagura_vocabulary::{Account, Clock as _, Id, id::Command as CommandKind};

pub use self::error::ClientError;
pub(super) use self::error::{check, read};
use super::{
    clock::ServerClock,
    identity::{Identity, IdentityDir, Record},
};
use crate::wire::{
    blob::{BlobHash, BlobManifest, Content, Held, Offer},
    body::{MEDIA_TYPE, pack_json, pack_json_tightly},
    command::{Command, Progress, Standing, Waiting},
    hello::{Hello, Welcome},
    key::{PublicKey, SigningKey},
    key_change::{KeyChange, KeyChanged},
    key_set::{Keys, Purpose, ServerKey, TrustedKeys},
    neighbour::{self, Ask, Named},
    nudge::Nudge,
    policy::{DocumentHash, Manifest},
    receipt::{Receipt, ServerTime},
    request::{Subject, name_of, sign},
    sealed::{Document, SealError, Sealed},
    sign_in::{SignInLink, SignInRequest},
    state::{Report, Taken},
};

/// One endpoint's client. Requests go one after the other over one connection.
pub struct AgentClient {
    http: HttpClient,
    dir: IdentityDir,
    key: RwLock<Arc<SigningKey>>,
    record: RwLock<Record>,
    changing_key: tokio::sync::Mutex<()>,
    clock: ServerClock,
}

impl AgentClient {
    /// A client of the server that `identity` belongs to. New server keys are kept in `dir`.
    ///
    /// # Errors
    /// When the server's address cannot be read.
    pub fn new(
        identity: Identity,
        dir: IdentityDir,
        dial: Arc<dyn Dial>,
        clock: ServerClock,
    ) -> Result<Self, ClientError> {
        let http = HttpClient::new(dial, Target::parse(&identity.record.url)?);
        let (key, record) = (RwLock::new(Arc::new(identity.key)), RwLock::new(identity.record));
        Ok(Self { http, dir, key, record, changing_key: tokio::sync::Mutex::default(), clock })
    }

    /// What is known of the enrolment.
    #[must_use]
    pub fn record(&self) -> Record {
        self.record.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The server's time.
    #[must_use]
    pub fn clock(&self) -> &ServerClock {
        &self.clock
    }

    /// Where the server is, and how it is reached.
    #[must_use]
    pub fn http(&self) -> &HttpClient {
        &self.http
    }

    /// Says hello. The welcome is signed and for us.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn hello(&self, hello: &Hello) -> Result<Welcome, ClientError> {
        let answer = self.post("/agent/v1/hello", pack_json(hello).into()).await?;
        let welcome: Welcome = self.open("hello", &answer, Purpose::Response).await?;
        let record = self.record();
        if welcome.server != record.server || welcome.endpoint != record.endpoint {
            return Err(ClientError::Stray("hello"));
        }
        Ok(welcome)
    }

    /// Sends a sealed batch. A receipt with `accepted` false means that a new epoch must begin.
    ///
    /// # Errors
    /// See [`ClientError`]; the batch is to be sent again.
    pub async fn send_batch(&self, batch: &super::spool::SealedBatch) -> Result<Receipt, ClientError> {
        let answer = self.post("/agent/v1/events", batch.bytes.clone()).await?;
        let receipt: Receipt = self.open("events", &answer, Purpose::Response).await?;
        let ours = receipt.endpoint == self.record().endpoint && receipt.mark.lane == batch.header.lane;
        // A refusal may speak of the numbering that the server knows; only a yes must be about ours.
        if !ours || (receipt.accepted && receipt.mark.epoch != batch.header.epoch) {
            return Err(ClientError::Stray("events"));
        }
        Ok(receipt)
    }

    /// Tells how things are.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn state(&self, report: &Report) -> Result<Taken, ClientError> {
        read("state", &self.post("/agent/v1/state", pack_json_tightly(report).into()).await?)
    }

    /// The manifest of policies: signed, for us, and not older than the one with counter `known`.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn manifest(&self, known: u64) -> Result<Manifest, ClientError> {
        let answer = self.get("/agent/v1/manifest").await?;
        let manifest: Manifest = self.open("manifest", &answer, Purpose::Policy).await?;
        let record = self.record();
        let ours = manifest.server == record.server && manifest.endpoint == record.endpoint;
        if !ours || manifest.counter < known {
            return Err(ClientError::Stray("manifest"));
        }
        Ok(manifest)
    }

    /// The bytes of the document with this hash.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn document(&self, hash: &DocumentHash) -> Result<Bytes, ClientError> {
        let answer = self.get(&format!("/agent/v1/policies/{hash}")).await?;
        if DocumentHash::of(&answer.body) != *hash {
            return Err(ClientError::Stray("policies"));
        }
        Ok(answer.body)
    }

    /// The commands that wait, still sealed: open them with [`Self::open_command`].
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn commands(&self) -> Result<Waiting, ClientError> {
        read("commands", &self.get("/agent/v1/commands").await?)
    }

    /// A command, if it is signed by a command key and is for us.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn open_command(&self, sealed: &Sealed<Command>) -> Result<Command, ClientError> {
        let command = self.open_sealed(sealed, Purpose::Command).await?;
        let record = self.record();
        if command.server != record.server || command.endpoint != record.endpoint {
            return Err(ClientError::Stray("commands"));
        }
        Ok(command)
    }

    /// Tells how a command goes; the answer is where it stands at the server.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn progress(&self, id: Id<CommandKind>, progress: &Progress) -> Result<Standing, ClientError> {
        let answer = self.post(&format!("/agent/v1/commands/{id}"), pack_json(progress).into()).await?;
        let standing: Standing = read("commands", &answer)?;
        if standing.id == id { Ok(standing) } else { Err(ClientError::Stray("commands")) }
    }

    /// A one-time sign-in link for an account of this machine, by the operating system's word about who asks.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn sign_in_link(&self, account: Account) -> Result<SignInLink, ClientError> {
        self.sign_in_link_to(account, None).await
    }

    /// The same that leads to one of the person's own pages, `/me` or below it.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn sign_in_link_to(&self, account: Account, page: Option<String>) -> Result<SignInLink, ClientError> {
        let id = account.id.clone();
        let answer = self.post("/agent/v1/sign-in-links", pack_json(&SignInRequest { account, page }).into()).await?;
        let link: SignInLink = self.open("sign-in-links", &answer, Purpose::Response).await?;
        let record = self.record();
        if link.server != record.server || link.endpoint != record.endpoint || link.account_id != id {
            return Err(ClientError::Stray("sign-in-links"));
        }
        Ok(link)
    }

    /// Waits for nudges with a long poll, on a connection of its own.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn nudges(&self, http: &HttpClient) -> Result<Vec<Nudge>, ClientError> {
        let answer = self.exchange(http, "GET", "/agent/v1/nudges", None, Bytes::new()).await?;
        read("nudges", &check(answer)?)
    }

    /// Fetches the server's keys and, if they follow from those we hold, believes and keeps them.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn renew_keys(&self) -> Result<TrustedKeys, ClientError> {
        let keys: Keys = read("keys", &self.get("/agent/v1/keys").await?)?;
        // Written under the lock: a record that is older than what another task has written must not come after it.
        let mut record = self.record.write().unwrap_or_else(PoisonError::into_inner);
        record.keys = record.keys.renewed(&keys)?;
        self.dir.save(&record)?;
        Ok(record.keys.clone())
    }

    /// Whether a change of this endpoint's key was begun and not finished.
    #[must_use]
    pub fn is_changing_key(&self) -> bool {
        self.dir.is_changing_key()
    }

    /// Puts a new key in the place of this endpoint's key. May be repeated until it works: the new key stays the same.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn change_key(&self) -> Result<(), ClientError> {
        let _one = self.changing_key.lock().await;
        let next = self.dir.next_key()?;
        let record = self.record();
        let change = KeyChange { server: record.server, endpoint: record.endpoint, public_key: next.public() };
        let body = Bytes::from(pack_json(&Sealed::seal(&change, &next)));
        let next = Arc::new(next);
        let answer = match self.post("/agent/v1/key", body.clone()).await {
            // The server may have agreed before and the answer been lost: then it believes the new key only.
            Err(ClientError::NotAccepted) => {
                let old = self.swap_key(Arc::clone(&next));
                let again = self.post("/agent/v1/key", body).await;
                if again.is_err() {
                    self.swap_key(old);
                }
                again?
            }
            result => result?,
        };
        let changed: KeyChanged = self.open("key", &answer, Purpose::Response).await?;
        let ours = changed.server == record.server && changed.endpoint == record.endpoint;
        if !ours || changed.public_key != next.public() {
            return Err(ClientError::Stray("key"));
        }
        let mut held = self.record.write().unwrap_or_else(PoisonError::into_inner);
        let record = Record { public_key: next.public(), key_since: Some(self.clock.now()), ..held.clone() };
        self.dir.key_changed(&record)?;
        self.swap_key(next);
        *held = record;
        Ok(())
    }

    fn swap_key(&self, key: Arc<SigningKey>) -> Arc<SigningKey> {
        std::mem::replace(&mut *self.key.write().unwrap_or_else(PoisonError::into_inner), key)
    }

    /// A signed GET without a body, for the WebSocket's handshake.
    #[must_use]
    pub fn signed_get(&self, path: &str) -> Request<Bytes> {
        self.request("GET", path, &Bytes::new()).0
    }

    /// The manifest of a blob, signed by a policy key of our server.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn blob_manifest(&self, hash: BlobHash) -> Result<BlobManifest, ClientError> {
        let answer = self.get(&format!("/agent/v1/blobs/{hash}/manifest")).await?;
        let manifest: BlobManifest = self.open("blobs", &answer, Purpose::Policy).await?;
        if manifest.server != self.record().server || manifest.content.hash() != hash {
            return Err(ClientError::Stray("blobs"));
        }
        Ok(manifest)
    }

    /// One chunk of a blob, checked.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn blob_chunk(&self, content: &Content, chunk: usize) -> Result<Bytes, ClientError> {
        let Some(range) = content.range(chunk) else { return Err(ClientError::Stray("blobs")) };
        let range = format!("bytes={}-{}", range.start, range.end - 1);
        let path = format!("/agent/v1/blobs/{}", content.hash());
        let answer = check(self.exchange(&self.http, "GET", &path, Some(&range), Bytes::new()).await?)?;
        if content.fits(chunk, &answer.body) { Ok(answer.body) } else { Err(ClientError::Stray("blobs")) }
    }

    /// Tells what this endpoint does about a blob, and asks which neighbours have it. With the answer comes its signed form, which is the pass.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn neighbours(&self, ask: &Ask) -> Result<(Named, Vec<u8>), ClientError> {
        let answer = self.post(neighbour::PATH, pack_json(ask).into()).await?;
        let named: Named = self.open("neighbours", &answer, Purpose::Response).await?;
        let record = self.record();
        let ours = named.server == record.server && named.endpoint == record.endpoint;
        if !ours || named.blob != ask.blob || named.key != ask.key {
            return Err(ClientError::Stray("neighbours"));
        }
        Ok((named, answer.body.to_vec()))
    }

    /// What a pass that somebody shows lets its holder have of this endpoint now: only what our server signed counts. `asker` is the key that the
    /// holder has proved to have, `own` the one that we told the server.
    #[must_use]
    pub fn believe_pass(&self, pass: &[u8], asker: PublicKey, own: PublicKey) -> Option<BlobHash> {
        let sealed: Sealed<Named> = serde_json::from_slice(pass).ok()?;
        let (record, now) = (self.record(), self.clock.now());
        let named = record.keys.open(&sealed, Purpose::Response, now).ok()?;
        (named.server == record.server && named.lets(asker, record.endpoint, own, now)).then_some(named.blob)
    }

    /// Offers a blob; the answer says which chunks the server lacks.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn offer_blob(&self, offer: &Offer) -> Result<Held, ClientError> {
        let answer = self.post("/agent/v1/blobs", pack_json(offer).into()).await?;
        let held: Held = self.open("blobs", &answer, Purpose::Response).await?;
        let record = self.record();
        let ours = held.server == record.server && held.endpoint == record.endpoint;
        if ours && held.sha256 == offer.content.hash() { Ok(held) } else { Err(ClientError::Stray("blobs")) }
    }

    /// Hands in one chunk of an offered blob. Whether the server has it is said by [`Self::offer_blob`] only.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub async fn put_chunk(&self, hash: BlobHash, chunk: usize, bytes: Bytes) -> Result<(), ClientError> {
        let path = format!("/agent/v1/blobs/{hash}/chunks/{chunk}");
        check(self.exchange(&self.http, "PUT", &path, None, bytes).await?).map(drop)
    }

    async fn get(&self, path: &str) -> Result<Answer, ClientError> {
        check(self.exchange(&self.http, "GET", path, None, Bytes::new()).await?)
    }

    async fn post(&self, path: &str, body: Bytes) -> Result<Answer, ClientError> {
        check(self.exchange(&self.http, "POST", path, None, body).await?)
    }

    /// The request, and the name by which a signed answer refers to it.
    fn request(&self, method: &'static str, path: &str, body: &Bytes) -> (Request<Bytes>, String) {
        let (endpoint, server) = {
            let record = self.record.read().unwrap_or_else(PoisonError::into_inner);
            (record.endpoint, record.server)
        };
        let subject = Subject { method, path, query: "", body, endpoint, server };
        let key = Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner));
        let signature = sign(&subject, &key, self.clock.now());
        let name = name_of(&signature);
        let mut request = Request::new(body.clone());
        *request.method_mut() = match method {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            _ => Method::GET,
        };
        // Paths are ours, or end in ids and hashes that were parsed: all of them can be read.
        *request.uri_mut() = path.parse().unwrap_or_default();
        for (header, value) in signature {
            if let Ok(value) = value.parse() {
                request.headers_mut().insert(header, value);
            }
        }
        if !body.is_empty() {
            request.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(MEDIA_TYPE));
        }
        (request, name)
    }

    /// Sends once; and once more with the server's time, when the server says that ours is wrong.
    async fn exchange(
        &self,
        http: &HttpClient,
        method: &'static str,
        path: &str,
        range: Option<&str>,
        body: Bytes,
    ) -> Result<Answer, ClientError> {
        let sent = Mutex::new(String::new());
        let build = || {
            let (mut request, name) = self.request(method, path, &body);
            if let Some(range) = range.and_then(|range| range.parse().ok()) {
                request.headers_mut().insert(header::RANGE, range);
            }
            *sent.lock().unwrap_or_else(PoisonError::into_inner) = name;
            request
        };
        let answer = http.send(build).await?;
        let skewed = answer.status == StatusCode::UNAUTHORIZED
            && answer.headers.get("yagura-time").is_some_and(|value| value == "skew");
        if !skewed {
            return Ok(answer);
        }
        let name = sent.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.set_clock(&answer, &name)?;
        Ok(http.send(build).await?)
    }

    fn set_clock(&self, answer: &Answer, request: &str) -> Result<(), ClientError> {
        let record = self.record();
        let sealed: Sealed<ServerTime> = read("time", answer)?;
        // With a clock that is years off, no key would be in time: first find the time that the key itself vouches for.
        let time = sealed.open(|id| {
            let of_purpose = |key: &&ServerKey| key.purpose == Purpose::Response;
            record.keys.set.keys.iter().filter(of_purpose).map(|key| key.public_key).find(|key| key.id() == *id)
        })?;
        let in_time = record.keys.open::<ServerTime>(&sealed, Purpose::Response, time.now).is_ok();
        if !in_time || time.server != record.server || time.request != request {
            return Err(ClientError::Stray("time"));
        }
        self.clock.correct(time.now);
        tracing::warn!(skew_ms = self.clock.skew_ms(), "this machine's clock is wrong; going by the server's time");
        Ok(())
    }

    async fn open<T: Document>(&self, what: &'static str, answer: &Answer, purpose: Purpose) -> Result<T, ClientError> {
        let sealed: Sealed<T> = read(what, answer)?;
        self.open_sealed(&sealed, purpose).await
    }

    async fn open_sealed<T: Document>(&self, sealed: &Sealed<T>, purpose: Purpose) -> Result<T, ClientError> {
        match self.record().keys.open(sealed, purpose, self.clock.now()) {
            // The server's keys may have changed while this endpoint was off.
            Err(SealError::Key { .. }) => {
                let keys = self.renew_keys().await?;
                Ok(keys.open(sealed, purpose, self.clock.now())?)
            }
            result => Ok(result?),
        }
    }
}
