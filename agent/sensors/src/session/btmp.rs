//! Logons that failed, as the C library writes them to `/var/log/btmp`: records of 384 bytes (utmp(5), on all 64-bit Linux and,
//! for compatibility, on 32-bit Linux). Pure.

use yagura_vocabulary::Time;

/// One record.
pub(crate) const RECORD: usize = 384;

/// A logon that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The name that was given.
    pub(crate) user: String,
    /// `ssh:notty`, `tty1`.
    pub(crate) terminal: String,
    /// The machine it came from; empty for this one.
    pub(crate) host: String,
    pub(crate) at: Time,
}

/// The failures of whole records. What is no record of a time after 1970 is passed over.
pub(crate) fn read(bytes: &[u8]) -> Vec<Failure> {
    bytes.chunks_exact(RECORD).filter_map(one).collect()
}

fn one(record: &[u8]) -> Option<Failure> {
    let text = |from: usize, length: usize| {
        let field = record.get(from..from + length)?;
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(length);
        Some(String::from_utf8_lossy(&field[..end]).into_owned())
    };
    let number = |from: usize| Some(u32::from_le_bytes(record.get(from..from + 4)?.try_into().ok()?));
    // ut_type at 0, ut_line at 8, ut_user at 44, ut_host at 76, ut_tv at 340.
    let at = Time::from_micros(i64::from(number(340)?) * 1_000_000 + i64::from(number(344)?.min(999_999)));
    (at > Time::from_micros(0)).then_some(())?;
    Some(Failure { terminal: text(8, 32)?, user: text(44, 32)?, host: text(76, 256)?, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `utmpdump -r` (util-linux) writes it.
    fn record(user: &str, line: &str, host: &str, seconds: u32) -> Vec<u8> {
        let mut record = vec![0; RECORD];
        record[0] = 6;
        record[8..8 + line.len()].copy_from_slice(line.as_bytes());
        record[44..44 + user.len()].copy_from_slice(user.as_bytes());
        record[76..76 + host.len()].copy_from_slice(host.as_bytes());
        record[340..344].copy_from_slice(&seconds.to_le_bytes());
        record
    }

    #[test]
    fn a_failed_logon_has_its_name_terminal_and_machine() {
        let mut bytes = record("tanaka", "ssh:notty", "192.0.2.7", 1_795_392_000);
        bytes.extend(vec![0; RECORD]);
        bytes.extend([1, 2, 3]);
        let expected = Failure {
            user: "tanaka".to_owned(),
            terminal: "ssh:notty".to_owned(),
            host: "192.0.2.7".to_owned(),
            at: Time::from_seconds(1_795_392_000),
        };
        assert_eq!(read(&bytes), [expected]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..1200)) {
            proptest::prop_assert!(read(&bytes).len() <= bytes.len() / RECORD);
        }
    }
}
