//! `yagura-sim`: many pretended endpoints that speak the real protocol to one server.

mod args;
mod command_log;
mod counts;
mod demo;
mod dice;
mod endpoint;
mod fleet;
mod happenings;
mod history;
mod office;
mod open_files;
mod people;
mod road;
mod summary;
mod warnings;
mod week;

use std::{io::Write as _, process::ExitCode};

use anyhow::Context as _;
use clap::Parser as _;

use self::args::{Arguments, Command};

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a standard error there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "yagura-sim: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let warnings = warnings::listen();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("failed to start the runtime")?;
    match arguments.command {
        Command::Fleet(fleet) => {
            let summary = runtime.block_on(fleet::run(&fleet, &warnings))?;
            let text = serde_json::to_string(&summary).context("failed to write the summary")?;
            writeln!(std::io::stdout(), "{text}").context("failed to write to standard output")
        }
        Command::Demo(demo) => runtime.block_on(demo::run(&demo, &warnings)),
        Command::History(history) => runtime.block_on(history::run(&history)),
    }
}
