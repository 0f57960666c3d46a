//! The agent: watches one machine, reports to its server, carries out what the server's administrators decided.

mod blobs;
mod commands;
mod config;
mod endpoint;
mod features;
mod hardware;
mod lock;
mod logging;
mod sign_in;

use std::process::ExitCode;

use clap::Parser as _;
use yagura_platform::Watched;

fn main() -> ExitCode {
    yagura_platform::keep_memory_small();
    let arguments = commands::Arguments::parse();
    logging::start();
    if arguments.is_guard() {
        return stand_guard();
    }
    // Two workers: one may be busy with a look at the machine while the other talks to the server. Stacks stay small
    // because nothing here recurses deeply.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(8)
        .thread_stack_size(1 << 20)
        .thread_keep_alive(std::time::Duration::from_secs(5))
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(commands::run(arguments));
            // Everything that must be on disk is there; a sensor that waits in the kernel need not be waited for.
            runtime.shutdown_timeout(std::time::Duration::from_millis(200));
            result
        }
        Err(error) => Err(anyhow::Error::new(error).context("failed to start the runtime")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Watches over the agent that started this program, without anything that takes room.
fn stand_guard() -> ExitCode {
    match yagura_agent_kit::stand_guard() {
        Ok(Watched::Gone) => ExitCode::SUCCESS,
        Ok(Watched::Ended) => {
            tracing::error!("the agent was stopped while programs waited for it; it was ended, so that they start");
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(%error, "nobody watches over the agent");
            ExitCode::FAILURE
        }
    }
}
