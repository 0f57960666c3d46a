//! Whether products are used: what endpoints tell of programs, put together by product and day.
//!
//! Only programs that a rule or the dictionary knows count. Of an endpoint that tells of no programs, nothing is said.

use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
};

use yagura_events::{FeedItem, server::Follower};
use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::{Time, id::EndpointId};

use super::catalogue::{dictionary, number_of};
use crate::{
    allocate::Use,
    pattern::{Pattern, folded},
    rules::built_in,
};

/// What is not used for so long can be taken back: 90 days.
pub(super) const IDLE_US: i64 = 90 * DAY_US;
const DAY_US: i64 = 86_400_000_000;
/// What is remembered so as not to write it again; more is forgotten, and written once more.
const MOST: usize = 500_000;

/// What is known of a product on a machine, beside when it was used last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Watched {
    /// Whether its programs are known.
    pub followed: bool,
    /// Since when it would have been seen: it is there, and the endpoint tells of programs.
    pub since: Option<i64>,
    /// When the endpoint told of programs last.
    pub until: Option<i64>,
}

/// Whether a product is used on a machine. Pure.
pub(super) fn use_of(now: Time, last_at: Option<i64>, watched: Watched) -> Use {
    let cut = now.micros() - IDLE_US;
    if last_at.is_some_and(|last| last >= cut) {
        return Use::Lately;
    }
    let seen = watched.since.is_some_and(|since| since <= cut) && watched.until.is_some_and(|until| until >= cut);
    if watched.followed && seen { Use::Not } else { Use::Unknown }
}

/// A program that ran.
pub(super) struct Ran {
    endpoint: EndpointId,
    image: String,
    at: i64,
}

/// Reads which programs run where.
#[derive(Default)]
pub(super) struct Reader {
    /// The dictionary that `programs` is of; none before the first look.
    edition: Option<i64>,
    programs: Vec<(Pattern, i64)>,
    /// Products by hashes of paths.
    images: HashMap<u64, Option<i64>>,
    /// Days that are written down: of endpoints, and of products on them.
    heard: HashMap<EndpointId, i64>,
    noted: HashMap<(EndpointId, i64), i64>,
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Follower for Reader {
    type Found = Ran;
    const TABLE: &'static str = "licences_feed";
    const REST: std::time::Duration = std::time::Duration::from_secs(5);

    fn find(&mut self, item: &FeedItem) -> Option<Ran> {
        let stored = &item.event;
        let event = &stored.event;
        if event.kind != "process.start" && event.kind != "app.usage" {
            return None;
        }
        let image = event.image.as_ref()?;
        let at = event.occurred_at.min(stored.received_at).micros();
        let day = at.div_euclid(DAY_US);
        let heard = self.heard.get(&stored.endpoint).is_some_and(|noted| *noted >= day);
        let noted = match self.images.get(&hash(image)) {
            Some(Some(product)) => self.noted.get(&(stored.endpoint, *product)).is_some_and(|noted| *noted >= day),
            Some(None) => true,
            None => false,
        };
        (!heard || !noted).then(|| Ran { endpoint: stored.endpoint, image: image.clone(), at })
    }

    async fn write(&mut self, ctx: &Context, tx: &mut Tx, found: &[Ran]) -> Result<(), ApiError> {
        self.learn(ctx).await?;
        // The same program many times in one look is written once for each day.
        let mut heard: HashMap<EndpointId, (i64, i64)> = HashMap::new();
        let mut used: HashMap<(EndpointId, i64, i64), i64> = HashMap::new();
        for ran in found {
            let (first, last) = heard.entry(ran.endpoint).or_insert((ran.at, ran.at));
            (*first, *last) = (ran.at.min(*first), ran.at.max(*last));
            if let Some(product) = self.product(&ran.image) {
                let newest = used.entry((ran.endpoint, product, ran.at.div_euclid(DAY_US))).or_insert(ran.at);
                *newest = ran.at.max(*newest);
            }
        }
        for (endpoint, (first, last)) in heard {
            sqlx::query(
                "INSERT INTO licences_heard (endpoint_id, first_at, last_at) VALUES ($1, $2, $3)
                 ON CONFLICT (endpoint_id) DO UPDATE SET
                 first_at = CASE WHEN excluded.first_at < licences_heard.first_at
                 THEN excluded.first_at ELSE licences_heard.first_at END,
                 last_at = CASE WHEN excluded.last_at > licences_heard.last_at
                 THEN excluded.last_at ELSE licences_heard.last_at END",
            )
            .bind(endpoint.to_string())
            .bind(first)
            .bind(last)
            .execute(tx.on())
            .await?;
        }
        // Days one after the other, so that each of them counts.
        let mut used: Vec<_> = used.into_iter().collect();
        used.sort_unstable_by_key(|((_, _, day), _)| *day);
        for ((endpoint, product, _), at) in used {
            sqlx::query(
                "INSERT INTO licences_use (endpoint_id, product, last_at, days) VALUES ($1, $2, $3, 1)
                 ON CONFLICT (endpoint_id, product) DO UPDATE SET
                 days = licences_use.days + CASE WHEN excluded.last_at / $4 > licences_use.last_at / $4 THEN 1 ELSE 0 END,
                 last_at = CASE WHEN excluded.last_at > licences_use.last_at
                 THEN excluded.last_at ELSE licences_use.last_at END",
            )
            .bind(endpoint.to_string())
            .bind(product)
            .bind(at)
            .bind(DAY_US)
            .execute(tx.on())
            .await?;
        }
        Ok(())
    }

    fn written(&mut self, found: &[Ran]) {
        if self.noted.len() + self.heard.len() + self.images.len() > MOST {
            self.noted.clear();
            self.heard.clear();
            self.images.clear();
        }
        for ran in found {
            let day = ran.at.div_euclid(DAY_US);
            let newest = |noted: &mut i64| *noted = (*noted).max(day);
            self.heard.entry(ran.endpoint).and_modify(newest).or_insert(day);
            if let Some(product) = self.product(&ran.image) {
                self.noted.entry((ran.endpoint, product)).and_modify(newest).or_insert(day);
            }
        }
    }
}

impl Reader {
    /// Learns which programs are of which product, where the dictionary changed.
    async fn learn(&mut self, ctx: &Context) -> Result<(), ApiError> {
        let (edition,): (i64,) =
            sqlx::query_as("SELECT applied FROM licences_state WHERE one = 1").fetch_one(ctx.db().read()).await?;
        if self.edition == Some(edition) {
            return Ok(());
        }
        let mut programs = Vec::new();
        for entry in dictionary(ctx).await?.into_iter().filter(|entry| !entry.programs.is_empty()) {
            // Programs of several products that one pattern names are of none of them.
            let products: Vec<(i64, String)> =
                sqlx::query_as("SELECT number, vendor FROM licences_product WHERE folded = $1")
                    .bind(folded(&entry.product))
                    .fetch_all(ctx.db().read())
                    .await?;
            let vendor = Pattern::new(&entry.vendor);
            let fits = |found: &&(i64, String)| entry.vendor.is_empty() || vendor.fits(&found.1);
            if let Some((number, _)) = products.iter().find(fits) {
                programs.push((Pattern::new(&entry.programs), *number));
            }
        }
        for rule in built_in().iter() {
            if let (Some(product), Some(pattern)) = (&rule.product, &rule.programs) {
                programs.push((pattern.clone(), number_of(&rule.vendor, product)));
            }
        }
        self.images.clear();
        self.programs = programs;
        self.edition = Some(edition);
        Ok(())
    }

    /// The product that a program is of.
    fn product(&mut self, image: &str) -> Option<i64> {
        let programs = &self.programs;
        *self.images.entry(hash(image)).or_insert_with(|| {
            let path = image.replace('\\', "/");
            programs.iter().find(|(pattern, _)| pattern.fits(&path)).map(|(_, product)| *product)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: i64) -> i64 {
        1_800_000_000_000_000 - days * DAY_US
    }

    /// Days ago: last use, since when it would have been seen, when the endpoint spoke last.
    #[track_caller]
    fn check(last: Option<i64>, since: Option<i64>, until: Option<i64>, followed: bool, expected: Use) {
        let watched = Watched { followed, since: since.map(at), until: until.map(at) };
        assert_eq!(use_of(Time::from_micros(at(0)), last.map(at), watched), expected);
    }

    #[test]
    fn what_was_not_started_for_ninety_days_while_somebody_looked_is_not_used() {
        check(None, Some(91), Some(1), true, Use::Not);
        check(Some(95), Some(200), Some(1), true, Use::Not);
        check(Some(89), Some(200), Some(1), true, Use::Lately);
    }

    #[test]
    fn nothing_is_said_where_nobody_looked_for_long_enough() {
        check(None, None, None, true, Use::Unknown);
        check(None, Some(30), Some(1), true, Use::Unknown);
        check(None, Some(200), Some(120), true, Use::Unknown);
        check(None, Some(200), Some(1), false, Use::Unknown);
    }

    #[test]
    fn a_program_is_known_by_its_path_in_any_case() {
        let mut reader = Reader {
            programs: vec![(Pattern::new("*/chrome.exe|/usr/lib*/libreoffice/program/*"), 7)],
            ..Reader::default()
        };
        assert_eq!(reader.product("C:\\Program Files\\Google\\Chrome\\Application\\CHROME.EXE"), Some(7));
        assert_eq!(reader.product("/usr/lib/libreoffice/program/soffice.bin"), Some(7));
        assert_eq!(reader.product("/usr/bin/ls"), None);
    }
}
