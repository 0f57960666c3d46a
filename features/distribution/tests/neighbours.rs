//! Content from neighbours on endpoints whose system and server are pretended; the line between them is real.
#![expect(clippy::unwrap_used, reason = "test helpers")]

use std::{
    collections::BTreeSet,
    fs,
    net::{Ipv4Addr, SocketAddrV4},
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;
use tokio::{net::TcpListener, sync::Notify};
use yagura_agent_kit::{Blobs, CancellationToken, FeatureCtx, NoBlob, Pace, TestEnds};
use yagura_channel::wire::{
    blob::{BlobHash, BlobPurpose, Content},
    key::PublicKey,
    neighbour::{Ask, At, Doing, Named, Neighbour},
};
use yagura_distribution::{
    DistributionPolicy, RUN,
    agent::{Found, How, Places, Plan, Ran, System, Task, Unable, run_at},
    model::{End, Fetched, Outcome},
    near::{NearMode, NearPolicy},
    policy::Kind,
};
use yagura_vocabulary::{Id, Time, id::Endpoint};

/// A machine on which everything is done already.
struct Pretended;

#[async_trait]
impl System for Pretended {
    fn people(&self) -> BTreeSet<u32> {
        BTreeSet::new()
    }

    fn offset_s(&self, _at: Time) -> i32 {
        0
    }

    fn networks(&self) -> Vec<At> {
        vec![At { network: "127.0.0.0/8".parse().unwrap(), address: Ipv4Addr::LOCALHOST, router: None }]
    }

    async fn look(&self, task: &Task) -> Result<Plan, Unable> {
        assert!(task.files.iter().all(|file| fs::read(file).unwrap() == content()), "the files are right");
        Ok(Plan::default())
    }

    async fn keep(&self, _task: &Task, _plan: &Plan) -> Result<(), String> {
        Ok(())
    }

    async fn work(&self, _task: &Task, _plan: &Plan) -> Ran {
        Ran { how: How::Exited(0), log: String::new() }
    }

    async fn found(&self, _task: &Task, _plan: &Plan, _ran: &Ran) -> Found {
        Found { end: End::Done, why: String::new(), changed: Vec::new(), restart: false, log: String::new() }
    }

    async fn put_back(&self, _task: &Task, _plan: &Plan) -> Found {
        Found { end: End::RolledBack, why: String::new(), changed: Vec::new(), restart: false, log: String::new() }
    }
}

fn content() -> Vec<u8> {
    (0..(3 << 20) + 5_u32).map(|at| u8::try_from(at % 253).unwrap()).collect()
}

fn size() -> u64 {
    content().len() as u64
}

/// A server that knows who has the content: not which segment, for there is one.
#[derive(Debug, Default)]
struct Server {
    holders: Mutex<Vec<Neighbour>>,
    heard: Mutex<Vec<(Id<Endpoint>, Doing)>>,
    /// Who was told to fetch it from the server.
    first: Mutex<Option<Id<Endpoint>>>,
    /// Rung whenever something is heard.
    news: Notify,
    /// The server goes no further than so many chunks before somebody says so.
    gate: Mutex<Option<Arc<Notify>>>,
}

impl Server {
    /// Waits until the endpoint said what this finds.
    async fn until(&self, endpoint: Id<Endpoint>, said: fn(&Doing) -> bool) {
        loop {
            let news = self.news.notified();
            if self.heard.lock().unwrap().iter().any(|(who, doing)| *who == endpoint && said(doing)) {
                return;
            }
            news.await;
        }
    }
}

#[derive(Debug)]
struct Road {
    server: Arc<Server>,
    own: Id<Endpoint>,
    folder: PathBuf,
    now: Time,
}

#[async_trait]
impl Blobs for Road {
    async fn fetch(&self, hash: BlobHash, _wanted: BlobPurpose, pace: &mut dyn Pace) -> Result<PathBuf, NoBlob> {
        let whole = content();
        let described = Content::of(whole.as_slice()).unwrap();
        let mut file = Vec::new();
        for chunk in 0..described.count() {
            let range = described.range(chunk).unwrap();
            let near = pace.near(&described, chunk).await.filter(|bytes| described.fits(chunk, bytes));
            if let Some(bytes) = near {
                file.extend(bytes);
            } else {
                pace.may(range.end - range.start).await;
                let gate = self.server.gate.lock().unwrap().clone();
                if let Some(gate) = gate.filter(|_| chunk == 1) {
                    gate.notified().await;
                }
                file.extend(&whole[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()]);
            }
            pace.here(range.end, described.size());
        }
        fs::create_dir_all(&self.folder).unwrap();
        let path = self.folder.join(hash.to_string());
        fs::write(&path, file).unwrap();
        Ok(path)
    }

    async fn let_go(&self, hash: BlobHash) {
        let _ = fs::remove_file(self.folder.join(hash.to_string()));
    }

    async fn neighbours(&self, ask: &Ask) -> Result<(Named, Vec<u8>), NoBlob> {
        self.server.heard.lock().unwrap().push((self.own, ask.doing));
        let mut holders = self.server.holders.lock().unwrap();
        let (mut neighbours, mut wait_s) = (Vec::new(), 0);
        match ask.doing {
            Doing::Wants => {
                neighbours = holders.iter().filter(|one| !ask.not.contains(&one.endpoint)).cloned().collect();
                let mut first = self.server.first.lock().unwrap();
                if neighbours.is_empty() && ask.not.is_empty() {
                    wait_s = u32::from(*first.get_or_insert(self.own) != self.own);
                }
            }
            Doing::Holds(_) => {
                let address = SocketAddrV4::new(ask.networks[0].address, ask.gives.unwrap().port);
                holders.push(Neighbour { endpoint: self.own, address, key: ask.key });
            }
            Doing::Over => holders.retain(|one| one.endpoint != self.own),
            Doing::Fetches | Doing::Takes(_) => {}
        }
        self.server.news.notify_waiters();
        let until = self.now + Duration::from_secs(600);
        let (server, endpoint, key, blob) = (Id::new(), self.own, ask.key, ask.blob);
        let named = Named { server, endpoint, key, blob, until, neighbours, wait_s };
        let pass = serde_json::to_vec(&named).unwrap();
        Ok((named, pass))
    }

    fn believe(&self, pass: &[u8], asker: PublicKey, own: PublicKey) -> Option<BlobHash> {
        let named: Named = serde_json::from_slice(pass).ok()?;
        named.lets(asker, self.own, own, self.now).then_some(named.blob)
    }
}

struct Agent {
    id: Id<Endpoint>,
    dir: tempfile::TempDir,
    port: u16,
    ends: TestEnds<DistributionPolicy>,
    cancel: CancellationToken,
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

async fn agent(server: &Arc<Server>, mode: NearMode) -> Agent {
    let dir = tempfile::tempdir().unwrap();
    // Free a moment ago.
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap().local_addr().unwrap().port();
    let neighbours = NearPolicy { mode, port, ..NearPolicy::default() };
    let policy = DistributionPolicy { allowed: vec![Kind::Install], neighbours, ..DistributionPolicy::default() };
    let (mut ctx, ends) = FeatureCtx::for_test(policy);
    let (id, now) = (Id::new(), ctx.clock.now());
    ctx.blobs = Arc::new(Road { server: Arc::clone(server), own: id, folder: dir.path().join("blobs"), now });
    let places = Places { system: Arc::new(Pretended), folder: dir.path().join("jobs") };
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    tokio::spawn(async move { run_at(places, ctx, stop).await.unwrap() });
    ends.commands.known(RUN).await;
    Agent { id, dir, port, ends, cancel }
}

impl Agent {
    async fn job(&self) -> Outcome {
        let file = json!({"blob": BlobHash::of(&content()), "name": "large.deb", "package": "large", "version": "1"});
        let job = json!({"rollout_id": "0192f0c1-2345-7abc-8def-0123456789ab", "attempt": 1, "timeout_s": 600,
            "work": {"kind": "install", "files": [file]}});
        serde_json::from_value(self.ends.commands.run(RUN, job).await.unwrap()).unwrap()
    }

    fn kept(&self) -> PathBuf {
        self.dir.path().join("jobs/near").join(BlobHash::of(&content()).to_string())
    }
}

fn check(outcome: &Outcome, server: u64, neighbours: u64) {
    assert_eq!((outcome.end, outcome.fetched), (End::Already, Some(Fetched { server, neighbours })), "{outcome:?}");
}

#[tokio::test]
async fn what_one_has_fetched_the_others_take_from_it_and_from_one_another() {
    let server = Arc::new(Server::default());
    let (one, two, three) = (
        agent(&server, NearMode::Give).await,
        agent(&server, NearMode::Give).await,
        agent(&server, NearMode::Take).await,
    );
    check(&one.job().await, size(), 0);
    server.until(one.id, |doing| matches!(doing, Doing::Holds(_))).await;
    check(&two.job().await, 0, size());
    server.until(two.id, |doing| matches!(doing, Doing::Holds(_))).await;
    // The first is away without a word: the second gives on.
    one.cancel.cancel();
    check(&three.job().await, 0, size());
    assert!(!three.kept().exists(), "who takes only keeps nothing");
}

#[tokio::test]
async fn who_comes_while_it_is_under_way_waits_for_it() {
    let server = Arc::new(Server::default());
    let gate = Arc::new(Notify::new());
    *server.gate.lock().unwrap() = Some(Arc::clone(&gate));
    let (one, two) = (agent(&server, NearMode::Give).await, agent(&server, NearMode::Give).await);
    let second = async {
        server.until(one.id, |doing| *doing == Doing::Wants).await;
        let go = async {
            server.until(two.id, |doing| *doing == Doing::Wants).await;
            gate.notify_one();
        };
        tokio::join!(two.job(), go).0
    };
    let (first, second) = tokio::join!(one.job(), second);
    check(&first, size(), 0);
    check(&second, 0, size());
}

#[tokio::test]
async fn what_was_changed_since_is_not_given_and_comes_from_the_server() {
    let server = Arc::new(Server::default());
    let (one, two) = (agent(&server, NearMode::Give).await, agent(&server, NearMode::Give).await);
    one.job().await;
    server.until(one.id, |doing| matches!(doing, Doing::Holds(_))).await;
    let mut rotten = content();
    rotten[(1 << 20) + 3] ^= 1;
    fs::write(one.kept(), rotten).unwrap();
    check(&two.job().await, size() - (1 << 20), 1 << 20);
    assert!(!one.kept().exists(), "it is kept no more");
}

#[tokio::test]
async fn where_it_is_off_nobody_is_asked_and_no_port_is_open() {
    let server = Arc::new(Server::default());
    let one = agent(&server, NearMode::Off).await;
    check(&one.job().await, size(), 0);
    assert!(server.heard.lock().unwrap().is_empty() && !one.kept().exists());
    assert!(tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, one.port)).await.is_err());
}
