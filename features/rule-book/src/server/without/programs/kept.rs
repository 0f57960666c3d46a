//! The programs that are known, in the database and in memory.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use futures_util::TryStreamExt as _;
use yagura_server_kit::{ApiError, Context, Tx};
use yagura_vocabulary::Time;

use super::MOST;

/// Hash of a name, to what is noted of it. Two names that share a hash hide one another, once in 2^64.
pub(super) struct Kept(HashMap<u64, Noted>);

/// What is noted of a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noted {
    /// The day on which it was seen last.
    pub(super) day: i64,
    /// A path that was met without a hash only: the first hash there is the same program's.
    pub(super) bare: bool,
}

impl Noted {
    /// Both together.
    pub(super) fn and(self, other: Self) -> Self {
        Self { day: self.day.max(other.day), bare: self.bare && other.bare }
    }
}

fn number(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

impl Kept {
    pub(super) async fn load(ctx: &Context) -> Result<Self, ApiError> {
        let mut known = HashMap::new();
        let mut rows = sqlx::query_as::<_, (String, i64, i64)>("SELECT program, seen_day, bare FROM rule_book_program")
            .fetch(ctx.db().read());
        while let Some((name, day, bare)) = rows.try_next().await? {
            known.insert(number(&name), Noted { day, bare: bare != 0 });
        }
        Ok(Self(known))
    }

    pub(super) fn is_known(&self, name: &str) -> bool {
        self.0.contains_key(&number(name))
    }

    /// Whether nothing more can be learned, and so nothing is new.
    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }

    /// Whether it is a path that was met without a hash only.
    pub(super) fn is_bare(&self, name: &str) -> bool {
        self.0.get(&number(name)).is_some_and(|noted| noted.bare)
    }

    /// Whether it is written down that it was seen on this day, or later.
    pub(super) fn is_noted(&self, name: &str, day: i64) -> bool {
        // A clock that is far ahead must not be written down again and again.
        self.0.get(&number(name)).is_some_and(|noted| noted.day >= day)
    }

    pub(super) fn remember(&mut self, name: &str, new: Noted) {
        let noted = self.0.entry(number(name)).or_insert(new);
        *noted = noted.and(new);
    }

    /// Writes a name down, in the place of those that were not seen for longest when there are too many.
    pub(super) async fn note(&mut self, tx: &mut Tx, name: &str, noted: Noted, now: Time) -> Result<(), ApiError> {
        if self.is_full() && !self.is_known(name) {
            let place = i64::try_from(MOST / 10).unwrap_or(i64::MAX);
            let before: Option<(i64,)> =
                sqlx::query_as("SELECT seen_day FROM rule_book_program ORDER BY seen_day LIMIT 1 OFFSET $1")
                    .bind(place)
                    .fetch_optional(tx.on())
                    .await?;
            let before = before.map_or(i64::MIN, |(day,)| day);
            sqlx::query("DELETE FROM rule_book_program WHERE seen_day < $1").bind(before).execute(tx.on()).await?;
            self.0.retain(|_, noted| noted.day >= before);
            // All of them ran lately.
            if self.is_full() {
                return Ok(());
            }
        }
        sqlx::query(
            "INSERT INTO rule_book_program (program, first_at, seen_day, bare) VALUES ($1, $2, $3, $4)
             ON CONFLICT (program) DO UPDATE SET bare = rule_book_program.bare * excluded.bare, seen_day = CASE WHEN excluded.seen_day > rule_book_program.seen_day THEN excluded.seen_day
             ELSE rule_book_program.seen_day END",
        )
        .bind(name)
        .bind(now.micros())
        .bind(noted.day)
        .bind(i64::from(noted.bare))
        .execute(tx.on())
        .await?;
        Ok(())
    }
}

pub(super) async fn is_stored(tx: &mut Tx, name: &str) -> Result<bool, ApiError> {
    let found: Option<(i64,)> = sqlx::query_as("SELECT seen_day FROM rule_book_program WHERE program = $1")
        .bind(name)
        .fetch_optional(tx.on())
        .await?;
    Ok(found.is_some())
}
