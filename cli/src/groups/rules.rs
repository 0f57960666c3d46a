//! `yaguractl rules`: which rules answer to an event, and why the others do not.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use yagura_rules::{Matcher, Rule, RuleBook, Unseen};
use yagura_vocabulary::Event;

use super::{events::Why, policy_file, rules_words};
use crate::{
    api::Api,
    error::CliError,
    language::Language,
    output::Output,
    query::{Query, encoded},
    table::{Column, column},
};

const FEATURE: &str = "rule_book";

/// Rules.
#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Say which rules answer to an event, and of each other one the first condition that is not met
    Explain(Explain),
}

/// Which event, and which rules.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Id of an event on the server; `-`, or nothing, for an event as JSON from the standard input.
    #[arg(default_value = "-")]
    event: String,
    /// Rules from this file instead of those in force on the endpoint: a rule book, or a policy as `policy get` writes it.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Id or host name of the machine whose rules are asked, where the event does not say it.
    #[arg(long)]
    endpoint: Option<String>,
    #[command(flatten)]
    why: Why,
}

impl Explain {
    /// Whether all that it needs is on this machine.
    pub(crate) fn is_local(&self) -> bool {
        self.event == "-" && self.file.is_some()
    }
}

const LIST: &[Column] = &[
    column("ANSWERS", "/answers"),
    column("LEVEL", "/level"),
    column("RULE", "/rule"),
    column("NAME", "/name"),
    column("WHY", "/why"),
];

pub(crate) async fn explain(api: Option<&Api>, output: &Output, asked: &Explain) -> Result<(), CliError> {
    let told = match api.filter(|_| asked.event != "-") {
        Some(api) => {
            asked.why.say(api).await?;
            api.get(&Query::new(format!("/api/v1/events/{}", encoded(&asked.event)))).await?
        }
        None => from_input()?,
    };
    let endpoint = asked.endpoint.as_deref().or(told["endpoint"].as_str());
    let book = match (&asked.file, api, endpoint) {
        (Some(file), ..) => from_file(file)?,
        (None, Some(api), Some(endpoint)) => in_force(api, endpoint).await?,
        (None, ..) => {
            let message = "say of which machine the rules are asked: --endpoint, or --file for rules of your own";
            return Err(CliError::Usage(message.to_owned()));
        }
    };
    let matcher = Matcher::new(&book).map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.message)).collect();
        CliError::Usage(format!("the rules are not in order:\n  {}", faults.join("\n  ")))
    })?;
    let event = event(told)?;
    let language = Language::of_environment();
    let lines = lines(&matcher, &book, &event, language);
    if output.is_json() {
        return output.json(&Value::from(lines));
    }
    output.list(LIST, &lines)?;
    let strongest = matcher.foresee(&event, &mut Unseen);
    output.text(&rules_words::verdict(strongest, language))
}

/// A line for each rule of the book, in its order.
fn lines(matcher: &Matcher, book: &RuleBook, event: &Event, language: Language) -> Vec<Value> {
    let explained = matcher.explain(event, &mut Unseen);
    let line = |rule: &Rule| {
        let found = explained.iter().find(|(one, _)| one.id == rule.id);
        let (answers, why) = match found {
            None => ("off", language.pick("切ってある", "it is off").to_owned()),
            Some((_, Some(unmet))) => ("no", rules_words::unmet(*unmet, rule, event, language)),
            Some((_, None)) => ("yes", rules_words::amount(rule, language)),
        };
        json!({"answers": answers, "level": rule.level, "rule": rule.id, "name": rule.name, "why": why})
    };
    book.rules.iter().map(line).collect()
}

/// An event as the API or an agent tells it.
fn event(told: Value) -> Result<Event, CliError> {
    let Value::Object(mut told) = told else {
        return Err(CliError::Usage("an event is a JSON object with `kind` and `occurred_at`".to_owned()));
    };
    if let (Some(name), None) = (told.get("user").and_then(Value::as_str), told.get("account")) {
        let id = told.get("user_id").and_then(Value::as_str).unwrap_or_default();
        let account = json!({"name": name, "id": id});
        told.insert("account".to_owned(), account);
    }
    told.entry("feature").or_insert_with(|| "operation_log".into());
    // The API says of what it does not know that it is null; an agent leaves it out.
    let known: Map<String, Value> = told.into_iter().filter(|(_, value)| !value.is_null()).collect();
    serde_json::from_value(Value::Object(known))
        .map_err(|error| CliError::Usage(format!("the event cannot be read: {error}")))
}

fn from_input() -> Result<Value, CliError> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| CliError::Usage(format!("failed to read the event from the standard input: {error}")))?;
    serde_json::from_str(&text).map_err(|error| {
        CliError::Usage(format!("what comes from the standard input is not an event as JSON: {error}"))
    })
}

fn from_file(file: &Path) -> Result<RuleBook, CliError> {
    let name = file.display().to_string();
    let text =
        std::fs::read_to_string(file).map_err(|error| CliError::Usage(format!("failed to read {name}: {error}")))?;
    read(&text, &name)
}

/// Reads a rule book, or the one policy of rules among those of a file. YAML is JSON, too.
fn read(text: &str, name: &str) -> Result<RuleBook, CliError> {
    let failed =
        |error: &dyn std::fmt::Display| CliError::Usage(format!("failed to read the rules in {name}: {error}"));
    let documents: Vec<Value> = serde_saphyr::from_multiple(text).map_err(|error| failed(&error))?;
    let value = if documents.iter().any(|document| document.get("feature").is_some()) {
        let policies = policy_file::read(text, name)?;
        let mut books = policies.into_iter().filter(|policy| policy.feature == FEATURE);
        match (books.next(), books.next()) {
            (Some(book), None) => book.value,
            (None, _) => return Err(failed(&"there is no policy of rules in it")),
            (Some(_), Some(_)) => return Err(failed(&"it has rules for several groups; leave those of one")),
        }
    } else {
        let mut documents = documents.into_iter();
        match (documents.next(), documents.next()) {
            (Some(book), None) => book,
            _ => return Err(failed(&"it is to be one rule book")),
        }
    };
    serde_json::from_value(value).map_err(|error| failed(&error))
}

/// The rules in force on a machine.
async fn in_force(api: &Api, endpoint: &str) -> Result<RuleBook, CliError> {
    let query = Query::new(format!("/api/v1/endpoints/{}/policies", encoded(endpoint)));
    let policies = api.list(&query, None).await?;
    let book = policies.iter().find(|policy| policy["feature"] == FEATURE).map(|policy| policy["value"].clone());
    let book = book.ok_or_else(|| CliError::Failed(format!("the server has no rules for {endpoint}")))?;
    serde_json::from_value(book)
        .map_err(|error| CliError::Failed(format!("the rules for {endpoint} are newer than this program: {error}")))
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
