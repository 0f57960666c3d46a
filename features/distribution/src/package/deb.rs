//! Debian packages: an `ar` archive of `debian-binary`, `control.tar` and `data.tar` (deb(5), deb-control(5)).

use std::io::Read;

use super::{Head, HeadError, MOST_DEPENDS, System, text};

/// How an `ar` archive begins.
pub(super) const MAGIC: &[u8] = b"!<arch>\n";
/// An `ar` header: name, time, owner, group, mode, size, end.
const AR_HEADER: usize = 60;
/// The control archive unpacked: scripts and lists of checksums; some megabytes in the largest packages.
const MOST_CONTROL: u64 = 16 << 20;
/// The control file itself.
const MOST_FILE: usize = 1 << 20;
const TAR_BLOCK: usize = 512;

pub(super) fn read(bytes: &[u8]) -> Result<Head, HeadError> {
    let mut rest = &bytes[MAGIC.len()..];
    loop {
        let (name, content, more) = member(rest)?;
        if let Some(packing) = name.strip_prefix("control.tar") {
            let tar = unpacked(packing, content)?;
            return head(&control(&tar)?);
        }
        rest = more;
    }
}

/// The next member of the archive: its name, its content, and what follows.
fn member(from: &[u8]) -> Result<(&str, &[u8], &[u8]), HeadError> {
    let (header, rest) = from.split_at_checked(AR_HEADER).ok_or(HeadError::CutOff("archive"))?;
    if &header[58..] != b"`\n" {
        return Err(HeadError::Malformed("archive"));
    }
    let word = |range: std::ops::Range<usize>| std::str::from_utf8(&header[range]).map(str::trim).ok();
    let name = word(0..16).ok_or(HeadError::Malformed("archive"))?.trim_end_matches('/');
    let size: usize = word(48..58).and_then(|size| size.parse().ok()).ok_or(HeadError::Malformed("archive"))?;
    let content = rest.get(..size).ok_or(HeadError::CutOff("archive"))?;
    // Members begin at even places.
    Ok((name, content, rest.get(size + size % 2..).unwrap_or_default()))
}

/// Unpacks the control archive, whose name ends like this.
fn unpacked(packing: &str, content: &[u8]) -> Result<Vec<u8>, HeadError> {
    let bad = HeadError::Malformed("control archive");
    let mut reader: Box<dyn Read + '_> = match packing {
        "" => Box::new(content),
        ".gz" => Box::new(flate2::read::GzDecoder::new(content)),
        ".xz" => Box::new(lzma_rust2::XzReader::new(content, true)),
        ".zst" => Box::new(zstd::stream::read::Decoder::new(content).map_err(|_| bad.clone())?),
        _ => return Err(bad),
    };
    let mut tar = Vec::new();
    reader.by_ref().take(MOST_CONTROL + 1).read_to_end(&mut tar).map_err(|_| bad)?;
    if tar.len() as u64 > MOST_CONTROL { Err(HeadError::TooLarge("control archive")) } else { Ok(tar) }
}

/// The file `control` of a tar archive (POSIX ustar).
fn control(tar: &[u8]) -> Result<String, HeadError> {
    let mut rest = tar;
    loop {
        let (header, after) = rest.split_at_checked(TAR_BLOCK).ok_or(HeadError::Lacks("control file"))?;
        if header.iter().all(|byte| *byte == 0) {
            return Err(HeadError::Lacks("control file"));
        }
        let name = header[..100].split(|byte| *byte == 0).next().unwrap_or_default();
        let size = octal(&header[124..136]).ok_or(HeadError::Malformed("control archive"))?;
        let content = after.get(..size).ok_or(HeadError::CutOff("control archive"))?;
        if matches!(name, b"control" | b"./control") {
            if size > MOST_FILE {
                return Err(HeadError::TooLarge("control file"));
            }
            return Ok(String::from_utf8_lossy(content).into_owned());
        }
        rest = after.get(size.next_multiple_of(TAR_BLOCK)..).ok_or(HeadError::CutOff("control archive"))?;
    }
}

/// A number as tar writes it. Those of more than eight gigabytes are written otherwise, and not in a control archive.
fn octal(field: &[u8]) -> Option<usize> {
    let digits = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    if digits.is_empty() { Some(0) } else { usize::from_str_radix(digits, 8).ok() }
}

/// The fields of the control file. A line that begins with a blank goes on with the one before.
fn head(control: &str) -> Result<Head, HeadError> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in control.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push('\n');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        } else if line.trim().is_empty() && !fields.is_empty() {
            break;
        }
    }
    let get = |name: &str| fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value);
    let needs = ["pre-depends", "depends"].into_iter().flat_map(|name| get(name).split(','));
    Ok(Head {
        system: System::Deb,
        name: get("package").to_owned(),
        version: get("version").to_owned(),
        architecture: get("architecture").to_owned(),
        summary: text(get("description")),
        vendor: text(get("maintainer")),
        depends: needs
            .map(|need| text(&need.replace('\n', " ")))
            .filter(|need| !need.is_empty())
            .take(MOST_DEPENDS)
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const CONTROL: &str = "Package: hello\nVersion: 1:2.10-3+deb12u1\nArchitecture: amd64\n\
        Maintainer: 例 <a@example.jp>\nPre-Depends: dpkg (>= 1.17)\nDepends: libc6 (>= 2.34),\n adduser\n\
        Description: says hello\n in many\n words\n";

    fn tar(name: &str, content: &[u8]) -> Vec<u8> {
        let mut block = vec![0; TAR_BLOCK];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        block.extend_from_slice(content);
        block.resize(block.len().next_multiple_of(TAR_BLOCK), 0);
        block
    }

    fn member(name: &str, content: &[u8]) -> Vec<u8> {
        let mut out = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len()).into_bytes();
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(2), b'\n');
        out
    }

    fn deb(packing: &str, control: &[u8]) -> Vec<u8> {
        [MAGIC, &member("debian-binary", b"2.0\n"), &member(&format!("control.tar{packing}"), control)].concat()
    }

    fn archive() -> Vec<u8> {
        [tar("./md5sums", b"0 a\n"), tar("./control", CONTROL.as_bytes())].concat()
    }

    fn gz(content: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(content).unwrap();
        out.finish().unwrap()
    }

    fn xz(content: &[u8]) -> Vec<u8> {
        let mut out = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
        out.write_all(content).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn a_package_says_what_it_is_however_its_head_is_packed() {
        let tar = archive();
        let packed = [
            ("", tar.clone()),
            (".gz", gz(&tar)),
            (".xz", xz(&tar)),
            (".zst", zstd::stream::encode_all(&*tar, 1).unwrap()),
        ];
        for (packing, content) in packed {
            let head = super::super::read(&deb(packing, &content)).unwrap_or_else(|error| panic!("{packing}: {error}"));
            assert_eq!((&*head.name, &*head.version, &*head.architecture), ("hello", "1:2.10-3+deb12u1", "amd64"));
            assert_eq!((&*head.summary, &*head.vendor), ("says hello", "例 <a@example.jp>"));
            assert_eq!(head.depends, ["dpkg (>= 1.17)", "libc6 (>= 2.34)", "adduser"]);
        }
    }

    #[test]
    fn a_file_that_is_cut_anywhere_is_refused() {
        let whole = deb("", &archive());
        for end in MAGIC.len()..whole.len() {
            assert!(read(&whole[..end]).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_control_archive_that_grows_without_end_is_refused() {
        let zeros = gz(&vec![b'x'; usize::try_from(MOST_CONTROL).unwrap() + 10]);
        assert_eq!(read(&deb(".gz", &zeros)), Err(HeadError::TooLarge("control archive")));
    }

    #[test]
    fn what_a_package_must_say_it_must_say() {
        let without = tar("control", b"Package: hello\nArchitecture: all\n");
        assert_eq!(super::super::read(&deb("", &without)), Err(HeadError::Lacks("version")));
        assert_eq!(read(&deb("", &tar("postinst", b"#!/bin/sh\n"))), Err(HeadError::Lacks("control file")));
    }
}
