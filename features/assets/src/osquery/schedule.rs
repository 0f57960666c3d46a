//! What osquery is told to ask, hourly, and to send whole.

use serde_json::{Value, json};

/// Our queries begin with this, so that an organisation's own may stand beside them.
pub const PREFIX: &str = "yagura_";

/// How often, in seconds.
const EVERY_S: u32 = 3600;

/// The table, on which systems it is asked for (all where empty), and how.
const QUERIES: &[(&str, &str, &str)] = &[
    (
        "system_info",
        "",
        "SELECT hostname, uuid, cpu_brand, cpu_physical_cores, cpu_logical_cores, physical_memory, hardware_vendor, hardware_model, hardware_serial FROM system_info",
    ),
    ("os_version", "", "SELECT name, version, build, platform, arch FROM os_version"),
    ("kernel_info", "", "SELECT version FROM kernel_info"),
    // The last part of the build. `os_version` has it only since osquery 5.12, and a query for a column that is not there gives nothing at all.
    (
        "windows_revision",
        "windows",
        "SELECT data FROM registry WHERE key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion' AND name = 'UBR'",
    ),
    ("patches", "windows", "SELECT hotfix_id FROM patches"),
    ("interface_details", "", "SELECT interface, mac, flags, link_speed FROM interface_details"),
    ("interface_addresses", "", "SELECT interface, address FROM interface_addresses"),
    (
        "mounts",
        "posix",
        "SELECT path, type, blocks, blocks_size, blocks_available FROM mounts WHERE device LIKE '/dev/%'",
    ),
    ("disk_info", "windows", "SELECT name, hardware_model, serial, disk_size FROM disk_info"),
    ("deb_packages", "linux", "SELECT name, version, arch, maintainer, size, status FROM deb_packages"),
    ("rpm_packages", "linux", "SELECT name, epoch, version, release, arch, vendor, size FROM rpm_packages"),
    ("programs", "windows", "SELECT name, version, publisher FROM programs"),
    ("apps", "darwin", "SELECT name, bundle_identifier, bundle_short_version FROM apps"),
    ("python_packages", "", "SELECT name, version, author FROM python_packages"),
    ("npm_packages", "", "SELECT name, version, author FROM npm_packages"),
];

/// The schedule, as the configuration has it.
#[must_use]
pub fn schedule() -> Value {
    let query = |(name, platform, query): &(&str, &str, &str)| {
        let mut entry = json!({"query": query, "interval": EVERY_S, "snapshot": true});
        if !platform.is_empty() {
            entry["platform"] = json!(platform);
        }
        (format!("{PREFIX}{name}"), entry)
    };
    Value::Object(QUERIES.iter().map(query).collect())
}
