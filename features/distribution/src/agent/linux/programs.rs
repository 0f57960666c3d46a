//! Programs that change the machine: in a session of their own, with a clean environment, their output in a file, their end written down by
//! themselves. So one outlives the agent that started it, and the next agent knows how it ended.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tokio::{
    process::Command,
    time::{Instant, interval, timeout},
};
use yagura_sensors::mask;

use super::{
    log::{end_of, keep_short},
    marks,
};
use crate::agent::{How, Ran, ending::last};

/// How often it is looked whether one has ended.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// One that is told to end has so long before it is ended.
const GRACE: Duration = Duration::from_secs(5);
/// Said of a program that was ended because it took too long.
const TOO_LONG: &str = "timeout";

/// Runs its arguments from the fourth on; files for its end, its process and its output come first.
const RUNNER: &str = r#"exit=$1 pid=$2 log=$3; shift 3
echo $$ >"$pid"
"$@" >>"$log" 2>&1 </dev/null
code=$?
echo "$code" >"$exit.new" && mv -f "$exit.new" "$exit""#;

/// A program to run once.
pub(super) struct Call<'a> {
    /// The folder of the work; what is written down about the program goes there.
    pub(super) folder: &'a Path,
    /// The program's name within the work.
    pub(super) name: &'a str,
    /// The program and its arguments; paths are those in the root.
    pub(super) argv: Vec<OsString>,
    /// Where it runs.
    pub(super) cwd: PathBuf,
    /// How long it may take.
    pub(super) limit: Duration,
}

impl Call<'_> {
    fn trace(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.name))
    }

    fn mark(&self) -> String {
        let work = self.folder.file_name().unwrap_or_default().to_string_lossy();
        format!("{work}/{}", self.name)
    }
}

/// What a program that only asks said.
pub(super) struct Answer {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Answer {
    pub(super) fn ok(&self) -> bool {
        self.code == Some(0)
    }

    /// Both, for a log.
    pub(super) fn text(&self) -> String {
        last(&mask::text(&format!("{}{}", self.out, self.err))).to_owned()
    }
}

/// Starts programs in a root.
pub(super) struct Programs(PathBuf);

impl Programs {
    pub(super) fn at(root: &Path) -> Self {
        Self(root.to_owned())
    }

    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// A path as a program in the root has it.
    pub(super) fn inside(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.0).map_or_else(|_| path.to_owned(), |rest| Path::new("/").join(rest))
    }

    /// The command line that runs this in the root.
    fn in_root(&self, argv: &[OsString], cwd: &Path) -> Vec<OsString> {
        if self.0 == Path::new("/") {
            return argv.to_vec();
        }
        let before: [OsString; 5] =
            ["chroot".into(), self.0.clone().into(), "env".into(), "-C".into(), self.inside(cwd).into()];
        before.into_iter().chain(argv.iter().cloned()).collect()
    }

    fn command(program: impl Into<OsString>, cwd: &Path) -> Command {
        let mut command = Command::new(program.into());
        command.env_clear().stdin(Stdio::null()).current_dir(cwd);
        command.envs([
            ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ("HOME", "/root"),
            ("LC_ALL", "C.UTF-8"),
            ("DEBIAN_FRONTEND", "noninteractive"),
            ("DEBIAN_PRIORITY", "critical"),
            ("APT_LISTCHANGES_FRONTEND", "none"),
            // It lists what should be restarted, and restarts nothing by itself.
            ("NEEDRESTART_MODE", "l"),
        ]);
        command
    }

    /// Runs a program that changes nothing, and ends it with the agent.
    ///
    /// # Errors
    /// When it cannot be started, or does not answer in time.
    pub(super) async fn ask(&self, argv: &[OsString], patience: Duration) -> Result<Answer, String> {
        let name = argv.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let line = self.in_root(argv, Path::new("/"));
        let (program, arguments) = line.split_first().ok_or("there is no program to ask")?;
        let mut command = Self::command(program, Path::new("/"));
        command.args(arguments).kill_on_drop(true);
        let output = timeout(patience, command.output()).await;
        let output = output.map_err(|_| format!("{name} did not answer within {} seconds", patience.as_secs()))?;
        let output = output.map_err(|error| format!("cannot start {name}: {error}"))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Answer { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) })
    }

    /// Runs a program once, ever: one that runs already is waited for, and of one that has ended it is said how.
    pub(super) async fn run(&self, call: &Call<'_>) -> Ran {
        let how = match self.begin(call) {
            Ok(child) => self.follow(call, child).await,
            Err(error) => How::NotStarted(format!("cannot start {}: {error}", call.name)),
        };
        Ran { how, log: end_of(&call.trace("log")) }
    }

    /// The same for one that may be run again where it was cut off.
    pub(super) async fn run_again(&self, call: &Call<'_>) -> Ran {
        let ran = self.run(call).await;
        if ran.how != How::Cut {
            return ran;
        }
        for ending in ["pid", "exit"] {
            drop(fs::remove_file(call.trace(ending)));
        }
        self.run(call).await
    }

    fn begin(&self, call: &Call<'_>) -> io::Result<Option<tokio::process::Child>> {
        if call.trace("pid").exists() || call.trace("exit").exists() {
            return Ok(None);
        }
        // Before it is started: an agent that stops just then must not start it again.
        File::create(call.trace("pid"))?.sync_all()?;
        let root_is_here = self.0 == Path::new("/");
        // It makes a session of its own, and becomes the runner in it: process, session and group have one number.
        let mut command = Self::command("setsid", if root_is_here { &call.cwd } else { Path::new("/") });
        command.env(marks::MARK, call.mark()).args(["/bin/sh", "-c", RUNNER, "sh"]);
        command.args(["exit", "pid", "log"].map(|ending| call.trace(ending)));
        command.args(self.in_root(&call.argv, &call.cwd)).stdout(Stdio::null()).stderr(Stdio::null());
        match command.spawn() {
            Ok(child) => Ok(Some(child)),
            Err(error) => {
                fs::remove_file(call.trace("pid"))?;
                Err(error)
            }
        }
    }

    async fn follow(&self, call: &Call<'_>, mut child: Option<tokio::process::Child>) -> How {
        let mark = call.mark();
        let end = Instant::now() + call.limit;
        let mut looks = interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            // In this order: one that ends meanwhile has written how before it is gone.
            let gone = match &mut child {
                Some(child) => child.try_wait().is_ok_and(|status| status.is_some()),
                None => !lives(call, &mark),
            };
            if let Ok(text) = fs::read_to_string(call.trace("exit")) {
                return ended(&text);
            }
            if gone {
                return How::Cut;
            }
            if let Err(error) = keep_short(&call.trace("log")) {
                tracing::warn!(%error, "a log cannot be shortened");
            }
            if Instant::now() >= end {
                // First, so that nobody takes it for cut off.
                if let Err(error) = fs::write(call.trace("exit"), TOO_LONG) {
                    tracing::warn!(%error, "that a program took too long cannot be written down");
                }
                self.put_an_end(call, &mark).await;
                drop(keep_short(&call.trace("log")));
                return How::TimedOut;
            }
        }
    }

    /// Ends the whole session, and whoever left it.
    async fn put_an_end(&self, call: &Call<'_>, mark: &str) {
        if let Some(id) = process(call) {
            marks::ask_to_end(id);
        }
        let since = Instant::now();
        let mut looks = interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            let some = if since.elapsed() < GRACE { !marks::marked(mark).is_empty() } else { marks::end(mark) };
            if !some || since.elapsed() > GRACE * 4 {
                return;
            }
        }
    }
}

fn process(call: &Call<'_>) -> Option<i32> {
    fs::read_to_string(call.trace("pid")).ok()?.trim().parse().ok()
}

/// Whether a program that another agent started still runs. Its number may not be written down yet.
fn lives(call: &Call<'_>, mark: &str) -> bool {
    process(call).map_or_else(|| !marks::marked(mark).is_empty(), |id| marks::has(id, mark))
}

fn ended(text: &str) -> How {
    match text.trim() {
        TOO_LONG => How::TimedOut,
        code => code.parse().map_or(How::Cut, How::Exited),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call<'a>(folder: &'a Path, script: &str, limit: u64) -> Call<'a> {
        let argv = ["/bin/sh", "-c", script].map(OsString::from).to_vec();
        Call { folder, name: "work", argv, cwd: folder.to_owned(), limit: Duration::from_secs(limit) }
    }

    async fn run(script: &str, limit: u64) -> (tempfile::TempDir, Ran) {
        let dir = tempfile::Builder::new().prefix("job-").tempdir().unwrap();
        let ran = Programs::at(Path::new("/")).run(&call(dir.path(), script, limit)).await;
        (dir, ran)
    }

    #[tokio::test]
    async fn its_end_and_its_words_are_kept_without_secrets() {
        let (_dir, ran) = run("echo hello; echo password=hunter2 >&2; exit 3", 60).await;
        assert_eq!(ran.how, How::Exited(3));
        assert!(ran.log.starts_with("hello\n") && !ran.log.contains("hunter2"), "{}", ran.log);
    }

    #[tokio::test]
    async fn it_has_nobodys_environment_no_input_and_a_session_of_its_own() {
        let (_dir, ran) = run(
            "cat; env | grep -c CARGO; echo $LC_ALL; [ $$ = $PPID ] || ps -o sid= -p $$ | tr -d ' '; echo $PPID",
            60,
        )
        .await;
        let lines: Vec<&str> = ran.log.lines().collect();
        assert_eq!(&lines[..2], ["0", "C.UTF-8"], "{}", ran.log);
        assert_eq!(lines[2], lines[3], "the runner leads the session");
    }

    #[tokio::test]
    async fn one_that_never_ends_is_ended_with_all_that_it_started() {
        let script = "sleep 987654 & setsid sh -c 'trap \"\" TERM; while :; do sleep 987654; done' & echo began; wait";
        let (dir, ran) = run(script, 1).await;
        assert_eq!((ran.how, ran.log.as_str()), (How::TimedOut, "began"));
        assert_eq!(marks::marked(&call(dir.path(), "", 1).mark()), Vec::<i32>::new());
        // Whoever asks later hears the same.
        let again = Programs::at(Path::new("/")).run(&call(dir.path(), "echo twice", 60)).await;
        assert_eq!(again.how, How::TimedOut);
    }

    #[tokio::test]
    async fn one_that_outlives_the_agent_is_waited_for_and_not_begun_again() {
        let dir = tempfile::Builder::new().prefix("job-").tempdir().unwrap();
        let programs = Programs::at(Path::new("/"));
        let script = "echo once; while ! [ -e go ]; do sleep 0.05; done; exit 5";
        let first = call(dir.path(), script, 60);
        // The agent stops as soon as it has begun.
        while !dir.path().join("work.log").exists() {
            drop(timeout(LOOK_EVERY, programs.run(&first)).await);
        }
        fs::write(dir.path().join("go"), "").unwrap();
        let ran = programs.run(&first).await;
        assert_eq!((ran.how, ran.log.as_str()), (How::Exited(5), "once"));
    }

    #[tokio::test]
    async fn one_that_was_cut_off_is_told_so_and_never_run_again() {
        let dir = tempfile::Builder::new().prefix("job-").tempdir().unwrap();
        // As after a power cut: it had begun, and nobody has that number any more.
        fs::write(dir.path().join("work.pid"), "999999999").unwrap();
        let programs = Programs::at(Path::new("/"));
        assert_eq!(programs.run(&call(dir.path(), "echo twice", 60)).await.how, How::Cut);
        assert!(!dir.path().join("work.log").exists());
        assert_eq!(programs.run_again(&call(dir.path(), "echo again", 60)).await.how, How::Exited(0));
    }

    #[tokio::test]
    async fn what_writes_without_end_does_not_fill_the_disk() {
        let (dir, ran) = run("while :; do echo 0123456789abcdef; done", 2).await;
        assert_eq!(ran.how, How::TimedOut);
        assert!(ran.log.len() <= 16 << 10 && ran.log.contains("0123456789abcdef\n0123456789abcdef"));
        assert!(fs::metadata(dir.path().join("work.log")).unwrap().len() <= 8 << 20);
    }
}
