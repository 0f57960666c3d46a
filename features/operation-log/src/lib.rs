//! The operation log: what people and programs did on an endpoint. Now: which programs ran, what was done to files, which windows
//! people had before them, and what they printed; the web and devices follow as further parts of the same policy.
//!
//! The modules here are pure and compiled by agent, server and command line alike. `agent` is the endpoint's side.

#[cfg(feature = "agent")]
pub mod agent;
pub mod days;
pub mod decide;
pub mod event;
pub mod policy;
#[cfg(feature = "server")]
pub mod server;

pub use decide::{
    Decision, Rule, WindowDecision, WindowRow, decide, decide_exit, decide_file, decide_idle, decide_print,
    decide_privilege, decide_session, decide_usage, decide_window, wants_opened,
};
pub use policy::{
    ExcludeRule, FileRule, Files, Hide, OperationLogPolicy, Prints, Processes, Sessions, WindowRule, Windows,
};

/// The name of this feature in policies and events.
pub const FEATURE: &str = "operation_log";
