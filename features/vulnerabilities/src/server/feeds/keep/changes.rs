//! What an import changes.

use std::collections::{BTreeSet, HashMap, HashSet};

use sqlx::AssertSqlSafe;
use yagura_advisories::{Format, Record};
use yagura_server_kit::{ApiError, Context};

use super::{
    known::{Gone, Known},
    places,
    record::{Kind, mark},
};

/// Ids that are asked for at once.
const AT_ONCE: usize = 500;

/// Looks at each record of a feed, and says then which are to be written and what is gone.
pub(in crate::server::feeds) struct Changes {
    feed: String,
    known: Known,
    /// What the feed says now. Under one number the last word counts.
    now: HashMap<i64, (Kind, i64)>,
    /// The numbers that are still to be written.
    open: HashSet<i64>,
    gone: Vec<Gone>,
    /// Of a part of a feed: the weaknesses that it speaks of, and what it takes back.
    spoken_of: BTreeSet<String>,
    withdrawn: BTreeSet<String>,
    whole: bool,
    /// Whether a part speaks of an advisory, and not of all that there is to say of a weakness: several of OSV may be about one.
    by_advisory: bool,
}

impl Changes {
    pub(in crate::server::feeds) fn new(feed: String, format: Format, known: Known, whole: bool) -> Self {
        let (now, open, gone) = (HashMap::new(), HashSet::new(), Vec::new());
        let (spoken_of, withdrawn) = (BTreeSet::new(), BTreeSet::new());
        Self { feed, known, now, open, gone, spoken_of, withdrawn, whole, by_advisory: format == Format::Osv }
    }

    /// The first reading.
    pub(in crate::server::feeds) fn look(&mut self, record: &Record) {
        match record {
            Record::Withdrawn { id } => drop(self.withdrawn.insert(id.clone())),
            Record::Cve(cve) if !self.whole && !self.by_advisory => drop(self.spoken_of.insert(cve.id.clone())),
            Record::Statement(it) if !self.whole && self.by_advisory => {
                self.spoken_of.extend(it.advisory.clone());
            }
            _ => {}
        }
        if let Some((kind, number, hash)) = mark(&self.feed, record) {
            self.now.insert(number, (kind, hash));
        }
    }

    /// After it: what is to be written, and what is gone.
    pub(in crate::server::feeds) async fn settle(&mut self, ctx: &Context) -> Result<(), ApiError> {
        let known = &self.known.0;
        self.open = self.now.iter().filter(|(number, now)| known.get(number) != Some(now)).map(|(it, _)| *it).collect();
        if self.whole {
            let gone = known.iter().filter(|(number, _)| !self.now.contains_key(number));
            self.gone = gone.map(|(number, (kind, _))| Gone { kind: *kind, number: *number }).collect();
        } else {
            // All that a part says of a weakness takes the place of all that was said of it.
            let ids: Vec<&String> = self.spoken_of.union(&self.withdrawn).collect();
            for ids in ids.chunks(AT_ONCE) {
                self.gone.extend(statements_about(ctx, &self.feed, ids).await?);
            }
            let said: Vec<&String> = self.withdrawn.difference(&self.spoken_of).collect();
            for ids in said.chunks(AT_ONCE) {
                self.gone.extend(told_about(ctx, &self.feed, ids).await?);
            }
            let now = &self.now;
            self.gone.retain(|gone| !now.contains_key(&gone.number));
        }
        self.gone.sort_unstable();
        self.gone.dedup();
        Ok(())
    }

    /// Whether anything is different.
    pub(in crate::server::feeds) fn is_any(&self) -> bool {
        !self.open.is_empty() || !self.gone.is_empty()
    }

    /// The second reading: whether this record is the one that is to be written under its number.
    pub(in crate::server::feeds) fn is_to_be_written(&mut self, record: &Record) -> bool {
        let Some((kind, number, hash)) = mark(&self.feed, record) else { return false };
        self.now.get(&number) == Some(&(kind, hash)) && self.open.remove(&number)
    }

    pub(in crate::server::feeds) fn gone(&self) -> &[Gone] {
        &self.gone
    }
}

async fn statements_about(ctx: &Context, feed: &str, ids: &[&String]) -> Result<Vec<Gone>, ApiError> {
    let places = places(2, ids.len());
    let sql = format!(
        "SELECT number FROM vulnerabilities_statement WHERE feed = $1 AND weakness IN ({places})
         UNION SELECT number FROM vulnerabilities_statement WHERE feed = $1 AND advisory IN ({places})"
    );
    asked(ctx, sql, feed, ids, Kind::Statement).await
}

async fn told_about(ctx: &Context, feed: &str, ids: &[&String]) -> Result<Vec<Gone>, ApiError> {
    let places = places(2, ids.len());
    let sql =
        format!("SELECT number FROM vulnerabilities_told WHERE feed = $1 AND kind = 'cve' AND weakness IN ({places})");
    asked(ctx, sql, feed, ids, Kind::Cve).await
}

async fn asked(ctx: &Context, sql: String, feed: &str, ids: &[&String], kind: Kind) -> Result<Vec<Gone>, ApiError> {
    let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(feed.to_owned());
    for id in ids {
        query = query.bind((*id).clone());
    }
    let rows: Vec<(i64,)> = query.fetch_all(ctx.db().read()).await?;
    Ok(rows.into_iter().map(|(number,)| Gone { kind, number }).collect())
}
