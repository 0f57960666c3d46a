//! Content from neighbours on the same segment, and for them: who has it is said by the server, the line is the channel's
//! ([`yagura_channel::agent::blobs::neighbours`]), whether at all is the policy's (`near.rs` of this crate).

mod give;
mod kept;
#[cfg(target_os = "linux")]
pub(super) mod place;
mod take;
mod told;

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, watch};
use yagura_agent_kit::{Blobs, FeatureCtx, NoBlob, StateSink};
use yagura_channel::{
    agent::blobs::neighbours::NearKey,
    wire::{
        blob::BlobHash,
        neighbour::{Ask, Doing, Gives, MOST_NETWORKS, Named},
    },
};
use yagura_vocabulary::{Clock, Id, InForce, Time, id::Endpoint};

pub(super) use self::{give::run, take::Taker};
use self::{kept::Kept, told::Counts};
use super::{System, record::Disk};
use crate::{
    DistributionPolicy,
    bucket::Bucket,
    near::{NearMode, NearPolicy, gives},
};

/// Content of a rollout without an end is kept for so long, and no content for longer than a week.
const KEEP: Duration = Duration::from_secs(86_400);
const KEEP_MOST: Duration = Duration::from_secs(7 * 86_400);

/// All that taking and giving need.
pub(super) struct Near {
    key: NearKey,
    blobs: Arc<dyn Blobs>,
    system: Arc<dyn System>,
    clock: Arc<dyn Clock>,
    policy: watch::Receiver<Arc<InForce<DistributionPolicy>>>,
    state: StateSink,
    kept: Arc<Kept>,
    /// What is given now, and the limit that it was filled by.
    bucket: Mutex<(u64, Bucket)>,
    counts: Mutex<Counts>,
    /// Something is kept that was not told yet.
    news: Notify,
}

impl Near {
    /// What is kept lies in `folder`.
    ///
    /// # Errors
    /// When it cannot be used, or the system gives no random bytes for a key.
    pub(super) fn open(
        folder: &Path,
        system: &Arc<dyn System>,
        ctx: &FeatureCtx<DistributionPolicy>,
    ) -> Result<Self, Disk> {
        let now = ctx.clock.now();
        let key = NearKey::generate().map_err(std::io::Error::other).map_err(Disk::of("make a key for", folder))?;
        Ok(Self {
            key,
            blobs: Arc::clone(&ctx.blobs),
            system: Arc::clone(system),
            clock: Arc::clone(&ctx.clock),
            policy: ctx.policy.clone(),
            state: ctx.state.clone(),
            kept: Arc::new(Kept::open(folder.to_owned(), now).map_err(Disk::of("open", folder))?),
            bucket: Mutex::new((0, Bucket::new(0, now))),
            counts: Mutex::default(),
            news: Notify::new(),
        })
    }

    fn policy(&self) -> NearPolicy {
        self.policy.borrow().endpoint().neighbours.clone()
    }

    async fn ask(
        &self,
        blob: BlobHash,
        given_for: &str,
        doing: Doing,
        not: &[Id<Endpoint>],
    ) -> Result<(Named, Vec<u8>), NoBlob> {
        let mut networks = self.system.networks();
        networks.truncate(MOST_NETWORKS);
        let ask = Ask {
            blob,
            given_for: given_for.to_owned(),
            doing,
            key: self.key.public(),
            networks,
            gives: offered(&self.policy()),
            not: not.to_vec(),
        };
        self.blobs.neighbours(&ask).await
    }

    /// Keeps a file for others, where the policy has it so. Not being able to is no fault of the job's.
    pub(super) async fn keep(&self, file: &Path, hash: BlobHash, given_for: &str, deadline: Option<Time>) {
        let policy = self.policy();
        let size = std::fs::metadata(file).map_or(0, |file| file.len());
        if gives(&policy, size).is_some() {
            return;
        }
        let now = self.clock.now();
        let until = deadline.unwrap_or(now + KEEP).min(now + KEEP_MOST);
        let (kept, file, given_for) = (Arc::clone(&self.kept), file.to_owned(), given_for.to_owned());
        let keep = move || kept.keep(&file, hash, given_for, until, policy.keep_bytes());
        match tokio::task::spawn_blocking(keep).await.map_err(std::io::Error::other) {
            Ok(Ok(())) => self.news.notify_one(),
            Ok(Err(error)) | Err(error) => tracing::warn!(%error, %hash, "content cannot be kept for neighbours"),
        }
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// What the server is told of giving.
fn offered(policy: &NearPolicy) -> Option<Gives> {
    let gives = Gives { port: policy.port, at_once: policy.at_once, keeps: policy.keep_bytes() };
    (policy.mode == NearMode::Give).then_some(gives)
}
