//! `yaguractl events`: logs.

use clap::{Args, Subcommand};
use serde_json::json;
use yagura_vocabulary::{Clock, SystemClock};

use super::{
    lake::{Export, export},
    tail::{self, Wanted},
    verify::Verify,
    verify_remote,
};
use crate::{
    api::Api,
    error::CliError,
    output::Output,
    query::Query,
    table::{Column, column},
    when::When,
};

const PATH: &str = "/api/v1/events";
const CASE: &str = "/api/v1/events/case";
const TAIL: &str = "/api/v1/events/tail";

/// Logs.
#[derive(Debug, Subcommand)]
pub(crate) enum Events {
    /// Find what happened, newest first
    Search {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        why: Why,
        /// Before: 5m, 2h, 3d ago, or a time such as 2026-11-23T08:30:00Z.
        #[arg(long)]
        until: Option<When>,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Write what happened to a security lake
    Export(Box<Export>),
    /// Show that nothing was changed, removed, put in or rolled back
    Verify(Verify),
    /// Show for how long logs are kept, and what waits
    Retention,
    /// Show what happens as it arrives, until interrupted
    Tail {
        #[command(flatten)]
        filter: Filter,
        #[command(flatten)]
        why: Why,
        /// Begin with so many that are there already; with --since, all since then.
        #[arg(long, default_value_t = 10)]
        limit: usize,
    },
}

/// Why logs are read.
#[derive(Debug, Args)]
pub(crate) struct Why {
    /// Why other people's logs are read; stands in the audit log. It holds for a case, on other commands too, until the case ends.
    #[arg(long, env = "YAGURA_PURPOSE")]
    pub(crate) purpose: Option<String>,
}

impl Why {
    /// Says it to the server, unless that case is open already.
    pub(super) async fn say(&self, api: &Api) -> Result<(), CliError> {
        let Some(purpose) = &self.purpose else { return Ok(()) };
        let open = api.get(&Query::new(CASE)).await?;
        if open["case"]["purpose"] != purpose.trim() {
            api.post(CASE, json!({"purpose": purpose})).await?;
        }
        Ok(())
    }
}

/// Which events.
#[derive(Debug, Args)]
pub(crate) struct Filter {
    /// What to look for: words, "phrases", and conditions such as user:tanaka file:*.xlsx bytes>10MB since:7d
    /// -kind:file.open, joined by OR and parentheses.
    #[arg(value_name = "QUERY")]
    question: Vec<String>,
    /// Kinds: process.start, process.*, or several with commas.
    #[arg(long)]
    kind: Option<String>,
    /// Path of the program.
    #[arg(long, value_name = "PATH")]
    exe: Option<String>,
    /// Id or host name of the machine.
    #[arg(long)]
    endpoint: Option<String>,
    /// Name of the account.
    #[arg(long)]
    user: Option<String>,
    /// recorded, alarm or prohibited.
    #[arg(long)]
    level: Option<String>,
    /// From: 5m, 2h, 3d ago, or a time such as 2026-11-23T08:30:00Z.
    #[arg(long)]
    since: Option<When>,
}

pub(super) const LIST: &[Column] = &[
    column("TIME (UTC)", "/occurred_at"),
    column("HOSTNAME", "/hostname"),
    column("KIND", "/kind"),
    column("LEVEL", "/level"),
    column("USER", "/user"),
    column("PROGRAM", "/image"),
    column("SUBJECT", "/subject"),
];

impl Filter {
    /// The question as one text; none where nothing was asked.
    fn question(&self) -> Option<String> {
        (!self.question.is_empty()).then(|| self.question.join(" "))
    }

    fn query(&self, path: &str) -> Query {
        Query::new(path)
            .with("q", self.question())
            .with("kind", self.kind.as_ref())
            .with("image", self.exe.as_ref())
            .with("endpoint", self.endpoint.as_ref())
            .with("user", self.user.as_ref())
            .with("level", self.level.as_ref())
    }
}

pub(crate) async fn run(api: &Api, output: &Output, command: Events) -> Result<(), CliError> {
    let question = match &command {
        Events::Search { filter, .. } | Events::Tail { filter, .. } => filter.question(),
        Events::Export(export) => Some(export.question.join(" ")),
        Events::Verify(_) | Events::Retention => None,
    };
    let done = ask(api, output, command).await;
    if let (Err(error), Some(question)) = (&done, question)
        && let Some(pointed) = error.problem().and_then(|problem| problem.point("?q", &question))
    {
        output.note(&pointed);
    }
    done
}

async fn ask(api: &Api, output: &Output, command: Events) -> Result<(), CliError> {
    let now = SystemClock.now();
    match &command {
        Events::Search { why, .. } | Events::Tail { why, .. } => why.say(api).await?,
        Events::Export(export) => export.why.say(api).await?,
        Events::Verify(_) | Events::Retention => {}
    }
    match command {
        Events::Search { filter, until, limit, .. } => {
            let query = filter.query(PATH);
            let query = query.with("since", filter.since.map(|since| since.at(now)));
            let found = api.list(&query.with("until", until.map(|until| until.at(now))), Some(limit)).await?;
            if !output.is_json() {
                return output.list(LIST, &found);
            }
            found.iter().try_for_each(|event| output.json_line(event))
        }
        Events::Export(args) => export(api, output, *args).await,
        Events::Verify(args) => verify_remote::verify(api, output, &args).await,
        Events::Retention => super::retention::show(api, output).await,
        Events::Tail { filter, limit, .. } => {
            let since = filter.since.map(|since| since.at(now));
            let (list, tail) = (filter.query(PATH), filter.query(TAIL));
            let list = list.with("order", Some("received"));
            tail::follow(api, output, Wanted { list, tail, since, limit }).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_s_path_is_what_the_api_calls_image() {
        let filter = Filter {
            question: vec!["印刷".into()],
            kind: Some("process.*".into()),
            exe: Some("/usr/bin/curl".into()),
            endpoint: Some("1".into()),
            user: None,
            level: Some("alarm".into()),
            since: None,
        };
        let query = filter.query(PATH);
        assert_eq!(
            query.as_str(),
            "/api/v1/events?q=%E5%8D%B0%E5%88%B7&kind=process.%2A&image=%2Fusr%2Fbin%2Fcurl&endpoint=1&level=alarm"
        );
    }
}
