//! The line between two endpoints on one segment, over real sockets: who gets in, and what becomes of those that lie, stall or ask for too much.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddrV4},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use yagura_channel::{
    agent::blobs::neighbours::{Giver, Line, NearKey, Refused, Trouble, give},
    wire::{
        blob::{BlobHash, Content},
        key::PublicKey,
        neighbour::{Named, Neighbour},
    },
};
use yagura_vocabulary::{Id, Time, id::Endpoint};

const NOW: i64 = 1_000;

/// What the one that gives does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    Well,
    /// Other bytes than were asked for.
    Lies,
    /// The first chunk, and then nothing more.
    Stops,
}

struct Home {
    endpoint: Id<Endpoint>,
    key: PublicKey,
    bytes: Vec<u8>,
    content: Content,
    does: Does,
    far: bool,
    given: Mutex<u64>,
    refused: mpsc::UnboundedSender<Refused>,
}

#[async_trait]
impl Giver for Home {
    fn is_near(&self, address: IpAddr) -> bool {
        address.is_loopback() && !self.far
    }

    // The signature is the business of the client, and tried with the server.
    fn believe(&self, pass: &[u8], asker: PublicKey) -> Option<BlobHash> {
        let named: Named = serde_json::from_slice(pass).ok()?;
        named.lets(asker, self.endpoint, self.key, Time::from_seconds(NOW)).then_some(named.blob)
    }

    async fn chunk(&self, blob: BlobHash, chunk: u32) -> Option<Vec<u8>> {
        let range = self.content.range(usize::try_from(chunk).unwrap())?;
        let mut bytes = self.bytes[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()].to_vec();
        if self.does == Does::Lies {
            bytes[0] ^= 1;
        }
        (blob == self.content.hash() && (self.does != Does::Stops || chunk == 0)).then_some(bytes)
    }

    async fn may(&self, _bytes: u64) {}

    fn gave(&self, bytes: u64) {
        *self.given.lock().unwrap() += bytes;
    }

    fn refused(&self, why: Refused) {
        // A test that does not listen any more is over.
        let _ = self.refused.send(why);
    }
}

/// One that gives, and one that asks.
struct Pair {
    home: Arc<Home>,
    to: Neighbour,
    asker: NearKey,
    pass: Named,
    refused: mpsc::UnboundedReceiver<Refused>,
    stop: CancellationToken,
    port: JoinHandle<std::io::Result<()>>,
}

async fn pair_at(does: Does, far: bool, at_once: u16) -> Pair {
    let (key, asker) = (NearKey::generate().unwrap(), NearKey::generate().unwrap());
    let bytes: Vec<u8> = (0..(2 << 20) + 77_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let content = Content::of(bytes.as_slice()).unwrap();
    let (sender, refused) = mpsc::unbounded_channel();
    let home = Arc::new(Home {
        endpoint: Id::new(),
        key: key.public(),
        bytes,
        content,
        does,
        far,
        given: Mutex::default(),
        refused: sender,
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, listener.local_addr().unwrap().port());
    let to = Neighbour { endpoint: home.endpoint, address, key: key.public() };
    let pass = Named {
        server: Id::new(),
        endpoint: Id::new(),
        key: asker.public(),
        blob: home.content.hash(),
        until: Time::from_seconds(NOW + 1),
        neighbours: vec![to.clone()],
        wait_s: 0,
    };
    let stop = CancellationToken::new();
    let (giver, end) = (Arc::clone(&home) as Arc<dyn Giver>, stop.clone());
    let port = tokio::spawn(async move { give(listener, &key, at_once, giver, &end).await });
    Pair { home, to, asker, pass, refused, stop, port }
}

async fn pair(does: Does) -> Pair {
    pair_at(does, false, 2).await
}

impl Pair {
    async fn line(&self) -> Result<Line, Trouble> {
        Line::open(&self.asker, &self.to, &serde_json::to_vec(&self.pass).unwrap()).await
    }

    /// What a line that was let in, or not, says at its first chunk.
    async fn first(&self) -> Result<Vec<u8>, Trouble> {
        self.line().await?.chunk(&self.home.content, 0).await
    }

    async fn is_refused(&mut self, why: Refused) {
        assert_eq!(self.refused.recv().await, Some(why));
    }
}

#[tokio::test]
async fn whoever_has_a_pass_gets_every_chunk_and_the_port_ends_when_it_is_told_to() {
    let pair = pair(Does::Well).await;
    let mut line = pair.line().await.unwrap();
    for chunk in [2, 0, 1] {
        assert!(pair.home.content.fits(chunk, &line.chunk(&pair.home.content, chunk).await.unwrap()));
    }
    pair.stop.cancel();
    pair.port.await.unwrap().unwrap();
    assert_eq!(*pair.home.given.lock().unwrap(), pair.home.content.size());
    assert!(matches!(line.chunk(&pair.home.content, 0).await, Err(Trouble::Away(_))));
}

#[tokio::test]
async fn a_pass_is_of_no_use_to_another_for_another_or_too_late() {
    let mut pair = pair(Does::Well).await;
    let pass = pair.pass.clone();
    let mut check = async |change: fn(&mut Named)| {
        pair.pass = pass.clone();
        change(&mut pair.pass);
        assert!(matches!(pair.first().await, Err(Trouble::Away(_))));
        pair.is_refused(Refused::Pass).await;
    };
    check(|pass| pass.key = PublicKey([7; 32])).await;
    check(|pass| pass.neighbours.clear()).await;
    check(|pass| pass.neighbours[0].key = PublicKey([7; 32])).await;
    check(|pass| pass.until = Time::from_seconds(NOW)).await;
    // A pass for other content opens the door, behind which it is not.
    pair.pass = pass;
    pair.pass.blob = BlobHash::of(b"other");
    assert!(matches!(pair.first().await, Err(Trouble::Away(_))));
    pair.is_refused(Refused::NotHere).await;
}

#[tokio::test]
async fn one_with_another_key_than_the_server_named_is_not_spoken_to() {
    let mut pair = pair(Does::Well).await;
    pair.to.key = NearKey::generate().unwrap().public();
    assert!(matches!(pair.line().await, Err(Trouble::Away(_))));
    pair.is_refused(Refused::Opening).await;
}

#[tokio::test]
async fn one_that_lies_or_stops_in_the_middle_is_found_out() {
    assert!(matches!(pair(Does::Lies).await.first().await, Err(Trouble::Lied)));
    let mut stops = pair(Does::Stops).await;
    let mut line = stops.line().await.unwrap();
    assert!(line.chunk(&stops.home.content, 0).await.is_ok());
    assert!(matches!(line.chunk(&stops.home.content, 1).await, Err(Trouble::Away(_))));
    stops.is_refused(Refused::NotHere).await;
}

#[tokio::test]
async fn one_from_another_network_is_hung_up_on_before_a_word() {
    let mut pair = pair_at(Does::Well, true, 2).await;
    assert!(matches!(pair.line().await, Err(Trouble::Away(_))));
    pair.is_refused(Refused::Far).await;
}

#[tokio::test]
async fn no_more_are_let_in_than_may_be_and_nobody_twice() {
    let mut pair = pair_at(Does::Well, false, 1).await;
    let mut line = pair.line().await.unwrap();
    line.chunk(&pair.home.content, 0).await.unwrap();
    assert!(matches!(pair.first().await, Err(Trouble::Away(_))), "it is here already");
    pair.is_refused(Refused::Full).await;
    pair.asker = NearKey::generate().unwrap();
    pair.pass.key = pair.asker.public();
    assert!(matches!(pair.first().await, Err(Trouble::Away(_))), "there is one place");
    pair.is_refused(Refused::Full).await;
    assert!(line.chunk(&pair.home.content, 1).await.is_ok(), "who is in stays in");
}

#[tokio::test]
async fn whoever_says_nothing_or_nonsense_is_cut_off_and_counted() {
    let mut pair = pair(Does::Well).await;
    let silent = TcpStream::connect(pair.to.address).await.unwrap();
    let mut loud = TcpStream::connect(pair.to.address).await.unwrap();
    loud.write_all(b"GET / HTTP/1.1\r\nHost: neighbour\r\n\r\n").await.unwrap();
    // TLS says first that it does not understand.
    let _ = loud.read_to_end(&mut Vec::new()).await;
    pair.is_refused(Refused::Opening).await;
    pair.is_refused(Refused::Opening).await;
    drop(silent);
    assert!(pair.first().await.is_ok(), "others are served all the same");
}

#[tokio::test]
async fn one_that_is_away_is_noticed_within_seconds() {
    let pair = pair(Does::Well).await;
    pair.stop.cancel();
    pair.port.await.unwrap().unwrap();
    let away = Line::open(&pair.asker, &pair.to, b"{}");
    let away = tokio::time::timeout(Duration::from_secs(60), away).await.unwrap();
    assert!(matches!(away, Err(Trouble::Away(_))));
}
