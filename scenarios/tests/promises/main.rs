//! The promises. One file each; `docs/features.csv` names the file that shows a feature.

#![expect(clippy::unwrap_used, reason = "a test that meets something unexpected is to fail where it does")]

mod a01_inventory;
mod a02_changes;
mod a07_surveys;
mod a08_power;
mod a11_whereabouts;
mod b01_foreign_agents;
mod backups_survive_kills;
mod commands_run_once;
mod copies;
mod damaged_spool;
mod evidence;
mod full_disk;
mod grants_end;
mod l01_windows;
mod l02_file_operations;
mod l02_more;
mod l04_print;
mod l09_sessions;
mod l13_rights;
mod no_event_is_lost;
mod p03_distribution;
mod p03_neighbours;
mod p03_restarts;
mod policies_hold;
mod process_starts;
mod r05_red_until_updated;
mod removals_survive_kills;
mod the_lake;
mod the_network_fails;
mod tls_inspection;
mod v01_explained;
mod v01_prohibit;
mod v03_violations;
mod v03_without_a_rule;
mod what_is_recorded;
