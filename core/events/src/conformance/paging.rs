//! The pages of one walk show the store as it was when the walk began.

use std::collections::BTreeSet;

use super::{
    Subject,
    fixture::{Sender, at, event, store, walk},
};
use crate::{Order, Query, StoreError};

pub(super) async fn run(subject: &mut impl Subject) {
    let mut sender = Sender::new(1);
    for order in [Order::Received, Order::Occurred] {
        for _ in 0..20 {
            let batch = sender.plain(5);
            store(&subject.store(), batch).await;
        }
        walk_while_more_arrives(subject, &mut sender, order).await;
    }
    refuse_cursors(subject).await;
}

async fn walk_while_more_arrives(subject: &mut impl Subject, sender: &mut Sender, order: Order) {
    let mut query = Query { order, limit: 7, ..Query::new() };
    let before: Vec<_> = walk(&subject.store(), &query).await.iter().map(|event| event.id).collect();
    let mut seen = Vec::new();
    let mut pages = 0u64;
    loop {
        let page = subject.store().search(&query).await.unwrap();
        seen.extend(page.items.iter().map(|event| event.id));
        let Some(next) = page.next else { break };
        query.cursor = Some(next);
        pages += 1;
        // Newer than everything and older than everything, by both times.
        for time in [at(100_000 + pages), at(0)] {
            let mut new = event("arrived during the walk");
            new.occurred_at = time;
            let batch = sender.batch(time, vec![new]);
            store(&subject.store(), batch).await;
        }
        if pages.is_multiple_of(5) {
            subject.settle().await;
        }
    }
    assert_eq!(seen, before, "a walk by {order:?} neither misses nor repeats");
    let distinct: BTreeSet<_> =
        walk(&subject.store(), &Query { order, ..Query::new() }).await.into_iter().map(|event| event.id).collect();
    assert_eq!(distinct.len() as u64, sender.next - 1, "a new walk sees the rest too");
}

async fn refuse_cursors(subject: &mut impl Subject) {
    let page = subject.store().search(&Query { limit: 1, ..Query::new() }).await.unwrap();
    let query = Query { cursor: page.next, order: Order::Received, ..Query::new() };
    let error = subject.store().search(&query).await.unwrap_err();
    assert!(matches!(error, StoreError::CursorOrder { .. }), "a cursor of another order is refused: {error}");
}
