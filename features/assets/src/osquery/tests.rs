//! Messages as osquery's description has them. They are written by hand: osquery itself was not there to send them.

use proptest::prelude::*;
use serde_json::json;
use yagura_vocabulary::Time;

use super::*;
use crate::Assets;

fn now() -> Time {
    Time::from_seconds(1_795_400_000)
}

/// Lays a message's results over these tables.
fn apply(tables: &mut Tables, data: &serde_json::Value) {
    let body = json!({"node_key": "x", "log_type": "result", "data": data}).to_string();
    Results::of(message(body.as_bytes()).unwrap()).unwrap().apply(tables).unwrap();
}

#[test]
fn whole_results_are_an_inventory() {
    let mut tables = Tables::new();
    apply(
        &mut tables,
        &json!([
            {"name": "yagura_system_info", "hostIdentifier": "keiri-20", "action": "snapshot", "unixTime": 1, "numerics": false,
                "snapshot": [{"hostname": "keiri-20", "uuid": "4C4C4544-0042-3510-8051-B4C04F4E3332", "cpu_brand": "Intel(R) Core(TM) i5",
                    "cpu_physical_cores": "4", "cpu_logical_cores": "8", "physical_memory": "17179869184", "hardware_vendor": "Dell Inc.",
                    "hardware_model": "Latitude 5440", "hardware_serial": "B5QN32"}]},
            {"name": "yagura_os_version", "action": "snapshot", "snapshot": [{"name": "Ubuntu", "version": "24.04 LTS", "arch": "x86_64"}]},
            {"name": "yagura_interface_details", "action": "snapshot", "snapshot": [
                {"interface": "lo", "mac": "00:00:00:00:00:00", "flags": "73"},
                {"interface": "eth0", "mac": "00:1B:21:3C:4D:5E", "flags": 4163, "link_speed": "1000"}]},
            {"name": "yagura_interface_addresses", "action": "snapshot", "snapshot": [
                {"interface": "lo", "address": "127.0.0.1"}, {"interface": "eth0", "address": "192.168.10.20"},
                {"interface": "eth0", "address": "fe80::1%eth0"}]},
            {"name": "yagura_mounts", "action": "snapshot", "snapshot": [
                {"path": "/", "type": "ext4", "blocks": "1000", "blocks_size": "4096", "blocks_available": "250"}]},
            {"name": "yagura_deb_packages", "action": "snapshot", "snapshot": [
                {"name": "bash", "version": "5.2", "arch": "amd64", "size": "7000", "status": "install ok installed"},
                {"name": "vim", "version": "9.1", "arch": "amd64", "status": "deinstall ok config-files"}]},
            {"name": "somebody_elses", "action": "snapshot", "snapshot": [{"a": "b"}]},
        ]),
    );
    assert!(!tables.contains_key("somebody_elses"));
    let assets = decode(&tables, now());
    assert_eq!(assets.hardware.serial.as_deref(), Some("B5QN32"));
    assert_eq!(assets.hardware.uuid.as_deref(), Some("4c4c4544-0042-3510-8051-b4c04f4e3332"));
    assert_eq!((assets.hardware.cpu.cores, assets.hardware.memory_bytes), (4, 17_179_869_184));
    assert_eq!((assets.os.hostname.as_deref(), assets.os.name.as_str()), (Some("keiri-20"), "Ubuntu"));
    assert_eq!(assets.network.len(), 1);
    assert_eq!(
        (assets.network[0].ipv4.join(","), assets.network[0].ipv6.join(","), assets.network[0].up),
        ("192.168.10.20".to_owned(), "fe80::1".to_owned(), true)
    );
    assert_eq!((assets.volumes[0].size_bytes, assets.volumes[0].free_bytes), (4_096_000, 1_024_000));
    assert_eq!(assets.software.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["bash"]);
}

#[test]
fn windows_says_its_whole_build_and_its_updates() {
    let mut tables = Tables::new();
    apply(
        &mut tables,
        &json!([
            {"name": "yagura_os_version", "snapshot": [{"name": "Microsoft Windows 11 Pro", "version": "10.0.22631", "build": "22631", "arch": "64-bit"}]},
            {"name": "yagura_windows_revision", "snapshot": [{"data": "3007"}]},
            {"name": "yagura_patches", "snapshot": [{"hotfix_id": "KB5034123"}, {"hotfix_id": "File 1"}, {"hotfix_id": "KB5031356"}]},
        ]),
    );
    let os = decode(&tables, now()).os;
    assert_eq!(
        (os.build.as_deref(), os.hotfixes),
        (Some("22631.3007"), vec!["KB5031356".to_owned(), "KB5034123".to_owned()])
    );
}

#[test]
fn what_changed_is_laid_over_what_is_known() {
    let mut tables = Tables::new();
    let row = |name: &str, version: &str| json!({"name": name, "version": version});
    apply(&mut tables, &json!([{"name": "yagura_deb_packages", "snapshot": [row("bash", "5.2"), row("vim", "9.0")]}]));
    apply(
        &mut tables,
        &json!([
            {"name": "yagura_deb_packages", "action": "removed", "columns": row("vim", "9.0")},
            {"name": "yagura_deb_packages", "action": "added", "columns": row("vim", "9.1")},
            {"name": "yagura_deb_packages", "diffResults": {"added": [row("zip", "3.0")], "removed": ""}},
        ]),
    );
    let assets = decode(&tables, now());
    let found: Vec<_> = assets.software.iter().map(|one| format!("{} {}", one.name, one.version)).collect();
    assert_eq!(found, ["bash 5.2", "vim 9.1", "zip 3.0"]);
}

#[test]
fn a_table_without_end_is_refused() {
    let rows: Vec<_> = (0..=MOST_ROWS).map(|at| json!({"name": at.to_string()})).collect();
    let body = json!({"data": [{"name": "yagura_apps", "snapshot": rows}]}).to_string();
    let results = Results::of(message(body.as_bytes()).unwrap()).unwrap();
    assert_eq!(results.apply(&mut Tables::new()), Err(OsqueryError::TooMany("apps".to_owned())));
}

#[test]
fn everything_that_is_scheduled_is_read() {
    for name in schedule().as_object().unwrap().keys() {
        assert!(name.starts_with(PREFIX), "{name}");
    }
}

proptest! {
    #[test]
    fn any_rows_are_an_inventory(
        tables in proptest::collection::btree_map(
            prop_oneof![Just("system_info"), Just("interface_details"), Just("mounts"), Just("deb_packages"), Just("interface_addresses")],
            proptest::collection::vec(proptest::collection::btree_map("(name|uuid|mac|flags|blocks|blocks_size|path|interface|address)", ".{0,12}", 0..6), 0..6),
            0..5,
        ),
    ) {
        let tables: Tables = tables.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect();
        let assets = decode(&tables, now());
        let json = serde_json::to_string(&assets).unwrap();
        prop_assert_eq!(serde_json::from_str::<Assets>(&json).unwrap(), assets);
    }

    #[test]
    fn any_bytes_are_a_message_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        drop(message(&bytes).and_then(Results::of));
    }
}
