//! The file stream on this very machine, on file systems of the tests' own. Without root the tests say SKIPPED.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "test helpers")]

use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use yagura_records::{FileAct, FileActed, FileNote, FileRecord, Place};
use yagura_sensors::{FileStream, FileWish, Sensors};
use yagura_vocabulary::{SensorHealth, SystemClock};

/// An account that every Debian has, so that what it does is told apart from the build that runs this test.
const PERSON: u32 = 65534;

/// A file system of one's own, until the test ends.
struct Mounted(PathBuf);

impl Mounted {
    fn new(at: PathBuf, arguments: &[&str]) -> Option<Self> {
        fs::create_dir(&at).unwrap();
        let status = Command::new("mount").args(arguments).arg(&at).status();
        status.is_ok_and(|status| status.success()).then(|| {
            chown(&at, Some(PERSON), Some(PERSON)).unwrap();
            Self(at)
        })
    }

    fn unmount(&self) -> bool {
        Command::new("umount").arg(&self.0).status().is_ok_and(|status| status.success())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.unmount();
    }
}

fn memory(home: &Path) -> Option<Mounted> {
    Mounted::new(home.join("memory"), &["-t", "tmpfs", "tmpfs"])
}

fn disk(home: &Path) -> Option<Mounted> {
    let image = home.join("disk.img");
    fs::File::create(&image).unwrap().set_len(64 << 20).unwrap();
    let made = Command::new("mkfs.ext4").arg("-q").arg(&image).status();
    made.is_ok_and(|status| status.success()).then(|| image.to_str().map(str::to_owned))?;
    Mounted::new(home.join("disk"), &["-o", "loop", image.to_str()?])
}

/// A folder for the test, and the stream of what is done below it; or a word about why not.
async fn watch(unfolded: bool) -> Option<(tempfile::TempDir, Sensors, FileStream)> {
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let sensors = Sensors::live(Arc::new(SystemClock), &std::env::temp_dir());
    let mut stream = sensors.files().await;
    let report = sensors.reports().into_iter().find(|report| report.sensor == "file").unwrap();
    if report.source != "fanotify" {
        println!("SKIPPED: {}", report.reason.unwrap_or_default());
        return None;
    }
    let below = home.path().canonicalize().unwrap();
    let acts = move |acted: &FileActed| {
        let paths = [Some(&acted.path), acted.target.as_ref()];
        paths.into_iter().flatten().any(|path| path.as_str().starts_with(below.to_str().unwrap()))
    };
    stream.wish(FileWish { acts: Some(Arc::new(acts)), unfolded, ..FileWish::default() });
    Some((home, sensors, stream))
}

fn person(folder: &Path, script: &str) {
    let status = Command::new("python3").args(["-c", script]).current_dir(folder).uid(PERSON).status().unwrap();
    assert!(status.success(), "{script}");
}

/// Reads until `done`.
async fn read_until(stream: &mut FileStream, done: impl Fn(&FileActed) -> bool) -> Vec<FileActed> {
    let mut found = Vec::new();
    let reading = async {
        loop {
            match &*stream.next().await.expect("the sensor ended") {
                FileRecord::Acted(acted) => {
                    found.push((**acted).clone());
                    if done(acted) {
                        return;
                    }
                }
                FileRecord::Lost(lost) => panic!("{lost:?}"),
            }
        }
    };
    let outcome = tokio::time::timeout(Duration::from_secs(60), reading).await;
    assert!(outcome.is_ok(), "only this was seen: {found:#?}");
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn drives_are_taken_up_as_they_come_names_keep_their_bytes_and_nothing_keeps_a_drive_busy() {
    let Some((home, _sensors, mut stream)) = watch(true).await else { return };
    let home = home.path().canonicalize().unwrap();
    let (Some(memory), Some(disk)) = (memory(&home), disk(&home)) else {
        println!("SKIPPED: no tmpfs or loop device can be mounted here");
        return;
    };
    let came = read_until(&mut stream, |acted| acted.act == FileAct::DriveAdd).await;
    assert_eq!(came[0].path.as_str(), disk.0.to_str().unwrap(), "memory is no drive");
    assert_eq!(came[0].file_system.as_deref(), Some("ext4"));

    let script = "
import os, shutil
os.makedirs('会計/' + 'd' * 200)
open('会計/' + 'd' * 200 + '/見積.txt', 'w').write('12,000')
open(b'\\x93\\xfa', 'w').write('x')
shutil.move('会計/' + 'd' * 200 + '/見積.txt', '../disk/見積.txt')
os.mkdir('end')";
    person(&memory.0, script);
    let rows = read_until(&mut stream, |acted| acted.path.as_str().ends_with("/end")).await;
    let of = |act| rows.iter().filter(|row| row.act == act).collect::<Vec<_>>();
    let odd = of(FileAct::FileCreate).into_iter().find(|row| row.path.as_bytes().ends_with(b"/\x93\xfa")).unwrap();
    assert_eq!((odd.place, odd.bytes), (Place::Memory, Some(1)));
    let process = odd.process.as_ref().unwrap();
    assert_eq!(process.account.as_ref().unwrap().id, PERSON.to_string());
    assert!(process.guid.is_some() && process.image.as_ref().unwrap().contains("python"), "{process:?}");
    // The same program made the file and moved it away, so what is left of it lies on the disk.
    let outcome = rows.iter().filter(|row| row.outcome().0.as_str() == disk.0.join("見積.txt").to_str().unwrap());
    assert_eq!(outcome.count(), 1, "{rows:#?}");

    assert!(disk.unmount(), "the sensor keeps the drive busy");
    let gone = read_until(&mut stream, |acted| acted.act == FileAct::DriveRemove).await;
    assert_eq!(gone.last().unwrap().path.as_str(), disk.0.to_str().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_system_that_cannot_be_watched_is_named_and_the_others_are_watched_all_the_same() {
    let Some((home, sensors, mut stream)) = watch(true).await else { return };
    let home = home.path().canonicalize().unwrap();
    let Some(memory) = memory(&home) else {
        println!("SKIPPED: no tmpfs can be mounted here");
        return;
    };
    person(&memory.0, "import os\nfor name in ['lower', 'upper', 'work']: os.mkdir(name)");
    let at = memory.0.display();
    let options = format!("lowerdir={at}/lower,upperdir={at}/upper,workdir={at}/work");
    let Some(overlay) = Mounted::new(home.join("overlay"), &["-t", "overlay", "-o", &options, "overlay"]) else {
        println!("SKIPPED: no overlay can be mounted here");
        return;
    };
    // What is done afterwards is seen once the mounts have been looked at.
    let name = format!("file:{}", overlay.0.display());
    let refused = tokio::time::timeout(Duration::from_secs(60), async {
        loop {
            if let Some(report) = sensors.reports().into_iter().find(|report| report.sensor == name) {
                return report;
            }
            tokio::task::yield_now().await;
        }
    });
    let refused = refused.await.expect("the overlay is never named");
    assert_eq!(refused.health, SensorHealth::Unsupported);
    assert!(refused.reason.unwrap().contains("overlay"));
    let whole = sensors.reports().into_iter().find(|report| report.sensor == "file").unwrap();
    assert_eq!(whole.health, SensorHealth::Degraded);
    person(&memory.0, "import os\nos.mkdir('end')");
    read_until(&mut stream, |acted| acted.path.as_str().ends_with("/end")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_burst_every_act_is_counted_or_told_to_be_lost() {
    const FILES: u64 = 20_000;
    let Some((home, _sensors, mut stream)) = watch(false).await else { return };
    let home = home.path().canonicalize().unwrap();
    let Some(memory) = memory(&home) else {
        println!("SKIPPED: no tmpfs can be mounted here");
        return;
    };
    // Until the new file system is watched nothing on it is seen.
    let mut tries = 0;
    let watched = async {
        loop {
            tries += 1;
            person(&memory.0, &format!("import os\nos.mkdir('try{tries}')"));
            if tokio::time::timeout(Duration::from_secs(3), stream.next()).await.is_ok() {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), watched).await.expect("it is never watched");
    let script = format!("import os\nfor n in range({FILES}): open(str(n), 'w').write('x')\nos.mkdir('end')");
    person(&memory.0, &script);
    let (mut counted, mut lost, mut rows) = (0, false, 0);
    let reading = async {
        while counted < FILES && !lost {
            match &*stream.next().await.expect("the sensor ended") {
                FileRecord::Acted(acted) if acted.act == FileAct::FileCreate => {
                    assert!(!acted.notes.contains(&FileNote::FolderUnknown), "{acted:?}");
                    counted += acted.count.unwrap_or(1);
                    rows += 1;
                }
                FileRecord::Acted(_) => {}
                FileRecord::Lost(_) => lost = true,
            }
        }
    };
    let outcome = tokio::time::timeout(Duration::from_secs(60), reading).await;
    assert!(outcome.is_ok(), "{counted} of {FILES} were counted in {rows} rows, and no loss was told");
    println!("{counted} of {FILES} in {rows} rows, lost: {lost}");
    assert!(counted <= FILES && (lost || rows < 200), "{counted} in {rows} rows");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_back_is_told_before_the_program_stops() {
    let Some((home, sensors, mut stream)) = watch(true).await else { return };
    let folder = home.path().canonicalize().unwrap().join("own");
    fs::create_dir(&folder).unwrap();
    chown(&folder, Some(PERSON), Some(PERSON)).unwrap();
    // Held back for a second at least, in which more might have belonged to it.
    person(&folder, "open('last.txt', 'w').write('x')");
    stream.finish();
    let mut found = Vec::new();
    while let Some(record) = stream.next().await {
        if let FileRecord::Acted(acted) = &*record {
            found.push(acted.path.as_str().to_owned());
        }
    }
    if !found.iter().any(|path| path.ends_with("/last.txt")) {
        // The folder for temporary files may lie on what cannot be watched.
        let report = sensors.reports().into_iter().find(|report| report.sensor == "file").unwrap();
        assert_eq!(report.health, SensorHealth::Degraded, "{found:?}");
        println!("SKIPPED: {}", report.reason.unwrap_or_default());
    }
}
