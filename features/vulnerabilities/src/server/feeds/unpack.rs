//! Feeds as they are packed: plain, `.gz`, `.zst`, `.bz2`, `.xz`, or a zip of many files.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek as _},
    path::Path,
};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

/// Most files of a zip. OSV's largest has 300,000.
const MOST_FILES: usize = 2_000_000;
/// Memory that the dictionary of an xz file may ask for, in KiB: what `xz -9` needs to unpack, twice. A file of a few bytes may name 4 GiB.
const XZ_MEMORY: u32 = 128 << 10;

/// How much may come out of a packed file: a few kilobytes can unpack to terabytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    /// Bytes of all of it, the files of a zip together.
    pub(super) whole: u64,
    /// Bytes of one file within a zip.
    pub(super) member: u64,
}

impl Default for Most {
    /// As much as `yagura-advisories` reads of one feed; a member several times the largest of 2026.
    fn default() -> Self {
        Self { whole: 8 << 30, member: 256 << 20 }
    }
}

/// A file that cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnpackError {
    #[error("cannot read the file")]
    Read(#[source] io::Error),
    #[error("cannot open the zip: it is cut or broken; fetch it again")]
    Zip(#[source] zip::result::ZipError),
    #[error("the zip has more than {MOST_FILES} files; refused")]
    TooMany,
}

/// Takes a file, with its name where it is one of several.
pub(super) type Give<'a, E> = dyn FnMut(Option<&str>, &mut dyn BufRead) -> Result<(), E> + 'a;

/// Gives the file unpacked, or each file of a zip with its name. What is more than `most` is an error of the reader that is given.
pub(super) fn each<E: From<UnpackError>>(path: &Path, most: Most, give: &mut Give<'_, E>) -> Result<(), E> {
    let read = |error| E::from(UnpackError::Read(error));
    let mut file = File::open(path).map_err(read)?;
    let mut first = [0; 6];
    let mut had = 0;
    while had < first.len() {
        match file.read(&mut first[had..]).map_err(read)? {
            0 => break,
            more => had += more,
        }
    }
    file.rewind().map_err(read)?;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut left = most.whole;
    match &first[..had] {
        [0x1f, 0x8b, ..] => give(None, &mut within(MultiGzDecoder::new(file), &mut left)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let unpacked = zstd::stream::read::Decoder::with_buffer(file).map_err(read)?;
            give(None, &mut within(unpacked, &mut left))
        }
        [b'B', b'Z', b'h', ..] => give(None, &mut within(MultiBzDecoder::new(file), &mut left)),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => {
            give(None, &mut within(XzReader::new_mem_limit(file, true, XZ_MEMORY), &mut left))
        }
        [b'P', b'K', 3 | 5, ..] => {
            let mut archive = zip::ZipArchive::new(file).map_err(UnpackError::Zip)?;
            if archive.len() > MOST_FILES {
                return Err(UnpackError::TooMany.into());
            }
            for at in 0..archive.len() {
                let member = archive.by_index(at).map_err(UnpackError::Zip)?;
                if !member.is_file() {
                    continue;
                }
                let name = member.name().map_err(UnpackError::Zip)?.into_owned();
                let mut here = most.member.min(left);
                let before = here;
                let given = give(Some(&name), &mut within(member, &mut here));
                left -= before - here;
                given?;
            }
            Ok(())
        }
        _ => give(None, &mut file),
    }
}

/// A reader that fails when more comes than is left.
struct Within<'a, R> {
    inner: R,
    left: &'a mut u64,
}

fn within<R: Read>(inner: R, left: &mut u64) -> BufReader<Within<'_, R>> {
    BufReader::with_capacity(1 << 16, Within { inner, left })
}

impl<R: Read> Read for Within<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        match self.left.checked_sub(count as u64) {
            Some(left) => *self.left = left,
            None => return Err(io::Error::other("more comes out of it than any feed has; refused")),
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    type Files = Vec<(Option<String>, Vec<u8>)>;

    fn check_within(packed: &[u8], most: Most) -> Result<Files, UnpackError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(packed).unwrap();
        let mut found = Vec::new();
        each(file.path(), most, &mut |name, reader| {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).map_err(UnpackError::Read)?;
            found.push((name.map(str::to_owned), bytes));
            Ok(())
        })?;
        Ok(found)
    }

    fn check(packed: &[u8]) -> Result<Files, UnpackError> {
        check_within(packed, Most::default())
    }

    fn one(bytes: &[u8]) -> Files {
        vec![(None, bytes.to_vec())]
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn bz2(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn xz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zst(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 1).unwrap()
    }

    fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    type Pack = fn(&[u8]) -> Vec<u8>;
    /// All ways of packing one file.
    const WAYS: [(&str, Pack); 4] = [("gz", gz), ("bz2", bz2), ("xz", xz), ("zst", zst)];

    /// What `golden/words.bz2` was packed from by the program `bzip2`: text, runs and every byte, in more than one block.
    fn words() -> Vec<u8> {
        let mut text = Vec::new();
        for line in 0..12_000_u32 {
            text.extend_from_slice(format!("{line} {} yagura\n", line.wrapping_mul(2_654_435_761)).as_bytes());
        }
        text.extend(std::iter::repeat_n(b'a', 70_000));
        text.extend((0..=255_u8).flat_map(|byte| std::iter::repeat_n(byte, usize::from(byte % 7))));
        text
    }

    const WORDS_BZ2: &[u8] = include_bytes!("../../../golden/words.bz2");
    const WORDS_XZ: &[u8] = include_bytes!("../../../golden/words.xz");

    #[test]
    fn whatever_it_is_packed_with_the_same_comes_out() {
        assert_eq!(check(b"plain").unwrap(), one(b"plain"));
        assert_eq!(check(b"").unwrap(), one(b""));
        for (way, pack) in WAYS {
            assert_eq!(check(&pack(b"packed")).unwrap(), one(b"packed"), "{way}");
        }
    }

    #[test]
    fn what_the_programs_packed_is_unpacked() {
        assert!(check(WORDS_BZ2).unwrap() == one(&words()));
        assert!(check(WORDS_XZ).unwrap() == one(&words()));
    }

    #[test]
    fn streams_behind_each_other_are_one() {
        for (way, pack) in WAYS {
            assert_eq!(check(&[pack(b"one "), pack(b"two")].concat()).unwrap(), one(b"one two"), "{way}");
        }
    }

    #[test]
    fn a_zip_gives_its_files_one_by_one() {
        let whole = zip(&[("a.json", b"a"), ("b.json", b"b")]);
        let files = [("a.json", b"a"), ("b.json", b"b")].map(|(name, text)| (Some(name.to_owned()), text.to_vec()));
        assert_eq!(check(&whole).unwrap(), files);
        assert!(matches!(check(&whole[..whole.len() / 2]), Err(UnpackError::Zip(_))));
    }

    #[test]
    fn one_that_was_cut_is_an_error_and_not_a_short_text() {
        for (way, pack) in WAYS {
            let whole = pack(&words());
            for length in [7, 100, whole.len() / 2, whole.len() - 10, whole.len() - 1] {
                assert!(check(&whole[..length]).is_err(), "{way} {length}");
            }
        }
    }

    #[test]
    fn a_changed_bit_is_noticed() {
        for packed in [WORDS_BZ2, WORDS_XZ, &gz(&words())] {
            for at in [20, packed.len() / 2, packed.len() - 20] {
                let mut broken = packed.to_vec();
                broken[at] ^= 4;
                let noticed = check(&broken).map(|files| files == one(&words()));
                assert!(!matches!(noticed, Ok(false)), "{at}: other bytes came out");
            }
        }
    }

    #[test]
    fn more_than_is_allowed_comes_out_of_none() {
        let most = Most { whole: 1 << 20, member: 1 << 10 };
        let zeros = vec![0; 2 << 20];
        for (way, pack) in WAYS {
            let error = check_within(&pack(&zeros), most).unwrap_err();
            assert!(matches!(&error, UnpackError::Read(inner) if inner.to_string().contains("refused")), "{way}");
        }
        assert!(check_within(&zip(&[("a", &zeros[..1025])]), most).is_err());
        assert!(check_within(&zip(&[("a", &zeros[..1024])]), most).is_ok());
        let all = Most { whole: 1500, ..most };
        assert!(check_within(&zip(&[("a", &zeros[..1000]), ("b", &zeros[..1000])]), all).is_err());
    }

    #[test]
    fn an_xz_file_that_asks_for_gigabytes_of_memory_is_refused_before_it_gets_them() {
        // Its only block names a dictionary of 4 GiB - 1: the property 40. The header's checksum is made to fit.
        let mut bytes = xz(b"small");
        let block = 12;
        let length = (usize::from(bytes[block]) + 1) * 4;
        let at = (block..block + length).find(|at| bytes[*at] == 0x21 && bytes[at + 1] == 1).unwrap() + 2;
        bytes[at] = 40;
        let mut crc = flate2::Crc::new();
        crc.update(&bytes[block..block + length - 4]);
        bytes[block + length - 4..block + length].copy_from_slice(&crc.sum().to_le_bytes());
        let error = check(&bytes).unwrap_err();
        let UnpackError::Read(inner) = error else { panic!("{error}") };
        assert!(inner.kind() == io::ErrorKind::OutOfMemory || inner.to_string().contains("memory"), "{inner}");
    }

    proptest! {
        #[test]
        fn nothing_is_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..2000), cut in 0..4000_usize) {
            for packed in [WORDS_BZ2, WORDS_XZ] {
                let mut broken = packed[..cut.min(packed.len() / 2)].to_vec();
                broken.extend(&bytes);
                let most = Most { whole: 8 << 20, member: 1 << 20 };
                prop_assert!(check_within(&broken, most).is_ok_and(|files| files == one(&broken)) || check_within(&broken, most).is_err());
            }
        }
    }
}
