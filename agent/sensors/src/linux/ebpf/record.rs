//! The records of bpf/process.bpf.c, read by offset: change both together.

use yagura_records::Text;

use super::super::proc::{arguments, split_arguments};
use crate::process::observed::{Exec, Exit, FileIdentity, Fork, Identity, Observed, Owner};

const VERSION: u16 = 1;
const EXEC: u16 = 1;
const EXIT: u16 = 2;
const FORK: u16 = 3;

const ARGS_CUT: u32 = 1;
const ARGS_UNREADABLE: u32 = 2;
const IMAGE_CUT: u32 = 4;
const CWD_CUT: u32 = 8;
const IMAGE_DETACHED: u32 = 16;
const HAS_LOGIN: u32 = 32;

/// `struct head` of the BPF program.
struct Head {
    kind: u16,
    flags: u32,
    at_ns: u64,
    who: Identity,
    parent: Identity,
    owner: Owner,
    exit_code: u32,
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|bytes| u16::from_ne_bytes(*bytes))
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
    }

    fn u64(&mut self) -> Option<u64> {
        self.take(8)?.first_chunk().map(|bytes| u64::from_ne_bytes(*bytes))
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }

    fn head(&mut self) -> Option<Head> {
        if self.u16()? != VERSION {
            return None;
        }
        let (kind, flags, at_ns) = (self.u16()?, self.u32()?, self.u64()?);
        let (start_ns, parent_start_ns) = (self.u64()?, self.u64()?);
        let (pid, ppid, uid, effective_uid) = (self.u32()?, self.u32()?, self.u32()?, self.u32()?);
        let (login, session, exit_code, _end) = (self.u32()?, self.u32()?, self.u32()?, self.u32()?);
        let set = |number: u32| (flags & HAS_LOGIN != 0 && number != u32::MAX).then_some(number);
        Some(Head {
            kind,
            flags,
            at_ns,
            who: Identity { pid, start_ns },
            parent: Identity { pid: ppid, start_ns: parent_start_ns },
            owner: Owner { uid, effective_uid, login_uid: set(login), session: set(session) },
            exit_code,
        })
    }
}

/// Reads one record; `None` for anything else.
pub(super) fn parse(bytes: &[u8]) -> Option<Observed> {
    let mut reader = Reader(bytes);
    let head = reader.head()?;
    let Head { at_ns, who, parent, owner, .. } = head;
    match head.kind {
        EXEC => exec(&head, reader).map(|exec| Observed::Exec(Box::new(exec))),
        FORK => Some(Observed::Fork(Fork { at_ns, who, parent, owner: Some(owner) })),
        EXIT => Some(Observed::Exit(Exit {
            at_ns,
            pid: who.pid,
            start_ns: Some(who.start_ns),
            owner: Some(owner),
            status: Some(head.exit_code),
        })),
        _ => None,
    }
}

fn exec(head: &Head, mut reader: Reader<'_>) -> Option<Exec> {
    let (inode, size, changed_s) = (reader.u64()?, reader.u64()?, reader.u64()?.cast_signed());
    let (changed_ns, device, links) = (reader.u32()?, reader.u32()?, reader.u32()?);
    let (image_bytes, cwd_bytes, args_bytes) = (reader.length()?, reader.length()?, reader.length()?);
    let (image, cwd, args) = (reader.take(image_bytes)?, reader.take(cwd_bytes)?, reader.take(args_bytes)?);
    let is = |flag| head.flags & flag != 0;
    let (args, arguments_cut) = if is(ARGS_UNREADABLE) {
        arguments(head.who.pid).map_or((None, false), |(args, cut)| (Some(args), cut))
    } else {
        (Some(split_arguments(args)), is(ARGS_CUT))
    };
    Some(Exec {
        at_ns: head.at_ns,
        who: head.who,
        start_inferred: false,
        parent: Some(head.parent),
        owner: Some(head.owner),
        image: (!image.is_empty()).then(|| path(image, is(IMAGE_CUT))),
        image_deleted: links == 0 || is(IMAGE_DETACHED),
        path_cut: is(IMAGE_CUT | CWD_CUT),
        arguments: args,
        arguments_cut,
        cwd: Some(path(cwd, is(CWD_CUT))),
        // A kernel whose change times are unknown to the program leaves them zero: no identity then.
        file: (changed_s != 0).then_some(FileIdentity { device: device.into(), inode, size, changed_s, changed_ns }),
        polled: false,
    })
}

/// A path from its names, innermost first, each with a NUL. A cut path lacks its outermost names.
fn path(names: &[u8], cut: bool) -> Text {
    let names: Vec<&[u8]> = names.strip_suffix(b"\0").unwrap_or(names).split(|byte| *byte == 0).rev().collect();
    let mut path = if cut { b"...".to_vec() } else { Vec::new() };
    for name in names {
        path.push(b'/');
        path.extend_from_slice(name);
    }
    Text::from_bytes(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_put_together_from_the_root() {
        assert_eq!(path(b"ls\0bin\0usr\0", false).as_str(), "/usr/bin/ls");
        assert_eq!(path(b"", false).as_str(), "/");
        assert_eq!(path("会計\0田中\0".as_bytes(), true).as_str(), ".../田中/会計");
    }

    /// `struct exec` as the BPF program fills it: numbers that tell the fields apart.
    fn whole(flags: u32, login: u32) -> Vec<u8> {
        let mut bytes = [1_u16, EXEC].map(u16::to_ne_bytes).concat();
        bytes.extend(flags.to_ne_bytes());
        bytes.extend([3_000_u64, 1_000, 500].map(u64::to_ne_bytes).concat());
        bytes.extend([10_u32, 9, 1000, 0, login, 3, 0, 0].map(u32::to_ne_bytes).concat());
        bytes.extend([77_u64, 4096, 1_700_000_000].map(u64::to_ne_bytes).concat());
        bytes.extend([5_u32, 8, 1, 7, 5, 6].map(u32::to_ne_bytes).concat());
        bytes.extend(b"ls\0bin\0home\0ls\0-l\0");
        bytes
    }

    #[test]
    fn every_field_is_read_from_its_place() {
        let Some(Observed::Exec(exec)) = parse(&whole(HAS_LOGIN, 1001)) else { panic!("not read") };
        let expected = Exec {
            at_ns: 3_000,
            who: Identity { pid: 10, start_ns: 1_000 },
            start_inferred: false,
            parent: Some(Identity { pid: 9, start_ns: 500 }),
            owner: Some(Owner { uid: 1000, effective_uid: 0, login_uid: Some(1001), session: Some(3) }),
            image: Some("/bin/ls".into()),
            image_deleted: false,
            path_cut: false,
            arguments: Some(vec![b"ls".to_vec(), b"-l".to_vec()]),
            arguments_cut: false,
            cwd: Some("/home".into()),
            file: Some(FileIdentity { device: 8, inode: 77, size: 4096, changed_s: 1_700_000_000, changed_ns: 5 }),
            polled: false,
        };
        assert_eq!(*exec, expected);
    }

    #[test]
    fn a_login_that_was_never_set_is_none() {
        for (flags, login) in [(HAS_LOGIN, u32::MAX), (0, 1001)] {
            let Some(Observed::Exec(exec)) = parse(&whole(flags, login)) else { panic!("not read") };
            assert_eq!(exec.owner.unwrap().login_uid, None);
        }
    }

    #[test]
    fn a_record_cut_anywhere_or_of_another_version_is_refused() {
        let mut bytes = vec![0; 64 + 48];
        bytes[..4].copy_from_slice(&[1, 0, 1, 0]);
        bytes[64 + 36] = 3;
        bytes.extend(b"ls\0");
        assert!(matches!(parse(&bytes), Some(Observed::Exec(exec)) if exec.image == Some("/ls".into())));
        for end in 0..bytes.len() {
            assert_eq!(parse(&bytes[..end]), None, "{end}");
        }
        bytes[0] = 2;
        assert_eq!(parse(&bytes), None);
    }
}
