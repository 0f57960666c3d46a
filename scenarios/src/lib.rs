//! The stage on which promises are tried: real programs, a folder of one's own, an administrator's questions.

mod inspector;
mod numbers;
mod proxy;
mod relay;

pub use self::{inspector::Inspector, numbers::every_number_once, proxy::Proxy, relay::Relay};

use std::{
    collections::BTreeMap,
    fs::File,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, header};
use serde_json::Value;
use tempfile::TempDir;
use yagura_dial::{HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};

/// Something that should be so is waited for this long before the test fails. Machines are slow; this is no measurement.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// A server's folder and programs, and an administrator.
pub struct House {
    dir: TempDir,
    port: u16,
    server: Option<Child>,
    agents: BTreeMap<String, Child>,
    client: HttpClient,
    token: String,
    /// What agents find in their environment.
    agent_env: Vec<(String, String)>,
    /// What stands before a program on its command line: how it is put into a world of its own.
    server_wrap: Vec<String>,
    agent_wrap: BTreeMap<String, Vec<String>>,
}

/// The folder with the programs.
fn programs() -> PathBuf {
    if let Some(dir) = std::env::var_os("YAGURA_BIN_DIR") {
        return PathBuf::from(dir);
    }
    // Tests lie in target/<profile>/deps, programs in target/<profile>.
    let test = std::env::current_exe().expect("a running program has a path");
    test.ancestors().nth(2).expect("a test lies two folders below its programs").to_owned()
}

fn program(name: &str) -> Command {
    let path = programs().join(name);
    assert!(path.exists(), "{} is missing: build it first, or run ./dev test", path.display());
    let mut command = Command::new(path);
    command.stdin(Stdio::null()).env_remove("YAGURA_CONFIG");
    command
}

/// The beginning of a command line that runs `shell`, in which `"$@"` is the program, in a world of its own.
fn wrap(shell: &str) -> Vec<String> {
    ["unshare", "--mount", "sh", "-ec", shell, "sh"].map(str::to_owned).to_vec()
}

fn wrapped(wrap: &[String], name: &str) -> Command {
    let plain = program(name);
    let Some((first, rest)) = wrap.split_first() else { return plain };
    let mut command = Command::new(first);
    command.args(rest).arg(plain.get_program()).stdin(Stdio::null()).env_remove("YAGURA_CONFIG");
    command
}

/// Asks the server's command line for something.
fn admin(data: &Path, arguments: &[&str]) -> String {
    let config = data.join("yagura.toml");
    run(program("yagura-server").args(["admin", "--config"]).arg(&config).args(arguments)).trim().to_owned()
}

/// Whether a test may make worlds of its own, with mounts that nobody else sees; says so where it may not.
#[must_use]
#[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
pub fn may_mount(promise: &str) -> bool {
    let tried = Command::new("unshare").args(["--mount", "true"]).stderr(Stdio::null()).status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        println!("SKIPPED: {promise}: mounts of one's own need root and unshare");
    }
    may
}

/// Runs a program to its end and gives its output.
fn run(command: &mut Command) -> String {
    let output = command.output().expect("the program can be started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

impl House {
    /// A server that runs, and an agent that is enrolled but does not run yet.
    #[must_use]
    pub fn new() -> Self {
        let house = Self::without_agent();
        house.enrol("agent", &house.url(), &house.authority());
        house
    }

    /// A server that runs.
    #[must_use]
    pub fn without_agent() -> Self {
        let dir = tempfile::tempdir().expect("a folder can be made");
        let port = free_port();
        let url = format!("https://127.0.0.1:{port}");
        let data = dir.path().join("server");
        run(program("yagura-server").args(["init", "--url", &url, "--data"]).arg(&data));
        let token = admin(&data, &["token"]);
        let pem = std::fs::read_to_string(data.join("ca.pem")).expect("init writes the authority");
        let tls = client_config(&Trust::Authorities { pem, system: false }).expect("the authority can be read");
        let target = Target::parse(&url).expect("the address is one");
        let client = HttpClient::new(Arc::new(NetDial::new(tls, ProxyChoice::Direct)), target);
        let mut house = Self {
            dir,
            port,
            server: None,
            agents: BTreeMap::new(),
            client,
            token,
            agent_env: Vec::new(),
            server_wrap: Vec::new(),
            agent_wrap: BTreeMap::new(),
        };
        house.start_server();
        house
    }

    /// Where the server is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The port on which the server listens.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The file of the server's own certificate authority.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.path("server").join("ca.pem")
    }

    /// A fresh enrolment token.
    #[must_use]
    pub fn enrolment_token(&self) -> String {
        admin(&self.path("server"), &["enrolment-token"])
    }

    /// Enrols the agent in the folder `name` at `url`, believing this authority at first.
    pub fn enrol(&self, name: &str, url: &str, authority: &Path) {
        self.enrol_with(name, url, authority, &self.enrolment_token());
    }

    /// The same with a token that is at hand.
    pub fn enrol_with(&self, name: &str, url: &str, authority: &Path, token: &str) {
        let mut command = program("yagura-agent");
        command.args(["enrol", "--server", url, "--token", token, "--ca-file"]).arg(authority);
        run(command.arg("--data").arg(self.path(name)).envs(self.agent_env.iter().map(|(name, value)| (name, value))));
    }

    /// Gives agents that are started or enrolled from now on something in their environment.
    pub fn tell_agents(&mut self, name: &str, value: &str) {
        self.agent_env.push((name.to_owned(), value.to_owned()));
    }

    /// Puts the server, from its next start on, behind this shell text, which ends with the server itself.
    pub fn wrap_server(&mut self, shell: &str) {
        self.server_wrap = wrap(shell);
    }

    /// The same for an agent.
    pub fn wrap_agent(&mut self, name: &str, shell: &str) {
        self.agent_wrap.insert(name.to_owned(), wrap(shell));
    }

    /// A word that stands in no other house's command lines: every agent of this machine sees what every test starts.
    #[must_use]
    pub fn marker(&self, name: &str) -> String {
        format!("{name}-{}-{}", std::process::id(), self.port)
    }

    /// A path in the house.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts the server and waits until it listens.
    pub fn start_server(&mut self) {
        let config = self.path("server").join("yagura.toml");
        let mut command = wrapped(&self.server_wrap, "yagura-server");
        command.arg("serve").arg("--config").arg(config);
        self.server = Some(spawn(command, &self.path("server.log")));
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let ended = self.server.as_mut().and_then(|server| server.try_wait().ok().flatten());
            assert!(
                ended.is_none() && since.elapsed() < PATIENCE,
                "the server does not listen: {}",
                self.log("server")
            );
            pause();
        }
    }

    /// Starts the agent.
    pub fn start_agent(&mut self) {
        self.start_agent_in("agent");
    }

    /// Starts the agent of the folder `name`.
    pub fn start_agent_in(&mut self, name: &str) {
        let plain = Vec::new();
        let mut command = wrapped(self.agent_wrap.get(name).unwrap_or(&plain), "yagura-agent");
        command.arg("run").arg("--data").arg(self.path(name));
        // A socket of its own: several houses stand on one machine.
        command.env("YAGURA_SOCKET", self.path(&format!("{name}.sock")));
        command.envs(self.agent_env.iter().map(|(name, value)| (name, value)));
        let child = spawn(command, &self.path(&format!("{name}.log")));
        self.agents.insert(name.to_owned(), child);
    }

    /// Kills the server as a power failure would: SIGKILL.
    pub fn kill_server(&mut self) {
        kill(self.server.take());
    }

    /// The server's process.
    #[must_use]
    pub fn server_pid(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }

    /// Kills the agent: SIGKILL.
    pub fn kill_agent(&mut self) {
        self.kill_agent_in("agent");
    }

    /// Kills the agent of the folder `name`.
    pub fn kill_agent_in(&mut self, name: &str) {
        kill(self.agents.remove(name));
    }

    /// How many bytes of events lie in an agent's spool.
    ///
    /// # Panics
    /// When the agent does not say.
    #[must_use]
    pub fn spooled(&self, name: &str) -> u64 {
        let mut status = program("yagura-agent");
        let text = run(status.args(["status", "--output", "json", "--data"]).arg(self.path(name)));
        let status: Value = serde_json::from_str(&text).expect("the status is JSON");
        status["spool_bytes"].as_u64().expect("the status says how much is spooled")
    }

    /// Waits until so many bytes of events lie in an agent's spool.
    ///
    /// # Panics
    /// When they never do.
    pub async fn until_spooled(&self, name: &str, bytes: u64) {
        let since = Instant::now();
        while self.spooled(name) < bytes {
            assert!(since.elapsed() < PATIENCE, "the spool of {name} does not grow to {bytes} bytes");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Runs the session program to its end as this account, in a desktop whose programs lie in `desktop`.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn session(&self, account: u32, desktop: &Path, arguments: &[&str]) -> Output {
        // Where the programs lie, the account may not be allowed to look.
        let own = desktop.join("yagura-session");
        std::fs::copy(programs().join("yagura-session"), &own).expect("the session program was built");
        let path = std::env::join_paths([desktop, Path::new("/usr/bin"), Path::new("/bin")]).expect("a path");
        let mut command = Command::new(own);
        command.args(arguments).arg("--socket").arg(self.path("agent.sock")).env("PATH", path).current_dir("/");
        std::os::unix::process::CommandExt::uid(&mut command, account);
        command.stdin(Stdio::null()).output().expect("the session program can be started")
    }

    /// Waits until a file is there.
    ///
    /// # Panics
    /// When it never is.
    pub async fn until_file(&self, file: &Path) {
        let since = Instant::now();
        while !file.exists() {
            assert!(since.elapsed() < PATIENCE, "{} never came; {}", file.display(), self.log("agent"));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until a program's log says something.
    ///
    /// # Panics
    /// When it never does.
    pub async fn until_log(&self, name: &str, text: &str) {
        let since = Instant::now();
        while !std::fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default().contains(text) {
            assert!(since.elapsed() < PATIENCE, "`{text}` was never said; {}", self.log(name));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The end of a program's log, for messages.
    #[must_use]
    pub fn log(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.path(&format!("{name}.log"))).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// Asks the API as the administrator. `None` when the server does not answer.
    pub async fn try_ask(
        &self,
        method: &str,
        path: &str,
        seen: Option<&str>,
        body: Option<&Value>,
    ) -> Option<(u16, Value)> {
        let build = || {
            let mut request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
                .header(header::CONTENT_TYPE, "application/json");
            if let Some(etag) = seen {
                request = request.header(header::IF_MATCH, etag);
            }
            request.body(Bytes::from(body.map(Value::to_string).unwrap_or_default())).expect("the request is whole")
        };
        let answer = self.client.send(build).await.ok()?;
        Some((answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default()))
    }

    /// What the server answers to anybody at `path`, as text. `None` when it does not answer.
    pub async fn text(&self, path: &str) -> Option<(u16, String)> {
        let build = || Request::builder().uri(path).body(Bytes::new()).expect("the request is whole");
        let answer = self.client.send(build).await.ok()?;
        Some((answer.status.as_u16(), String::from_utf8_lossy(&answer.body).into_owned()))
    }

    /// Posts JSON as a stranger. `None` when the server does not answer.
    pub async fn post(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let build = || {
            let request = Request::builder().method("POST").uri(path).header(header::CONTENT_TYPE, "application/json");
            request.body(Bytes::from(body.to_string())).expect("the request is whole")
        };
        let answer = self.client.send(build).await.ok()?;
        Some((answer.status.as_u16(), serde_json::from_slice(&answer.body).unwrap_or_default()))
    }

    /// Asks the API and expects this status.
    ///
    /// # Panics
    /// When the answer has another status, or there is none.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>, status: u16) -> Value {
        let answer = self.try_ask(method, path, None, body).await;
        let (found, body) = answer.unwrap_or_else(|| panic!("{method} {path}: no answer; {}", self.log("server")));
        assert_eq!(found, status, "{method} {path}: {body}\n{}", self.log("server"));
        body
    }

    /// Asks again and again until `done` finds what it looks for.
    ///
    /// # Panics
    /// When it never does.
    pub async fn until<T>(&self, what: &str, path: &str, done: impl Fn(&Value) -> Option<T>) -> T {
        let since = Instant::now();
        let mut last = Value::Null;
        while since.elapsed() < PATIENCE {
            if let Some((200, body)) = self.try_ask("GET", path, None, None).await {
                if let Some(found) = done(&body) {
                    return found;
                }
                last = body;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!(
            "{what} never came; the last answer of {path} was {last}\n{}\n{}",
            self.log("server"),
            self.log("agent")
        );
    }

    /// Waits until the agent is on line and gives its endpoint's id.
    pub async fn endpoint(&self) -> String {
        self.until("an endpoint on line", "/api/v1/endpoints", |list| {
            let endpoint = list["items"].as_array()?.iter().find(|endpoint| endpoint["online"] == true)?;
            Some(endpoint["id"].as_str()?.to_owned())
        })
        .await
    }

    /// The id of the group that all others stand in.
    ///
    /// # Panics
    /// When there is none.
    pub async fn root_group(&self) -> String {
        let groups = self.ask("GET", "/api/v1/groups", None, 200).await;
        groups["items"][0]["id"].as_str().unwrap_or_else(|| panic!("no group in {groups}")).to_owned()
    }

    /// All events of a kind filter, page by page.
    pub async fn events(&self, filter: &str) -> Vec<Value> {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/events?limit=1000&order=received{filter}{cursor}");
            let page = self.ask("GET", &path, None, 200).await;
            found.extend(page["items"].as_array().into_iter().flatten().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    }
}

/// Starts programs until the server has one with this marker: the agent may have been started a moment ago and see nothing yet,
/// so one would not do.
pub async fn start_until_seen(house: &House, marker: &str) {
    let path = format!("/api/v1/events?text={marker}&kind=process.start&limit=1");
    house
        .until("an event", &path, |page| {
            start_programs(marker, 40);
            (!page["items"].as_array()?.is_empty()).then_some(())
        })
        .await;
}

/// Starts a program that does nothing, so many times.
///
/// # Panics
/// When it cannot be started.
pub fn start_programs(marker: &str, times: usize) {
    for _ in 0..times {
        Command::new("/usr/bin/true").arg(marker).status().expect("true can be started");
    }
}

/// Copies a folder with all that is in it.
///
/// # Panics
/// When it cannot be copied.
pub fn copy_folder(from: &Path, to: &Path) {
    run(Command::new("cp").arg("-a").arg("--").arg(from).arg(to));
}

impl Default for House {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        while let Some((_, agent)) = self.agents.pop_first() {
            kill(Some(agent));
        }
        kill(self.server.take());
    }
}

/// Whether this test may see what other programs do; says so where it may not.
#[must_use]
#[expect(clippy::print_stdout, reason = "what is skipped is said where the tests' results are")]
pub fn sees_processes(promise: &str) -> bool {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !root {
        println!("SKIPPED: {promise}: seeing every process needs root");
    }
    root
}

#[expect(clippy::disallowed_methods, reason = "waiting for a program of our own, with a deadline, outside any runtime")]
pub(crate) fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("a listener has an address").port()
}

pub(crate) fn spawn(mut command: Command, log: &Path) -> Child {
    let out = File::options().create(true).append(true).open(log).expect("the log can be written");
    let err = out.try_clone().expect("a file can be shared");
    command.stdout(out).stderr(err).spawn().expect("the program can be started")
}

pub(crate) fn kill(child: Option<Child>) {
    if let Some(mut child) = child {
        // A child that has ended already cannot be killed, and need not be.
        let _ = child.kill();
        let _ = child.wait();
    }
}
