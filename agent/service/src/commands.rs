//! The command line: `enrol`, `run`, `status`.

mod enrol;
mod run;
mod status;

use std::{path::PathBuf, sync::Arc};

use anyhow::Context as _;
use clap::{Parser, Subcommand, ValueEnum};
use yagura_channel::agent::{identity::Record, runner::Dialer};
use yagura_dial::{Dial, NetDial, ProxyChoice, TlsError, Trust, client_config};

use crate::config::default_dir;

/// The agent of Yagura: watches this machine and reports to its server.
#[derive(Debug, Parser)]
#[command(name = "yagura-agent", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make this machine an endpoint of a server.
    Enrol {
        /// The server: `https://name` or `https://name:port`.
        #[arg(long)]
        server: String,
        /// The enrolment token from the console; also read from `YAGURA_TOKEN`.
        #[arg(long, env = "YAGURA_TOKEN", hide_env_values = true)]
        token: String,
        /// Certificate authorities that the server's certificate must come from (PEM).
        #[arg(long)]
        ca_file: Option<PathBuf>,
        /// Enrol although this machine is enrolled already.
        #[arg(long)]
        again: bool,
        #[command(flatten)]
        data: Data,
    },
    /// Watch and report until told to stop.
    Run {
        #[command(flatten)]
        data: Data,
        /// Stop programs only on what is mounted at or below these places: for tests on a machine that others use.
        #[arg(long, env = "YAGURA_GATE_ONLY", value_delimiter = ':', hide = true)]
        gate_only: Option<Vec<PathBuf>>,
    },
    /// Watch over the agent that started this: used by the agent itself.
    #[command(hide = true)]
    GateGuard,
    /// Show how this agent stands.
    Status {
        #[command(flatten)]
        data: Data,
        /// The form of the answer.
        #[arg(short, long, value_enum, default_value_t)]
        output: Output,
    },
}

#[derive(Debug, clap::Args)]
struct Data {
    /// The agent's data folder.
    #[arg(long = "data", env = "YAGURA_AGENT_DATA", default_value_os_t = default_dir())]
    dir: PathBuf,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    #[default]
    Text,
    Json,
}

/// The arguments under which this program watches over the agent that started it.
pub(crate) const GATE_GUARD: &[&str] = &["gate-guard"];

impl Arguments {
    /// Whether this is only to watch over the agent.
    pub(crate) fn is_guard(&self) -> bool {
        matches!(self.command, Command::GateGuard)
    }
}

/// Does what the arguments ask for.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Command::Enrol { server, token, ca_file, again, data } => {
            let ca = match ca_file {
                None => None,
                Some(path) => {
                    let text = std::fs::read_to_string(&path);
                    Some(text.with_context(|| format!("failed to read {}", path.display()))?)
                }
            };
            enrol::enrol(&data.dir, &server, &token, ca, again).await
        }
        Command::Run { data, gate_only } => run::run(&data.dir, gate_only).await,
        // Done before there was a runtime.
        Command::GateGuard => Ok(()),
        Command::Status { data, output } => status::status(&data.dir, output == Output::Json),
    }
}

/// Connects as an enrolment says.
fn dialer(proxy: ProxyChoice) -> Dialer {
    Arc::new(move |record: &Record| {
        // Without TLS (a gateway on the same machine) there is no certificate to believe.
        let trust = if record.url.starts_with("https:") {
            Trust::Authorities { pem: record.tls_authorities.clone(), system: true }
        } else {
            Trust::AnswerIsSigned
        };
        dial(&trust, proxy.clone())
    })
}

fn dial(trust: &Trust, proxy: ProxyChoice) -> Result<Arc<dyn Dial>, TlsError> {
    Ok(Arc::new(NetDial::new(client_config(trust)?, proxy)))
}
