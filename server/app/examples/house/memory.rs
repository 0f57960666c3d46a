//! What a measured process takes of memory.

use serde_json::{Value, json};

/// Resident memory of this process now and at its peak, in megabytes.
pub(crate) fn memory() -> Value {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)).and_then(|word| word.parse::<u64>().ok());
        kilobytes.map(|kilobytes| kilobytes / 1024)
    };
    json!({"now_mb": of("VmRSS:"), "peak_mb": of("VmHWM:")})
}
