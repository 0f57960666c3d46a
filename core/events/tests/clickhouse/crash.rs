//! Whatever is lost on the road, and wherever a server dies: each event is stored once, and no one sees another.

use std::time::Duration;

use uuid::Uuid;
use yagura_events::{AppendError, Batch, EventStore as _, FeedCursor, Outcome, Query, Row};
use yagura_vocabulary::{Event, Id, Lane, Time};

use crate::{
    engine::engine,
    proxy::{Proxy, Road},
    rig::Rig,
};

/// The batch that an endpoint seals for these sequence numbers, always the same.
fn batch(first: u64, last: u64) -> Batch {
    let time = Time::from_seconds(1_795_392_000) + Duration::from_secs(first);
    let row = |seq| {
        let mut event = Event::new(time, "operation_log", "file.open");
        event.subject = Some(format!("file {seq}"));
        Row { seq, person: None, event }
    };
    let mut sha256 = [0; 32];
    sha256[..8].copy_from_slice(&last.to_le_bytes());
    let (endpoint, epoch, lane) = (Id::from_uuid(Uuid::from_u128(7)), Uuid::from_u128(1), Lane::Operation);
    Batch { endpoint, epoch, lane, first, last, sha256, received_at: time, rows: (first..=last).map(row).collect() }
}

async fn sends(rig: &Rig, first: u64, last: u64, expected: Outcome) {
    assert_eq!(rig.store.append(vec![batch(first, last)]).await.unwrap(), [expected]);
}

/// Search and feed have exactly the events 1 to `last`, and the mark says so.
async fn check(rig: &Rig, last: u64) {
    let all: Vec<u64> = (1..=last).collect();
    let page = rig.store.search(&Query { limit: 1000, ..Query::new() }).await.unwrap();
    let mut found: Vec<_> = page.items.iter().map(|event| event.seq).collect();
    found.sort_unstable();
    assert_eq!(found, all, "a search finds each event once");
    let feed = rig.store.feed(FeedCursor::START, 1000).await.unwrap();
    assert_eq!(feed.next, feed.head);
    assert_eq!(feed.items.iter().map(|item| item.event.seq).collect::<Vec<_>>(), all, "the feed tells each event once");
    assert_eq!(rig.store.count(&Query::new(), 1000).await.unwrap().value, last);
    let marks = rig.store.marks(Id::from_uuid(Uuid::from_u128(7))).await.unwrap();
    assert_eq!(marks.iter().map(|mark| mark.last_seq).collect::<Vec<_>>(), [last]);
}

/// A store with the events 1 to 3, and the road to its engine.
async fn rig() -> Option<(Rig, Proxy)> {
    let proxy = Proxy::to(&engine()?.url).await;
    let rig = Rig::at(&proxy.url).await;
    sends(&rig, 1, 3, Outcome::Stored { rows: 3 }).await;
    Some((rig, proxy))
}

/// The server dies while an insert is under way.
async fn dies_during_an_insert(rig: &mut Rig, proxy: &Proxy) {
    proxy.becomes(Road::Slow);
    let store = rig.store.clone();
    let call = tokio::spawn(async move { store.append(vec![batch(4, 6)]).await });
    proxy.something_is_under_way().await;
    rig.store.close().await;
    assert!(matches!(call.await.unwrap(), Err(AppendError::Closed)));
    proxy.becomes(Road::Good);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_whose_answer_is_lost_is_made_once() {
    let Some((rig, proxy)) = rig().await else { return };
    proxy.becomes(Road::AnswerLostOnce);
    sends(&rig, 4, 6, Outcome::Stored { rows: 3 }).await;
    check(&rig, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_inserted_is_refused_and_stored_when_it_is_sent_again() {
    let Some((rig, proxy)) = rig().await else { return };
    proxy.becomes(Road::Closed);
    let error = rig.store.append(vec![batch(4, 6)]).await.unwrap_err();
    assert!(matches!(error, AppendError::Unavailable { .. }), "{error}");
    let health = rig.store.health().await;
    assert!(!health.accepting && health.last_error.is_some(), "{health:?}");
    let error = rig.store.search(&Query::new()).await.unwrap_err();
    assert!(error.to_string().starts_with("cannot search events in ClickHouse: "), "{error}");
    proxy.becomes(Road::Good);
    check(&rig, 3).await;
    sends(&rig, 4, 6, Outcome::Stored { rows: 3 }).await;
    check(&rig, 6).await;
    assert!(rig.store.health().await.accepting);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_that_arrives_after_it_was_given_up_is_never_seen() {
    let Some((rig, proxy)) = rig().await else { return };
    proxy.becomes(Road::Slow);
    let error = rig.store.append(vec![batch(4, 6)]).await.unwrap_err();
    assert!(matches!(error, AppendError::Unavailable { .. }), "{error}");
    proxy.becomes(Road::Good);
    proxy.arrives_late().await;
    check(&rig, 3).await;
    sends(&rig, 4, 6, Outcome::Stored { rows: 3 }).await;
    check(&rig, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_that_arrived_although_the_server_died_counts() {
    let Some((mut rig, proxy)) = rig().await else { return };
    dies_during_an_insert(&mut rig, &proxy).await;
    proxy.arrives_late().await;
    rig.opens_again().await;
    check(&rig, 6).await;
    sends(&rig, 4, 6, Outcome::AlreadyStored).await;
    sends(&rig, 7, 7, Outcome::Stored { rows: 1 }).await;
    check(&rig, 7).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_insert_that_did_not_arrive_before_the_server_died_is_made_when_it_is_sent_again() {
    let Some((mut rig, proxy)) = rig().await else { return };
    dies_during_an_insert(&mut rig, &proxy).await;
    rig.opens_again().await;
    check(&rig, 3).await;
    sends(&rig, 4, 6, Outcome::Stored { rows: 3 }).await;
    proxy.arrives_late().await;
    check(&rig, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_control_plane_never_gives_a_position_twice() {
    let Some((mut rig, _proxy)) = rig().await else { return };
    let before = rig.store.feed(FeedCursor::START, 10).await.unwrap().items;
    rig.store.close().await;
    rig.forgets_everything().await;
    rig.opens_again().await;
    sends(&rig, 1, 3, Outcome::Stored { rows: 3 }).await;
    let after = rig.store.feed(FeedCursor::START, 10).await.unwrap().items;
    assert_eq!(after[..3], before, "what was there is still told");
    assert!(after[3].position > before[2].position, "positions leap");
}
