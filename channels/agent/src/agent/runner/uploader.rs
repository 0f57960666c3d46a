//! From the spool to the server.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep, sleep_until};
use yagura_vocabulary::{Clock as _, Lane};

use super::{SharedSpool, Signal};
use crate::agent::{
    backoff::{Backoff, up_to},
    client::{AgentClient, ClientError},
    spool::SpoolError,
};

/// Why a batch was not settled.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Spool(#[from] SpoolError),
    #[error("the server wants a new numbering")]
    NewEpoch,
}

/// Sends batches for ever: critical ones at once, others when they are full or `linger` has passed.
pub(super) async fn upload(client: Arc<AgentClient>, spool: SharedSpool, linger: Duration, signal: Signal) {
    let mut uploader = Uploader { client, spool, linger };
    let (mut backoff, mut due) = (Backoff::default(), Instant::now());
    loop {
        let now_due = Instant::now() >= due;
        match uploader.pass(now_due).await {
            Ok(()) => {
                backoff.reset();
                if now_due {
                    // Where nothing happens nothing is waited for by the clock.
                    uploader.spool.anything().await;
                    due = Instant::now() + spread(uploader.linger);
                }
                tokio::select! {
                    () = sleep_until(due) => {}
                    () = uploader.spool.urgent() => {}
                }
            }
            Err(trouble) => {
                tracing::warn!(%trouble, "events were not sent; they are kept and sent again");
                let asked = match &trouble {
                    Trouble::Client(error) => error.retry_after(),
                    // Both sides agree on where they stand by a hello; the marks in its answer settle the rest.
                    Trouble::Spool(SpoolError::Disagrees { .. }) | Trouble::NewEpoch => {
                        signal.new_epoch();
                        None
                    }
                    Trouble::Spool(SpoolError::File(_)) => None,
                };
                sleep(backoff.pause(asked)).await;
            }
        }
    }
}

/// Somewhat less than `linger`, by chance: agents that began together do not go on sending together.
fn spread(linger: Duration) -> Duration {
    linger - up_to(linger / 4)
}

struct Uploader {
    client: Arc<AgentClient>,
    spool: SharedSpool,
    linger: Duration,
}

impl Uploader {
    /// Sends what is due. After every batch it looks at the critical lane first again.
    async fn pass(&mut self, due: bool) -> Result<(), Trouble> {
        // What waited when the pass began is sent; what comes meanwhile may gather.
        let mut left = [Lane::Operation, Lane::Bulk].map(|lane| if due { self.spool.waiting(lane).0 } else { 0 });
        loop {
            while self.spool.waiting(Lane::Critical).0 > 0 {
                if self.send(Lane::Critical).await? == 0 {
                    break;
                }
            }
            let mut sent = 0;
            for (lane, left) in [Lane::Operation, Lane::Bulk].into_iter().zip(&mut left) {
                if *left > 0 || self.spool.waiting(lane).1 {
                    sent = self.send(lane).await?;
                    *left = if sent == 0 { 0 } else { left.saturating_sub(sent) };
                    if sent > 0 {
                        break;
                    }
                }
            }
            if sent == 0 {
                return Ok(());
            }
        }
    }

    /// Sends the next batch of a lane; gives how many numbers it settled.
    async fn send(&mut self, lane: Lane) -> Result<u64, Trouble> {
        let _road = self.spool.road().await;
        let now = self.client.clock().now();
        let Some(batch) = self.spool.next_batch(lane, now).await? else { return Ok(0) };
        let receipt = self.client.send_batch(&batch).await?;
        if let Some(seconds) = receipt.linger_s {
            self.linger = Duration::from_secs(seconds.clamp(1, 600));
        }
        if !receipt.accepted {
            return Err(Trouble::NewEpoch);
        }
        self.spool.acknowledge(receipt.mark).await?;
        Ok(batch.header.last + 1 - batch.header.first)
    }
}
