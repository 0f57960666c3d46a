//! The store in ClickHouse, on the real engine: chdb behind `dev.d/clickhouse/bridge.py`, one server without replicas.
#![cfg(feature = "clickhouse")]
#![expect(clippy::unwrap_used, reason = "what fails in a test must stop it")]

mod conformance;
mod copying;
mod crash;
mod engine;
mod proxy;
mod removal;
mod rig;
mod rollup;
