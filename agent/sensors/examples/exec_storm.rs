//! Starts thousands of short processes and reports how many the sensor saw whole and what that cost.
//!
//! `cargo run --release -p yagura-sensors --example exec_storm -- [processes] [ebpf|proc_connector|proc_poll] [at once]`
#![expect(clippy::print_stdout, reason = "a report for a person")]

#[cfg(target_os = "linux")]
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> std::io::Result<()> {
    linux::storm().await
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("only Linux has a process sensor");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::{
        collections::HashMap,
        fs, io,
        process::{Command, Stdio},
        sync::Arc,
        time::{Duration, Instant},
    };

    use yagura_records::{Hash, ProcessRecord};
    use yagura_sensors::{LinuxProcesses, Sensors, Technique};
    use yagura_vocabulary::SystemClock;

    /// CPU seconds and name of each thread of this process.
    fn threads() -> HashMap<String, f64> {
        let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        let read = |task: fs::DirEntry| {
            let ns = fs::read_to_string(task.path().join("schedstat")).ok()?;
            let ns: f64 = ns.split(' ').next()?.parse().ok()?;
            Some((fs::read_to_string(task.path().join("comm")).ok()?.trim().to_owned(), ns / 1e9))
        };
        tasks.filter_map(read).collect()
    }

    fn memory_kb(what: &str) -> u64 {
        let text = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
        text.lines().find_map(|line| line.strip_prefix(what)?.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
    }

    pub(super) async fn storm() -> io::Result<()> {
        yagura_platform::keep_memory_small();
        let arguments: Vec<String> = std::env::args().collect();
        let number = |index: usize, otherwise| arguments.get(index).and_then(|it| it.parse().ok()).unwrap_or(otherwise);
        let (total, at_once): (usize, usize) = (number(1, 5000), number(3, 16));
        let techniques: &[Technique] = match arguments.get(2).map(String::as_str) {
            Some("proc_connector") => &[Technique::ProcConnector],
            Some("proc_poll") => &[Technique::ProcPoll],
            _ => &[Technique::Ebpf],
        };
        let began = Instant::now();
        let sensors = Sensors::from_source(LinuxProcesses::with(Arc::new(SystemClock), techniques));
        let mut stream = sensors.processes().await;
        stream.want_hashes(true);
        println!("start: {:?}, report {:?}", began.elapsed(), sensors.reports());
        println!("memory when idle: PSS {} kB, anonymous {} kB", memory_kb("Pss:"), memory_kb("Anonymous:"));

        let mark = format!("yagura-storm-{}", std::process::id());
        let workload = {
            let mark = mark.clone();
            tokio::task::spawn_blocking(move || run(&mark, total, at_once))
        };
        let (mut started, mut whole, mut exited, mut hashed) = (0, 0, 0, 0);
        let mut guids = std::collections::HashSet::new();
        let mut numbers = vec![false; total];
        let mut idle = false;
        while !(workload.is_finished() && idle) {
            let next = tokio::time::timeout(Duration::from_millis(300), stream.next()).await;
            idle = !matches!(next, Ok(Some(_)));
            if matches!(next, Ok(None)) {
                println!("the stream ended");
                break;
            }
            match next.ok().flatten().as_deref() {
                Some(ProcessRecord::Started(start)) => {
                    let line = start.command_line.as_ref().map_or("", |line| line.as_str());
                    if line.contains(&mark) {
                        started += 1;
                        guids.insert(start.guid);
                        if let Some(number) = line.rsplit(' ').next().and_then(|it| it.parse::<usize>().ok())
                            && line.starts_with("/bin/true ")
                        {
                            numbers[number] = true;
                        }
                        let is_whole = start.cwd.is_some() && start.account.is_some() && start.parent_guid.is_some();
                        whole += usize::from(is_whole && start.image.is_some() && start.parent_image.is_some());
                        hashed += usize::from(matches!(start.hash, Hash::Sha256(_)));
                    }
                }
                Some(ProcessRecord::Exited(exit)) => exited += usize::from(guids.contains(&exit.guid)),
                Some(ProcessRecord::Lost(lost)) => println!("lost: {lost:?}"),
                None => {}
            }
        }
        let took = workload.await.map_err(io::Error::other)??;
        let found = numbers.iter().filter(|seen| **seen).count();
        println!("{total} processes, {at_once} at once, in {took:?} ({:.0}/s)", total as f64 / took.as_secs_f64());
        println!(
            "full command lines {found} of {total}; starts {started}; with image, parent, account, cwd {whole}; hashed {hashed}; exits {exited}"
        );
        let cpu = threads();
        for name in ["process-read", "process-hash"] {
            println!("CPU {name}: {:.3} s", cpu.get(name).unwrap_or(&0.0));
        }
        println!("report {:?}", sensors.reports());
        println!("memory after: PSS {} kB, anonymous {} kB", memory_kb("Pss:"), memory_kb("Anonymous:"));
        Ok(())
    }

    fn run(mark: &str, total: usize, at_once: usize) -> io::Result<Duration> {
        let began = Instant::now();
        let mut children = std::collections::VecDeque::new();
        for number in 0..total {
            if children.len() >= at_once
                && let Some(mut oldest) = children.pop_front()
            {
                wait(&mut oldest)?;
            }
            let mut command = Command::new("/bin/true");
            command.args([mark, &number.to_string()]).stdin(Stdio::null()).stdout(Stdio::null());
            children.push_back(command.spawn()?);
        }
        for mut child in children {
            wait(&mut child)?;
        }
        Ok(began.elapsed())
    }

    fn wait(child: &mut std::process::Child) -> io::Result<()> {
        child.wait().map(|_| ())
    }
}
