use std::time::Duration;

use clap::{CommandFactory as _, error::ErrorKind};
use serde_json::json;

use super::*;

fn parse(line: &str) -> Result<Command, ErrorKind> {
    let words = std::iter::once("yaguractl").chain(line.split_whitespace());
    Cli::try_parse_from(words).map(|cli| cli.command).map_err(|error| error.kind())
}

#[test]
fn the_command_line_has_no_contradictions() {
    Cli::command().debug_assert();
}

#[test]
fn flags_for_the_connection_may_stand_anywhere() {
    let cli =
        Cli::try_parse_from(["yaguractl", "endpoints", "list", "-o", "json", "--url", "https://y.example"]).unwrap();
    assert_eq!(cli.output, Format::Json);
    assert_eq!(cli.url.as_deref(), Some("https://y.example"));
}

#[test]
fn a_search_for_events_takes_all_its_filters() {
    let line = "events search 印刷 --kind process.* --exe /usr/bin/curl --endpoint pc-1 --user tanaka --level alarm \
        --since 5m --until 2026-11-23T08:30:00Z --limit 5000";
    let Ok(Command::Events(Events::Search { limit, until, .. })) = parse(line) else { panic!("{line}") };
    assert_eq!(limit, 5_000);
    assert!(until.is_some());
    assert_eq!(parse("events search --since yesterday").unwrap_err(), ErrorKind::ValueValidation);
}

#[test]
fn a_tail_begins_with_ten() {
    let Ok(Command::Events(Events::Tail { limit, why, .. })) = parse("events tail --kind file.* --purpose drill")
    else {
        panic!()
    };
    assert_eq!((limit, why.purpose.as_deref()), (10, Some("drill")));
    assert_eq!(parse("events tail --until 5m").unwrap_err(), ErrorKind::UnknownArgument);
}

#[test]
fn an_order_needs_a_machine_and_an_object_of_arguments() {
    let line = r#"commands run notice.show --endpoint pc-1 --endpoint pc-2 --args {"title":"x"} --expires 2h"#;
    let Ok(Command::Commands(Commands::Run { endpoints, args, expires, .. })) = parse(line) else { panic!("{line}") };
    assert_eq!(endpoints, ["pc-1", "pc-2"]);
    assert_eq!((args, expires), (Some(json!({"title": "x"})), Some(Duration::from_secs(7_200))));
    assert_eq!(parse("commands run inventory.refresh").unwrap_err(), ErrorKind::MissingRequiredArgument);
    assert_eq!(parse("commands run x --endpoint pc-1 --args [1]").unwrap_err(), ErrorKind::ValueValidation);
}

#[test]
fn scopes_may_be_given_with_commas_or_one_by_one() {
    let line = "tokens create siem --scope events.read,endpoints.read --scope assets.read --purpose siem";
    let Ok(Command::Tokens(Tokens::Create { scopes, .. })) = parse(line) else { panic!("{line}") };
    assert_eq!(scopes, ["events.read", "endpoints.read", "assets.read"]);
}

#[test]
fn a_link_takes_the_place_of_a_name() {
    assert!(parse("login --link https://y.example/sign-in#abc").is_ok());
    assert_eq!(parse("login --link abc --name tanaka").unwrap_err(), ErrorKind::ArgumentConflict);
}

#[test]
fn the_rest_reads_as_it_is_written_in_the_manual() {
    for line in [
        "endpoints show pc-1",
        "assets show pc-1",
        "vulnerabilities list --endpoint pc-1 --severity critical,high --overdue",
        "policy get operation_log --group /本社",
        "policy diff p.yaml",
        "policy apply p.yaml --comment 監査",
        "commands list --state queued",
        "commands show 1",
        "commands cancel 1",
        "rules explain 01930000-0000-7000-8000-000000000000 --purpose drill",
        "rules explain --file rules.json",
        "rules explain - --endpoint pc-1",
        "tokens list",
        "tokens revoke 1",
        "people import people.csv --dry-run",
        "feeds list",
        "feeds import debian tracker.json.gz --sha256 00ff --signature tracker.json.gz.minisig",
        "feeds import osv-pypi - --no-wait",
        "feeds status",
        "feeds key nvd key.txt",
        "feeds key nvd --remove",
    ] {
        assert!(parse(line).is_ok(), "{line}");
    }
}
