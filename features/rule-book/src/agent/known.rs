//! Which programs ran on this endpoint before.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

use yagura_rules::{First, Seen};
use yagura_vocabulary::Event;

/// A machine on which so many different programs ran builds them itself; nothing is new there any more.
const MOST: usize = 200_000;

/// The programs that ran, eight bytes each, in memory and in a file that only grows.
#[derive(Debug)]
pub struct Known {
    programs: HashSet<u64>,
    file: File,
    failed: bool,
}

impl Known {
    /// Reads what is known from a folder, which is made if needed. Half a number at the end, as after a power cut, is left out.
    ///
    /// # Errors
    /// The file cannot be read or made.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(folder.join("programs"))?;
        let mut bytes = Vec::new();
        (&mut file).take(MOST as u64 * 8).read_to_end(&mut bytes)?;
        let half = bytes.len() % 8;
        if half > 0 {
            file.set_len((bytes.len() - half) as u64)?;
        }
        let programs = bytes.as_chunks().0.iter().map(|eight| u64::from_le_bytes(*eight)).collect();
        Ok(Self { programs, file, failed: false })
    }

    /// Notes the program of an event, if it tells of a start.
    pub fn note(&mut self, event: &Event) {
        if event.kind != "process.start" || self.programs.len() >= MOST {
            return;
        }
        let Some(program) = event.hash_sha256.as_deref().or(event.image.as_deref()) else { return };
        let number = number(program);
        if !self.programs.insert(number) {
            return;
        }
        if let Err(error) = self.file.write_all(&number.to_le_bytes())
            && !std::mem::replace(&mut self.failed, true)
        {
            tracing::warn!(%error, "which programs ran cannot be written down; after a restart they will seem new");
        }
    }
}

impl Seen for Known {
    fn is_first(&mut self, scope: First, program: &str, _: &Event) -> Option<bool> {
        match scope {
            First::Endpoint if self.programs.len() < MOST => Some(!self.programs.contains(&number(program))),
            First::Endpoint | First::Fleet => None,
        }
    }
}

/// FNV-1a (Fowler, Noll, Vo 1991): it must stay the same for as long as the file is kept. Two programs that share a number hide one
/// another, once in 2^64.
fn number(program: &str) -> u64 {
    program.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

#[cfg(test)]
mod tests {
    use yagura_vocabulary::Time;

    use super::*;

    fn start(image: &str) -> Event {
        let mut event = Event::new(Time::from_seconds(0), "test", "process.start");
        event.image = Some(image.to_owned());
        event
    }

    fn check(known: &mut Known, image: &str, expected: bool) {
        assert_eq!(known.is_first(First::Endpoint, image, &start(image)), Some(expected), "{image}");
    }

    #[test]
    fn what_ran_is_known_also_after_a_restart_and_a_power_cut() {
        let folder = tempfile::tempdir().unwrap();
        let mut known = Known::open(folder.path()).unwrap();
        check(&mut known, "/bin/a", true);
        known.note(&start("/bin/a"));
        check(&mut known, "/bin/a", false);
        drop(known);
        let file = folder.path().join("programs");
        let mut bytes = fs::read(&file).unwrap();
        bytes.extend([1, 2, 3]);
        fs::write(&file, bytes).unwrap();
        let mut known = Known::open(folder.path()).unwrap();
        check(&mut known, "/bin/a", false);
        known.note(&start("/bin/b"));
        let mut known = Known::open(folder.path()).unwrap();
        check(&mut known, "/bin/b", false);
        check(&mut known, "/bin/c", true);
    }

    #[test]
    fn what_ended_is_no_start_and_the_fleet_is_not_known_here() {
        let folder = tempfile::tempdir().unwrap();
        let mut known = Known::open(folder.path()).unwrap();
        known.note(&Event { kind: "process.exit".to_owned(), ..start("/bin/a") });
        check(&mut known, "/bin/a", true);
        assert_eq!(known.is_first(First::Fleet, "/bin/a", &start("/bin/a")), None);
    }
}
