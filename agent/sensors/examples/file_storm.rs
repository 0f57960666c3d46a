//! Does many things to files and reports how many of them the sensor told of and what that cost.
//!
//! `file_storm work FOLDER RATE SECONDS` makes, renames and removes small files, RATE acts a second (0: as many as it can).
//! `file_storm watch FOLDER RATE SECONDS` does the same in another process, and watches. Both answer in JSON.
#![expect(clippy::print_stdout, reason = "a report for a person or a script")]

#[cfg(target_os = "linux")]
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> std::io::Result<()> {
    linux::storm().await
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("only Linux has a file sensor");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        collections::{BTreeMap, VecDeque},
        fs::{self, File},
        io::{self, Write as _},
        path::{Path, PathBuf},
        process::{Command, Stdio},
        sync::Arc,
        time::{Duration, Instant},
    };

    use serde_json::{Value, json};
    use yagura_records::{FileActed, FileRecord};
    use yagura_sensors::{FileWish, Sensors};
    use yagura_vocabulary::SystemClock;

    /// Files that are made before the first of them is renamed, and then removed: what is done to one file at once is one act.
    const BATCH: usize = 20_000;
    /// Nothing more comes after so long.
    const QUIET: Duration = Duration::from_secs(6);

    pub(super) async fn storm() -> io::Result<()> {
        yagura_platform::keep_memory_small();
        let arguments: Vec<String> = std::env::args().collect();
        let [_, mode, folder, rate, seconds] = arguments.as_slice() else {
            return Err(io::Error::other("usage: file_storm work|watch FOLDER RATE SECONDS"));
        };
        let number = |text: &str| text.parse::<u64>().map_err(io::Error::other);
        let (folder, rate, seconds) = (PathBuf::from(folder), number(rate)?, number(seconds)?);
        let answer = match mode.as_str() {
            "work" => work(&folder, rate, Duration::from_secs(seconds))?,
            _ => watch(&folder, rate, seconds).await?,
        };
        println!("{answer}");
        Ok(())
    }

    /// Keeps to a rate, in slices of a millisecond.
    struct Pace {
        began: Instant,
        rate: u64,
        done: u64,
    }

    impl Pace {
        #[expect(clippy::disallowed_methods, reason = "a workload that keeps to a rate waits for the time")]
        fn next(&mut self) {
            self.done += 1;
            if self.rate > 0 && self.done.is_multiple_of((self.rate / 1000).max(1)) {
                let due = Duration::from_secs_f64(self.done as f64 / self.rate as f64);
                std::thread::sleep(due.saturating_sub(self.began.elapsed()));
            }
        }
    }

    fn work(folder: &Path, rate: u64, time: Duration) -> io::Result<Value> {
        let mut pace = Pace { began: Instant::now(), rate, done: 0 };
        let (mut made, mut renamed) = (VecDeque::new(), VecDeque::new());
        let (mut creates, mut renames, mut deletes) = (0_u64, 0_u64, 0_u64);
        while pace.began.elapsed() < time {
            let path = folder.join(format!("{creates}.txt"));
            File::create(&path)?.write_all(b"x")?;
            made.push_back(path);
            creates += 1;
            pace.next();
            if made.len() > BATCH
                && let Some(from) = made.pop_front()
            {
                let to = from.with_extension("old");
                fs::rename(from, &to)?;
                renamed.push_back(to);
                renames += 1;
                pace.next();
            }
            if renamed.len() > BATCH
                && let Some(path) = renamed.pop_front()
            {
                fs::remove_file(path)?;
                deletes += 1;
                pace.next();
            }
        }
        let seconds = pace.began.elapsed().as_secs_f64();
        Ok(json!({"acts": pace.done, "seconds": seconds, "create": creates, "rename": renames, "delete": deletes}))
    }

    /// CPU seconds of this process's threads, by name.
    fn threads() -> BTreeMap<String, f64> {
        let mut found = BTreeMap::new();
        for task in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
            let read = |name: &str| fs::read_to_string(task.path().join(name)).unwrap_or_default();
            let ns: f64 = read("schedstat").split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0.0);
            *found.entry(read("comm").trim().to_owned()).or_insert(0.0) += ns / 1e9;
        }
        found
    }

    fn memory_kb() -> u64 {
        let text = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
        text.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
    }

    async fn watch(folder: &Path, rate: u64, seconds: u64) -> io::Result<Value> {
        let sensors = Sensors::live(Arc::new(SystemClock), &std::env::temp_dir());
        let mut stream = sensors.files().await;
        let below = folder.canonicalize()?.to_string_lossy().into_owned();
        let acts = move |acted: &FileActed| acted.path.as_str().starts_with(&below);
        stream.wish(FileWish { acts: Some(Arc::new(acts)), ..FileWish::default() });
        let before = threads();
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("work").arg(folder).args([rate.to_string(), seconds.to_string()]);
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let worker = tokio::task::spawn_blocking(move || {
            let answer = io::read_to_string(child.stdout.take().ok_or_else(|| io::Error::other("no output"))?)?;
            child.wait()?;
            serde_json::from_str::<Value>(&answer).map_err(io::Error::other)
        });
        let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
        let (mut rows, mut gaps, mut lost, mut unknown) = (0_u64, 0_u64, 0_u64, 0_u64);
        let mut peak_kb = memory_kb();
        loop {
            // Sums come some seconds after the last act: only a rest that began after it is the end.
            let was_over = worker.is_finished();
            match tokio::time::timeout(QUIET, stream.next()).await.ok().flatten().as_deref() {
                Some(FileRecord::Acted(acted)) => {
                    rows += 1;
                    *seen.entry(acted.act.kind()).or_default() += acted.count.unwrap_or(1);
                }
                Some(FileRecord::Lost(gap)) => {
                    gaps += 1;
                    lost += gap.count.unwrap_or(0);
                    unknown += u64::from(gap.count.is_none());
                }
                None if was_over => break,
                None => {}
            }
            peak_kb = peak_kb.max(memory_kb());
        }
        let work = worker.await.map_err(io::Error::other)??;
        let used: BTreeMap<String, f64> = threads()
            .into_iter()
            .map(|(name, now)| (name.clone(), now - before.get(&name).unwrap_or(&0.0)))
            .filter(|(name, _)| name.starts_with("file-") || name.starts_with("process-"))
            .collect();
        let reports: Vec<String> = sensors.reports().iter().map(|report| format!("{report:?}")).collect();
        Ok(json!({
            "work": work, "seen": seen, "rows": rows, "gaps": gaps, "lost": lost, "gaps_without_count": unknown,
            "cpu_s": used, "pss_kb": peak_kb, "reports": reports,
        }))
    }
}
