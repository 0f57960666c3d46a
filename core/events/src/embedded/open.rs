//! Opening a store: what the catalogue names is there, what only the log has comes back, the rest is swept away.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, mpsc::sync_channel},
};

use tokio::{
    sync::{Semaphore, watch},
    task::spawn_blocking,
};

use super::{
    Embedded, ON_THEIR_WAY_KB, Options, QUEUE, Tasks,
    catalogue::{CATALOGUE, Catalogue, Contents},
    compact,
    files::{make_dir, sync_dir},
    flush::Flusher,
    lock::Lock,
    memtable::{Chunk, Stream},
    segment::{Entry, LAYOUT, Segment},
    shared::{Marks, Shared, State, mark_of, set_mark},
    wal::{Log, LogFiles, Record, Recovered, recover},
    writer::Writer,
};
use crate::{Outcome, StoreError, decide};

const LOG: &str = "wal";

/// Positions that are left out after the end of the log was lost, so that none is given a second time: more than a log
/// ever holds.
const GAP: u64 = 1 << 20;

pub(super) async fn open(options: Options) -> Result<Embedded, StoreError> {
    let dir = options.dir.clone();
    let lock = blocking(move || prepare(&dir)).await?;
    let catalogue = Catalogue::open(&options.dir.join(CATALOGUE), options.notary()).await?;
    let contents = catalogue.read().await?;
    catalogue.adopt(&contents.segments).await?;
    let (restored, lock) = blocking(move || restore(options, contents).map(|restored| (restored, lock))).await?;
    let Restored { options, state, marks, mut damage, flushed, next, recovered } = restored;
    if recovered.end.is_some() {
        // Before anything is cut off: afterwards nothing tells that positions were given that are gone.
        catalogue.leave_out(next - 1).await?;
    }
    let log_files = LogFiles::new(recovered.files.clone());
    let dir = options.dir.join(LOG);
    damage.extend(blocking(move || recovered.repair(&dir)).await?);
    log_files.trim(flushed);
    let head = next - 1;
    let log = Log::new(options.disk.clone(), &options.dir.join(LOG), log_files.clone());
    let shared = Arc::new(Shared::new(options, catalogue, log_files, (state, marks, head), damage, lock));
    start(shared, log, next)
}

fn start(shared: Arc<Shared>, log: Log, next: u64) -> Result<Embedded, StoreError> {
    let (sender, receiver) = sync_channel(QUEUE);
    let writer = Writer::new(shared.clone(), log, next);
    let writer = std::thread::Builder::new().name("events-writer".to_owned()).spawn(move || writer.run(&receiver));
    let writer = writer.map_err(StoreError::file("start the writer of", &shared.options.dir))?;
    let (closing, closed) = watch::channel(false);
    let flusher = tokio::spawn(Flusher::new(shared.clone(), sender.clone()).run(closed));
    let compactor = tokio::spawn(compact::run(shared.clone(), closing.subscribe()));
    shared.flush_wanted.notify_one();
    let on_their_way = Semaphore::new(ON_THEIR_WAY_KB as usize);
    let tasks = Mutex::new(Some(Tasks { writer, flusher, compactor, closing }));
    Ok(Embedded { shared, writer: sender, on_their_way, tasks })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    spawn_blocking(work).await.map_err(|_| StoreError::Stopped)?
}

/// Makes the directories and locks the store.
fn prepare(dir: &Path) -> Result<Lock, StoreError> {
    fs::create_dir_all(dir).map_err(StoreError::file("make the directory", dir))?;
    let lock = Lock::take(dir)?;
    dir.parent().filter(|parent| parent.is_dir()).map_or(Ok(()), sync_dir)?;
    make_dir(&dir.join(LOG))?;
    make_dir(&dir.join(LAYOUT))?;
    sync_dir(dir)?;
    let catalogue = dir.join(CATALOGUE);
    let is_segment = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "parquet");
    if !catalogue.exists() && segment_files(&dir.join(LAYOUT))?.iter().any(is_segment) {
        // With a new catalogue every segment would look like garbage.
        let error = io::Error::new(
            io::ErrorKind::NotFound,
            "it is missing although there are segments: `yagura-server rebuild-events` makes it anew",
        );
        return Err(StoreError::file("use the catalogue", &catalogue)(error));
    }
    Ok(lock)
}

pub(super) fn segment_files(layout: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut files = Vec::new();
    for day in list(layout)? {
        if day.is_dir() {
            files.extend(list(&day)?);
        }
    }
    Ok(files)
}

pub(super) fn list(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = fs::read_dir(dir).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    entries.map_err(StoreError::file("list", dir))
}

struct Restored {
    options: Options,
    state: State,
    marks: Marks,
    damage: Vec<String>,
    flushed: u64,
    next: u64,
    recovered: Recovered,
}

fn restore(options: Options, contents: Contents) -> Result<Restored, StoreError> {
    let Contents { segments, marks: flushed_marks, flushed, given } = contents;
    sweep(&options.dir, &segments)?;
    let (segments, damage) = present(&options.dir, segments);
    let mut marks = Marks::new();
    for (stream, mark) in flushed_marks {
        set_mark(&mut marks, stream, mark);
    }
    let mut state = State { segments: Arc::new(segments), ..State::default() };
    let mut head = flushed.max(given);
    let recovered = recover(&options.dir.join(LOG), |record| {
        head = head.max(record.last_position());
        if record.last_position() > flushed {
            replay(record, &mut state, &mut marks, &options);
        }
    })?;
    let next = head + 1 + if recovered.end.is_some() { GAP } else { 0 };
    Ok(Restored { options, state, marks, damage, flushed, next, recovered })
}

fn replay(record: Record, state: &mut State, marks: &mut Marks, options: &Options) {
    let stream = Stream { endpoint: record.batch.endpoint, epoch: record.batch.epoch, lane: record.batch.lane };
    // A batch whose write failed may stand in the log and stand there again where it was repeated.
    if !matches!(decide(mark_of(marks, stream), &record.batch), Outcome::Stored { .. }) {
        tracing::warn!(
            ?stream,
            position = record.position,
            "the event log has a batch that does not follow its stream"
        );
        return;
    }
    let mark = record.mark();
    set_mark(marks, stream, mark);
    let items = record.into_items();
    let bytes =
        items.iter().map(|item| serde_json::to_vec(&item.event).map_or(0, |json| json.len()) + size_of_val(item)).sum();
    if let Some(chunk) = Chunk::new(items) {
        state.active.add(chunk, bytes, [(stream, mark)]);
    }
    if state.active.rows >= options.flush_rows || state.active.bytes >= options.flush_bytes {
        state.freeze();
    }
}

/// Removes files that the catalogue does not name: a crash left them before they counted, or after they were merged.
fn sweep(dir: &Path, segments: &[Entry]) -> Result<(), StoreError> {
    let named: HashSet<_> = segments.iter().flat_map(Entry::files).map(|(name, _)| dir.join(name)).collect();
    for path in segment_files(&dir.join(LAYOUT))? {
        if !named.contains(&path) {
            tracing::info!(path = %path.display(), "removing a segment file that does not count");
            fs::remove_file(&path).map_err(StoreError::file("remove", &path))?;
        }
    }
    Ok(())
}

/// The segments whose files are there with their full length, and what is wrong with the others.
fn present(dir: &Path, entries: Vec<Entry>) -> (Vec<Arc<Segment>>, Vec<String>) {
    let mut damage = Vec::new();
    let mut segments = Vec::new();
    for entry in entries {
        let segment = Segment::new(dir, entry);
        let rows = segment.entry.rows;
        match fs::metadata(&segment.path) {
            Ok(meta) if meta.len() == segment.entry.bytes => segments.push(Arc::new(segment)),
            Ok(meta) => damage.push(format!(
                "{} has {} bytes instead of {}: its {rows} events cannot be read",
                segment.path.display(),
                meta.len(),
                segment.entry.bytes
            )),
            Err(error) => damage.push(format!("{}: {error}: its {rows} events cannot be read", segment.path.display())),
        }
    }
    for what in &damage {
        tracing::error!("{what}");
    }
    (segments, damage)
}
