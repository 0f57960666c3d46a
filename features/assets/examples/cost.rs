//! What one look at a machine gives and how large it is as it is sent: `cost [ROOT]`, an answer in JSON. `./dev bench assets` runs
//! it and measures it from outside.
#![expect(clippy::print_stdout, reason = "an answer for a program")]

use std::{collections::BTreeMap, error::Error, path::Path};

use serde_json::{Value, json};
use yagura_assets::agent::linux::{RunningKernel, collect, collect_from};
use yagura_channel::wire::{
    body::pack_json_tightly,
    delta::diff,
    state::{Report, Section, hash, without_nulls},
};
use yagura_vocabulary::{Clock, SystemClock};

/// The size of a report with this section, as it is sent.
fn sent(section: Section) -> usize {
    pack_json_tightly(&Report { sections: BTreeMap::from([("assets".to_owned(), section)]) }).len()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let now = SystemClock.now();
    let before = yagura_platform::process_cpu_time();
    let collected = match std::env::args_os().nth(1) {
        Some(root) => collect_from(Path::new(&root), &RunningKernel, now),
        None => collect(now).await?,
    };
    let look = yagura_platform::process_cpu_time() - before;
    let value = without_nulls(serde_json::to_value(&collected.assets)?);
    let whole = sent(Section::Full(value.clone()));

    // An hour later one package is another version: the time of the look and one line of the list are new.
    let mut later = value.clone();
    later["collected_at"] = serde_json::to_value(now + std::time::Duration::from_secs(3600))?;
    if let Some(package) = later["software"].as_array_mut().and_then(|list| {
        let middle = list.len() / 2;
        list.get_mut(middle)
    }) {
        package["version"] = json!("99:1.0-1");
    }
    let delta = diff(&value, &later).ok_or("nothing changed")?;
    let delta = sent(Section::Delta { base: hash(&value), delta, hash: hash(&later) });
    let parts: BTreeMap<&String, usize> = value
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, part)| Some((name, part.as_array().map(Vec::len)?)))
        .collect();
    // The peak of this program alone, in kilobytes, as the kernel counts it.
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    let answer = json!({
        "peak_kb": peak,
        "look_cpu_s": look.as_secs_f64(),
        "json_bytes": value.to_string().len(),
        "whole_bytes": whole,
        "delta_bytes": delta,
        "parts": parts,
        "updates": collected.assets.updates.map_or(Value::Null, |updates| json!([updates.count, updates.security])),
        "missing": collected.missing,
    });
    println!("{answer}");
    Ok(())
}
