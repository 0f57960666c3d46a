//! Taking over the events of another store, straight into segments.

use std::sync::{Arc, atomic::Ordering};

use async_trait::async_trait;
use tokio::task::spawn_blocking;
use yagura_vocabulary::{Id, id::Endpoint};

use super::{
    Embedded,
    memtable::{Chunk, Stream},
    segment::{Segment, write_days},
};
use crate::{FeedCursor, FeedItem, Import, Mark, StoreError};

#[async_trait]
impl Import for Embedded {
    /// The positions up to which everything is in segments are those that were copied. A store that has marks was in use.
    async fn copied(&self) -> Result<Option<FeedCursor>, StoreError> {
        let contents = self.shared.catalogue.read().await?;
        let head = *self.shared.head.borrow();
        let copied = FeedCursor(contents.flushed);
        Ok((contents.marks.is_empty() && head <= copied).then_some(copied))
    }

    async fn take_over(&self, items: Vec<FeedItem>, upto: FeedCursor) -> Result<(), StoreError> {
        let mut entries = Vec::new();
        if let Some(chunk) = Chunk::new(items) {
            let shared = self.shared.clone();
            let write = move || write_days(&shared.options.dir, &[Arc::new(chunk)], &shared.gate);
            entries = spawn_blocking(write).await.map_err(|_| StoreError::Stopped)??;
        }
        self.shared.catalogue.add(&entries, std::iter::empty(), upto.0).await?;
        {
            let mut state = self.shared.state_mut();
            let mut segments = state.segments.to_vec();
            let dir = &self.shared.options.dir;
            segments.extend(entries.into_iter().map(|entry| Arc::new(Segment::new(dir, entry))));
            state.segments = Arc::new(segments);
        }
        self.shared.head.send_replace(upto);
        Ok(())
    }

    /// The writer has not seen the new positions: from here on the store only reads, until it is opened anew.
    async fn take_over_marks(&self, marks: Vec<(Id<Endpoint>, Mark)>, head: FeedCursor) -> Result<(), StoreError> {
        let stream =
            |(endpoint, mark): (Id<Endpoint>, Mark)| (Stream { endpoint, epoch: mark.epoch, lane: mark.lane }, mark);
        self.shared.catalogue.add(&[], marks.into_iter().map(stream), head.0).await?;
        self.shared.closing.store(true, Ordering::Relaxed);
        Ok(())
    }
}
