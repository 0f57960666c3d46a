//! Prints the inventory of this machine, what is missing in it, and what it cost.
//!
//! `cargo run -p yagura-assets --features agent --example look`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a report for a person")]

use yagura_assets::agent::linux::collect;
use yagura_vocabulary::{Clock, SystemClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let before = yagura_platform::process_cpu_time();
    let collected = collect(SystemClock.now()).await?;
    let cost = yagura_platform::process_cpu_time() - before;
    println!("{}", serde_json::to_string_pretty(&collected.assets)?);
    eprintln!("missing: {:?}", collected.missing);
    eprintln!("{} packages, {cost:?} of processor time", collected.assets.software.len());
    Ok(())
}
