//! What is known of a feed before an import: numbers and hashes of all that it said.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use yagura_server_kit::{ApiError, Context};

use super::record::Kind;

/// Rows that are read at once.
const AT_ONCE: i64 = 50_000;

/// Numbers and hashes of all that a feed said, with what each is.
#[derive(Debug, Default)]
pub(in crate::server::feeds) struct Known(pub(super) HashMap<i64, (Kind, i64)>);

/// Something that a feed does not say any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::server::feeds) struct Gone {
    pub(super) kind: Kind,
    pub(super) number: i64,
}

/// A table of what feeds say, and how the kind of its rows is said.
const TABLES: [(&str, &str); 4] = [
    ("vulnerabilities_statement", "'statement'"),
    ("vulnerabilities_told", "kind"),
    ("vulnerabilities_update", "'update'"),
    ("vulnerabilities_support", "'support'"),
];

impl Known {
    /// # Errors
    /// When the database is away.
    pub(in crate::server::feeds) async fn load(ctx: &Context, feed: &str) -> Result<Self, ApiError> {
        let mut known = HashMap::new();
        for (table, kind) in TABLES {
            let sql = format!(
                "SELECT number, hash, {kind} AS kind FROM {table} WHERE feed = $1 AND number > $2 ORDER BY number LIMIT {AT_ONCE}"
            );
            let mut after = -1;
            loop {
                let rows: Vec<(i64, i64, String)> = sqlx::query_as(AssertSqlSafe(sql.clone()))
                    .bind(feed)
                    .bind(after)
                    .fetch_all(ctx.db().read())
                    .await?;
                let Some((last, ..)) = rows.last() else { break };
                after = *last;
                known.extend(rows.into_iter().filter_map(|(number, hash, kind)| Some((number, (parse(&kind)?, hash)))));
            }
        }
        Ok(Self(known))
    }

    /// All of it, as something that goes.
    pub(in crate::server::feeds) fn all(&self) -> Vec<Gone> {
        self.0.iter().map(|(number, (kind, _))| Gone { kind: *kind, number: *number }).collect()
    }
}

fn parse(word: &str) -> Option<Kind> {
    let all = [Kind::Statement, Kind::Cve, Kind::Exploited, Kind::Likelihood, Kind::Update, Kind::Support];
    all.into_iter().find(|kind| kind.as_str() == word)
}
