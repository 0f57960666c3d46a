//! What is read before anything is counted: groups, rules, ends of life, weaknesses, findings, units, and how machines stand.

use std::{collections::HashMap, sync::Arc};

use sqlx::FromRow;
use yagura_server_kit::{ApiError, Context, Settings as _};

use super::{
    Marks, OVERLAP_US, Store,
    machines::{self, Found},
    minute,
};
use crate::{
    claim::Part,
    count::{Cycle, END, Finding, Group, Machine, Rules, UPDATE, Unit, Weakness},
    ends::{SYSTEMS, title},
    except::{Exception, Scope},
    finding::{Severity, unpack, unpack_held},
    kernel,
    server::{ends, watch::WeaknessSettings},
};

/// Rows of one question.
const PAGE: i64 = 20_000;

/// Brings this server's memory to what is kept, and says how the ledger differs from it.
pub(super) async fn catch_up(ctx: &Context, marks: &mut Marks) -> Result<Found, ApiError> {
    let now = ctx.now();
    let rules = rules(ctx).await?;
    let judged: Vec<(String,)> =
        sqlx::query_as("SELECT DISTINCT release FROM vulnerabilities_judged").fetch_all(ctx.db().read()).await?;
    {
        let mut counted = ctx.part::<Store>().write();
        counted.rules = rules;
        counted.board.judged = judged.into_iter().map(|(release,)| release.into()).collect();
    }
    cycles(ctx).await?;
    groups(ctx).await?;
    weaknesses(ctx, marks.weaknesses).await?;
    findings(ctx).await?;
    units(ctx).await?;
    kept(ctx, marks.kept.unwrap_or(i64::MIN)).await?;
    marks.weaknesses = Some(now.micros() - OVERLAP_US);
    marks.kept = Some(now.micros() - OVERLAP_US);
    let found = machines::compare(ctx).await?;
    ctx.part::<Store>().write().at = Some(now);
    Ok(found)
}

/// Settings and exceptions.
pub(super) async fn rules(ctx: &Context) -> Result<Rules, ApiError> {
    type Row = (String, String, String, Option<String>, Option<String>, i64);
    let settings = WeaknessSettings::in_force(&mut *ctx.db().read().acquire().await?).await?;
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT x.id, x.weakness, x.subject, g.id_path, x.asset_id, x.until_at FROM vulnerabilities_exception x
         LEFT JOIN endpoints_group g ON g.id = x.group_id WHERE x.until_at > $1 ORDER BY x.id",
    )
    .bind(ctx.now().micros())
    .fetch_all(ctx.db().read())
    .await?;
    let exception = |(id, weakness, subject, path, machine, until): Row| Exception {
        id,
        weakness,
        subject,
        scope: match (path, machine) {
            (Some(path), _) => Scope::Group(path),
            (None, Some(machine)) => Scope::Machine(machine),
            (None, None) => Scope::All,
        },
        until: minute(yagura_vocabulary::Time::from_micros(until)),
    };
    Ok(Rules {
        days: settings.days,
        emergency_epss: settings.emergency_epss,
        red_without_fix: settings.red_without_fix,
        exceptions: rows.into_iter().map(exception).collect(),
    })
}

/// Ends of life of operating systems, as they are known now.
pub(super) async fn cycles(ctx: &Context) -> Result<(), ApiError> {
    let mut told = ends::days(ctx, &SYSTEMS).await?;
    let mut counted = ctx.part::<Store>().write();
    // Places of cycles stay: machines name them. One that nobody tells any more has no end.
    for one in &mut counted.board.cycles {
        one.ends_on = told.remove(&(one.product.clone(), one.cycle.clone())).flatten();
    }
    let new = told.into_iter().map(|((product, cycle), ends_on)| Cycle { product, cycle, ends_on });
    counted.board.cycles.extend(new);
    Ok(())
}

/// All fixed groups, those above first. Machines name them by place, so a changed tree is laid under them in the same breath.
async fn groups(ctx: &Context) -> Result<(), ApiError> {
    let rows: Vec<(String, Option<String>, String, String, String)> = sqlx::query_as(
        "SELECT id, parent_id, name, path, id_path FROM endpoints_group WHERE kind = 'fixed' ORDER BY length(id_path), path",
    )
    .fetch_all(ctx.db().read())
    .await?;
    let places: HashMap<String, u32> = rows.iter().map(|row| row.0.clone()).zip(0..).collect();
    let group = |(id, parent, name, path, id_path): (String, Option<String>, String, String, String)| {
        let parent = parent.and_then(|parent| places.get(&parent).copied());
        Group { id, name, path, id_path, parent }
    };
    let groups: Vec<Group> = rows.into_iter().map(group).collect();
    let mut counted = ctx.part::<Store>().write();
    let board = &mut counted.board;
    if board.groups != groups {
        // Whoever was in a group that is gone is in the root until the ledger is compared.
        let moved: Vec<u32> = board.groups.iter().map(|old| places.get(&old.id).copied().unwrap_or(0)).collect();
        for machine in &mut board.machines {
            machine.group = moved.get(machine.group as usize).copied().unwrap_or(0);
        }
        board.groups = groups;
    }
    Ok(())
}

const WEAKNESS: &str = "w.severity AS severity, w.score AS score, w.exploited_at AS exploited_at, w.due_at AS due_at,
     w.ransomware AS ransomware, w.epss AS epss, w.title_ja AS title_ja, w.title_en AS title_en, w.published_at AS published_at";

#[derive(Debug, FromRow)]
struct WeaknessRow {
    id: String,
    severity: Option<i64>,
    score: Option<f64>,
    exploited_at: Option<i64>,
    due_at: Option<i64>,
    ransomware: Option<i64>,
    epss: Option<f64>,
    title_ja: Option<String>,
    title_en: Option<String>,
    published_at: Option<i64>,
}

fn weakness(row: WeaknessRow) -> Weakness {
    let (mut title_ja, mut title_en) = (row.title_ja.unwrap_or_default(), row.title_en.unwrap_or_default());
    let mut severity = Severity::from_number(row.severity.unwrap_or(0));
    if let Some(name) = row.id.strip_prefix(UPDATE) {
        (title_ja, title_en) =
            (format!("{name} のセキュリティ更新が待っています"), format!("A security update of {name} waits"));
    } else if let Some(release) = row.id.strip_prefix(END) {
        let (product, cycle) = release.split_once(':').unwrap_or((release, ""));
        let release = title(product, cycle);
        // Nothing that is found from now on will be mended there.
        severity = Severity::High;
        (title_ja, title_en) =
            (format!("{release} のサポートが終了しています"), format!("{release} is no longer supported"));
    }
    Weakness {
        id: row.id.into(),
        severity,
        score: row.score.unwrap_or(0.0),
        exploited_at: row.exploited_at,
        due_at: row.due_at,
        ransomware: row.ransomware.unwrap_or(0) != 0,
        epss: row.epss,
        title_ja: title_ja.into(),
        title_en: title_en.into(),
        published_at: row.published_at,
    }
}

/// What is newly known of weaknesses that somebody has.
async fn weaknesses(ctx: &Context, since: Option<i64>) -> Result<(), ApiError> {
    // Those that nobody has yet come with their finding.
    let Some(since) = since else { return Ok(()) };
    let sql = format!("SELECT w.id AS id, {WEAKNESS} FROM vulnerabilities_weakness w WHERE w.changed_at >= $1");
    let rows: Vec<WeaknessRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(since).fetch_all(ctx.db().read()).await?;
    let mut counted = ctx.part::<Store>().write();
    for row in rows {
        if counted.board.weakness(&row.id).is_some() {
            counted.board.learn(weakness(row));
        }
    }
    Ok(())
}

#[derive(Debug, FromRow)]
struct FindingRow {
    subject: String,
    part: String,
    #[sqlx(flatten)]
    weakness: WeaknessRow,
}

/// Findings with numbers that are not in memory yet.
pub(super) async fn findings(ctx: &Context) -> Result<(), ApiError> {
    let sql = format!(
        "SELECT f.subject AS subject, f.part AS part, f.weakness AS id, {WEAKNESS} FROM vulnerabilities_finding f
         LEFT JOIN vulnerabilities_weakness w ON w.id = f.weakness WHERE f.number >= $1 ORDER BY f.number LIMIT $2"
    );
    loop {
        let from = ctx.part::<Store>().read().board.findings.len();
        let rows: Vec<FindingRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql.clone()))
            .bind(i64::try_from(from).unwrap_or(i64::MAX))
            .bind(PAGE)
            .fetch_all(ctx.db().read())
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut counted = ctx.part::<Store>().write();
        for row in rows {
            let part = part(&row.part);
            let subject: Arc<str> = row.subject.into();
            let weakness = match counted.board.weakness(&row.weakness.id) {
                Some(at) => at,
                None => counted.board.learn(weakness(row.weakness)),
            };
            counted.board.add_finding(Finding { subject, weakness, part });
        }
    }
}

/// The part with this word; what a newer release wrote counts as somebody's program.
pub(super) fn part(word: &str) -> Part {
    [Part::Os, Part::Patches, Part::Remote].into_iter().find(|part| part.as_str() == word).unwrap_or(Part::ThirdParty)
}

#[derive(Debug, FromRow)]
struct UnitRow {
    package: i64,
    release: String,
    name: String,
    source: String,
    version: String,
    architecture: String,
}

/// Units with numbers that are not in memory yet.
pub(super) async fn units(ctx: &Context) -> Result<(), ApiError> {
    loop {
        let from = ctx.part::<Store>().read().board.units.len();
        let rows: Vec<UnitRow> = sqlx::query_as(
            "SELECT u.package AS package, u.release AS release, u.name AS name, COALESCE(p.source, '') AS source,
             COALESCE(p.version, '') AS version, COALESCE(p.architecture, '') AS architecture FROM vulnerabilities_unit u
             LEFT JOIN assets_package p ON p.number = u.package WHERE u.number >= $1 ORDER BY u.number LIMIT $2",
        )
        .bind(i64::try_from(from).unwrap_or(i64::MAX))
        .bind(PAGE)
        .fetch_all(ctx.db().read())
        .await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut counted = ctx.part::<Store>().write();
        for UnitRow { package, release, name, source, version, architecture } in rows {
            let kernel = kernel::release(&source, &name, &version, &architecture).map(Into::into);
            let unit = Unit { package, release: release.into(), name: name.into(), kernel, claims: Vec::new() };
            counted.board.add_unit(unit);
        }
    }
}

#[derive(Debug, FromRow)]
struct KeptRow {
    asset_id: String,
    release: String,
    led_by: i64,
    seen_at: i64,
    kernel: String,
    waiting: Option<String>,
    units: String,
    findings: String,
}

/// How machines stand that were written down since then.
async fn kept(ctx: &Context, since: i64) -> Result<(), ApiError> {
    let mut after = String::new();
    loop {
        let rows: Vec<KeptRow> = sqlx::query_as(
            "SELECT asset_id, release, led_by, seen_at, kernel, waiting, units, findings FROM vulnerabilities_endpoint
             WHERE judged_at >= $1 AND asset_id > $2 ORDER BY asset_id LIMIT $3",
        )
        .bind(since)
        .bind(&after)
        .bind(PAGE)
        .fetch_all(ctx.db().read())
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after.clone_from(&last.asset_id);
        let mut counted = ctx.part::<Store>().write();
        let board = &mut counted.board;
        for row in rows {
            // What cannot be read is judged anew: the machine is not there.
            let (Ok(units), Ok(held)) = (unpack(&row.units), unpack_held(&row.findings)) else { continue };
            let here = units.iter().all(|unit| (*unit as usize) < board.units.len())
                && held.iter().all(|one| (one.finding as usize) < board.findings.len());
            if !here {
                continue;
            }
            let before = board.machine(&row.asset_id).map(|at| board.machines[at].clone()).unwrap_or_default();
            let waiting = row.waiting.as_deref().map(|waiting| unpack(waiting).unwrap_or_default());
            board.put(Machine {
                id: row.asset_id,
                release: row.release.into(),
                led_by: row.led_by,
                read_at: row.seen_at,
                kernel: row.kernel.into(),
                units,
                waiting,
                held,
                ..before
            });
        }
    }
}
