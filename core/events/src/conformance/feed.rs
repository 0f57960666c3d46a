//! The feed tells everything once, in the order of commits, to whoever keeps a cursor.

use super::{
    Subject,
    fixture::{Sender, at, event, follow, store},
};
use crate::{FeedCursor, StoreError};

pub(super) async fn run(subject: &mut impl Subject) {
    let mut sender = Sender::new(1);
    let empty = subject.store().feed(FeedCursor::START, 10).await.unwrap();
    assert_eq!((empty.items.len(), empty.next), (0, empty.head), "an empty store has nothing to tell");

    let mut news = subject.store().news();
    let before = *news.borrow_and_update();
    // Received in an order that has nothing to do with the order of commits.
    for n in [5, 86_400, 3, 200_000, 4] {
        let batch = sender.batch(at(n), vec![event("x"); 3]);
        store(&subject.store(), batch).await;
    }
    news.changed().await.unwrap();
    assert!(*news.borrow() > before, "who waits for news is told");

    let mut told = follow(&subject.store(), FeedCursor::START, 4).await;
    let seqs: Vec<_> = told.iter().map(|item| item.event.seq).collect();
    assert_eq!(seqs, (1..=15).collect::<Vec<_>>(), "the order of commits");
    assert!(told.is_sorted_by(|a, b| a.position < b.position), "positions rise");

    for n in 0..4 {
        let after = FeedCursor(told.last().map_or(0, |item| item.position));
        let batch = sender.batch(at(n), vec![event("later"); 2]);
        store(&subject.store(), batch).await;
        if n % 2 == 0 {
            subject.settle().await;
        }
        if n >= 2 {
            subject.restart().await;
        }
        let more = follow(&subject.store(), after, 100).await;
        assert_eq!(more.len(), 2, "a cursor goes on where it stood (round {n})");
        told.extend(more);
        assert_eq!(follow(&subject.store(), FeedCursor::START, 3).await, told, "what was told does not change");
        let resumed = follow(&subject.store(), FeedCursor(told[7].position), 5).await;
        assert_eq!(resumed, told[8..], "a feed resumes after any position");
    }
    let head = subject.store().feed(FeedCursor::START, 1).await.unwrap().head;
    let error = subject.store().feed(FeedCursor(head.0 + 1), 1).await.unwrap_err();
    assert!(matches!(error, StoreError::FeedAhead { .. }), "a cursor from the future is refused: {error}");
}
