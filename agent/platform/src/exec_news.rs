//! Who asks to run what, read from fanotify's bytes. Pure, so that every system can test it.
//!
//! Format: `struct fanotify_event_metadata` of fanotify(7), in the machine's byte order, of a group that gets open files.

use crate::FileMask;

/// One question of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecNews {
    /// What happened.
    pub mask: FileMask,
    /// The number of the open file, which now belongs to the reader; nothing where the kernel's queue was full.
    pub file: Option<i32>,
    /// The process that waits; 0 where it cannot be seen from here.
    pub pid: u32,
}

const HEAD: usize = 24;
const VERSION: u8 = 3;

/// Reads the questions of one answer of the kernel. Gives whether everything was understood.
pub fn read_exec_news(mut bytes: &[u8], mut each: impl FnMut(ExecNews)) -> bool {
    while !bytes.is_empty() {
        let Some(head) = bytes.first_chunk::<HEAD>() else { return false };
        let part = |at: usize| [head[at], head[at + 1], head[at + 2], head[at + 3]];
        let length = usize::try_from(u32::from_ne_bytes(part(0))).unwrap_or(0);
        if head[4] != VERSION || length < HEAD || length > bytes.len() {
            return false;
        }
        let mask = [part(8), part(12)].concat();
        let mask = mask.first_chunk().map_or(0, |mask| u64::from_ne_bytes(*mask));
        let file = i32::from_ne_bytes(part(16));
        let pid = u32::from_ne_bytes(part(20));
        each(ExecNews { mask: FileMask(mask), file: (file >= 0).then_some(file), pid });
        bytes = &bytes[length..];
    }
    true
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(mask: FileMask, file: i32, pid: u32) -> Vec<u8> {
        let mut event = 24_u32.to_ne_bytes().to_vec();
        event.extend([VERSION, 0]);
        event.extend(24_u16.to_ne_bytes());
        event.extend(mask.0.to_ne_bytes());
        event.extend(file.to_ne_bytes());
        event.extend(pid.to_ne_bytes());
        event
    }

    fn read(bytes: &[u8]) -> (bool, Vec<ExecNews>) {
        let mut seen = Vec::new();
        let whole = read_exec_news(bytes, |news| seen.push(news));
        (whole, seen)
    }

    #[test]
    fn a_question_names_the_file_and_who_waits() {
        let bytes = [event(FileMask::OPEN_EXEC, 7, 42), event(FileMask::OVERFLOW, -1, 0)].concat();
        let expected = [
            ExecNews { mask: FileMask::OPEN_EXEC, file: Some(7), pid: 42 },
            ExecNews { mask: FileMask::OVERFLOW, file: None, pid: 0 },
        ];
        assert_eq!(read(&bytes), (true, expected.to_vec()));
    }

    #[test]
    fn what_is_cut_is_said_and_what_stands_before_it_is_read() {
        let mut bytes = [event(FileMask::OPEN_EXEC, 7, 42), event(FileMask::OPEN_EXEC, 8, 43)].concat();
        bytes.pop();
        let (whole, seen) = read(&bytes);
        assert_eq!((whole, seen.len()), (false, 1));
    }

    proptest! {
        #[test]
        fn nonsense_is_passed_over(bytes: Vec<u8>) {
            read(&bytes);
        }

        #[test]
        fn an_event_with_any_bytes_changed_is_read_without_panic(
            changes in prop::collection::vec((0_usize..72, any::<u8>()), 0..8),
        ) {
            let mut bytes = event(FileMask::OPEN_EXEC, 7, 42).repeat(3);
            for (at, byte) in changes {
                bytes[at] = byte;
            }
            let (_, seen) = read(&bytes);
            prop_assert!(seen.len() <= 3);
        }
    }
}
