//! Packages as they are now, kept so that they can be put back: from apt's cache where it has the file, else packed anew from what is
//! installed, as dpkg-repack(1) does.

use std::{
    ffi::OsString,
    fs, io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink},
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::task::spawn_blocking;

use super::{Linux, programs::Answer};
use crate::agent::{Plan, Task, gather::closed_folder};

const PATIENCE: Duration = Duration::from_secs(600);
/// What of dpkg's own folder belongs into a package.
const PARTS: &[&str] =
    &["preinst", "postinst", "prerm", "postrm", "config", "templates", "triggers", "shlibs", "symbols", "md5sums"];

fn folder(task: &Task) -> PathBuf {
    task.folder.join("before")
}

/// Where a package is kept.
pub(super) fn file_of(task: &Task, name: &str) -> PathBuf {
    folder(task).join(format!("{}.deb", name.replace(':', "_")))
}

pub(super) async fn keep(linux: &Linux, task: &Task, plan: &Plan) -> Result<(), String> {
    closed_folder(&folder(task)).map_err(|error| format!("there is no folder for the versions of before: {error}"))?;
    for change in &plan.changes {
        let Some(version) = &change.before else { continue };
        let name = &change.package;
        let place = file_of(task, name);
        if let Some(cached) = cached(linux, name, version) {
            fs::copy(&cached, &place).map_err(|error| format!("{} cannot be copied: {error}", cached.display()))?;
        } else {
            let packed = pack(linux, task, name, &place).await;
            packed.map_err(|why| format!("{name} {version} cannot be packed anew: {why}"))?;
        }
    }
    Ok(())
}

/// The file of this version in apt's cache. A colon in a version is written `%3a` there.
fn cached(linux: &Linux, name: &str, version: &str) -> Option<PathBuf> {
    let plain = name.split(':').next()?;
    let begin = format!("{plain}_{}_", version.replace(':', "%3a"));
    let entries = fs::read_dir(linux.root("var/cache/apt/archives")).ok()?.flatten();
    let mut files = entries.filter(|entry| {
        let file = entry.file_name();
        let file = file.to_string_lossy();
        // Of another architecture it would be another package.
        file.starts_with(&begin) && file.ends_with(".deb") && !name.contains(':')
    });
    files.next().map(|entry| entry.path())
}

async fn ask(linux: &Linux, words: &[OsString]) -> Result<Answer, String> {
    let answer = linux.programs.ask(words, PATIENCE).await?;
    if answer.ok() { Ok(answer) } else { Err(answer.text().trim().to_owned()) }
}

async fn pack(linux: &Linux, task: &Task, name: &str, place: &Path) -> Result<(), String> {
    let status = ask(linux, &["dpkg-query".into(), "--status".into(), name.into()]).await?.out;
    let list = ask(linux, &["dpkg-query".into(), "--listfiles".into(), name.into()]).await?.out;
    if list.lines().any(|line| line.contains("diverted by") || line.contains("diverts others to")) {
        return Err("some of its files stand elsewhere (dpkg-divert)".to_owned());
    }
    let stage = folder(task).join("stage");
    let (root, info, to, owned) = (linux.root(""), linux.root("var/lib/dpkg/info"), stage.clone(), name.to_owned());
    let stage_it = move || -> io::Result<()> {
        if to.exists() {
            fs::remove_dir_all(&to)?;
        }
        fs::create_dir_all(&to)?;
        fs::set_permissions(&to, fs::Permissions::from_mode(0o755))?;
        copy_files(&root, &list, &to)?;
        write_control(&info, &owned, &status, &to.join("DEBIAN"))
    };
    let staged = spawn_blocking(stage_it).await.map_err(|error| error.to_string())?;
    staged.map_err(|error| error.to_string())?;
    let inside = |path: &Path| OsString::from(linux.programs.inside(path));
    ask(linux, &["dpkg-deb".into(), "-Zgzip".into(), "--build".into(), inside(&stage), inside(place)]).await?;
    fs::remove_dir_all(&stage).map_err(|error| error.to_string())
}

/// Copies what a package has, with owners and modes. What somebody removed is not there any more.
fn copy_files(root: &Path, list: &str, to: &Path) -> io::Result<()> {
    let paths: Vec<&str> =
        list.lines().map(|line| line.trim_start_matches('/')).filter(|path| *path != "." && !path.is_empty()).collect();
    for path in &paths {
        let (from, copy) = (root.join(path), to.join(path));
        let Ok(found) = fs::symlink_metadata(&from) else { continue };
        // Of a merged /usr, `/lib` is a link to a folder, and a folder to the package that has files in it.
        let holds = || paths.iter().any(|other| other.strip_prefix(path).is_some_and(|rest| rest.starts_with('/')));
        let kind = found.file_type();
        if kind.is_dir() || (kind.is_symlink() && holds()) {
            let folder = fs::metadata(&from)?;
            fs::create_dir_all(&copy)?;
            fs::set_permissions(&copy, folder.permissions())?;
            chown(&copy, Some(folder.uid()), Some(folder.gid()))?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(&from)?, &copy)?;
        } else if kind.is_file() {
            fs::copy(&from, &copy)?;
            chown(&copy, Some(found.uid()), Some(found.gid()))?;
            // After the owner, whose change takes set-user-id away.
            fs::set_permissions(&copy, found.permissions())?;
        } else {
            return Err(io::Error::other(format!("/{path} is no ordinary file")));
        }
    }
    Ok(())
}

fn write_control(info: &Path, name: &str, status: &str, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, fs::Permissions::from_mode(0o755))?;
    let (control, conffiles) = control(status);
    fs::write(to.join("control"), control)?;
    if !conffiles.is_empty() {
        fs::write(to.join("conffiles"), conffiles.join("\n") + "\n")?;
    }
    for part in PARTS {
        let own = info.join(format!("{name}.{part}"));
        // Of a package that may be there for several architectures, each has its own.
        let found = if own.exists() { Some(own) } else { of_architecture(info, name, part) };
        if let Some(found) = found {
            fs::copy(&found, to.join(part))?;
        }
    }
    Ok(())
}

fn of_architecture(info: &Path, name: &str, part: &str) -> Option<PathBuf> {
    let mut entries = fs::read_dir(info).ok()?.flatten().map(|entry| entry.path());
    let (begin, end) = (format!("{name}:"), format!(".{part}"));
    entries.find(|path| {
        path.file_name().is_some_and(|file| {
            let file = file.to_string_lossy();
            file.starts_with(&begin) && file.ends_with(&end)
        })
    })
}

/// The fields that a package has before it is installed, and the files of settings that it still has.
fn control(status: &str) -> (String, Vec<String>) {
    let (mut control, mut conffiles, mut field) = (String::new(), Vec::new(), "");
    for line in status.lines() {
        if !line.starts_with([' ', '\t']) {
            field = line.split(':').next().unwrap_or_default();
        } else if field == "Conffiles" {
            let obsolete = line.split_whitespace().any(|word| word == "obsolete" || word == "remove-on-upgrade");
            conffiles.extend(line.split_whitespace().next().filter(|_| !obsolete).map(str::to_owned));
        }
        if !["Status", "Conffiles", "Config-Version"].contains(&field) && !line.is_empty() {
            control += line;
            control.push('\n');
        }
    }
    (control, conffiles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_an_installed_package_has_is_left_out() {
        let status = "Package: good\nStatus: install ok installed\nVersion: 1:1.0\nConffiles:\n /etc/good.conf 0123\n /etc/old.conf 4567 obsolete\nDescription: x\n y\n\n";
        let (control, conffiles) = control(status);
        assert_eq!(control, "Package: good\nVersion: 1:1.0\nDescription: x\n y\n");
        assert_eq!(conffiles, ["/etc/good.conf"]);
    }

    #[test]
    fn a_link_to_a_folder_that_a_package_has_files_in_is_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let (root, to) = (dir.path().join("root"), dir.path().join("to"));
        fs::create_dir_all(root.join("usr/lib")).unwrap();
        symlink("usr/lib", root.join("lib")).unwrap();
        fs::write(root.join("usr/lib/x"), "x").unwrap();
        symlink("x", root.join("usr/lib/y")).unwrap();
        copy_files(&root, "/.\n/lib\n/lib/x\n/usr\n/usr/lib\n/usr/lib/y\n/gone\n", &to).unwrap();
        assert!(fs::symlink_metadata(to.join("lib")).unwrap().is_dir());
        assert_eq!(fs::read_to_string(to.join("lib/x")).unwrap(), "x");
        assert_eq!(fs::read_link(to.join("usr/lib/y")).unwrap(), Path::new("x"));
    }
}
