//! The stage on which promises are tried: real programs, a folder of one's own, an administrator's questions.

mod apart;
mod ask;
mod inspector;
mod lake;
mod numbers;
mod post_office;
mod printing;
mod programs;
mod proxy;
mod relay;
mod seat;
mod tree;

use self::programs::{admin, run, wrap, wrapped};
pub(crate) use self::programs::{free_port, kill, pause, program, spawn};
pub use self::{
    apart::{Apart, Segment},
    inspector::Inspector,
    lake::Lake,
    numbers::every_number_once,
    post_office::{PostOffice, Protection},
    printing::Printing,
    programs::{copy_folder, may_be_apart, may_mount, sees_processes, start_programs, start_until_seen},
    proxy::Proxy,
    relay::Relay,
    seat::Seat,
    tree::{Archive, MadePackage, may_plant},
};

use std::{
    collections::BTreeMap,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

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

    /// The file of the administrator's token, written when it is asked for.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn token_file(&self) -> PathBuf {
        let file = self.path("token");
        std::fs::write(&file, &self.token).expect("a file can be written");
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("it is our own");
        file
    }

    /// `yaguractl` as the administrator has it.
    #[must_use]
    pub fn control(&self) -> Command {
        let mut command = program("yaguractl");
        command.env("YAGURA_URL", self.url()).env("YAGURA_CA_FILE", self.authority());
        command.env("YAGURA_TOKEN_FILE", self.token_file()).stdin(Stdio::null());
        command
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
        let plain = Vec::new();
        let mut command = wrapped(self.agent_wrap.get(name).unwrap_or(&plain), "yagura-agent");
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

    /// The place at and below which agents may stop programs, if something is mounted there.
    #[must_use]
    pub fn gate(&self) -> PathBuf {
        self.path("gate")
    }

    /// The process of the agent.
    ///
    /// # Panics
    /// When it does not run.
    #[must_use]
    pub fn agent_pid(&self) -> u32 {
        self.agents.get("agent").expect("the agent runs").id()
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
        // No test stops what others run on this machine.
        command.env("YAGURA_GATE_ONLY", self.gate());
        command.envs(self.agent_env.iter().map(|(name, value)| (name, value)));
        let child = spawn(command, &self.path(&format!("{name}.log")));
        self.agents.insert(name.to_owned(), child);
    }

    /// Kills the server as a power failure would: SIGKILL.
    pub fn kill_server(&mut self) {
        kill(self.server.take());
    }

    /// Stops the server as an operator does, and waits for its end.
    ///
    /// # Panics
    /// When it cannot be told to stop.
    pub fn stop_server(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        run(Command::new("kill").args(["-TERM", &server.id().to_string()]));
        server.wait().expect("the server ends");
    }

    /// A command of the server's program, with the server's configuration.
    #[must_use]
    pub fn server_command(&self, arguments: &[&str]) -> Command {
        let mut command = program("yagura-server");
        command.args(arguments).arg("--config").arg(self.path("server").join("yagura.toml"));
        command
    }

    /// Puts a backup back into a new folder.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn restore(&self, from: &Path, to: &Path) -> Output {
        let mut command = program("yagura-server");
        command.arg("restore").arg("--from").arg(from).arg("--data").arg(to);
        command.output().expect("the server's program can be started")
    }

    /// Runs the command line as the administrator, to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn ctl(&self, arguments: &[&str]) -> Output {
        let mut command = program("yaguractl");
        command.args(arguments).args(["--url", &self.url()]).arg("--ca-file").arg(self.authority());
        command.arg("--token-file").arg(self.token_file());
        command.output().expect("the command line can be started")
    }

    /// The server's process.
    #[must_use]
    pub fn server_pid(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }

    /// Stops the agent as an operator does, and waits for its end.
    ///
    /// # Panics
    /// When it cannot be told to stop.
    pub fn stop_agent(&mut self) {
        let Some(mut agent) = self.agents.remove("agent") else { return };
        run(Command::new("kill").args(["-TERM", &agent.id().to_string()]));
        agent.wait().expect("the agent ends");
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
        std::fs::copy(programs::folder().join("yagura-session"), &own).expect("the session program was built");
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
