//! Whatever endpoints send in whatever order, with whatever interruptions: each number is stored exactly once.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use yagura_events::{EventStore, Outcome, conformance::Subject};

use crate::rig::{Rig, Settle, Stop, batch};

#[derive(Debug, Clone)]
enum Step {
    /// Endpoint, how far back from its next number the batch begins, how many rows.
    Append(Vec<(u128, u64, u64)>),
    Ahead(u128),
    Flush,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => vec((0..3u128, prop_oneof![3 => Just(0u64), 1 => 0..6u64], 1..7u64), 1..5).prop_map(Step::Append),
        1 => (0..3u128).prop_map(Step::Ahead),
        1 => Just(Step::Flush),
        1 => Just(Step::Restart),
    ]
}

/// The last number and the first number of the last batch of each endpoint.
type Model = BTreeMap<u128, (u64, u64)>;

async fn run(steps: Vec<Step>) {
    let mut rig = Rig::new(Stop::Kill, Settle::Segments, |options| {
        options.flush_rows = 30;
        options.merge_fan_in = 3;
    })
    .await;
    let mut model = Model::new();
    for step in steps {
        match step {
            Step::Append(batches) => append(&rig, &mut model, &batches).await,
            Step::Ahead(number) => {
                let expected = model.get(&number).map_or(0, |(last, _)| *last) + 1;
                let outcome = rig.store.append(vec![batch(number, expected + 1, expected + 2)]).await.unwrap();
                assert_eq!(outcome, [Outcome::Ahead { expected }]);
            }
            Step::Flush => rig.settle().await,
            Step::Restart => rig.restart().await,
        }
        let all = rig.all().await;
        assert_eq!(all.len() as u64, model.values().map(|(last, _)| last).sum::<u64>());
    }
    rig.stop = Stop::Close;
    rig.restart().await;
    let feed = rig.feed().await;
    for (number, (last, _)) in model {
        let of_endpoint = feed.iter().filter(|item| item.event.endpoint.uuid().as_u128() == number);
        let seqs: Vec<_> = of_endpoint.map(|item| item.event.seq).collect();
        assert_eq!(seqs, (1..=last).collect::<Vec<_>>(), "each number once, in order");
    }
    rig.store.close().await.unwrap();
}

async fn append(rig: &Rig, model: &mut Model, batches: &[(u128, u64, u64)]) {
    let mut sent = Vec::new();
    let mut expected = Vec::new();
    for (number, back, rows) in batches {
        let (acked, last_first) = model.get(number).copied().unwrap_or((0, 0));
        let first = (acked + 1).saturating_sub(*back).max(1);
        let last = first + rows - 1;
        expected.push(if last < acked || (last == acked && first == last_first) {
            Outcome::AlreadyStored
        } else if first <= acked {
            Outcome::Conflict { acked }
        } else {
            model.insert(*number, (last, first));
            Outcome::Stored { rows: usize::try_from(*rows).unwrap() }
        });
        sent.push(batch(*number, first, last));
    }
    assert_eq!(rig.store.append(sent).await.unwrap(), expected);
}

#[test]
fn random_sequences_of_batches_flushes_and_kills_store_each_number_exactly_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() });
    let run = |steps| {
        runtime.block_on(run(steps));
        Ok(())
    };
    runner.run(&vec(step(), 1..40), run).unwrap();
}
