//! What feeds claim of packages: the claims of a unit are taken over whole, so that two feeds that say the same, and one that takes it back,
//! leave what the other says.

use std::collections::{HashMap, HashSet};

use sqlx::FromRow;
use yagura_server_kit::{ApiError, Context};

use super::{Marks, OVERLAP_US, Store, intern, learn};
use crate::{
    claim::{Evidence, Standing},
    finding::Known,
};

/// Rows of one question.
const PAGE: i64 = 50_000;
/// Units whose claims are asked for at once.
const UNITS: usize = 200;

/// Which units' claims are other ones now.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    /// Units that were there.
    pub changed: HashSet<u32>,
    /// Units that are new: who has them is to be asked.
    pub new: Vec<u32>,
}

#[derive(Debug, FromRow)]
struct Row {
    number: i64,
    package: i64,
    release: String,
    name: Option<String>,
    weakness: String,
    subject: String,
    part: String,
    standing: String,
    evidence: String,
}

impl Row {
    fn known(&self) -> Known {
        let standing = match self.standing.as_str() {
            "open" => Standing::Open,
            "no_fix" => Standing::NoFix,
            _ => Standing::WillNotFix,
        };
        let claimed = match self.evidence.as_str() {
            "vendor" => Evidence::Vendor,
            "database" => Evidence::Database,
            "updater" => Evidence::Updater,
            _ => Evidence::Guess,
        };
        Known { standing, claimed, updater: claimed == Evidence::Updater }
    }
}

const COLUMNS: &str = "c.number AS number, c.package AS package, c.release AS release,
     COALESCE(p.name, w.product, (SELECT MIN(ap.product) FROM vulnerabilities_appliance ap WHERE ap.package = c.package)) AS name,
     c.weakness AS weakness, c.subject AS subject, c.part AS part, c.standing AS standing, c.evidence AS evidence
     FROM vulnerabilities_claim c LEFT JOIN assets_package p ON p.number = c.package
     LEFT JOIN vulnerabilities_system w ON w.package = c.package WHERE c.gone_at IS NULL";

/// Takes over what is claimed since the last time; all at the first.
pub(super) async fn take_over(ctx: &Context, marks: &mut Marks) -> Result<Claimed, ApiError> {
    let next = ctx.now().micros() - OVERLAP_US;
    let claimed = match marks.claims {
        None => all(ctx).await?,
        Some(since) => since_then(ctx, since).await?,
    };
    marks.claims = Some(next);
    Ok(claimed)
}

/// Every claim that holds. A page may end in the middle of a unit, so units are taken over when all was read.
async fn all(ctx: &Context) -> Result<Claimed, ApiError> {
    let (mut after, mut by_unit) = (i64::MIN, HashMap::<u32, Vec<(u32, Known)>>::new());
    let mut new = Vec::new();
    loop {
        let sql = format!("SELECT {COLUMNS} AND c.number > $1 ORDER BY c.number LIMIT $2");
        let rows: Vec<Row> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(after).bind(PAGE).fetch_all(ctx.db().read()).await?;
        let Some(last) = rows.last() else { break };
        after = last.number;
        new.extend(numbered(ctx, &rows).await?);
        lay(ctx, &rows, &mut by_unit);
    }
    // What holds no longer since this server was last there.
    let known = ctx.part::<Store>().read().board.units.len();
    for unit in (0..known).filter_map(|at| u32::try_from(at).ok()) {
        by_unit.entry(unit).or_default();
    }
    // A server that has just started knows no claims, so every unit is compared by what its machines were found to have: all are judged
    // once more, in memory, and those that stand as they stood are not written.
    Ok(Claimed { changed: replace(ctx, by_unit), new })
}

async fn since_then(ctx: &Context, since: i64) -> Result<Claimed, ApiError> {
    let keys: Vec<(i64,)> = sqlx::query_as("SELECT DISTINCT package FROM vulnerabilities_claim WHERE changed_at >= $1")
        .bind(since)
        .fetch_all(ctx.db().read())
        .await?;
    let mut claimed = Claimed::default();
    for some in keys.chunks(UNITS) {
        let list: Vec<String> = some.iter().map(|(package,)| package.to_string()).collect();
        let sql = format!("SELECT {COLUMNS} AND c.package IN ({})", list.join(", "));
        let rows: Vec<Row> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql)).persistent(false).fetch_all(ctx.db().read()).await?;
        claimed.new.extend(numbered(ctx, &rows).await?);
        let mut by_unit = HashMap::new();
        {
            // A unit of which nothing holds any more has no row, and is emptied.
            let counted = ctx.part::<Store>().read();
            for (package,) in some {
                by_unit.extend(counted.board.units_of(*package).iter().map(|unit| (*unit, Vec::new())));
            }
        }
        lay(ctx, &rows, &mut by_unit);
        claimed.changed.extend(replace(ctx, by_unit));
    }
    Ok(claimed)
}

/// Gives numbers to what these rows name; the units that are new.
async fn numbered(ctx: &Context, rows: &[Row]) -> Result<Vec<u32>, ApiError> {
    let words = |row: &Row| (row.subject.clone(), row.weakness.clone(), learn::part(&row.part));
    intern::findings(ctx, rows.iter().map(words)).await?;
    let unit = |row: &Row| (row.package, row.release.clone(), row.name.clone().unwrap_or_default());
    intern::units(ctx, rows.iter().map(unit).collect()).await
}

fn lay(ctx: &Context, rows: &[Row], by_unit: &mut HashMap<u32, Vec<(u32, Known)>>) {
    let counted = ctx.part::<Store>().read();
    let board = &counted.board;
    for row in rows {
        let finding = board.weakness(&row.weakness).and_then(|at| board.finding(&row.subject, at));
        let (Some(unit), Some(finding)) = (board.unit(row.package, &row.release), finding) else { continue };
        let claims = by_unit.entry(unit).or_default();
        match claims.iter_mut().find(|(one, _)| *one == finding) {
            Some((_, known)) => *known = known.and(row.known()),
            None => claims.push((finding, row.known())),
        }
    }
}

/// Puts the claims of these units in the place of those that they had; the units whose claims are others now.
fn replace(ctx: &Context, by_unit: HashMap<u32, Vec<(u32, Known)>>) -> HashSet<u32> {
    let mut counted = ctx.part::<Store>().write();
    let mut changed = HashSet::new();
    for (unit, mut claims) in by_unit {
        claims.sort_unstable_by_key(|(finding, _)| *finding);
        claims.shrink_to_fit();
        let Some(known) = counted.board.units.get_mut(unit as usize) else { continue };
        if known.claims != claims {
            known.claims = claims;
            changed.insert(unit);
        }
    }
    changed
}
