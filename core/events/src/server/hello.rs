//! What an agent hears about its events when it says hello, and whether its memory and ours agree.

use async_trait::async_trait;
use yagura_channel::wire::{
    hello::{Hello, LaneState, Welcome},
    receipt::Mark,
};
use yagura_server_kit::{AgentHook, ApiError, Context};
use yagura_vocabulary::{Id, id::Endpoint};

use super::store;
use crate::marks::UNKNOWN;

pub(super) struct Marks;

#[async_trait]
impl AgentHook for Marks {
    async fn hello(
        &self,
        ctx: &Context,
        endpoint: Id<Endpoint>,
        hello: &Hello,
        welcome: &mut Welcome,
    ) -> Result<(), ApiError> {
        let marks = store(ctx).marks(endpoint).await?;
        welcome.marks = marks
            .into_iter()
            .filter(|mark| mark.epoch == hello.epoch)
            .map(|mark| Mark {
                epoch: mark.epoch,
                lane: mark.lane,
                last: mark.last_seq,
                // What we do not remember contradicts nothing.
                sha256: if mark.last_sha256 == UNKNOWN { String::new() } else { hex::encode(mark.last_sha256) },
            })
            .collect();
        welcome.new_epoch = welcome
            .marks
            .iter()
            .any(|ours| hello.lanes.iter().any(|theirs| theirs.acked.lane == ours.lane && disagree(ours, theirs)));
        if welcome.new_epoch {
            tracing::warn!(%endpoint, "the agent remembers less than it has sent, or otherwise: it begins a new epoch");
        }
        Ok(())
    }
}

/// Whether the agent must have been set back: it has given out fewer numbers than we hold, or remembers another batch under
/// the same number. Holding less than it remembers is our own matter and no reason for a new epoch.
fn disagree(ours: &Mark, theirs: &LaneState) -> bool {
    ours.last > theirs.last
        || (ours.last == theirs.acked.last
            && ![&ours.sha256, &theirs.acked.sha256].iter().any(|hash| hash.is_empty())
            && ours.sha256 != theirs.acked.sha256)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use yagura_vocabulary::Lane;

    use super::*;

    fn mark(last: u64, sha256: &str) -> Mark {
        Mark { epoch: Uuid::nil(), lane: Lane::Operation, last, sha256: sha256.into() }
    }

    fn check(ours: (u64, &str), acked: (u64, &str), last: u64, expected: bool) {
        let theirs = LaneState { acked: mark(acked.0, acked.1), last };
        assert_eq!(disagree(&mark(ours.0, ours.1), &theirs), expected);
    }

    #[test]
    fn an_agent_that_lost_only_our_answer_goes_on() {
        check((100, "b"), (50, "a"), 120, false);
    }

    #[test]
    fn a_machine_rolled_back_to_a_snapshot_begins_anew() {
        check((100, "b"), (50, "a"), 60, true);
    }

    #[test]
    fn another_batch_under_the_same_number_is_another_history() {
        check((100, "b"), (100, "x"), 100, true);
    }

    #[test]
    fn a_server_that_forgot_a_hash_does_not_accuse_the_agent() {
        check((100, ""), (100, "x"), 100, false);
        check((100, ""), (50, "x"), 60, true);
    }

    #[test]
    fn a_server_restored_from_backup_is_not_the_agent_s_fault() {
        check((40, "a"), (100, "b"), 100, false);
    }
}
