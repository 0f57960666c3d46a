//! `yagura-sim history`: years of an office, written through the event store's own ingest into a folder. For benchmarks and
//! for looking at pages with millions of rows. The same seed gives the same rows.

mod day;
mod words;

use std::{
    collections::HashMap,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use uuid::Uuid;
use yagura_channel::{agent::identity::IdentityDir, wire::key::sha256};
use yagura_events::{
    AppendError, Batch, Embedded, EventStore as _, FeedCursor, FeedItem, MAX_LIMIT, Options, Outcome, Row,
};
use yagura_vocabulary::{Event, Id, Lane, StoredEvent, Time, id::Endpoint};

use self::day::Days;
use crate::{args::History, dice::Dice, fleet::say, office::desk};

const DAY_S: i64 = 86_400;
/// The office's clock is nine hours ahead of UTC the whole year.
const JST_S: i64 = 9 * 3600;
/// Rows of one batch: what an agent gathers in a few minutes.
const BATCH: usize = 40;
/// Machines whose hour is in memory at once.
const AT_ONCE: usize = 250;
/// Rows that are handed to the store in one call.
const CALL: usize = 30_000;
/// The last day, when none is named: the data do not change with the day on which they are made.
const UNTIL: i64 = 1_795_618_800;

/// One endpoint and its streams.
struct Machine {
    id: Id<Endpoint>,
    hostname: Arc<str>,
    epoch: Uuid,
    next: u64,
    days: Days,
}

/// A row as other engines read it: all that the store keeps of it, and the name of its endpoint.
#[derive(Serialize)]
struct Line<'a> {
    hostname: &'a str,
    #[serde(flatten)]
    event: &'a StoredEvent,
}

/// The rows as JSON lines, in the order of their arrival.
struct Lines {
    file: BufWriter<File>,
    hostnames: HashMap<Id<Endpoint>, Arc<str>>,
    after: FeedCursor,
}

impl Lines {
    /// Writes what the store has taken since the last time.
    async fn follow(&mut self, store: &Embedded) -> anyhow::Result<()> {
        loop {
            let page = store.feed(self.after, MAX_LIMIT).await.context("failed to read rows back")?;
            for FeedItem { event, .. } in &page.items {
                let hostname = self.hostnames.get(&event.endpoint).map_or("", AsRef::as_ref);
                serde_json::to_writer(&mut self.file, &Line { hostname, event })
                    .context("failed to write a row as JSON")?;
                self.file.write_all(b"\n").context("failed to write a row as JSON")?;
            }
            self.after = page.next;
            if page.next == page.head {
                return Ok(());
            }
        }
    }
}

/// Writes the years.
pub(crate) async fn run(history: &History) -> anyhow::Result<()> {
    let began = Instant::now();
    let interrupted = Arc::new(AtomicBool::new(false));
    tokio::spawn({
        let interrupted = Arc::clone(&interrupted);
        async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                interrupted.store(true, Ordering::Relaxed);
            }
        }
    });
    let dir = history.data.join("events");
    let mut options = Options::new(&dir);
    if history.leave {
        (options.merge_fan_in, options.order_days) = (usize::MAX, false);
    }
    let store = Embedded::open(options).await.with_context(|| format!("failed to open {}", dir.display()))?;
    let store = Arc::new(store);
    let until = history.until.unwrap_or(Time::from_seconds(UNTIL));
    let first_day = (until.seconds() + JST_S).div_euclid(DAY_S) - i64::from(history.days);
    let mut machines = machines(history, Time::from_seconds(first_day * DAY_S - JST_S))?;
    let mut lines = match &history.ndjson {
        Some(path) => {
            let hostnames = machines.iter().map(|machine| (machine.id, Arc::clone(&machine.hostname))).collect();
            Some(Lines { file: create(path)?, hostnames, after: store.health().await.head })
        }
        None => None,
    };
    let (mut rows, mut made_in) = (0_u64, 0.0);
    let mut ended_early = false;
    let mut call = Vec::new();
    'days: for day in 0..history.days {
        let date = first_day + i64::from(day);
        // 1 January 1970 was a Thursday.
        let weekend = (date + 4).rem_euclid(7) % 6 == 0;
        for hour in 0..24_usize {
            let from = Time::from_seconds(date * DAY_S - JST_S + i64::try_from(hour).unwrap_or(0) * 3600);
            for some in machines.chunks_mut(AT_ONCE) {
                let before = cpu(ClockId::ThreadCPUTime);
                let batches = an_hour(some, day, weekend, hour, from);
                made_in += cpu(ClockId::ThreadCPUTime) - before;
                for batch in batches {
                    rows += batch.rows.len() as u64;
                    call.push(batch);
                    if call.iter().map(|batch| batch.rows.len()).sum::<usize>() >= CALL {
                        append(&store, std::mem::take(&mut call), &mut made_in).await?;
                        if let Some(lines) = &mut lines {
                            lines.follow(&store).await?;
                        }
                    }
                }
            }
            if interrupted.load(Ordering::Relaxed) {
                ended_early = true;
                break 'days;
            }
        }
        say(&format!("day {} of {}: {rows} rows, {:.0} s", day + 1, history.days, began.elapsed().as_secs_f64()));
    }
    append(&store, call, &mut made_in).await?;
    if let Some(lines) = &mut lines {
        lines.follow(&store).await?;
        lines.file.flush().context("failed to write the rows as JSON lines")?;
    }
    store.flush().await.context("failed to write the last segment")?;
    let stored_in = cpu(ClockId::ProcessCPUTime) - made_in;
    if !history.leave {
        say("putting the days in order");
        store.compact().await.context("failed to put the days in order")?;
    }
    store.close().await.context("failed to close the store")?;
    let all_in = cpu(ClockId::ProcessCPUTime) - made_in;
    say(&format!(
        "CPU seconds: {made_in:.1} to make the rows, {stored_in:.1} to store them, {all_in:.1} with their order"
    ));
    let bytes = size_of(&dir)?;
    writeln!(std::io::stdout(), "rows={rows} bytes={bytes} seconds={:.1}", began.elapsed().as_secs_f64())
        .context("failed to write to standard output")?;
    if ended_early {
        bail!("stopped before the last day; what is written is whole");
    }
    Ok(())
}

fn machines(history: &History, start: Time) -> anyhow::Result<Vec<Machine>> {
    let one = |n| {
        let desk = desk(history.seed, n, start);
        let mut dice = Dice::new(history.seed, (7 << 32) + u64::from(n));
        let id = match &history.fleet {
            Some(fleet) => enrolled(fleet, n)?,
            None => Id::from_uuid(dice.uuid()),
        };
        Ok(Machine {
            id,
            epoch: dice.uuid(),
            next: 1,
            days: Days::new(history.seed, n, &desk, start, history.events_per_day),
            hostname: desk.hostname.into(),
        })
    };
    (0..history.endpoints).map(one).collect()
}

/// The endpoint of a fleet that enrolled before.
fn enrolled(fleet: &Path, n: u32) -> anyhow::Result<Id<Endpoint>> {
    let dir = fleet.join(n.to_string());
    let identity = IdentityDir::new(&dir).load().with_context(|| format!("failed to read {}", dir.display()))?;
    let identity = identity.with_context(|| format!("no endpoint is enrolled in {}", dir.display()))?;
    Ok(identity.record.endpoint)
}

/// What these machines send in an hour, in the order in which it arrives.
fn an_hour(machines: &mut [Machine], day: u32, weekend: bool, hour: usize, from: Time) -> Vec<Batch> {
    let mut batches = Vec::new();
    for machine in machines {
        let events = machine.days.hour(day, weekend, hour, from);
        for part in events.chunks(BATCH) {
            batches.push(batch(machine, part));
        }
    }
    // Of one machine the earlier batch is received earlier, and the sort leaves equals as they are.
    batches.sort_by_key(|batch| batch.received_at);
    batches
}

fn batch(machine: &mut Machine, events: &[Event]) -> Batch {
    let first = machine.next;
    let row = |(n, event): (usize, &Event)| Row { seq: first + n as u64, person: None, event: event.clone() };
    let rows: Vec<_> = events.iter().enumerate().map(row).collect();
    let last = first + rows.len() as u64 - 1;
    machine.next = last + 1;
    let received_at = events.last().map_or(Time::from_seconds(0), |event| event.occurred_at + Duration::from_secs(5));
    Batch {
        endpoint: machine.id,
        epoch: machine.epoch,
        lane: Lane::Operation,
        first,
        last,
        sha256: sha256(format!("{} {last}", machine.epoch).as_bytes()),
        received_at,
        rows,
    }
}

/// Hands batches to the store, as often as it takes: it may be busy writing.
async fn append(store: &Embedded, batches: Vec<Batch>, made_in: &mut f64) -> anyhow::Result<()> {
    if batches.is_empty() {
        return Ok(());
    }
    loop {
        // Who really sends rows parses them once and gives them away.
        let before = cpu(ClockId::ThreadCPUTime);
        let copy = batches.clone();
        *made_in += cpu(ClockId::ThreadCPUTime) - before;
        match store.append(copy).await {
            Ok(outcomes) => {
                if let Some(outcome) = outcomes.iter().find(|outcome| !matches!(outcome, Outcome::Stored { .. })) {
                    bail!("the store did not take a batch: {outcome:?}; is there a history of the same seed already?");
                }
                return Ok(());
            }
            Err(AppendError::Full { retry_after, .. }) => tokio::time::sleep(retry_after).await,
            Err(error) => return Err(error).context("failed to append to the store"),
        }
    }
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    Ok(BufWriter::new(File::create(path).with_context(|| format!("failed to create {}", path.display()))?))
}

/// Processor seconds so far.
fn cpu(clock: ClockId) -> f64 {
    let used = clock_gettime(clock);
    Duration::new(used.tv_sec.unsigned_abs(), u32::try_from(used.tv_nsec).unwrap_or(0)).as_secs_f64()
}

fn size_of(dir: &Path) -> anyhow::Result<u64> {
    let mut size = 0;
    for entry in std::fs::read_dir(dir).with_context(|| format!("failed to list {}", dir.display()))? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        size += if metadata.is_dir() { size_of(&entry.path())? } else { metadata.len() };
    }
    Ok(size)
}
