//! An ordinary day at a desk (`day.sh`), and the rows that the default policy makes of it. Shared by the test and the measurement.

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use uuid::Uuid;
use yagura_agent_kit::Host;
use yagura_operation_log::{OperationLogPolicy, agent::OperationLog};
use yagura_vocabulary::{Event, SystemClock, in_force::Layers};

/// Nobody on a machine that runs this.
const PERSON: u32 = 4242;
/// Set in the world of its own.
const INSIDE: &str = "YAGURA_DAY_INSIDE";
/// Whatever is wrong, it ends.
const PATIENCE: Duration = Duration::from_secs(180);

/// Runs this very program once more where `/home` and `/var/tmp` are its own, with these arguments. `None` within.
pub(crate) fn in_a_world_of_its_own(arguments: &[&str]) -> Option<Result<(), String>> {
    if std::env::var_os(INSIDE).is_some() {
        return None;
    }
    let shell = "mount -t tmpfs -o mode=755 tmpfs /home && mount -t tmpfs -o mode=1777 tmpfs /var/tmp && exec \"$@\"";
    let program = std::env::current_exe().map_err(|error| error.to_string());
    let run = |program| {
        let mut inside = Command::new("unshare");
        inside.args(["--mount", "--propagation", "private", "sh", "-c", shell, "sh"]).arg(program).args(arguments);
        inside.env(INSIDE, "1").stdin(Stdio::null()).status().map_err(|error| error.to_string())
    };
    let status = program.and_then(run);
    Some(status.and_then(|status| if status.success() { Ok(()) } else { Err(format!("it ended with {status}")) }))
}

/// The rows of the day.
pub(crate) struct Day(pub(crate) Vec<Event>);

impl Day {
    /// How many of each kind.
    pub(crate) fn by_kind(&self) -> BTreeMap<&str, usize> {
        let mut kinds = BTreeMap::new();
        for event in &self.0 {
            *kinds.entry(event.kind.as_str()).or_default() += 1;
        }
        kinds
    }
}

/// Lives the day. What cannot be watched here is said.
pub(crate) async fn live() -> Result<Day, String> {
    let mut host = Host::new(Arc::new(SystemClock), &std::env::temp_dir());
    host.register::<OperationLog>();
    let policy = serde_json::to_value(OperationLogPolicy::default()).map_err(|error| error.to_string())?;
    host.apply_policy("operation_log", Some(&Layers::of(policy))).map_err(|error| format!("{error:?}"))?;
    let mut events = host.events().ok_or("the events were taken already")?;
    host.start();
    loop {
        let health = host.health();
        let of = |name: &str| health.iter().find(|report| report.sensor == name).map(|report| report.source.clone());
        match (of("process").as_deref(), of("file").as_deref()) {
            (Some("ebpf"), Some("fanotify")) => break,
            (None | Some("none"), _) | (_, None | Some("none")) => tokio::time::sleep(Duration::from_millis(20)).await,
            other => return Err(format!("only {other:?} watch here")),
        }
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/day");
    let mut day = Command::new("sh");
    day.arg(here.join("day.sh")).arg(&here).arg(PERSON.to_string());
    day.stdin(Stdio::null()).stdout(Stdio::null());
    let mut day = day.spawn().map_err(|error| format!("the day cannot begin: {error}"))?;
    let mut rows = Rows { root: day.id(), ..Rows::default() };
    let all = async {
        while let Some((_, event)) = events.recv().await {
            if rows.take(event) {
                break;
            }
        }
    };
    let ended = tokio::time::timeout(PATIENCE, all).await;
    host.shutdown(Duration::from_secs(10)).await;
    while let Some((_, event)) = events.try_recv() {
        rows.take(event);
    }
    drop(day.kill());
    let status = day.wait().map_err(|error| error.to_string())?;
    ended.map_err(|_| format!("the day did not end; {} rows by then, {status}", rows.told.len()))?;
    Ok(Day(rows.told))
}

/// The rows that are of the day, among all of the machine.
#[derive(Default)]
struct Rows {
    root: u32,
    first: Option<Uuid>,
    ended: bool,
    over: bool,
    /// What is told of programs is of the day by now; what is told of files comes later.
    works: bool,
    family: HashSet<Uuid>,
    began: bool,
    told: Vec<Event>,
}

impl Rows {
    /// Takes a row; gives whether it is the last.
    fn take(&mut self, event: Event) -> bool {
        if event.kind == "process.start" && event.pid == Some(self.root) {
            self.first = event.process_guid;
            self.family.extend(event.process_guid);
        }
        // What is told of processes comes another way than what is told of files: the last of both is the end.
        self.over |= event.kind == "process.exit" && event.process_guid == self.first && self.first.is_some();
        let of_family = |guid: Option<Uuid>| guid.is_some_and(|guid| self.family.contains(&guid));
        let ours = of_family(event.process_guid) || of_family(event.parent_guid);
        if ours {
            self.family.extend(event.process_guid);
        }
        let subject = event.subject.as_deref().unwrap_or_default();
        if event.command_line.as_deref() == Some("mkdir /home/day-begins") {
            self.works = true;
            return false;
        }
        match subject {
            "/home/day-begins" => self.began = true,
            "/home/day-ends" => self.ended |= event.kind == "folder.create",
            _ if self.works && event.kind.starts_with("process.") && ours => self.told.push(event),
            _ if self.began && (subject.starts_with("/home/") || event.kind == "agent.gap") => {
                self.told.push(event);
            }
            _ => {}
        }
        self.ended && self.over
    }
}
