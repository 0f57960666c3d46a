//! Taking over the events of another store.

use async_trait::async_trait;
use uuid::Uuid;
use yagura_vocabulary::{Id, id::Endpoint};

use super::{
    ClickHouse, append,
    control::{self, signed},
    remote,
    sql::Sql,
};
use crate::{FeedCursor, FeedItem, Import, Mark, StoreError};

#[async_trait]
impl Import for ClickHouse {
    async fn copied(&self) -> Result<Option<FeedCursor>, StoreError> {
        let failed = "read how far a copy is";
        let noted: Option<(i64,)> = sqlx::query_as("SELECT upto FROM events_copy")
            .fetch_optional(self.inner.db.read())
            .await
            .map_err(control::failed(failed))?;
        if let Some((upto,)) = noted {
            return Ok(Some(FeedCursor(upto.unsigned_abs())));
        }
        let rows: u64 = Sql::new("SELECT count() FROM events")
            .query(&self.inner.client)
            .fetch_one()
            .await
            .map_err(remote("count events"))?;
        let head = self.inner.look().await?.head;
        let streams = control::count_streams(&self.inner.db).await?;
        Ok((rows == 0 && head == 0 && streams == 0).then_some(FeedCursor::START))
    }

    async fn take_over(&self, items: Vec<FeedItem>, upto: FeedCursor) -> Result<(), StoreError> {
        if let (Some(first), Some(last)) = (items.first(), items.last()) {
            let range = || Sql::new("position BETWEEN ? AND ?").number(first.position).number(last.position);
            let count = Sql::new("SELECT count() FROM events WHERE ").then(range());
            let there: u64 = count.query(&self.inner.client).fetch_one().await.map_err(remote("count events"))?;
            if there != items.len() as u64 {
                if there > 0 {
                    self.inner.delete(range()).await?;
                }
                append::insert(&self.inner, &format!("copy-{}", Uuid::new_v4()), &items).await?;
            }
        }
        let mut tx = self.inner.db.write().await?;
        let note = async {
            sqlx::query("INSERT INTO events_copy (one, upto) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET upto = $1")
                .bind(signed(upto.0))
                .execute(tx.on())
                .await?;
            control::lock_position(tx.on()).await?;
            control::set_position(tx.on(), upto.0 + 1).await
        };
        note.await.map_err(control::failed("note how far a copy is"))?;
        tx.commit().await?;
        self.inner.look().await.map(drop)
    }

    async fn take_over_marks(&self, marks: Vec<(Id<Endpoint>, Mark)>, head: FeedCursor) -> Result<(), StoreError> {
        let mut tx = self.inner.db.write().await?;
        let note = async {
            for (endpoint, mark) in marks {
                control::set_mark(tx.on(), endpoint, &mark).await?;
            }
            control::lock_position(tx.on()).await?;
            control::set_position(tx.on(), head.0 + 1).await?;
            sqlx::query("DELETE FROM events_copy").execute(tx.on()).await.map(drop)
        };
        note.await.map_err(control::failed("write marks"))?;
        tx.commit().await?;
        self.inner.look().await.map(drop)
    }
}
