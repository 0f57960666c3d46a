//! Folders that this machine offers to others, by NFS or Samba.
//!
//! Formats: exports(5), smb.conf(5), and the files of `net usershare`.

use std::{collections::BTreeSet, fs, path::Path};

use yagura_records::{FileAct, Place, Text};

use crate::file::tracker::DriveNews;

/// A longer file than this is no list of shares.
const LONGEST: u64 = 1 << 20;

/// The shared folders, each with the name of the share.
#[derive(Debug, Default)]
pub(super) struct Shares(Option<BTreeSet<(String, String)>>);

impl Shares {
    /// What was shared and unshared since the last look; nothing at the first.
    pub(super) fn look(&mut self) -> Vec<DriveNews> {
        let now = all(Path::new("/"));
        let news = self.0.as_ref().map(|before| news(before, &now)).unwrap_or_default();
        self.0 = Some(now);
        news
    }
}

fn news(before: &BTreeSet<(String, String)>, now: &BTreeSet<(String, String)>) -> Vec<DriveNews> {
    let row = |act, (path, name): &(String, String)| DriveNews {
        act,
        path: Text::from(path.as_str()),
        target: Some(Text::from(name.as_str())),
        place: Place::Fixed,
        serial: None,
        file_system: None,
    };
    let gone = before.difference(now).map(|share| row(FileAct::ShareRemove, share));
    gone.chain(now.difference(before).map(|share| row(FileAct::ShareAdd, share))).collect()
}

fn all(root: &Path) -> BTreeSet<(String, String)> {
    let read = |path: &Path| {
        let small = fs::metadata(path).is_ok_and(|data| data.is_file() && data.len() <= LONGEST);
        small.then(|| fs::read(path).ok()).flatten().map(|text| String::from_utf8_lossy(&text).into_owned())
    };
    let folder = |path: &str| fs::read_dir(root.join(path)).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found = BTreeSet::new();
    let more = folder("etc/exports.d").filter(|path| path.extension().is_some_and(|extension| extension == "exports"));
    for path in more.chain([root.join("etc/exports")]) {
        found.extend(exports(&read(&path).unwrap_or_default()));
    }
    found.extend(samba(&read(&root.join("etc/samba/smb.conf")).unwrap_or_default()));
    for path in folder("var/lib/samba/usershares") {
        let text = read(&path).unwrap_or_default();
        let shared = text.lines().find_map(|line| line.strip_prefix("path="));
        if let (Some(shared), Some(name)) = (shared, path.file_name()) {
            found.insert((shared.to_owned(), format!("smb:{}", name.to_string_lossy())));
        }
    }
    found
}

fn exports(text: &str) -> impl Iterator<Item = (String, String)> {
    text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()).filter_map(|line| {
        let path = match line.strip_prefix('"') {
            Some(rest) => rest.split('"').next()?,
            None => line.split_whitespace().next()?,
        };
        let path = path.replace("\\040", " ");
        path.starts_with('/').then(|| (path.clone(), format!("nfs:{path}")))
    })
}

fn samba(text: &str) -> Vec<(String, String)> {
    let mut section = String::new();
    let mut found = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, value)) = line.split_once('=')
            && key.trim().eq_ignore_ascii_case("path")
            && !section.is_empty()
        {
            found.push((value.trim().to_owned(), format!("smb:{section}")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &[(&str, &str)], now: &[(&str, &str)], expected: &[(FileAct, &str, &str)]) {
        let look = |files: &[(&str, &str)]| {
            let root = tempfile::tempdir().unwrap();
            for (path, text) in files {
                let path = root.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            all(root.path())
        };
        let found = news(&look(before), &look(now));
        let told: Vec<_> =
            found.iter().map(|one| (one.act, one.path.as_str(), one.target.as_ref().unwrap().as_str())).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_folder_in_the_list_of_nfs_is_shared_and_one_that_left_it_is_not() {
        let list = ("etc/exports", "# none\n/srv/会計 192.0.2.0/24(rw) *(ro)\n\"/srv/a b\" *(ro)\n");
        let added =
            [(FileAct::ShareAdd, "/srv/a b", "nfs:/srv/a b"), (FileAct::ShareAdd, "/srv/会計", "nfs:/srv/会計")];
        check(&[], &[list], &added);
        check(&[("etc/exports", "/srv *")], &[], &[(FileAct::ShareRemove, "/srv", "nfs:/srv")]);
    }

    #[test]
    fn sections_and_user_shares_of_samba_are_shares() {
        let conf = ("etc/samba/smb.conf", "[global]\n workgroup = X\n; path = /no\n[資料]\n  Path = /srv/docs\n");
        let user = ("var/lib/samba/usershares/tanaka", "#VERSION 2\npath=/home/tanaka/公開\n");
        let added =
            [(FileAct::ShareAdd, "/home/tanaka/公開", "smb:tanaka"), (FileAct::ShareAdd, "/srv/docs", "smb:資料")];
        check(&[], &[conf, user], &added);
        check(&[conf], &[conf], &[]);
    }
}
