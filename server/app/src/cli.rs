//! The command line of the server's own machine.

#![expect(clippy::print_stdout, reason = "what a command answers goes to standard output")]

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::{certificates, config::Config, context, journal, maintain, moving, start};

/// Yagura's server.
#[derive(Parser)]
#[command(name = "yagura-server", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a data folder: configuration, private certificate authority, keys, database, first administrator.
    Init {
        /// The folder.
        #[arg(long)]
        data: PathBuf,
        /// Where people and agents will reach the server: https://name:port.
        #[arg(long)]
        url: String,
        /// Where to listen, if not at the port of the address on this machine only.
        #[arg(long)]
        listen: Option<std::net::SocketAddr>,
        /// Sign-in name of the first administrator.
        #[arg(long, default_value = "admin")]
        admin: String,
    },
    /// Run the server.
    Serve {
        /// The configuration file.
        #[arg(long, env = "YAGURA_CONFIG")]
        config: PathBuf,
        /// Only check the configuration.
        #[arg(long)]
        check: bool,
    },
    /// Bring the database up to date and stop.
    Migrate {
        /// The configuration file.
        #[arg(long, env = "YAGURA_CONFIG")]
        config: PathBuf,
    },
    /// Make a backup, also while the server runs. Prints its folder.
    Backup {
        /// The configuration file.
        #[arg(long, env = "YAGURA_CONFIG")]
        config: PathBuf,
        /// The folder on the server to make it in; the one that the settings name when absent.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Put a backup back, to an empty place.
    Restore {
        /// The backup's folder.
        #[arg(long)]
        from: PathBuf,
        /// The new data folder; empty, or not there.
        #[arg(long)]
        data: PathBuf,
        /// The empty PostgreSQL database, where the control plane was in one.
        #[arg(long, env = "YAGURA_DATABASE_URL")]
        database: Option<String>,
    },
    /// The keys that agents believe.
    Keys {
        /// The configuration file.
        #[arg(long, env = "YAGURA_CONFIG", global = true)]
        config: Option<PathBuf>,
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Compare the stored events with their signed journal: was anything changed, removed, put in or rolled back?
    VerifyEvents {
        /// The configuration file.
        #[arg(long, env = "YAGURA_CONFIG")]
        config: PathBuf,
        /// The folder of events to look at instead of the server's own: that of a backup.
        #[arg(long)]
        events: Option<PathBuf>,
        /// The end of the journal as it was written down elsewhere: NUMBER:HASH, or the file that the server sent; may be
        /// given several times.
        #[arg(long, value_name = "NUMBER:HASH|FILE")]
        head: Vec<String>,
        /// The journal's public key as it was written down elsewhere; the server's own when absent.
        #[arg(long)]
        key: Option<String>,
    },
    /// Make the catalogue of the stored events anew from the files and what is left of the journal, when it is lost or
    /// damaged. The server must not run. The old catalogue is kept; files that the journal does not know are put aside.
    RebuildEvents {
        /// The configuration file.
        #[arg(long, env = "YAGURA_CONFIG")]
        config: PathBuf,
        /// Let files count too that no manifest tells of. Where nothing of the journal is left, they do anyway.
        #[arg(long)]
        adopt: bool,
    },
    /// Check the configuration and stop.
    CheckConfig {
        /// The configuration file.
        #[arg(long, env = "YAGURA_CONFIG")]
        config: PathBuf,
    },
    /// What only somebody on this machine may do.
    Admin {
        /// The configuration file.
        #[arg(long, env = "YAGURA_CONFIG", global = true)]
        config: Option<PathBuf>,
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Print the API's description.
    Openapi {
        /// The configuration file.
        #[arg(long, env = "YAGURA_CONFIG")]
        config: PathBuf,
    },
    /// Move events between stores.
    Events {
        #[command(subcommand)]
        command: EventsCommand,
    },
}

#[derive(Subcommand)]
enum EventsCommand {
    /// Copy all events from one store to another, as they are. The server must not run. A copy that was stopped goes on
    /// where it was; at the end both are compared, day by day.
    Copy {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
        /// Where they are: `embedded:FOLDER`, or `clickhouse` for the one that the configuration names.
        #[arg(long)]
        from: String,
        /// Where they are to be, in the same words.
        #[arg(long)]
        to: String,
    },
}

#[derive(Subcommand)]
enum KeysCommand {
    /// Make new keys under the same root, at once. A start of the server does so by itself when they end soon.
    Renew {
        /// The root key, where it is kept elsewhere.
        #[arg(long)]
        root: Option<PathBuf>,
    },
    /// Take the root key off the server.
    RootExport {
        /// The file to write it to.
        #[arg(long)]
        to: PathBuf,
    },
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Print a one-time sign-in link.
    Link {
        /// For whom.
        #[arg(long, default_value = "admin")]
        name: String,
        /// Take away password, second factor and sessions: the link leads to a new password.
        #[arg(long)]
        reset: bool,
    },
    /// Make an API token with all of an administrator's permissions.
    Token {
        /// Whose.
        #[arg(long, default_value = "admin")]
        name: String,
        /// The file to write it to (readable by its owner only); printed when absent.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Lifetime in days.
        #[arg(long, default_value_t = 365)]
        days: u64,
    },
    /// Print an enrolment token for the root group.
    EnrolmentToken {
        /// What it is for.
        #[arg(long, default_value = "command line")]
        label: String,
        /// How many machines may use it.
        #[arg(long)]
        max_uses: Option<u32>,
    },
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::from(error).context("failed to start")),
    };
    match runtime.block_on(run(arguments.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

#[expect(clippy::print_stderr, reason = "the reason why a program fails goes to standard error")]
fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("yagura-server: {error:#}");
    ExitCode::FAILURE
}

async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Init { data, url, listen, admin } => init(&data, &url, listen, &admin).await,
        Command::Serve { config, check: false } => serve(&Config::load(&config)?).await,
        Command::VerifyEvents { config, events, head, key } => {
            let config = Config::load(&config)?;
            anyhow::ensure!(
                events.is_some() || matches!(config.events, crate::config::Events::Embedded),
                "the events are in ClickHouse, which has no journal of files: say which folder, --events FOLDER"
            );
            journal::verify_events(&config, events.as_deref(), &head, key.as_deref()).await
        }
        Command::RebuildEvents { config, adopt } => {
            let config = Config::load(&config)?;
            anyhow::ensure!(
                matches!(config.events, crate::config::Events::Embedded),
                "the events are in ClickHouse, which has a catalogue of its own"
            );
            journal::rebuild_events(&config, adopt).await
        }
        Command::Serve { config, check: true } | Command::CheckConfig { config } => {
            Config::load(&config)?;
            println!("{}: good", config.display());
            Ok(())
        }
        Command::Migrate { config } => {
            let ctx = context(&Config::load(&config)?).await?;
            ctx.db().close().await;
            println!("the database is up to date");
            Ok(())
        }
        Command::Backup { config, to } => {
            let config = Config::load(&config)?;
            let to = match to {
                Some(to) => to,
                None => maintain::backup_directory(&config).await?,
            };
            maintain::backup(&config, &to).await
        }
        Command::Restore { from, data, database } => maintain::restore(&from, &data, database.as_deref()).await,
        Command::Keys { config, command } => {
            let config = Config::load(&config.context("say which configuration: --config FILE")?)?;
            match command {
                KeysCommand::Renew { root } => maintain::renew_keys(&config, root.as_deref()),
                KeysCommand::RootExport { to } => maintain::export_root(&config, &to),
            }
        }
        Command::Admin { config, command } => {
            let config = config.context("say which configuration: --config FILE")?;
            administer(&Config::load(&config)?, command).await
        }
        Command::Events { command: EventsCommand::Copy { config, from, to } } => {
            moving::copy_events(&Config::load(&config)?, &from, &to).await
        }
        Command::Openapi { config } => {
            let ctx = context(&Config::load(&config)?).await?;
            println!("{}", serde_json::to_string_pretty(&crate::openapi::describe(&ctx))?);
            Ok(())
        }
    }
}

async fn init(data: &Path, url: &str, listen: Option<std::net::SocketAddr>, admin: &str) -> anyhow::Result<()> {
    let uri: http::Uri = url.parse().with_context(|| format!("`{url}` is not an address"))?;
    let host = uri.host().with_context(|| format!("`{url}` names no host"))?.trim_matches(['[', ']']);
    let port = uri.port_u16().unwrap_or(443);
    std::fs::create_dir_all(data).with_context(|| format!("failed to make {}", data.display()))?;
    certificates::ensure(data, host)?;
    let file = data.join("yagura.toml");
    if !file.exists() {
        let listen = listen.unwrap_or_else(|| ([127, 0, 0, 1], port).into());
        let text = format!(
            "# Yagura's server. Every value can be read with `yagura-server check-config`.\n\
             url = \"{}\"\n\n[listen]\nconsole = \"{listen}\"\n\n[tls]\ncertificate = \"{}\"\nkey = \"{}\"\n\
             authority = \"{}\"\n",
            url.trim_end_matches('/'),
            certificates::CERTIFICATE,
            certificates::KEY,
            certificates::CA,
        );
        certificates::write(&file, &text, false).with_context(|| format!("failed to write {}", file.display()))?;
    }
    let ctx = context(&Config::load(&file)?).await?;
    if yagura_admins::first_administrator(&ctx, admin, "Administrator").await? {
        println!("made the administrator `{admin}`; `yagura-server admin link` gives a sign-in link");
    }
    ctx.db().close().await;
    println!("{}", file.display());
    Ok(())
}

async fn administer(config: &Config, command: AdminCommand) -> anyhow::Result<()> {
    let ctx = context(config).await?;
    match command {
        AdminCommand::Link { name, reset: false } => println!("{}", yagura_admins::sign_in_link(&ctx, &name).await?),
        AdminCommand::Link { name, reset: true } => println!("{}", yagura_admins::reset_link(&ctx, &name).await?),
        AdminCommand::Token { name, out, days } => {
            let lifetime = Duration::from_secs(days.clamp(1, 3660) * 86_400);
            let token = yagura_admins::issue_token(&ctx, &name, "command line", lifetime).await?;
            match out {
                None => println!("{token}"),
                Some(file) => certificates::write(&file, format!("{token}\n"), true)
                    .with_context(|| format!("failed to write {}", file.display()))?,
            }
        }
        AdminCommand::EnrolmentToken { label, max_uses } => {
            let root = yagura_endpoints::ensure_root(&ctx, "全社").await?;
            let token = yagura_endpoints::issue_token(&ctx, root, &label, max_uses, None).await;
            println!("{}", token.map_err(|error| anyhow::anyhow!("failed to make an enrolment token: {error:?}"))?);
        }
    }
    ctx.db().close().await;
    Ok(())
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_new(&config.log.filter).with_context(|| format!("log.filter: `{}`", config.log.filter))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if config.log.json {
        log.json().init();
    } else {
        log.with_ansi(false).init();
    }
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let server = start(config).await?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    server.stop().await;
    Ok(())
}
