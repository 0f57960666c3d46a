//! Linux.

mod addresses;
mod clock;
mod exec_gate;
mod fanotify;
mod machine;
mod process_connector;
mod storage;
mod wait;
mod watchman;

pub use addresses::interface_addresses;
pub use clock::{
    clock_ticks_per_second, process_cpu_time, since_boot, since_boot_awake, system_clock, thread_cpu_time,
};
pub use exec_gate::{ExecAsked, ExecGate};
pub use fanotify::{Fanotify, file_system_id, open_folder, open_handle, path_of};
pub use machine::{
    boot_id, disk_space, is_superuser, keep_memory_small, peer_credentials, release_memory, system_name,
};
pub use process_connector::ProcessConnector;
pub use storage::{NVME_HEALTH_LENGTH, nvme_health_log, open_ordinary_file};
pub use wait::{Waiter, Wake, wake_pair};
pub use watchman::{Watchman, watch_over_parent};
