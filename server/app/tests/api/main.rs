//! The API as its callers see it, on a whole server with real TLS, on SQLite and, where `YAGURA_TEST_POSTGRES` names one, on
//! PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that meets something unexpected is to fail where it does")]

mod alarm_routes;
mod alarms;
mod assets_import;
mod assets_paper;
mod authorisation;
mod backup;
mod blobs;
mod board;
mod clickhouse;
mod command_line;
mod database_away;
mod days;
mod description;
mod endpoints;
mod enrolment;
mod evidence;
mod harness;
mod idempotency;
mod intake;
mod ledger;
mod licences;
mod limits;
mod listeners;
mod log_search;
mod machine;
mod mail;
mod me;
mod notices;
mod oidc;
mod osquery;
mod policies;
mod power;
mod renewals;
mod retention;
mod road;
mod rules;
mod schedules;
mod several;
mod sign_in;
mod snmp;
mod state;
mod surveys;
mod without_rules;
