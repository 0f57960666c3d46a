//! One name for one process: over all machines, starts of the machine and reuses of a pid.

use ring::digest::{SHA256, digest};
use uuid::{Builder, Uuid};

/// The unit of start times in a GUID, in nanoseconds: what `/proc/PID/stat` resolves to (`USER_HZ` = 100, kernel ABI).
/// A pid cannot come round again within it.
pub(crate) const TICK_NS: u64 = 10_000_000;

/// The GUID of the process that started with this `pid` at `start_ns` after the start `boot_id` of a machine.
///
/// A UUIDv8 (RFC 9562 section 5.8) from the first 16 bytes of SHA-256 over the three. It needs no memory: whoever knows
/// them, from BPF, `/proc` or a recording, comes to the same GUID.
#[must_use]
pub fn process_guid(boot_id: Uuid, pid: u32, start_ns: u64) -> Uuid {
    let mut input = Vec::with_capacity(48);
    input.extend(b"yagura process 1");
    input.extend(boot_id.as_bytes());
    input.extend(pid.to_le_bytes());
    input.extend((start_ns / TICK_NS).to_le_bytes());
    let digest = digest(&SHA256, &input);
    let head = digest.as_ref().first_chunk().expect("a SHA-256 has 32 bytes");
    Builder::from_custom_bytes(*head).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOT: Uuid = Uuid::from_u128(7);

    #[test]
    fn the_same_process_has_the_same_guid_from_every_source() {
        let exact = process_guid(BOOT, 42, 1_234_567_890);
        assert_eq!(exact, process_guid(BOOT, 42, 1_230_000_000), "/proc knows only hundredths of a second");
        assert_eq!(exact.to_string(), "3c642d2d-690b-8059-ba05-e1f642463fdf", "the form is stored: it may not change");
    }

    #[test]
    fn another_pid_start_or_boot_is_another_process() {
        let one = process_guid(BOOT, 42, 1_230_000_000);
        assert_ne!(one, process_guid(BOOT, 43, 1_230_000_000));
        assert_ne!(one, process_guid(BOOT, 42, 1_240_000_000));
        assert_ne!(one, process_guid(Uuid::from_u128(8), 42, 1_230_000_000));
    }
}
