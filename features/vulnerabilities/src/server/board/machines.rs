//! Which machines there are: the ledger's, and appliances that somebody wrote down.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use sqlx::FromRow;
use yagura_server_kit::{ApiError, Context};

use super::{Store, intern};
use crate::{
    count::{Board, END, Machine},
    ends::{DAY_US, release},
    release::release_of,
};

/// What is to be done about machines.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Those that told something since they were judged.
    pub read: Vec<String>,
    /// Those whose release has ended, or has more time than was thought.
    pub ended: Vec<String>,
    /// Those that are in the ledger no more.
    pub gone: Vec<String>,
}

#[derive(Debug, FromRow)]
struct Row {
    id: String,
    endpoint_id: Option<String>,
    group_id: String,
    kind: String,
    name: String,
    os_name: String,
    os_version: String,
    led_by: Option<i64>,
    seen_at: i64,
    last_seen: Option<i64>,
    updates: Option<i64>,
}

/// What somebody wrote down of what runs on a device.
#[derive(Debug, FromRow)]
struct Written {
    id: String,
    asset_id: Option<String>,
    group_id: String,
    name: String,
    product: String,
    version: String,
    at: i64,
}

/// Machines that can suffer: what the organisation has in use, and whatever somebody says what runs on it.
const MACHINES: &str =
    "SELECT a.id AS id, a.endpoint_id AS endpoint_id, COALESCE(e.group_id, a.group_id) AS group_id, a.kind AS kind,
     a.name AS name, a.os_name AS os_name, a.os_version AS os_version, a.led_by AS led_by, a.seen_at AS seen_at,
     e.last_seen AS last_seen, a.updates AS updates
     FROM assets_asset a LEFT JOIN endpoints_endpoint e ON e.id = a.endpoint_id
     WHERE a.standing IN ('in_use', 'lent') AND (a.kind IN ('computer', 'server', 'network')
     OR a.id IN (SELECT asset_id FROM vulnerabilities_appliance))";

/// Takes over what the ledger says of machines, except for what is installed on them.
pub(super) async fn compare(ctx: &Context) -> Result<Found, ApiError> {
    let rows: Vec<Row> = sqlx::query_as(MACHINES).fetch_all(ctx.db().read()).await?;
    let appliances: Vec<Written> = sqlx::query_as(
        "SELECT id, asset_id, group_id, name, product, version, at FROM vulnerabilities_appliance ORDER BY id",
    )
    .fetch_all(ctx.db().read())
    .await?;
    let today = ctx.now().micros().div_euclid(DAY_US);
    let mut written: HashMap<String, i64> = HashMap::new();
    let mut alone = Vec::new();
    for Written { id, asset_id, group_id, name, product, version, at } in appliances {
        if let Some(asset) = asset_id {
            let last = written.entry(asset).or_insert(at);
            *last = at.max(*last);
            continue;
        }
        alone.push(Row {
            id,
            endpoint_id: None,
            group_id,
            kind: "network".to_owned(),
            name,
            os_name: product,
            os_version: version,
            led_by: None,
            seen_at: at,
            last_seen: None,
            updates: None,
        });
    }
    let mut counted = ctx.part::<Store>().write();
    let board = &mut counted.board;
    let places = Places::new(board, today);
    let (mut found, mut there) = (Found::default(), HashSet::with_capacity(rows.len()));
    let mut words: HashMap<String, Arc<str>> = HashMap::new();
    let mut word = |text: String| Arc::clone(words.entry(text).or_insert_with_key(|text| Arc::from(text.as_str())));
    for row in rows.into_iter().chain(alone) {
        let release = release(&row.os_name, &row.os_version);
        let cycle = release.as_ref().and_then(|one| {
            let at = |cycle: &String| places.cycles.get(&(one.product.to_owned(), cycle.clone()));
            one.cycles.iter().find_map(at)
        });
        let ended = cycle.and_then(|at| places.ended.get(at)).copied();
        let told_at = row.seen_at.max(written.get(&row.id).copied().unwrap_or(0));
        let before = board.machine(&row.id).map(|at| std::mem::take(&mut board.machines[at])).unwrap_or_default();
        // Claims name releases by whose statements hold for them; ends of life by the product itself.
        let claimed = release_of(&row.os_name, &row.os_version);
        let of = word(claimed.map(|release| release.to_string()).unwrap_or_default());
        // An inventory that leads now, and an operating system that is another, say other things without being told anew.
        if before.read_at != told_at || before.led_by != row.led_by.unwrap_or(0) || before.release != of {
            found.read.push(row.id.clone());
        } else if before.ended != ended {
            found.ended.push(row.id.clone());
        }
        there.insert(row.id.clone());
        board.put(Machine {
            id: row.id,
            endpoint: row.endpoint_id,
            name: row.name,
            kind: word(row.kind),
            group: places.groups.get(&row.group_id).copied().unwrap_or(0),
            os: word(format!("{} {}", row.os_name, row.os_version).trim().to_owned()),
            release: of,
            seen_at: row.last_seen.unwrap_or(0).max(told_at),
            told_at,
            updates: row.updates.unwrap_or(0).unsigned_abs(),
            led_by: row.led_by.unwrap_or(0),
            cycle: cycle.copied(),
            ended,
            ..before
        });
    }
    found.gone = board.machines.iter().filter(|one| !there.contains(&one.id)).map(|one| one.id.clone()).collect();
    for id in &found.gone {
        board.remove(id);
    }
    Ok(found)
}

/// Where groups and cycles stand on the board.
struct Places {
    groups: HashMap<String, u32>,
    cycles: HashMap<(String, String), u32>,
    /// The findings of the cycles that have ended.
    ended: HashMap<u32, u32>,
}

impl Places {
    fn new(board: &Board, today: i64) -> Self {
        let cycle = |(at, cycle): (u32, &crate::count::Cycle)| ((cycle.product.clone(), cycle.cycle.clone()), at);
        let ended = (0..).zip(&board.cycles).filter(|(_, cycle)| cycle.ends_on.is_some_and(|day| day < today));
        let finding = |(at, cycle): (u32, &crate::count::Cycle)| {
            let (subject, weakness, _) = intern::end(&cycle.product, &cycle.cycle);
            debug_assert!(weakness.starts_with(END), "the end of a release has a name of ours");
            board
                .weakness(&weakness)
                .and_then(|weakness| board.finding(&subject, weakness))
                .map(|finding| (at, finding))
        };
        Self {
            groups: board.groups.iter().map(|group| group.id.clone()).zip(0..).collect(),
            cycles: (0..).zip(&board.cycles).map(cycle).collect(),
            ended: ended.filter_map(finding).collect(),
        }
    }
}
