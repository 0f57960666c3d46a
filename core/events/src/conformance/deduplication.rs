//! Whatever is sent, how often and by how many at once: each number of a stream is stored exactly once.

use uuid::Uuid;
use yagura_vocabulary::{Event, Lane};

use super::{
    Subject,
    fixture::{Dice, Sender, Store, hash, start, store, walk},
};
use crate::{AppendError, Batch, Mark, Outcome, Query, Row};

async fn check(to: &Store, batches: &[&Batch], expected: &[Outcome]) {
    let batches = batches.iter().map(|batch| (*batch).clone()).collect();
    assert_eq!(to.append(batches).await.unwrap(), expected);
}

async fn sequences(store: &Store, sender: &Sender) -> Vec<u64> {
    let query = Query { endpoints: Some(vec![sender.endpoint]), limit: 1000, ..Query::new() };
    let found = walk(store, &query).await.into_iter();
    let mut seqs: Vec<_> =
        found.filter(|event| event.epoch == sender.epoch && event.lane == sender.lane).map(|event| event.seq).collect();
    seqs.sort_unstable();
    seqs
}

pub(super) async fn run(subject: &mut impl Subject) {
    let mut sender = Sender::new(1);
    let [one, two, three, four] = [3, 2, 4, 1].map(|rows| sender.plain(rows));
    let to = subject.store();
    check(&to, &[&two], &[Outcome::Ahead { expected: 1 }]).await;
    check(&to, &[&one, &two], &[Outcome::Stored { rows: 3 }, Outcome::Stored { rows: 2 }]).await;
    check(&to, &[&one, &two, &three], &[Outcome::AlreadyStored, Outcome::AlreadyStored, Outcome::Stored { rows: 4 }])
        .await;
    check(&to, &[&three, &three], &[Outcome::AlreadyStored, Outcome::AlreadyStored]).await;
    let mark = Mark { epoch: sender.epoch, lane: sender.lane, last_seq: 9, last_sha256: three.sha256 };
    assert_eq!(to.marks(sender.endpoint).await.unwrap(), [mark], "the mark is the last stored batch");

    let forged = Batch { sha256: [9; 32], ..three.clone() };
    check(&to, &[&forged], &[Outcome::Conflict { acked: 9 }]).await;
    let mut overlapping = three.clone();
    overlapping.last = 10;
    overlapping.rows.push(Row { seq: 10, ..three.rows[0].clone() });
    check(&to, &[&overlapping], &[Outcome::Conflict { acked: 9 }]).await;

    for settled in [false, true] {
        if settled {
            subject.settle().await;
        }
        subject.restart().await;
        let to = subject.store();
        check(&to, &[&one, &three], &[Outcome::AlreadyStored; 2]).await;
        check(&to, &[&forged], &[Outcome::Conflict { acked: 9 }]).await;
        assert_eq!(to.marks(sender.endpoint).await.unwrap(), [mark], "marks survive a restart");
        assert_eq!(sequences(&to, &sender).await, (1..=9).collect::<Vec<_>>());
    }
    store(&subject.store(), four).await;
    gap(subject).await;
    apart(subject).await;
    malformed(subject).await;
}

/// What an endpoint lost is one row that stands for many numbers.
async fn gap(subject: &mut impl Subject) {
    let to = subject.store();
    let mut sender = Sender::new(2);
    store(&to, sender.plain(2)).await;
    sender.next = 50;
    let later = sender.plain(2);
    check(&to, &[&later], &[Outcome::Ahead { expected: 3 }]).await;
    let row = Row { seq: 3, person: None, event: Event::new(start(), "agent", "agent.gap").with("lost", 47) };
    let gap = Batch { first: 3, last: 49, sha256: hash(3, 49), rows: vec![row], ..later.clone() };
    check(&to, &[&gap, &later], &[Outcome::Stored { rows: 1 }, Outcome::Stored { rows: 2 }]).await;
    check(&to, &[&gap, &later], &[Outcome::AlreadyStored; 2]).await;
    assert_eq!(sequences(&to, &sender).await, [1, 2, 3, 50, 51]);
}

/// Lanes, epochs and endpoints are numbered apart.
async fn apart(subject: &mut impl Subject) {
    let to = subject.store();
    let first = Sender::new(3);
    let lane = Sender { lane: Lane::Critical, ..first.clone() };
    let epoch = Sender { epoch: Uuid::from_u128(8), ..first.clone() };
    let other = Sender::new(4);
    let mut senders = [first, lane, epoch, other];
    let batches = senders.each_mut().map(|sender| sender.plain(2));
    check(&to, &batches.each_ref(), &[Outcome::Stored { rows: 2 }; 4]).await;
    check(&to, &batches.each_ref(), &[Outcome::AlreadyStored; 4]).await;
    assert_eq!(to.marks(senders[0].endpoint).await.unwrap().len(), 3);
    for sender in &senders {
        assert_eq!(sequences(&to, sender).await, [1, 2]);
    }
}

async fn malformed(subject: &mut impl Subject) {
    let to = subject.store();
    let mut sender = Sender::new(5);
    let good = sender.plain(2);
    let mut bad = sender.plain(2);
    bad.rows[1].seq = 3;
    let error = to.append(vec![good, bad]).await.unwrap_err();
    assert!(matches!(error, AppendError::Invalid { index: 1, .. }), "{error}");
    assert_eq!(to.marks(sender.endpoint).await.unwrap(), [], "nothing of a refused call is stored");
}

/// Several connections of several machines send the same things at the same time.
pub(super) async fn run_concurrent(subject: &mut impl Subject) {
    const STREAMS: u128 = 4;
    const CALLERS: u64 = 6;
    let mut plans: Vec<Vec<Batch>> = Vec::new();
    for number in 0..STREAMS {
        let mut sender = Sender::new(number);
        plans.push((1..=20).map(|n| sender.plain(1 + n % 5)).collect());
    }
    let callers: Vec<_> =
        (0..CALLERS).map(|seed| tokio::spawn(send_all(subject.store(), plans.clone(), Dice(seed)))).collect();
    let mut stored = 0;
    for caller in callers {
        stored += caller.await.unwrap();
    }
    let expected: usize = plans.iter().flatten().map(|batch| batch.rows.len()).sum();
    assert_eq!(stored, expected, "each row is called stored by one caller");
    for restarted in [false, true] {
        if restarted {
            subject.restart().await;
        }
        for (number, plan) in (0..).zip(&plans) {
            let last = plan[plan.len() - 1].last;
            assert_eq!(sequences(&subject.store(), &Sender::new(number)).await, (1..=last).collect::<Vec<_>>());
        }
    }
}

/// Sends every batch until it is acknowledged, sometimes several in one call, sometimes again.
async fn send_all(store: Store, plans: Vec<Vec<Batch>>, mut dice: Dice) -> usize {
    let mut done = vec![0; plans.len()];
    let mut stored = 0;
    while done.iter().zip(&plans).any(|(done, plan)| *done < plan.len()) {
        let stream = dice.below(plans.len());
        let from = done[stream].saturating_sub(dice.below(3));
        let batches: Vec<_> = plans[stream].iter().skip(from).take(1 + dice.below(4)).cloned().collect();
        let count = batches.len();
        for outcome in store.append(batches).await.unwrap() {
            match outcome {
                Outcome::Stored { rows } => stored += rows,
                Outcome::AlreadyStored => {}
                other => panic!("{other:?} for a batch that follows"),
            }
        }
        done[stream] = done[stream].max(from + count);
    }
    stored
}
