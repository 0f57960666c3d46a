//! An enrolled endpoint that says of itself that it has the content, and does not behave.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use yagura_channel::{
    agent::{
        blobs::neighbours::{Giver, NearKey, Refused, give},
        client::AgentClient,
        clock::ServerClock,
        identity::IdentityDir,
    },
    wire::{
        blob::{BlobHash, Content},
        command::Progress,
        key::PublicKey,
        neighbour::{Ask, At, Doing, Gives},
    },
};
use yagura_dial::{NetDial, ProxyChoice, Trust, client_config};
use yagura_scenarios::{Apart, House, Segment};
use yagura_vocabulary::{Clock as _, CommandState, SystemClock};

const PORT: u16 = 17_420;
/// One that stops gives so many chunks.
const CHUNKS: u32 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Lie,
    Stop,
}

pub(super) struct Rogue {
    client: AgentClient,
}

/// It gives, after its manner, until it is dropped.
pub(super) struct Giving {
    home: Arc<Home>,
    stop: CancellationToken,
    _road: Apart,
    _client: Arc<AgentClient>,
}

impl Giving {
    /// How often a chunk was asked of it.
    pub(super) fn asked(&self) -> u64 {
        self.home.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Giving {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

struct Home {
    client: Arc<AgentClient>,
    own: PublicKey,
    content: Content,
    bytes: Vec<u8>,
    does: Does,
    asked: AtomicU64,
}

#[async_trait]
impl Giver for Home {
    fn is_near(&self, _address: IpAddr) -> bool {
        true
    }

    fn believe(&self, pass: &[u8], asker: PublicKey) -> Option<BlobHash> {
        self.client.believe_pass(pass, asker, self.own)
    }

    async fn chunk(&self, _blob: BlobHash, chunk: u32) -> Option<Vec<u8>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let range = self.content.range(usize::try_from(chunk).ok()?)?;
        let mut bytes = self.bytes[usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?].to_vec();
        match self.does {
            Does::Lie => bytes[1000] ^= 0x55,
            Does::Stop if chunk >= CHUNKS => return None,
            Does::Stop => {}
        }
        Some(bytes)
    }

    async fn may(&self, _bytes: u64) {}

    fn gave(&self, _bytes: u64) {}

    fn refused(&self, _why: Refused) {}
}

impl Rogue {
    pub(super) async fn enrol(house: &mut House, name: &str) -> Self {
        house.enrol(name, &house.url(), &house.authority());
        // A real agent says once what it can do: nothing is given to whoever cannot. Then its key is ours.
        house.start_agent_in(name);
        let own = IdentityDir::new(&house.path(name)).load().unwrap().unwrap();
        house
            .until("its greeting", &format!("/api/v1/endpoints/{}/policies", own.record.endpoint), |page| {
                let known = page["items"].as_array()?.iter().find(|policy| policy["feature"] == "distribution")?;
                (known["state"] == "applied").then_some(())
            })
            .await;
        house.kill_agent_in(name);
        let dir = IdentityDir::new(&house.path(name));
        let pem = std::fs::read_to_string(house.authority()).unwrap();
        let tls = client_config(&Trust::Authorities { pem, system: false }).unwrap();
        let dial = Arc::new(NetDial::new(tls, ProxyChoice::Direct));
        let clock = ServerClock::new(Arc::new(SystemClock));
        let client = AgentClient::new(dir.load().unwrap().unwrap(), dir, dial, clock).unwrap();
        Self { client }
    }

    pub(super) fn id(&self) -> String {
        self.client.record().endpoint.to_string()
    }

    /// Says that its part of the rollout is done, and that it has the content at this address of the segment.
    pub(super) async fn give(
        self,
        segment: &mut Segment,
        house: &House,
        address: &str,
        (rollout, bytes): (&str, &[u8]),
        does: Does,
    ) -> Giving {
        let client = Arc::new(self.client);
        let command = loop {
            if let Some(sealed) = client.commands().await.unwrap().commands.first() {
                break client.open_command(sealed).await.unwrap();
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        for (state, result) in [
            (CommandState::Accepted, None),
            (CommandState::Done, Some(json!({"end": "done", "ended_at": SystemClock.now()}))),
        ] {
            let progress = Progress { id: command.id, state, at: SystemClock.now(), result, error: None };
            client.progress(command.id, &progress).await.unwrap();
        }
        let key = NearKey::generate().unwrap();
        let content = Content::of(bytes).unwrap();
        let ask = Ask {
            blob: content.hash(),
            given_for: rollout.to_owned(),
            doing: Doing::Holds(SystemClock.now() + Duration::from_secs(3600)),
            key: key.public(),
            networks: vec![At {
                network: "192.0.2.0/24".parse().unwrap(),
                address: address.parse().unwrap(),
                router: None,
            }],
            gives: Some(Gives { port: PORT, at_once: 2, keeps: 1 << 30 }),
            not: Vec::new(),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let here = listener.local_addr().unwrap().port();
        let road = segment.lend(house, &format!("{address}/24"), PORT, here);
        let (own, bytes, asked) = (key.public(), bytes.to_vec(), AtomicU64::new(0));
        let home = Arc::new(Home { client: Arc::clone(&client), own, content, bytes, does, asked });
        let stop = CancellationToken::new();
        let (giver, end) = (Arc::clone(&home) as Arc<dyn Giver>, stop.clone());
        tokio::spawn(async move { give(listener, &key, 4, giver, &end).await });
        client.neighbours(&ask).await.unwrap();
        Giving { home, stop, _road: road, _client: client }
    }
}
