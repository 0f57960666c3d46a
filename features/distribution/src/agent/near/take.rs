//! Taking one content: who has it, a line to one of them, and the server as soon as there is none.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};
use yagura_channel::{
    agent::blobs::neighbours::{Line, Trouble},
    wire::{
        blob::{BlobHash, Content},
        neighbour::{Doing, Neighbour},
    },
};
use yagura_vocabulary::{Id, Time, id::Endpoint};

use super::Near;
use crate::near::{NearMode, takes};

/// So long it waits in all for content that is under way to its segment; less where the job's own time is short.
const MOST_WAIT: Duration = Duration::from_secs(1_800);
/// So often the server hears that it goes on.
const TELL_EVERY: Duration = Duration::from_secs(30);
/// So often it asks anew for one content after all that it knew of were away.
const MOST_ASKS: u32 = 8;

/// One content on its way here.
pub(in crate::agent) struct Taker {
    near: Arc<Near>,
    hash: BlobHash,
    given_for: String,
    pass: Vec<u8>,
    named: VecDeque<Neighbour>,
    line: Option<(Id<Endpoint>, Line)>,
    /// Those that were away, slow, or lied: not asked again for this content.
    not: Vec<Id<Endpoint>>,
    asks: u32,
    /// The rest comes from the server.
    by_server: bool,
    told: Option<Instant>,
    /// What came from neighbours, in bytes.
    taken: u64,
}

impl Taker {
    pub(in crate::agent) fn new(near: &Arc<Near>, hash: BlobHash, given_for: String) -> Self {
        Self {
            near: Arc::clone(near),
            hash,
            given_for,
            pass: Vec::new(),
            named: VecDeque::new(),
            line: None,
            not: Vec::new(),
            asks: 0,
            by_server: true,
            told: None,
            taken: 0,
        }
    }

    /// What came from neighbours so far, in bytes.
    pub(in crate::agent) fn taken(&self) -> u64 {
        self.taken
    }

    /// Finds out who has it, and waits while it is under way to the segment. Where the policy has neighbours off, nobody is asked.
    pub(in crate::agent) async fn find(&mut self, deadline: Option<Time>) {
        if self.near.policy().mode == NearMode::Off {
            return;
        }
        let now = self.near.clock.now();
        let most = deadline.map_or(MOST_WAIT, |deadline| MOST_WAIT.min(deadline.since(now) / 2));
        let since = Instant::now();
        loop {
            let wait_s = self.ask(Doing::Wants).await;
            self.by_server = self.named.is_empty();
            if wait_s == 0 || !self.by_server {
                return;
            }
            if since.elapsed() >= most {
                // From now on others wait for this one.
                self.ask(Doing::Fetches).await;
                return;
            }
            // Those that began together do not ask together for ever.
            let apart = Duration::from_millis(u64::from(self.near.key.public().0[0]) * 4);
            sleep((Duration::from_secs(wait_s.into()) + apart).min(most)).await;
        }
    }

    /// Tells the server, and takes over whom it names. Gives after how many seconds it is worth asking again.
    async fn ask(&mut self, doing: Doing) -> u32 {
        self.told = Some(Instant::now());
        match self.near.ask(self.hash, &self.given_for, doing, &self.not).await {
            Ok((named, pass)) => {
                if doing == Doing::Wants {
                    self.named = named.neighbours.into();
                    self.pass = pass;
                }
                named.wait_s
            }
            Err(error) => {
                tracing::info!(%error, blob = %self.hash, "the server says nothing of neighbours");
                0
            }
        }
    }

    /// A chunk from a neighbour; `None` where the server is to be asked.
    pub(in crate::agent) async fn chunk(&mut self, content: &Content, chunk: usize) -> Option<Vec<u8>> {
        if takes(&self.near.policy(), content.size()).is_some() {
            self.line = None;
            return None;
        }
        while !self.by_server {
            let Some((who, line)) = &mut self.line else {
                self.next().await;
                continue;
            };
            let who = *who;
            match line.chunk(content, chunk).await {
                Ok(bytes) => {
                    self.taken += bytes.len() as u64;
                    self.tell(Doing::Takes(who)).await;
                    return Some(bytes);
                }
                Err(trouble) => self.without(who, &trouble),
            }
        }
        self.tell(Doing::Fetches).await;
        None
    }

    /// A line to the next that was named; where there is none, the server is asked once more, and then it is the server.
    async fn next(&mut self) {
        let Some(next) = self.named.pop_front() else {
            self.asks += 1;
            if self.asks <= MOST_ASKS {
                self.ask(Doing::Wants).await;
            }
            if self.named.is_empty() {
                self.by_server = true;
                // Not at the next chunk, but now: others may wait for it.
                self.told = None;
            }
            return;
        };
        match Line::open(&self.near.key, &next, &self.pass).await {
            Ok(line) => {
                self.line = Some((next.endpoint, line));
                self.ask(Doing::Takes(next.endpoint)).await;
            }
            Err(trouble) => self.without(next.endpoint, &trouble),
        }
    }

    fn without(&mut self, who: Id<Endpoint>, trouble: &Trouble) {
        tracing::info!(neighbour = %who, blob = %self.hash, %trouble, "a neighbour does not give");
        self.near.count(|counts| counts.trouble(trouble));
        self.line = None;
        self.not.push(who);
    }

    async fn tell(&mut self, doing: Doing) {
        if self.near.policy().mode != NearMode::Off && self.told.is_none_or(|told| told.elapsed() >= TELL_EVERY) {
            self.ask(doing).await;
        }
    }

    /// It is at an end, whole or not. What is kept is told by the side that gives.
    pub(in crate::agent) async fn over(&mut self) {
        self.line = None;
        if self.told.is_some() && !self.near.kept.all().contains_key(&self.hash) {
            self.ask(Doing::Over).await;
        }
    }
}
