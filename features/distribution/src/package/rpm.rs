//! RPM packages: a lead of 96 bytes, a header of signatures, and the header that says what it is (RPM v4 package format).

use super::{Head, HeadError, MOST_DEPENDS, System, text};

/// How the lead begins.
pub(super) const MAGIC: &[u8] = &[0xed, 0xab, 0xee, 0xdb];
const LEAD: usize = 96;
/// How each header begins; its version follows.
const HEADER: &[u8] = &[0x8e, 0xad, 0xe8];
const INTRO: usize = 16;
const ENTRY: usize = 16;
/// rpm itself takes no more.
const MOST_ENTRIES: usize = 65_535;

const NAME: u32 = 1000;
const VERSION: u32 = 1001;
const RELEASE: u32 = 1002;
const EPOCH: u32 = 1003;
const SUMMARY: u32 = 1004;
const VENDOR: u32 = 1011;
const ARCH: u32 = 1022;
const REQUIRES: u32 = 1049;
/// Only source packages have it.
const SOURCE_PACKAGE: u32 = 1106;

const INT32: u32 = 4;
const STRING: u32 = 6;
const STRING_ARRAY: u32 = 8;
const I18N_STRING: u32 = 9;

/// A header: its index and the store that it points into.
struct Header<'a> {
    index: &'a [u8],
    store: &'a [u8],
}

pub(super) fn read(bytes: &[u8]) -> Result<Head, HeadError> {
    // The lead's type: 1 is a source package.
    if bytes.get(6..8) == Some(&[0, 1]) {
        return Err(HeadError::Source);
    }
    let (_, after) = header(bytes.get(LEAD..).ok_or(HeadError::CutOff("lead"))?, "signature")?;
    // The signatures end at a multiple of eight.
    let at = bytes.len() - after.len();
    let at = LEAD + (at - LEAD).next_multiple_of(8);
    let (head, _) = header(bytes.get(at..).ok_or(HeadError::CutOff("signature"))?, "header")?;
    if head.entry(SOURCE_PACKAGE).is_some() {
        return Err(HeadError::Source);
    }
    let word = |tag| head.texts(tag, 1).into_iter().next().unwrap_or_default();
    let (version, release) = (word(VERSION), word(RELEASE));
    if release.is_empty() {
        return Err(HeadError::Lacks("release"));
    }
    let epoch = head.number(EPOCH).filter(|epoch| *epoch > 0).map(|epoch| format!("{epoch}:")).unwrap_or_default();
    Ok(Head {
        system: System::Rpm,
        name: word(NAME),
        version: if version.is_empty() { version } else { format!("{epoch}{version}-{release}") },
        architecture: word(ARCH),
        summary: text(&word(SUMMARY)),
        vendor: text(&word(VENDOR)),
        depends: {
            let mut needs: Vec<String> = head.texts(REQUIRES, MOST_DEPENDS).iter().map(|need| text(need)).collect();
            // What rpm itself must be able to do is no package.
            needs.retain(|need| !need.is_empty() && !need.starts_with("rpmlib("));
            needs.dedup();
            needs
        },
    })
}

/// The header at the beginning, and what follows it.
fn header<'a>(from: &'a [u8], what: &'static str) -> Result<(Header<'a>, &'a [u8]), HeadError> {
    let (intro, rest) = from.split_at_checked(INTRO).ok_or(HeadError::CutOff(what))?;
    if !intro.starts_with(HEADER) {
        return Err(HeadError::Malformed(what));
    }
    let (entries, bytes) = (long(&intro[8..12]) as usize, long(&intro[12..16]) as usize);
    if entries > MOST_ENTRIES {
        return Err(HeadError::TooLarge(what));
    }
    let (index, rest) = rest.split_at_checked(entries * ENTRY).ok_or(HeadError::CutOff(what))?;
    let (store, rest) = rest.split_at_checked(bytes).ok_or(HeadError::CutOff(what))?;
    Ok((Header { index, store }, rest))
}

fn long(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte))
}

impl Header<'_> {
    /// Type, place in the store and count of a tag.
    fn entry(&self, tag: u32) -> Option<(u32, usize, usize)> {
        let entry = self.index.chunks_exact(ENTRY).find(|entry| long(&entry[..4]) == tag)?;
        Some((long(&entry[4..8]), long(&entry[8..12]) as usize, long(&entry[12..16]) as usize))
    }

    /// The texts of a tag, at most so many.
    fn texts(&self, tag: u32, most: usize) -> Vec<String> {
        let Some((kind, at, count)) = self.entry(tag) else { return Vec::new() };
        let count = match kind {
            STRING => 1,
            STRING_ARRAY | I18N_STRING => count,
            _ => return Vec::new(),
        };
        let Some(store) = self.store.get(at..) else { return Vec::new() };
        let texts = store.split(|byte| *byte == 0).take(count.min(most));
        texts.map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    }

    fn number(&self, tag: u32) -> Option<u32> {
        let (kind, at, _) = self.entry(tag)?;
        (kind == INT32).then(|| self.store.get(at..at.checked_add(4)?).map(long)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of these tags.
    fn written(tags: &[(u32, u32, u32, &[u8])]) -> Vec<u8> {
        let (mut index, mut store) = (Vec::new(), Vec::new());
        for (tag, kind, count, content) in tags {
            if *kind == INT32 {
                store.resize(usize::next_multiple_of(store.len(), 4), 0);
            }
            let at = u32::try_from(store.len()).unwrap();
            index.extend([*tag, *kind, at, *count].into_iter().flat_map(u32::to_be_bytes));
            store.extend_from_slice(content);
        }
        let sizes = [tags.len(), store.len()].map(|size| u32::try_from(size).unwrap().to_be_bytes()).concat();
        [HEADER, &[1, 0, 0, 0, 0], &sizes, &index, &store].concat()
    }

    fn rpm(tags: &[(u32, u32, u32, &[u8])]) -> Vec<u8> {
        let mut lead = vec![0; LEAD];
        lead[..4].copy_from_slice(MAGIC);
        // A signature of an odd length, so that there is something to step over.
        let mut signature = written(&[(1000, INT32, 1, &[0, 0, 0, 9]), (1004, STRING, 1, b"x\0")]);
        signature.resize(signature.len().next_multiple_of(8), 0);
        [lead, signature, written(tags)].concat()
    }

    const TAGS: &[(u32, u32, u32, &[u8])] = &[
        (NAME, STRING, 1, b"hello\0"),
        (VERSION, STRING, 1, b"2.10\0"),
        (RELEASE, STRING, 1, b"3.el9\0"),
        (EPOCH, INT32, 1, &[0, 0, 0, 1]),
        (SUMMARY, I18N_STRING, 2, b"says hello\0\xe6\x8c\xa8\xe6\x8b\xb6\0"),
        (VENDOR, STRING, 1, b"Example\0"),
        (ARCH, STRING, 1, b"x86_64\0"),
        (REQUIRES, STRING_ARRAY, 3, b"rpmlib(CompressedFileNames)\0libc.so.6()(64bit)\0bash\0"),
    ];

    #[test]
    fn a_package_says_what_it_is() {
        let head = super::super::read(&rpm(TAGS)).unwrap();
        assert_eq!((&*head.name, &*head.version, &*head.architecture), ("hello", "1:2.10-3.el9", "x86_64"));
        assert_eq!((&*head.summary, &*head.vendor), ("says hello", "Example"));
        assert_eq!(head.depends, ["libc.so.6()(64bit)", "bash"]);
    }

    #[test]
    fn a_file_that_is_cut_anywhere_is_refused() {
        let whole = rpm(TAGS);
        for end in MAGIC.len()..whole.len() {
            assert!(read(&whole[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_source_package_is_refused() {
        let tags = [TAGS, &[(SOURCE_PACKAGE, INT32, 1, &[0, 0, 0, 1][..])]].concat();
        assert_eq!(read(&rpm(&tags)), Err(HeadError::Source));
    }

    #[test]
    fn a_header_that_points_beyond_its_store_says_nothing_there() {
        let mut bytes = rpm(TAGS);
        let name = bytes.windows(4).rposition(|window| window == NAME.to_be_bytes()).unwrap();
        bytes[name + 8..name + 12].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(super::super::read(&bytes), Err(HeadError::Lacks("name")));
    }
}
