//! What can be written on the command line.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand, value_parser};
use yagura_vocabulary::Time;

/// Pretend to be many endpoints of a Yagura server.
#[derive(Debug, Parser)]
#[command(name = "yagura-sim", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Enrol endpoints, keep them connected and let things happen on them
    Fleet(Fleet),
    /// Fill a server that was made for looking at with an office, its people and its last days
    Demo(Demo),
    /// Write years of an office's history straight into an event store
    History(History),
}

/// Which endpoints, and of which server.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// The server: https://name or https://name:port. Nothing else is ever talked to.
    #[arg(long)]
    pub(crate) server: String,
    /// Certificate authorities that the server's certificate must come from, PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// How many endpoints.
    #[arg(long, value_parser = value_parser!(u32).range(1..=20_000))]
    pub(crate) endpoints: u32,
    /// Where the endpoints keep their data, each in a folder of its own; a temporary folder when absent. Endpoints that
    /// are there already are not enrolled again.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Which pretended office: the same seed gives the same machines and the same happenings.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

impl Place {
    /// The authorities' certificates, PEM; empty when none are given.
    pub(crate) fn authorities(&self) -> anyhow::Result<String> {
        let Some(path) = &self.ca_file else { return Ok(String::new()) };
        std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
    }
}

/// A fleet of pretended endpoints.
#[derive(Debug, Args)]
pub(crate) struct Fleet {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The enrolment token.
    #[arg(long, env = "YAGURA_TOKEN", hide_env_values = true)]
    pub(crate) token: String,
    /// How many events a second, over all endpoints.
    #[arg(long, default_value_t = 100, value_parser = value_parser!(u32).range(1..=200_000))]
    pub(crate) events_per_second: u32,
    /// For how long things happen, in seconds, once all endpoints are connected.
    #[arg(long, default_value_t = 60, value_parser = value_parser!(u64).range(1..=86_400))]
    pub(crate) seconds: u64,
    /// Connect, report and answer commands, but let nothing happen.
    #[arg(long, conflicts_with = "events_per_second")]
    pub(crate) connections_only: bool,
    /// The first connections are spread over this many seconds.
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u64).range(0..=3_600))]
    pub(crate) ramp_s: u64,
    /// How long to wait at the end for events that the server has not acknowledged, in seconds.
    #[arg(long, default_value_t = 30, value_parser = value_parser!(u64).range(0..=3_600))]
    pub(crate) drain_s: u64,
    /// Do not make the spools survive a power failure, as real agents do: thousands of them share one disk here.
    #[arg(long)]
    pub(crate) relaxed_spool: bool,
}

/// An office that has been there for some days, with people, groups and policies, and that works on until Ctrl-C.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) place: Place,
    /// File that holds an API token which may do everything.
    #[arg(long, env = "YAGURA_TOKEN_FILE", value_name = "FILE")]
    pub(crate) token_file: PathBuf,
    /// For how many days it has been there.
    #[arg(long, default_value_t = 7, value_parser = value_parser!(u32).range(1..=31))]
    pub(crate) days: u32,
    /// End when the office is complete, instead of working on.
    #[arg(long)]
    pub(crate) leave: bool,
}

/// Days or years of rows for an event store that no server uses meanwhile. The last line says how many there are, how many
/// bytes they take and how long it took.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// How many endpoints.
    #[arg(long, value_parser = value_parser!(u32).range(1..=100_000))]
    pub(crate) endpoints: u32,
    /// How many days.
    #[arg(long, value_parser = value_parser!(u32).range(1..=3_660))]
    pub(crate) days: u32,
    /// A server's data folder: the rows go into `events` in it.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Which pretended office: the same seed gives the same rows.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How much an endpoint tells on a working day, about.
    #[arg(long, default_value_t = 7_000, value_parser = value_parser!(u32).range(100..=100_000))]
    pub(crate) events_per_day: u32,
    /// When the last day ends (RFC 3339); a fixed day when absent, so that the rows do not depend on when they are made.
    #[arg(long)]
    pub(crate) until: Option<Time>,
    /// The folder of a fleet that enrolled before (`fleet --data` or `demo --data`): its endpoints' ids are used, so that the
    /// server knows them.
    #[arg(long, value_name = "DIR")]
    pub(crate) fleet: Option<PathBuf>,
    /// Leave the segments as they came, instead of putting each day in order.
    #[arg(long)]
    pub(crate) leave: bool,
    /// Also write the rows here, as JSON lines, for comparing with other engines.
    #[arg(long, value_name = "FILE")]
    pub(crate) ndjson: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::error::ErrorKind;

    use super::*;

    const LEAST: &str = "--server https://127.0.0.1:8443 --token ygr1_x --endpoints 3";

    fn check(rest: &str) -> Result<Fleet, ErrorKind> {
        let line = format!("yagura-sim fleet {rest}");
        match Arguments::try_parse_from(line.split_whitespace()).map_err(|error| error.kind())?.command {
            Command::Fleet(fleet) => Ok(fleet),
            other => panic!("{line} is {other:?}"),
        }
    }

    #[test]
    fn a_server_a_token_and_a_number_of_endpoints_are_enough() {
        let fleet = check(LEAST).unwrap();
        assert_eq!((fleet.place.endpoints, fleet.seconds, fleet.ramp_s, fleet.place.seed), (3, 60, 5, 1));
        assert!(fleet.place.data.is_none() && !fleet.connections_only && !fleet.relaxed_spool);
        assert_eq!(check("--endpoints 3 --token t").unwrap_err(), ErrorKind::MissingRequiredArgument);
    }

    #[test]
    fn time_and_count_are_bounded() {
        for beyond in ["--seconds 86401", "--seconds 0", "--events-per-second 200001", "--ramp-s 3601"] {
            assert_eq!(check(&format!("{LEAST} {beyond}")).unwrap_err(), ErrorKind::ValueValidation, "{beyond}");
        }
    }

    #[test]
    fn connections_only_means_no_events() {
        assert!(check(&format!("{LEAST} --connections-only")).unwrap().connections_only);
        let both = format!("{LEAST} --connections-only --events-per-second 5");
        assert_eq!(check(&both).unwrap_err(), ErrorKind::ArgumentConflict);
    }
}
