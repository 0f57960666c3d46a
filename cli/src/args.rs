//! What can be written on the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{
    groups::{
        assets::Assets, commands::Commands, endpoints::Endpoints, events::Events, feeds::Feeds, login::Login,
        people::People, policy::Policy, rules::Rules, tokens::Tokens, vulnerabilities::Vulnerabilities,
    },
    output::Format,
};

/// Talk to a Yagura server.
///
/// Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 the server cannot be reached, 4 what was verified is not
/// as it should be.
#[derive(Debug, Parser)]
#[command(name = "yaguractl", version)]
pub(crate) struct Cli {
    /// Address of the server: https://name:port.
    #[arg(long, env = "YAGURA_URL", global = true)]
    pub url: Option<String>,
    /// Certificate authorities to believe besides the system's, PEM.
    #[arg(long, env = "YAGURA_CA_FILE", global = true, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// File that holds the API token.
    #[arg(long, env = "YAGURA_TOKEN_FILE", global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// How to show what comes back.
    #[arg(short, long, global = true, value_enum, default_value_t = Format::Table)]
    pub output: Format,
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in and keep an API token for the commands after it
    Login(Login),
    /// Machines
    #[command(subcommand)]
    Endpoints(Endpoints),
    /// Inventories
    #[command(subcommand)]
    Assets(Assets),
    /// What is weak, and where
    #[command(subcommand)]
    Vulnerabilities(Vulnerabilities),
    /// Logs
    #[command(subcommand)]
    Events(Events),
    /// Policies
    #[command(subcommand)]
    Policy(Policy),
    /// Rules
    #[command(subcommand)]
    Rules(Rules),
    /// Feeds of vulnerabilities
    #[command(subcommand)]
    Feeds(Feeds),
    /// Orders to endpoints
    #[command(subcommand)]
    Commands(Commands),
    /// API tokens
    #[command(subcommand)]
    Tokens(Tokens),
    /// People
    #[command(subcommand)]
    People(People),
}

#[cfg(test)]
#[path = "args_tests.rs"]
mod tests;
