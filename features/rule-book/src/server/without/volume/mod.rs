//! Far more than usual: how much people copy out, delete and print on each day, against their own past.

mod forget;
mod measure;
mod past;
mod tell;

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use yagura_alarms::{all_happened, amend};
use yagura_events::{FeedItem, server::Follower};
use yagura_server_kit::{ApiError, Context, Settings as _, Tx};
use yagura_vocabulary::{StoredEvent, Time};

pub(super) use self::forget::Counted;
use self::{
    measure::{Measure, amount, whose},
    past::Days,
};
use super::{WithoutRules, insist};
use crate::unusual::{Worth, decide};

/// What is told of later than this is history.
const LATEST_DAYS: i64 = 7;
/// So long days are kept.
const KEPT_DAYS: i64 = 60;

/// Somebody did something that is counted, or is met for the first time.
pub(super) struct Act {
    whose: String,
    did: Option<(Measure, u64)>,
    stored: Box<StoredEvent>,
}

/// Counts what people do.
pub(super) struct Reader {
    /// Since when each is known, in microseconds.
    since: HashMap<String, i64>,
    tidied: i64,
}

impl Reader {
    /// Reads who is known. `None` when the server stops before that.
    pub(super) async fn begin(ctx: &Context) -> Option<Self> {
        let since = insist(ctx, "what people usually do", || past::since(ctx)).await?;
        Some(Self { since, tidied: 0 })
    }

    fn is_known(&self, whose: &str, at: Time) -> bool {
        self.since.get(whose).is_some_and(|since| *since <= at.micros())
    }
}

impl Follower for Reader {
    type Found = Act;
    const TABLE: &'static str = "rule_book_volume_feed";
    // Everybody's acts are counted all the time; one transaction for all of some seconds is enough.
    const REST: Duration = Duration::from_secs(3);

    fn find(&mut self, item: &FeedItem) -> Option<Act> {
        let stored = &item.event;
        let whose = whose(stored)?;
        let did = amount(&stored.event);
        let known = self.is_known(&whose, stored.event.occurred_at);
        (did.is_some() || !known).then(|| Act { whose, did, stored: Box::new(stored.clone()) })
    }

    async fn write(&mut self, ctx: &Context, tx: &mut Tx, found: &[Act]) -> Result<(), ApiError> {
        if found.is_empty() {
            return Ok(());
        }
        let days = Days::load(tx.on(), ctx.now()).await?;
        if self.tidied < days.today {
            past::forget(tx, days.today - KEPT_DAYS).await?;
            self.tidied = days.today;
        }
        let mut sums: BTreeMap<(&str, Measure, i64), (u64, &StoredEvent)> = BTreeMap::new();
        let mut met: BTreeMap<&str, Time> = BTreeMap::new();
        for Act { whose, did, stored } in found {
            let at = stored.event.occurred_at;
            if !self.is_known(whose, at) {
                let first = met.entry(whose).or_insert(at);
                *first = at.min(*first);
            }
            if let Some((measure, amount)) = did {
                let sum = sums.entry((whose, *measure, days.of(at))).or_insert((0, stored));
                *sum = (sum.0.saturating_add(*amount), stored);
            }
        }
        for (whose, first) in met {
            past::meet(tx, whose, first).await?;
        }
        let wanted = WithoutRules::in_force(tx.on()).await?.volume;
        let (mut new, mut more) = (Vec::new(), Vec::new());
        for ((whose, measure, day), (amount, stored)) in sums {
            let (amount, told) = past::add(tx, whose, measure, day, amount).await?;
            let floor = match measure {
                Measure::Copies => wanted.copies,
                Measure::Deletions => wanted.deletions,
                Measure::Pages => wanted.pages,
            };
            // Once it was told it is said anew when it has become twice as much.
            let worth_a_look = wanted.on
                && amount >= floor
                && (told.amount == 0 || amount / 2 >= told.amount)
                && (days.today - LATEST_DAYS..=days.today).contains(&day);
            if !worth_a_look {
                continue;
            }
            let past = past::past(tx, whose, measure, day, &days).await?;
            let Some(unusual) = decide(amount, past.as_ref(), Worth { floor, times: wanted.times }) else { continue };
            let endpoint = told.endpoint.unwrap_or(stored.endpoint);
            past::told(tx, whose, measure, day, amount, endpoint).await?;
            let said = tell::Said { whose, measure, day, amount, unusual, past_days: past.days, endpoint, stored };
            let cause = said.cause(tx, &days).await?;
            if told.amount == 0 { new.push(cause) } else { more.push(cause) }
        }
        amend(ctx, tx, &more).await?;
        all_happened(ctx, tx, &new).await
    }

    fn written(&mut self, found: &[Act]) {
        for Act { whose, stored, .. } in found {
            let at = stored.event.occurred_at.micros();
            let since = self.since.entry(whose.clone()).or_insert(at);
            *since = at.min(*since);
        }
    }
}
