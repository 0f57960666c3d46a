//! What the embedded store must do beyond what every store must.
#![expect(clippy::unwrap_used, reason = "what fails in a test must stop it")]

mod conformance;
mod crash;
mod damage;
mod day_files;
mod files;
mod full;
mod golden;
mod journal;
mod kill;
mod power;
mod rebuild;
mod removal;
mod removal_crash;
mod removal_guard;
mod removal_kill;
mod rig;
mod sequences;
mod whole_path;
