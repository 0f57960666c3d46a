//! Writing what is different in the claims of some packages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::{AnyConnection, AssertSqlSafe, FromRow};
use yagura_server_kit::{ApiError, Context};
use yagura_vocabulary::Time;

use super::judging::Pair;
use crate::{
    count::END,
    judge::Verdict,
    server::feeds::keep::{number_of, places},
};

/// Claims of one transaction, about: others who want to write wait no longer than these take.
const CHUNK: usize = 400;

/// A claim that holds.
#[derive(Debug, FromRow)]
struct Row {
    package: i64,
    release: String,
    number: i64,
    part: String,
    standing: String,
    installed: String,
    fixed: String,
    advisory: String,
    feed: String,
    evidence: String,
}

/// Writes what is different; says how many claims that were.
pub(super) async fn write(ctx: &Context, pairs: &[Pair]) -> Result<usize, ApiError> {
    let (mut changed, mut waiting, mut held) = (0, Vec::new(), 0);
    for pair in pairs {
        held += pair.verdicts.len() + 1;
        waiting.push(pair);
        if held >= CHUNK {
            changed += chunk(ctx, &waiting).await?;
            (waiting, held) = (Vec::new(), 0);
        }
    }
    Ok(changed + chunk(ctx, &waiting).await?)
}

async fn chunk(ctx: &Context, pairs: &[&Pair]) -> Result<usize, ApiError> {
    if pairs.is_empty() {
        return Ok(0);
    }
    let now = ctx.now();
    let mut tx = ctx.db().write_relaxed().await?;
    let mut held = Held::read(tx.on(), pairs).await?;
    let mut changed = 0;
    for pair in pairs {
        changed += one(tx.on(), pair, held.of(pair), now).await?;
    }
    judged(tx.on(), pairs).await?;
    tx.commit().await?;
    Ok(changed)
}

/// What is known of a package of a release before it is written.
#[derive(Default)]
struct Before {
    claims: BTreeMap<i64, Row>,
    names: BTreeSet<(String, String)>,
    built_name: String,
}

/// The same of several, by package and release. Asked for together: most packages are judged as they were, and then nothing else is asked.
struct Held(HashMap<(i64, String), Before>);

impl Held {
    async fn read(connection: &mut AnyConnection, pairs: &[&Pair]) -> Result<Self, ApiError> {
        let packages: BTreeSet<i64> = pairs.iter().map(|pair| pair.package).collect();
        let within = places(1, packages.len());
        let mut held: HashMap<(i64, String), Before> = HashMap::new();
        let sql = format!(
            "SELECT package, release, number, part, standing, installed, fixed, advisory, feed, evidence FROM vulnerabilities_claim
             WHERE package IN ({within}) AND gone_at IS NULL"
        );
        let mut query = sqlx::query_as::<_, Row>(AssertSqlSafe(sql));
        for package in &packages {
            query = query.bind(*package);
        }
        for row in query.fetch_all(&mut *connection).await? {
            let before = held.entry((row.package, row.release.clone())).or_default();
            before.claims.insert(row.number, row);
        }
        let sql = format!(
            "SELECT package, release, ecosystem, name FROM vulnerabilities_name WHERE package IN ({within})
             UNION ALL SELECT package, release, '', built_name FROM vulnerabilities_judged WHERE package IN ({within})"
        );
        let mut query = sqlx::query_as::<_, (i64, String, String, String)>(AssertSqlSafe(sql));
        for package in &packages {
            query = query.bind(*package);
        }
        for (package, release, ecosystem, name) in query.fetch_all(&mut *connection).await? {
            let before = held.entry((package, release)).or_default();
            if ecosystem.is_empty() {
                before.built_name = name;
            } else {
                before.names.insert((ecosystem, name));
            }
        }
        Ok(Self(held))
    }

    fn of(&mut self, pair: &Pair) -> Before {
        self.0.remove(&(pair.package, pair.release.clone())).unwrap_or_default()
    }
}

async fn one(connection: &mut AnyConnection, pair: &Pair, before: Before, now: Time) -> Result<usize, ApiError> {
    let mut held = before.claims;
    let mut new = Vec::new();
    for verdict in &pair.verdicts {
        let words = [&pair.package.to_string(), &pair.release, &verdict.weakness, &verdict.subject];
        let number = number_of(&words.map(String::as_str));
        if held.remove(&number).is_none_or(|row| !row.is(verdict)) {
            new.push((number, verdict));
        }
    }
    known(connection, &new, now).await?;
    for (number, verdict) in &new {
        put(connection, pair, *number, verdict, now).await?;
    }
    for number in held.keys() {
        sqlx::query("UPDATE vulnerabilities_claim SET gone_at = $1, changed_at = $1 WHERE number = $2")
            .bind(now.micros())
            .bind(*number)
            .execute(&mut *connection)
            .await?;
    }
    named(connection, pair, before.names).await?;
    if before.built_name != pair.built_name {
        sqlx::query("UPDATE vulnerabilities_judged SET built_name = $1 WHERE package = $2 AND release = $3")
            .bind(&pair.built_name)
            .bind(pair.package)
            .bind(&pair.release)
            .execute(connection)
            .await?;
    }
    Ok(new.len() + held.len())
}

impl Row {
    fn is(&self, verdict: &Verdict) -> bool {
        self.part == verdict.part.as_str()
            && self.standing == verdict.standing.as_str()
            && self.installed == verdict.installed
            && self.fixed == verdict.fixed
            && self.advisory == verdict.advisory
            && self.feed == verdict.feed
            && self.evidence == verdict.evidence.as_str()
    }
}

async fn put(
    connection: &mut AnyConnection,
    pair: &Pair,
    number: i64,
    verdict: &Verdict,
    now: Time,
) -> Result<(), ApiError> {
    // One that comes back appeared anew.
    sqlx::query(
        "INSERT INTO vulnerabilities_claim (number, package, release, weakness, subject, part, standing, installed, fixed, advisory,
         feed, evidence, appeared_at, gone_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL, $13)
         ON CONFLICT (number) DO UPDATE SET part = excluded.part, standing = excluded.standing, installed = excluded.installed,
         fixed = excluded.fixed, advisory = excluded.advisory, feed = excluded.feed, evidence = excluded.evidence,
         appeared_at = CASE WHEN vulnerabilities_claim.gone_at IS NULL THEN vulnerabilities_claim.appeared_at
         ELSE excluded.appeared_at END, gone_at = NULL, changed_at = excluded.changed_at",
    )
    .bind(number)
    .bind(pair.package)
    .bind(&pair.release)
    .bind(&verdict.weakness)
    .bind(&verdict.subject)
    .bind(verdict.part.as_str())
    .bind(verdict.standing.as_str())
    .bind(&verdict.installed)
    .bind(&verdict.fixed)
    .bind(&verdict.advisory)
    .bind(&verdict.feed)
    .bind(verdict.evidence.as_str())
    .bind(now.micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Every weakness that is claimed has a row, though nobody described it yet.
async fn known(connection: &mut AnyConnection, new: &[(i64, &Verdict)], now: Time) -> Result<(), ApiError> {
    // An end of life is none of the world's weaknesses, and has words of its own.
    let names = new.iter().map(|(_, verdict)| verdict.weakness.as_str()).filter(|name| !name.starts_with(END));
    let wanted: BTreeSet<&str> = names.collect();
    let wanted: Vec<&str> = wanted.into_iter().collect();
    for ids in wanted.chunks(500) {
        let sql = format!("SELECT id FROM vulnerabilities_weakness WHERE id IN ({})", places(1, ids.len()));
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind((*id).to_owned());
        }
        let there: Vec<(String,)> = query.fetch_all(&mut *connection).await?;
        let there: BTreeSet<&str> = there.iter().map(|(id,)| id.as_str()).collect();
        for id in ids.iter().filter(|id| !there.contains(*id)) {
            sqlx::query(
                "INSERT INTO vulnerabilities_weakness (id, title_ja, title_en, summary_ja, summary_en, severity, score, vector, cwe,
                 refs, rejected, replaced_by, ransomware, told, changed_at)
                 VALUES ($1, '', '', '', '', 0, 0, '', '[]', '[]', 0, '[]', 0, '{}', $2) ON CONFLICT (id) DO NOTHING",
            )
            .bind(*id)
            .bind(now.micros())
            .execute(&mut *connection)
            .await?;
        }
    }
    Ok(())
}

/// Writes down under which names statements about it stand.
async fn named(
    connection: &mut AnyConnection,
    pair: &Pair,
    before: BTreeSet<(String, String)>,
) -> Result<(), ApiError> {
    let now: BTreeSet<(String, String)> =
        pair.names.iter().map(|name| (name.ecosystem.to_string(), name.package.clone())).collect();
    if before == now {
        return Ok(());
    }
    sqlx::query("DELETE FROM vulnerabilities_name WHERE package = $1 AND release = $2")
        .bind(pair.package)
        .bind(&pair.release)
        .execute(&mut *connection)
        .await?;
    for (ecosystem, name) in now {
        sqlx::query("INSERT INTO vulnerabilities_name (package, release, ecosystem, name) VALUES ($1, $2, $3, $4)")
            .bind(pair.package)
            .bind(&pair.release)
            .bind(ecosystem)
            .bind(name)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Writes down by which edition of the rules they were judged.
async fn judged(connection: &mut AnyConnection, pairs: &[&Pair]) -> Result<(), ApiError> {
    let mut by_edition: BTreeMap<(i64, &str), Vec<i64>> = BTreeMap::new();
    for pair in pairs {
        by_edition.entry((pair.edition, pair.release.as_str())).or_default().push(pair.package);
    }
    for ((edition, release), packages) in by_edition {
        let sql = format!(
            "UPDATE vulnerabilities_judged SET edition = $1 WHERE release = $2 AND package IN ({})",
            places(3, packages.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(edition).bind(release.to_owned());
        for package in packages {
            query = query.bind(package);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
