//! `yaguractl`: the server's API for people at a terminal and for scripts.

mod api;
mod args;
mod error;
mod groups;
mod language;
mod output;
mod problem;
mod query;
mod settings;
mod source;
mod store;
mod table;
mod when;

use std::process::ExitCode;

use clap::Parser as _;

use self::{api::Api, args::Cli, error::CliError, output::Output, settings::Settings};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.output);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output.failed(&CliError::Failed(format!("failed to start: {error}"))),
    };
    match runtime.block_on(run(cli, &output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output.failed(&error),
    }
}

async fn run(cli: Cli, output: &Output) -> Result<(), CliError> {
    use args::Command as C;
    if let C::Events(groups::events::Events::Verify(verify)) = &cli.command
        && let Some(data) = &verify.data
    {
        // Off line: no server is asked, and none need be known.
        return groups::verify::verify(output, verify, data).await;
    }
    if let C::Rules(groups::rules::Rules::Explain(explain)) = &cli.command
        && explain.is_local()
    {
        return groups::rules::explain(None, output, explain).await;
    }
    let settings = Settings::find(cli.url, cli.ca_file, cli.token_file)?;
    if let C::Login(login) = cli.command {
        return groups::login::run(&settings, output, login).await;
    }
    let api = Api::new(&settings, Some(settings.token()?))?;
    match cli.command {
        C::Login(_) => Ok(()),
        C::Endpoints(command) => groups::endpoints::run(&api, output, command).await,
        C::Assets(command) => groups::assets::run(&api, output, command).await,
        C::Feeds(command) => groups::feeds::run(&api, output, command).await,
        C::Vulnerabilities(command) => groups::vulnerabilities::run(&api, output, command).await,
        C::Events(command) => groups::events::run(&api, output, command).await,
        C::Policy(command) => groups::policy::run(&api, output, command).await,
        C::Commands(command) => groups::commands::run(&api, output, command).await,
        C::Tokens(command) => groups::tokens::run(&api, output, command).await,
        C::Rules(groups::rules::Rules::Explain(asked)) => groups::rules::explain(Some(&api), output, &asked).await,
        C::People(command) => groups::people::run(&api, output, command).await,
    }
}
