//! Stopped between any two steps, the store loses nothing it acknowledged and doubles nothing.

use std::sync::Arc;

use yagura_events::{
    EventStore, FeedItem, Options, Outcome, Query, Removal, RemovalKind, StoreError, Unguarded, embedded::Point,
};

use crate::rig::{Rig, Sender, Settle, Stop, batch};

const ENDPOINTS: u128 = 3;
const ERASED: u128 = 99;

fn small(options: &mut Options) {
    options.flush_rows = 25;
    options.merge_fan_in = 3;
    options.merge_max_rows = 300;
}

/// Stores something of an endpoint of its own and erases it again.
async fn erase(rig: &Rig, round: u64) -> Result<(), StoreError> {
    let one = batch(ERASED, round + 1, round + 1);
    let endpoint = one.endpoint;
    rig.store.append(vec![one]).await.map_err(|_| StoreError::Stopped)?;
    let removal = Removal {
        kind: RemovalKind::Erase,
        remove: vec![Query { endpoints: Some(vec![endpoint]), ..Query::new() }],
        hold: vec![],
        actor: "test".to_owned(),
        reason: "test".to_owned(),
    };
    rig.store.remove(&removal, Arc::new(Unguarded)).await.map(drop)
}

/// The feed without what is erased.
async fn feed(rig: &Rig) -> Vec<FeedItem> {
    let mut feed = rig.feed().await;
    feed.retain(|item| item.event.endpoint.uuid().as_u128() != ERASED);
    feed
}

/// Sends until the store stops at `point`, starts it again, and looks at what is there.
async fn check(point: Point, nth: u32) {
    let mut rig = Rig::new(Stop::Kill, Settle::Segments, small).await;
    rig.points.arm(point, nth);
    let mut senders: Vec<_> = (0..ENDPOINTS).map(Sender::new).collect();
    let mut acked = [0; ENDPOINTS as usize];
    let mut told: Vec<FeedItem> = Vec::new();
    for round in 0..400 {
        let sender = &mut senders[round % ENDPOINTS as usize];
        let batch = sender.batch(1 + round as u64 % 4);
        let last = batch.last;
        match rig.store.append(vec![batch]).await {
            Ok(outcomes) => {
                assert!(matches!(outcomes[..], [Outcome::Stored { .. }]));
                acked[round % ENDPOINTS as usize] = last;
            }
            Err(_) => break,
        }
        told = feed(&rig).await;
        if rig.points.stopped() {
            break;
        }
        if round % 10 == 9 && rig.store.flush().await.is_err() {
            break;
        }
        if round % 30 == 29 && rig.store.compact().await.is_err() {
            break;
        }
        if round % 30 == 14 && erase(&rig, round as u64 / 30).await.is_err() {
            break;
        }
    }
    assert!(rig.points.stopped(), "{point:?} was passed less than {nth} times");

    for again in 0..2 {
        rig.restart_after(|_| {}).await;
        let mut all = rig.all().await;
        all.retain(|event| event.endpoint.uuid().as_u128() != ERASED);
        for (number, acked) in (0..).zip(acked) {
            let mut seqs: Vec<_> =
                all.iter().filter(|event| event.endpoint.uuid().as_u128() == number).map(|event| event.seq).collect();
            seqs.sort_unstable();
            assert!(
                seqs.len() as u64 >= acked,
                "{point:?} {nth}: endpoint {number} was told {acked}, {seqs:?} are there"
            );
            assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>(), "{point:?} {nth}, start {again}");
        }
        let feed = feed(&rig).await;
        assert_eq!(feed[..told.len()], told, "{point:?} {nth}: what was told stays as it was told");
        assert_eq!(feed.len(), all.len());
        assert_eq!(rig.store.health().await.damage, Vec::<String>::new());
    }
    // Every agent goes on from the mark that it is given.
    for sender in &senders {
        let marks = rig.store.marks(batch(sender.number, 1, 1).endpoint).await.unwrap();
        let next = marks.first().map_or(1, |mark| mark.last_seq + 1);
        let outcome = rig.store.append(vec![batch(sender.number, next, next + 1)]).await.unwrap();
        assert_eq!(outcome, [Outcome::Stored { rows: 2 }]);
    }
    rig.store.flush().await.unwrap();
    rig.store.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_stopped_at_any_point_comes_back_with_everything_it_acknowledged() {
    for point in Point::ALL {
        for nth in [1, 2, 5] {
            check(point, nth).await;
        }
    }
}
