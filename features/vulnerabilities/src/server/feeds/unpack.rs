//! Feeds as they are packed: plain, `.gz`, `.zst`, `.bz2`, or a zip of many files.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _, Seek as _},
    path::Path,
};

use flate2::bufread::MultiGzDecoder;

use super::bunzip::Bunzip;

/// Most files of a zip. OSV's largest has 300,000.
const MOST_FILES: usize = 2_000_000;
/// A file within a zip has at most so many bytes, unpacked.
const LARGEST_FILE: u64 = 256 << 20;

/// A file that cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnpackError {
    #[error("cannot read the file")]
    Read(#[source] io::Error),
    #[error("cannot open the zip: it is cut or broken; fetch it again")]
    Zip(#[source] zip::result::ZipError),
    #[error("the zip has more than {MOST_FILES} files; refused")]
    TooMany,
    #[error("files packed with xz are not read; unpack it first")]
    Xz,
}

/// Takes a file, with its name where it is one of several.
pub(super) type Give<'a, E> = dyn FnMut(Option<&str>, &mut dyn BufRead) -> Result<(), E> + 'a;

/// Gives the file unpacked, or each file of a zip with its name.
pub(super) fn each<E: From<UnpackError>>(path: &Path, give: &mut Give<'_, E>) -> Result<(), E> {
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
    match &first[..had] {
        [0x1f, 0x8b, ..] => give(None, &mut BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file))),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            let unpacked = zstd::stream::read::Decoder::with_buffer(file).map_err(read)?;
            give(None, &mut BufReader::with_capacity(1 << 16, unpacked))
        }
        [b'B', b'Z', b'h', ..] => give(None, &mut BufReader::with_capacity(1 << 16, Bunzip::new(file))),
        [0xfd, b'7', b'z', b'X', b'Z', 0] => Err(UnpackError::Xz.into()),
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
                give(Some(&name), &mut BufReader::new(member.take(LARGEST_FILE)))?;
            }
            Ok(())
        }
        _ => give(None, &mut file),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn check(packed: &[u8]) -> Result<Vec<(Option<String>, String)>, UnpackError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(packed).unwrap();
        let mut found = Vec::new();
        each(file.path(), &mut |name, reader| {
            let mut text = String::new();
            reader.read_to_string(&mut text).map_err(UnpackError::Read)?;
            found.push((name.map(str::to_owned), text));
            Ok(())
        })?;
        Ok(found)
    }

    fn one(text: &str) -> Vec<(Option<String>, String)> {
        vec![(None, text.to_owned())]
    }

    fn gz(text: &str) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn whatever_it_is_packed_with_the_same_comes_out() {
        assert_eq!(check(b"plain").unwrap(), one("plain"));
        assert_eq!(check(b"").unwrap(), one(""));
        assert_eq!(check(&gz("packed")).unwrap(), one("packed"));
        assert_eq!(check(&zstd::encode_all(&b"packed"[..], 1).unwrap()).unwrap(), one("packed"));
    }

    #[test]
    fn a_zip_gives_its_files_one_by_one() {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for name in ["a.json", "b.json"] {
            writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(name.as_bytes()).unwrap();
        }
        let whole = writer.finish().unwrap().into_inner();
        let names = ["a.json", "b.json"].map(|name| (Some(name.to_owned()), name.to_owned()));
        assert_eq!(check(&whole).unwrap(), names);
        assert!(matches!(check(&whole[..whole.len() / 2]), Err(UnpackError::Zip(_))));
    }

    #[test]
    fn one_that_was_cut_is_an_error_and_not_a_short_text() {
        let whole = gz(&"all of it ".repeat(1000));
        assert!(check(&whole[..whole.len() - 10]).is_err());
    }

    #[test]
    fn xz_is_refused_by_name() {
        assert!(matches!(check(b"\xfd7zXZ\0rest"), Err(UnpackError::Xz)));
    }
}
