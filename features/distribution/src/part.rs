//! One endpoint's part in a rollout: the states it is in, and what follows from how an attempt ended. Pure.

use serde::{Deserialize, Serialize};

use crate::model::{End, Stage};

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident = $word:literal => $kind:ident),+ $(,)?) => {
        /// Where an endpoint's part in a rollout is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = DistributionPartState))]
        pub enum PartState {
            $($(#[$doc])* $name),+
        }

        impl PartState {
            /// Every state.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its word, as it lies in the database and crosses the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word),+
                }
            }

            /// What it means for the ring.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self {
                    $(Self::$name => Kind::$kind),+
                }
            }
        }
    };
}

states! {
    /// Not given yet.
    Waiting = "waiting" => Ahead,
    /// Given; its endpoint has not taken it up yet.
    Queued = "queued" => Queued,
    /// Its endpoint has taken it up and told nothing more yet.
    Taken = "taken" => Taken,
    /// Waits for its maintenance window.
    Window = "window" => Taken,
    /// Fetches what it needs.
    Fetching = "fetching" => Taken,
    /// People were told; it counts down.
    Notice = "notice" => Taken,
    /// Somebody put it off.
    Postponed = "postponed" => Taken,
    /// The work itself.
    Working = "working" => Taken,
    /// Puts back what was before.
    RollingBack = "rolling_back" => Taken,
    /// Done.
    Done = "done" => Good,
    /// There was nothing to do.
    Already = "already" => Good,
    /// It failed; what was before is there again.
    RolledBack = "rolled_back" => Bad,
    /// It failed.
    Failed = "failed" => Bad,
    /// It did not begin in time.
    Expired = "expired" => Other,
    /// It was taken back before it began.
    Recalled = "recalled" => Other,
    /// The endpoint does not have it.
    Refused = "refused" => Other,
}

/// What a state means for the ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It has not been given.
    Ahead,
    /// It lies ready for its endpoint.
    Queued,
    /// It is under way.
    Taken,
    /// It went well.
    Good,
    /// It went badly.
    Bad,
    /// It is over and says nothing about the work.
    Other,
}

impl PartState {
    /// The state with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == word)
    }

    /// Whether it is over.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self.kind(), Kind::Good | Kind::Bad | Kind::Other)
    }

    /// Where an endpoint that tells this stage is.
    #[must_use]
    pub const fn of_stage(stage: Stage) -> Self {
        match stage {
            Stage::Waiting => Self::Window,
            Stage::Fetching => Self::Fetching,
            Stage::Notice => Self::Notice,
            Stage::Postponed => Self::Postponed,
            Stage::Working => Self::Working,
            Stage::RollingBack => Self::RollingBack,
        }
    }
}

/// What becomes of a part whose attempt has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is over.
    Over(PartState),
    /// It is given again, after so many seconds.
    Again(i64),
}

/// Between an attempt that failed and the next; each next one waits as long again.
const PAUSE_S: i64 = 600;

/// What follows from how an attempt ended that is the failure number `failures` (from 1) if it is one, where a failure is tried again
/// `retries` times. What was recalled because its rollout was stopped, not taken back (`goes_on`), waits for the rollout to go on, and
/// counts as no failure.
#[must_use]
pub fn after(end: End, failures: u32, retries: u32, goes_on: bool) -> Next {
    let again = failures <= retries;
    match end {
        End::Done => Next::Over(PartState::Done),
        End::Already => Next::Over(PartState::Already),
        End::Failed | End::RolledBack if again => Next::Again(PAUSE_S.saturating_mul(i64::from(failures))),
        End::Failed => Next::Over(PartState::Failed),
        End::RolledBack => Next::Over(PartState::RolledBack),
        End::Expired => Next::Over(PartState::Expired),
        End::Recalled if goes_on => Next::Again(0),
        End::Recalled => Next::Over(PartState::Recalled),
        End::Refused => Next::Over(PartState::Refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_found_by_its_word_which_is_the_one_of_the_api() {
        for state in PartState::ALL {
            assert_eq!(PartState::parse(state.as_str()), Some(*state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
        assert_eq!(PartState::parse("lost"), None);
    }

    #[test]
    fn a_failure_is_tried_again_as_often_as_was_said_with_longer_pauses() {
        assert_eq!(after(End::Failed, 1, 2, true), Next::Again(600));
        assert_eq!(after(End::RolledBack, 2, 2, true), Next::Again(1200));
        assert_eq!(after(End::Failed, 3, 2, true), Next::Over(PartState::Failed));
        assert_eq!(after(End::RolledBack, 1, 0, true), Next::Over(PartState::RolledBack));
    }

    #[test]
    fn what_is_refused_or_too_late_is_not_tried_again() {
        assert_eq!(after(End::Refused, 1, 5, true), Next::Over(PartState::Refused));
        assert_eq!(after(End::Expired, 1, 5, true), Next::Over(PartState::Expired));
    }

    #[test]
    fn what_a_stop_recalled_waits_to_go_on_and_what_was_taken_back_does_not() {
        assert_eq!(after(End::Recalled, 1, 0, true), Next::Again(0));
        assert_eq!(after(End::Recalled, 1, 0, false), Next::Over(PartState::Recalled));
    }
}
