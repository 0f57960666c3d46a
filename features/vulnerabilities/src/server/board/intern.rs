//! Numbers for findings and units that nobody had before. Only the server that looks gives them.

use std::collections::BTreeSet;

use yagura_server_kit::{ApiError, Context};

use super::{Store, learn};
use crate::{
    claim::Part,
    count::{END, UPDATE},
    ends::DAY_US,
};

/// Rows of one transaction: agents are not held up.
const AT_ONCE: usize = 5_000;

/// A finding by its words: subject, weakness, part.
pub(super) type Words = (String, String, Part);

/// Numbers for these findings, where they have none.
pub(super) async fn findings(ctx: &Context, wanted: impl IntoIterator<Item = Words>) -> Result<(), ApiError> {
    let new: BTreeSet<Words> = {
        let counted = ctx.part::<Store>().read();
        let board = &counted.board;
        let is_new = |(subject, weakness, _): &Words| {
            board.weakness(weakness).is_none_or(|at| board.finding(subject, at).is_none())
        };
        wanted.into_iter().filter(is_new).collect()
    };
    // The same under two parts is one finding, of the first.
    let mut new: Vec<Words> = new.into_iter().collect();
    new.dedup_by(|one, other| one.0 == other.0 && one.1 == other.1);
    for some in new.chunks(AT_ONCE) {
        let from = ctx.part::<Store>().read().board.findings.len();
        let mut tx = ctx.db().write_relaxed().await?;
        for (number, (subject, weakness, part)) in (from..).zip(some) {
            sqlx::query(
                "INSERT INTO vulnerabilities_finding (number, subject, weakness, part) VALUES ($1, $2, $3, $4)",
            )
            .bind(i64::try_from(number).unwrap_or(i64::MAX))
            .bind(subject)
            .bind(weakness)
            .bind(part.as_str())
            .execute(tx.on())
            .await?;
        }
        tx.commit().await?;
        learn::findings(ctx).await?;
    }
    Ok(())
}

/// Numbers for these units, each a package, its release and its name; those that are new.
pub(super) async fn units(ctx: &Context, wanted: Vec<(i64, String, String)>) -> Result<Vec<u32>, ApiError> {
    let mut new: Vec<(i64, String, String)> = {
        let counted = ctx.part::<Store>().read();
        wanted.into_iter().filter(|(package, release, _)| counted.board.unit(*package, release).is_none()).collect()
    };
    new.sort_unstable();
    new.dedup_by(|one, other| one.0 == other.0 && one.1 == other.1);
    let first = ctx.part::<Store>().read().board.units.len();
    for some in new.chunks(AT_ONCE) {
        let from = ctx.part::<Store>().read().board.units.len();
        let mut tx = ctx.db().write_relaxed().await?;
        for (number, (package, release, name)) in (from..).zip(some) {
            sqlx::query("INSERT INTO vulnerabilities_unit (number, package, release, name) VALUES ($1, $2, $3, $4)")
                .bind(i64::try_from(number).unwrap_or(i64::MAX))
                .bind(package)
                .bind(release)
                .bind(name)
                .execute(tx.on())
                .await?;
        }
        tx.commit().await?;
        learn::units(ctx).await?;
    }
    let last = ctx.part::<Store>().read().board.units.len();
    Ok((first..last).filter_map(|at| u32::try_from(at).ok()).collect())
}

/// The finding that only an updater tells of.
pub(super) fn update(package: &str) -> Words {
    (package.to_owned(), format!("{UPDATE}{package}"), Part::Patches)
}

/// The finding that a release has ended.
pub(super) fn end(product: &str, cycle: &str) -> Words {
    (format!("{product} {cycle}"), format!("{END}{product}:{cycle}"), Part::Os)
}

/// Findings for all releases that have ended by now.
pub(super) async fn ended(ctx: &Context) -> Result<(), ApiError> {
    let today = ctx.now().micros().div_euclid(DAY_US);
    let ended: Vec<Words> = {
        let counted = ctx.part::<Store>().read();
        let is_over = |day: &Option<i64>| day.is_some_and(|day| day < today);
        let over = counted.board.cycles.iter().filter(|cycle| is_over(&cycle.ends_on));
        over.map(|cycle| end(&cycle.product, &cycle.cycle)).collect()
    };
    findings(ctx, ended).await
}
