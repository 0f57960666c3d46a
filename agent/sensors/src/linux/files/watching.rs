//! Which file systems are watched, and which refuse.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use yagura_platform::{Fanotify, file_system_id};
use yagura_records::{Place, Text};
use yagura_vocabulary::{SensorHealth, SensorReport};

use super::mounts::{self, Drive, Mount};
use crate::{file::tracker::DriveNews, report_on};

pub(super) const MOUNTS: &str = "/proc/self/mountinfo";
const SYS: &str = "/sys";
/// File systems that refuse are named one by one up to this many.
const NAMED: usize = 20;

/// What the tracking thread must know of the mounts.
#[derive(Debug, Default)]
pub(super) struct View {
    /// By the number that fanotify gives a file system, a path to it.
    pub(super) roots: HashMap<u64, PathBuf>,
    /// Longest paths first.
    places: Vec<(Vec<u8>, Place)>,
}

impl View {
    pub(super) fn place(&self, path: &Text) -> Place {
        let path = path.as_bytes();
        let holds = |mount: &[u8]| {
            mount == b"/" || path.strip_prefix(mount).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        self.places.iter().find(|(mount, _)| holds(mount)).map_or(Place::Fixed, |(_, place)| *place)
    }
}

#[derive(Debug)]
struct Watched {
    mount: Mount,
    file_system: Option<u64>,
    refused: Option<String>,
}

/// What was found at the last look.
#[derive(Debug, Default)]
struct State {
    before: Vec<Mount>,
    /// File systems by their device numbers.
    watched: BTreeMap<(u32, u32), Watched>,
    looks: u64,
}

/// The file systems that were asked to be watched.
#[derive(Debug)]
pub(super) struct Watching {
    fanotify: Arc<Fanotify>,
    state: Mutex<State>,
}

impl Watching {
    pub(super) fn new(fanotify: Arc<Fanotify>) -> Self {
        Self { fanotify, state: Mutex::default() }
    }

    /// Watches the file systems that came, forgets those that went. Gives what there is now, and what came and went; nothing
    /// where all is as it was. At the first look the shares of other machines are left for the next one.
    pub(super) fn follow(&self) -> io::Result<Option<(View, Vec<DriveNews>)>> {
        let all = mounts::parse(&std::fs::read(MOUNTS)?);
        let sys = Path::new(SYS);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { before, watched, looks } = &mut *state;
        *looks += 1;
        let network = *looks > 1;
        if *before == all && *looks > 2 {
            return Ok(None);
        }
        let news = if before.is_empty() { Vec::new() } else { mounts::news(sys, before, &all) };
        let now = mounts::file_systems(&all);
        watched.retain(|device, one| now.get(device).is_some_and(|mount| **mount == one.mount));
        let far = |mount: &Mount| mounts::place(mount, &Drive::default()) == Place::Network;
        for (device, mount) in now.into_iter().filter(|(_, mount)| network || !far(mount)) {
            watched.entry(device).or_insert_with(|| {
                let answer = self.fanotify.watch(&mount.path);
                if let Err(error) = &answer {
                    tracing::info!(%error, "a file system is not watched");
                }
                Watched {
                    mount: mount.clone(),
                    file_system: file_system_id(&mount.path).ok(),
                    refused: answer.err().map(|error| error.to_string()),
                }
            });
        }
        let roots = watched.values().filter(|one| one.refused.is_none());
        let roots = roots.filter_map(|one| Some((one.file_system?, one.mount.path.clone()))).collect();
        let mut places: Vec<_> = all
            .iter()
            .map(|mount| {
                let path = std::os::unix::ffi::OsStrExt::as_bytes(mount.path.as_os_str()).to_vec();
                (path, mounts::place(mount, &mounts::drive(sys, mount.device)))
            })
            .collect();
        places.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        *before = all;
        Ok(Some((View { roots, places }, news)))
    }

    /// How many are watched, and a report on each that refuses.
    pub(super) fn reports(&self) -> (usize, Vec<SensorReport>) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut refused = Vec::new();
        let mut watched = 0;
        for one in state.watched.values() {
            match &one.refused {
                None => watched += 1,
                Some(reason) if refused.len() < NAMED => {
                    let name = format!("file:{}", one.mount.path.display());
                    let reason = format!("{} ({})", reason, one.mount.file_system);
                    refused.push(report_on(&name, "none", SensorHealth::Unsupported, Some(reason)));
                }
                Some(_) => {}
            }
        }
        (watched, refused)
    }
}
