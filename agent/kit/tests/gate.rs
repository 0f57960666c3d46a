//! The gate on this very machine, on file systems of the tests' own, in a world of mounts that nobody else sees. Without root
//! or fanotify the tests say SKIPPED.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "test helpers")]

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use yagura_agent_kit::{
    AgentFeature, CancellationToken, Denial, EventReceiver, FeatureCtx, FeatureError, GateJudge, Host,
    gate::{Lasts, Opinion, Place, Wishes},
};
use yagura_records::{Hash, Starting};
use yagura_vocabulary::{Event, Lane, Level, SensorHealth, SensorReport, SystemClock};

/// Somebody who has no rights.
const PERSON: u32 = 65534;
/// What should be so is waited for this long before the test fails.
const PATIENCE: Duration = Duration::from_secs(60);
/// Set where a test runs in its own world of mounts.
const INSIDE: &str = "YAGURA_TEST_INSIDE";

/// A file system of one's own.
fn mount(at: &Path, arguments: &[&str]) -> bool {
    fs::create_dir_all(at).unwrap();
    let status = Command::new("mount").args(arguments).arg(at).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn tmpfs(home: &Path) -> Option<PathBuf> {
    let at = home.join("memory");
    mount(&at, &["-t", "tmpfs", "-o", "mode=755", "tmpfs"]).then_some(at)
}

fn ext4(home: &Path) -> Option<PathBuf> {
    let (image, at) = (home.join("disk.img"), home.join("disk"));
    fs::File::create(&image).unwrap().set_len(64 << 20).unwrap();
    let made = Command::new("mkfs.ext4").arg("-q").arg(&image).status();
    let made = made.is_ok_and(|status| status.success());
    (made && mount(&at, &["-o", "loop", image.to_str().unwrap()])).then_some(at)
}

/// What containers have as their `/`: changes in memory over files that stay.
fn overlay(home: &Path) -> Option<PathBuf> {
    let layers = home.join("layers");
    if !mount(&layers, &["-t", "tmpfs", "tmpfs"]) {
        return None;
    }
    let folders = ["lower", "upper", "work"].map(|name| layers.join(name));
    folders.iter().for_each(|folder| fs::create_dir(folder).unwrap());
    let [lower, upper, work] = folders.map(|folder| folder.to_str().unwrap().to_owned());
    let at = home.join("overlay");
    let options = format!("lowerdir={lower},upperdir={upper},workdir={work}");
    mount(&at, &["-t", "overlay", "-o", &options, "overlay"]).then_some(at)
}

/// Runs the test of this name again in a world of mounts of its own; says whether this is that world.
fn is_own_world(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let mut again = Command::new("unshare");
    again.arg("--mount").arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture"]);
    let output = again.env(INSIDE, "1").output();
    let Ok(output) = output else {
        println!("SKIPPED: {test}: mounts of one's own need unshare");
        return false;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    if text.is_empty() {
        println!("SKIPPED: {test}: {}", String::from_utf8_lossy(&output.stderr).trim());
        return false;
    }
    print!("{text}");
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    false
}

/// How the judge of these tests judges.
struct ByName {
    never: fn(&Starting) -> bool,
    wishes: Wishes,
}

impl GateJudge for ByName {
    fn wishes(&self) -> Wishes {
        self.wishes
    }

    fn judge(&self, starting: &Starting) -> Opinion {
        if !(self.never)(starting) {
            return Opinion::Allow(Lasts::WhileUnchanged);
        }
        let mut event = Event::new(starting.at.occurred_at, "test", "process.start");
        event.level = Level::Prohibited;
        event.image = Some(starting.path.as_str().to_owned());
        event.account.clone_from(&starting.account);
        Opinion::Deny(Box::new(Denial { event, warning: None }))
    }
}

fn is_called(starting: &Starting, name: &str) -> bool {
    starting.path.as_str().rsplit('/').next() == Some(name)
}

/// A feature that hands its context over, so that the test is the feature.
struct Handing;

static CONTEXT: std::sync::Mutex<Option<FeatureCtx<serde_json::Value>>> = std::sync::Mutex::new(None);

impl AgentFeature for Handing {
    const NAME: &'static str = "handing";
    type Policy = serde_json::Value;

    async fn run(ctx: FeatureCtx<serde_json::Value>, cancel: CancellationToken) -> Result<(), FeatureError> {
        *CONTEXT.lock().unwrap() = Some(ctx);
        cancel.cancelled().await;
        Ok(())
    }
}

/// A gate over one place.
struct Rig {
    home: tempfile::TempDir,
    place: PathBuf,
    host: Host,
    events: EventReceiver,
    ctx: FeatureCtx<serde_json::Value>,
}

impl Rig {
    async fn over(test: &str, make: fn(&Path) -> Option<PathBuf>) -> Option<Self> {
        if !is_own_world(test) {
            return None;
        }
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let Some(place) = make(home.path()) else {
            println!("SKIPPED: {test}: the file system cannot be made here");
            return None;
        };
        let data = home.path().join("data");
        fs::create_dir(&data).unwrap();
        let mut host = Host::new(Arc::new(SystemClock), &data);
        host.gate_stands(Place { only: Some(vec![place.clone()]), guard: None });
        host.register::<Handing>();
        let events = host.events().unwrap();
        host.start();
        let ctx = wait_for("the feature", || CONTEXT.lock().unwrap().take()).await;
        let rig = Self { home, place, host, events, ctx };
        let report = rig.report("gate").unwrap();
        if report.health != SensorHealth::Off {
            println!("SKIPPED: {test}: {report:?}");
            return None;
        }
        Some(rig)
    }

    fn report(&self, sensor: &str) -> Option<SensorReport> {
        self.host.health().into_iter().find(|report| report.sensor == sensor)
    }

    /// A program under this name in the guarded place.
    fn program(&self, name: &str) -> PathBuf {
        let path = self.place.join(name);
        fs::copy("/usr/bin/true", &path).unwrap();
        path
    }

    async fn denies(&self, never: fn(&Starting) -> bool, wishes: Wishes) {
        self.ctx.gate.take("test", ByName { never, wishes });
        wait_for("the gate", || self.report("gate").filter(|report| report.health == SensorHealth::Ok)).await;
    }

    /// The next so many rows of denied starts; there are no more than these.
    async fn rows(&mut self, count: usize) -> Vec<String> {
        let mut rows = Vec::new();
        while rows.len() < count {
            let next = tokio::time::timeout(PATIENCE, self.events.recv()).await;
            let (lane, event) = next.expect("the row never came").unwrap();
            assert_eq!((lane, event.level), (Lane::Critical, Level::Prohibited));
            rows.push(event.image.unwrap());
        }
        assert_eq!(self.events.try_recv(), None);
        rows
    }
}

async fn wait_for<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(since.elapsed() < PATIENCE, "{what} never came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether it starts, by whoever has no rights: it does, or the answer is `EPERM`. What this program starts itself is spared, so a
/// shell starts it.
fn starts(program: &Path) -> bool {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "\"$1\"; echo $?", "sh"]).arg(program).env("LC_ALL", "C").uid(PERSON).current_dir("/");
    let output = shell.output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    match String::from_utf8_lossy(&output.stdout).lines().last() {
        Some("0") => true,
        Some("126") if error.contains("Operation not permitted") => false,
        other => panic!("{other:?} {error}"),
    }
}

async fn a_program_is_denied(test: &str, make: fn(&Path) -> Option<PathBuf>) {
    let Some(mut rig) = Rig::over(test, make).await else { return };
    let (game, tool) = (rig.program("game"), rig.program("tool"));
    assert!(starts(&game), "without a judge nobody is asked");
    rig.denies(|starting| is_called(starting, "game"), Wishes::default()).await;
    for _ in 0..3 {
        assert!(!starts(&game));
        assert!(starts(&tool));
    }
    assert_eq!(rig.rows(3).await, vec![game.to_str().unwrap(); 3], "one row for one attempt");
    let script = rig.place.join("script");
    fs::write(&script, "#!/bin/sh\nexit 0\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    rig.denies(|starting| is_called(starting, "script"), Wishes::default()).await;
    assert!(starts(&game), "the rules are other ones now");
    assert!(!starts(&script), "a script that is started by its name is a program");
    rig.ctx.gate.leave("test");
    wait_for("the end of the gate", || starts(&script).then_some(())).await;
    wait_for("the report", || rig.report("gate").filter(|report| report.health == SensorHealth::Off)).await;
    rig.host.shutdown(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_in_memory_is_denied() {
    a_program_is_denied("a_program_in_memory_is_denied", tmpfs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_on_a_disk_is_denied() {
    a_program_is_denied("a_program_on_a_disk_is_denied", ext4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_on_an_overlay_is_denied() {
    a_program_is_denied("a_program_on_an_overlay_is_denied", overlay).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_under_another_name_is_told_by_its_hash_also_after_a_change() {
    let test = "a_copy_under_another_name_is_told_by_its_hash_also_after_a_change";
    let Some(mut rig) = Rig::over(test, tmpfs).await else { return };
    let _ = ECHO.set(sha256("/usr/bin/echo"));
    let never = |starting: &Starting| ECHO.get().is_some_and(|echo| starting.hash == Hash::Sha256(echo.clone()));
    rig.denies(never, Wishes { hash: true, account: false }).await;
    let harmless = rig.program("harmless");
    assert!(starts(&harmless));
    fs::copy("/usr/bin/echo", &harmless).unwrap();
    assert!(!starts(&harmless), "the content is another one, though the name is the same");
    let renamed = rig.place.join("renamed");
    fs::rename(&harmless, &renamed).unwrap();
    assert!(!starts(&renamed));
    assert_eq!(rig.rows(2).await, [harmless.to_str().unwrap(), renamed.to_str().unwrap()]);
    rig.host.shutdown(PATIENCE).await;
}

static ECHO: std::sync::OnceLock<String> = std::sync::OnceLock::new();

fn sha256(file: &str) -> String {
    let output = Command::new("sha256sum").arg(file).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_for_a_judge_that_hangs_or_crashes_and_both_are_said() {
    let test = "nobody_waits_for_a_judge_that_hangs_or_crashes_and_both_are_said";
    let Some(mut rig) = Rig::over(test, tmpfs).await else { return };
    let (hangs, crashes) = (rig.program("hangs"), rig.program("crashes"));
    let never = |starting: &Starting| {
        if is_called(starting, "crashes") {
            panic!("on purpose");
        }
        // A judge that waits for something that does not come as long as the test runs.
        let (_kept, never) = std::sync::mpsc::channel::<()>();
        is_called(starting, "hangs") && never.recv_timeout(PATIENCE).is_err()
    };
    rig.denies(never, Wishes::default()).await;
    assert!(starts(&crashes));
    assert!(starts(&hangs), "it is let through when the answer is late");
    let late = wait_for("the report", || rig.report("gate.late")).await;
    assert!(late.reason.unwrap().contains("unjudged"));
    let whole =
        wait_for("the other report", || rig.report("gate").filter(|report| report.health == SensorHealth::Degraded))
            .await;
    assert!(whole.reason.unwrap().contains("crashed") && whole.lost == 1);
    assert_eq!(rig.rows(0).await, Vec::<String>::new(), "what started was not prohibited");
    rig.host.shutdown(PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rescuer_needs_starts_and_the_switch_at_the_machine_takes_the_gate_down() {
    let test = "what_a_rescuer_needs_starts_and_the_switch_at_the_machine_takes_the_gate_down";
    let Some(mut rig) = Rig::over(test, tmpfs).await else { return };
    let game = rig.program("game");
    // Only the very shell of this machine is spared, not what is called so.
    let copy = rig.program("bash");
    rig.denies(|_| true, Wishes::default()).await;
    assert!(!starts(&game) && !starts(&copy));
    let spared = Command::new(&game).status().unwrap();
    assert!(spared.success(), "what the agent starts itself is spared");
    let off = rig.home.path().join("data/gate.off");
    fs::write(&off, "").unwrap();
    let failed = |rig: &Rig| rig.report("gate").filter(|report| report.health == SensorHealth::Failed);
    let report = wait_for("the end of the gate", || failed(&rig)).await;
    assert!(report.reason.unwrap().contains("gate.off"));
    assert!(starts(&game));
    fs::remove_file(&off).unwrap();
    wait_for("the gate", || (!starts(&game)).then_some(())).await;
    assert_eq!(rig.rows(3).await, [&game, &copy, &game].map(|path| path.to_str().unwrap()));
    rig.host.shutdown(PATIENCE).await;
}
