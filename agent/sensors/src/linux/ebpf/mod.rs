//! BPF programs on the scheduler's tracepoints as a source.

mod record;

use std::{
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::MetadataExt as _,
    },
    time::Duration,
};

use aya::{
    Btf, Ebpf as Loaded, EbpfLoader, include_bytes_aligned,
    maps::{Array, MapData, RingBuf},
    programs::{BtfTracePoint, ProgramError},
};
use yagura_platform::{Error, since_boot};

use super::{Sink, Watch};
use crate::process::observed::Observed;

static OBJECT: &[u8] = include_bytes_aligned!(concat!(env!("OUT_DIR"), "/process.bpf.o"));

const PROGRAMS: [(&str, &str); 3] =
    [("on_fork", "sched_process_fork"), ("on_exec", "sched_process_exec"), ("on_exit", "sched_process_exit")];
/// Kinds of record in the map of losses.
const KINDS: u32 = 4;

/// Why the programs cannot run here.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("the kernel does not describe itself: {0}")]
    NoBtf(#[from] aya::BtfError),
    #[error("cannot load the BPF object: {0}")]
    Object(#[from] aya::EbpfError),
    #[error("the kernel refuses the BPF program `{program}`: {reason}")]
    Program { program: &'static str, reason: String },
    #[error("cannot open the BPF map `{map}`: {source}")]
    Map { map: &'static str, source: aya::maps::MapError },
    #[error("cannot count the processors: {0}")]
    Processors(std::io::Error),
    #[error("the BPF object has no `{0}`")]
    Missing(&'static str),
}

/// The loaded programs; dropping this detaches them.
pub(super) struct Ebpf {
    records: RingBuf<MapData>,
    lost: Array<MapData, u64>,
    /// Losses that were told of already.
    told: u64,
    _programs: Loaded,
}

/// Room for what happens while the reader is held up: some 20,000 starts of programs.
const RING_BYTES: u32 = 8 << 20;

impl Ebpf {
    pub(super) fn open() -> Result<Self, OpenError> {
        Self::with_ring(RING_BYTES)
    }

    fn with_ring(bytes: u32) -> Result<Self, OpenError> {
        let processors = aya::util::nr_cpus().map_err(|(_, error)| OpenError::Processors(error))?;
        let btf = Btf::from_sys_fs()?;
        let (inode, device) = own_root().unwrap_or_default();
        let mut loaded = EbpfLoader::new()
            .btf(Some(&btf))
            .override_global("own_root_inode", &inode, true)
            .override_global("own_root_device", &device, true)
            .map_max_entries("records", bytes)
            .map_max_entries("scratch", u32::try_from(processors).unwrap_or(u32::MAX))
            .load(OBJECT)?;
        let records = map(&mut loaded, "records")?;
        let lost = map(&mut loaded, "lost")?;
        for (name, tracepoint) in PROGRAMS {
            let refused = |error| OpenError::Program { program: name, reason: refusal(&error) };
            let program = loaded.program_mut(name).ok_or(OpenError::Missing(name))?;
            let program: &mut BtfTracePoint = program.try_into().map_err(refused)?;
            program.load(tracepoint, &btf).map_err(refused)?;
            program.attach().map_err(refused)?;
        }
        drop(btf);
        // The kernel's description of itself takes some 20 MB to read.
        yagura_platform::release_memory();
        let records = RingBuf::try_from(records).map_err(|source| OpenError::Map { map: "records", source })?;
        let lost = Array::try_from(lost).map_err(|source| OpenError::Map { map: "lost", source })?;
        Ok(Self { records, lost, told: 0, _programs: loaded })
    }

    fn lost(&self) -> u64 {
        (0..KINDS).filter_map(|kind| self.lost.get(&kind, 0).ok()).sum()
    }
}

/// The inode of our root and its device as the kernel numbers it.
fn own_root() -> Option<(u64, u32)> {
    let root = std::fs::metadata("/").ok()?;
    let (major, minor) = (rustix::fs::major(root.dev()), rustix::fs::minor(root.dev()));
    Some((root.ino(), (major << 20) | minor))
}

/// What the kernel said. Its verifier explains itself at great length and names the fault at the end.
fn refusal(error: &ProgramError) -> String {
    match error {
        ProgramError::LoadError { io_error, verifier_log } => {
            let log = verifier_log.to_string();
            let last: Vec<&str> = log.lines().rev().filter(|line| !line.starts_with("processed")).take(3).collect();
            let last = last.into_iter().rev().collect::<Vec<_>>().join("; ");
            if last.is_empty() { io_error.to_string() } else { format!("{io_error} ({last})") }
        }
        other => other.to_string(),
    }
}

fn map(loaded: &mut Loaded, name: &'static str) -> Result<aya::maps::Map, OpenError> {
    loaded.take_map(name).ok_or(OpenError::Missing(name))
}

impl Watch for Ebpf {
    fn readable(&self) -> Option<BorrowedFd<'_>> {
        Some(self.records.as_fd())
    }

    fn gather(&self) -> Duration {
        Duration::from_millis(20)
    }

    fn drain(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        // Losses first: they happened when the ring was full, so before there was room for what is last in it now.
        let lost = self.lost();
        while let Some(bytes) = self.records.next() {
            if let Some(seen) = record::parse(&bytes) {
                sink.put(seen);
            }
        }
        if lost > self.told {
            let at_ns = u64::try_from(since_boot().as_nanos()).unwrap_or(u64::MAX);
            let count = Some(lost - self.told);
            self.told = lost;
            sink.put(Observed::Lost { at_ns, count, reason: "the kernel's ring buffer was full" });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use uuid::Uuid;

    use super::*;
    use crate::process::tracker::Tracker;

    struct Seen(Vec<Observed>, Tracker);

    impl Sink for Seen {
        fn put(&mut self, seen: Observed) {
            self.0.push(seen);
        }

        fn tracker(&self) -> &Tracker {
            &self.1
        }
    }

    #[test]
    fn what_finds_no_room_in_the_ring_is_counted() {
        let mut ebpf = match Ebpf::with_ring(4096) {
            Ok(ebpf) => ebpf,
            Err(error) => {
                println!("SKIPPED: {error}");
                return;
            }
        };
        for _ in 0..100 {
            Command::new("/bin/true").status().unwrap();
        }
        let mut seen = Seen(Vec::new(), Tracker::new(Uuid::nil()));
        ebpf.drain(&mut seen).unwrap();
        let Some(Observed::Lost { count: Some(lost), .. }) = seen.0.pop() else { panic!("no word of a loss") };
        assert!(lost + seen.0.len() as u64 >= 300, "100 forks, starts and ends: {lost} lost, {} seen", seen.0.len());
        ebpf.drain(&mut seen).unwrap();
        let told_twice = matches!(seen.0.last(), Some(Observed::Lost { count: Some(again), .. }) if *again >= lost);
        assert!(!told_twice);
    }
}
