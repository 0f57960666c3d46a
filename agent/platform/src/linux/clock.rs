//! The clocks that no administrator can set.

use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};

fn duration(time: Timespec) -> Duration {
    // These clocks start at zero and run forwards, so neither part is ever negative.
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Time since the machine started, sleep included (`CLOCK_BOOTTIME`): the kernel stamps processes with it.
#[must_use]
pub fn since_boot() -> Duration {
    duration(clock_gettime(ClockId::Boottime))
}

/// Time since the machine started, sleep not included (`CLOCK_MONOTONIC`).
#[must_use]
pub fn since_boot_awake() -> Duration {
    duration(clock_gettime(ClockId::Monotonic))
}

/// Time since 1970 by the system's own clock, which anybody may have set: only to be compared with the times of files.
#[must_use]
pub fn system_clock() -> Duration {
    duration(clock_gettime(ClockId::Realtime))
}

/// Processor time that the calling thread has used.
#[must_use]
pub fn thread_cpu_time() -> Duration {
    duration(clock_gettime(ClockId::ThreadCPUTime))
}

/// Processor time that the calling process has used, all threads together.
#[must_use]
pub fn process_cpu_time() -> Duration {
    duration(clock_gettime(ClockId::ProcessCPUTime))
}

/// The unit in which `/proc` gives process start times (`sysconf(_SC_CLK_TCK)`, 100 nearly everywhere).
#[must_use]
pub fn clock_ticks_per_second() -> u64 {
    rustix::param::clock_ticks_per_second()
}
