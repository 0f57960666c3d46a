//! The stage on which promises are tried: real programs, a folder of one's own, an administrator's questions.

use std::{
    fs::File,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Request, header};
use serde_json::Value;
use tempfile::TempDir;
use yagura_dial::{HttpClient, NetDial, ProxyChoice, Target, Trust, client_config};

/// Something that should be so is waited for this long before the test fails. Machines are slow; this is no measurement.
const PATIENCE: Duration = Duration::from_secs(90);

/// A server's folder and programs, and an administrator.
pub struct House {
    dir: TempDir,
    port: u16,
    server: Option<Child>,
    agent: Option<Child>,
    client: HttpClient,
    token: String,
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
        let dir = tempfile::tempdir().expect("a folder can be made");
        let port = free_port();
        let url = format!("https://127.0.0.1:{port}");
        let data = dir.path().join("server");
        run(program("yagura-server").args(["init", "--url", &url, "--data"]).arg(&data));
        let config = data.join("yagura.toml");
        let admin = |arguments: &[&str]| {
            run(program("yagura-server").args(["admin", "--config"]).arg(&config).args(arguments)).trim().to_owned()
        };
        let token = admin(&["token"]);
        let enrolment = admin(&["enrolment-token"]);
        let authority = data.join("ca.pem");
        let pem = std::fs::read_to_string(&authority).expect("init writes the authority");
        let tls = client_config(&Trust::Authorities { pem, system: false }).expect("the authority can be read");
        let target = Target::parse(&url).expect("the address is one");
        let client = HttpClient::new(Arc::new(NetDial::new(tls, ProxyChoice::Direct)), target);
        let mut house = Self { dir, port, server: None, agent: None, client, token };
        house.start_server();
        let agent = house.path("agent");
        run(program("yagura-agent")
            .args(["enrol", "--server", &url, "--token", &enrolment, "--ca-file"])
            .arg(&authority)
            .arg("--data")
            .arg(&agent));
        house
    }

    /// A path in the house.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts the server and waits until it listens.
    pub fn start_server(&mut self) {
        let config = self.path("server").join("yagura.toml");
        let mut command = program("yagura-server");
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
        let mut command = program("yagura-agent");
        // A socket of its own: several houses stand on one machine.
        command.arg("run").arg("--data").arg(self.path("agent")).env("YAGURA_SOCKET", self.path("agent.sock"));
        self.agent = Some(spawn(command, &self.path("agent.log")));
    }

    /// Kills the server as a power failure would: SIGKILL.
    pub fn kill_server(&mut self) {
        kill(self.server.take());
    }

    /// Kills the agent: SIGKILL.
    pub fn kill_agent(&mut self) {
        kill(self.agent.take());
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

    /// Asks the API and expects this status.
    ///
    /// # Panics
    /// When the answer has another status, or there is none.
    pub async fn ask(&self, method: &str, path: &str, body: Option<&Value>, status: u16) -> Value {
        let answer = self.try_ask(method, path, None, body).await;
        let (found, body) = answer.unwrap_or_else(|| panic!("{method} {path}: no answer; {}", self.log("server")));
        assert_eq!(found, status, "{method} {path}: {body}");
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

impl Default for House {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        kill(self.agent.take());
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
fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("a listener has an address").port()
}

fn spawn(mut command: Command, log: &Path) -> Child {
    let out = File::options().create(true).append(true).open(log).expect("the log can be written");
    let err = out.try_clone().expect("a file can be shared");
    command.stdout(out).stderr(err).spawn().expect("the program can be started")
}

fn kill(child: Option<Child>) {
    if let Some(mut child) = child {
        // A child that has ended already cannot be killed, and need not be.
        let _ = child.kill();
        let _ = child.wait();
    }
}
