//! Linux: everything from files, so that a tree of files can stand for a machine in tests.

mod hardware;
mod network;
mod os;
mod rpm;
mod software;
mod storage;
mod users;

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
};

use yagura_agent_kit::FeatureError;
use yagura_platform::{DiskSpace, InterfaceAddress};
use yagura_vocabulary::Time;

use super::Collected;
use crate::Assets;

pub(super) const SOURCE: &str = "linux";

/// What no file tells.
pub trait Kernel {
    /// The processor architecture.
    fn architecture(&self) -> String;
    /// The addresses of the network interfaces.
    fn addresses(&self) -> Vec<InterfaceAddress>;
    /// The room of the file system mounted at `mount`.
    fn disk_space(&self, mount: &Path) -> Option<DiskSpace>;
}

/// The kernel that this program runs on.
#[derive(Debug, Clone, Copy)]
pub struct RunningKernel;

impl Kernel for RunningKernel {
    fn architecture(&self) -> String {
        yagura_platform::system_name().map_or_else(|_| std::env::consts::ARCH.to_owned(), |name| name.architecture)
    }

    fn addresses(&self) -> Vec<InterfaceAddress> {
        yagura_platform::interface_addresses().unwrap_or_else(|error| {
            tracing::warn!(%error, "the inventory lacks network addresses");
            Vec::new()
        })
    }

    fn disk_space(&self, mount: &Path) -> Option<DiskSpace> {
        yagura_platform::disk_space(mount).ok()
    }
}

/// The root of a tree of files: `/`, or a folder that stands for it.
pub(crate) struct Root(PathBuf);

impl Root {
    /// The path of `name` under this root; `name` is absolute as seen from inside.
    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name.trim_start_matches('/'))
    }

    /// A file's text without white space around it, if there is any. What is not UTF-8 is replaced.
    fn text(&self, name: &str) -> Option<String> {
        let bytes = fs::read(self.path(name)).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter == '\0');
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The names in a folder, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        names
    }

    fn exists(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// When a file was last written.
    fn modified(&self, name: &str) -> Option<Time> {
        modified(&self.path(name))
    }
}

/// 1980-01-01T00:00:00Z: no file is older, if its time means anything.
const YEAR_1980: i64 = 315_532_800;

fn modified(path: &Path) -> Option<Time> {
    use std::os::unix::fs::MetadataExt;
    let data = fs::metadata(path).ok()?;
    // Makers of system images set times to zero.
    Some(Time::from_seconds(data.mtime())).filter(|time| *time > Time::from_seconds(YEAR_1980))
}

/// Looks at the machine whose files are under `root`. Reads files only; packages of rpm are not among them.
#[must_use]
pub fn collect_from(root: &Path, kernel: &dyn Kernel, now: Time) -> Collected {
    let root = Root(root.to_owned());
    let mut missing = Vec::new();
    let hardware = hardware::read(&root, &mut missing);
    let (software, unread) = software::read(&root);
    missing.extend(unread);
    let assets = Assets {
        collected_at: now,
        hardware,
        os: os::read(&root, kernel),
        network: network::read(&root, &kernel.addresses()),
        disks: storage::disks(&root),
        volumes: storage::volumes(&root, kernel),
        software,
        users: users::read(&root),
        ..Assets::default()
    };
    Collected { assets, missing }
}

/// Looks at this machine.
///
/// # Errors
/// When the look crashed.
pub async fn collect(now: Time) -> Result<Collected, FeatureError> {
    let look = tokio::task::spawn_blocking(move || collect_from(Path::new("/"), &RunningKernel, now));
    let mut collected = look.await?;
    match rpm::packages().await {
        Ok(packages) => {
            collected.assets.software.extend(packages);
            collected.assets.software.sort_unstable();
        }
        Err(error) => collected.missing.push(error),
    }
    Ok(collected)
}

/// The addresses of one interface, by family.
fn by_family(addresses: impl Iterator<Item = IpAddr>) -> (Vec<String>, Vec<String>) {
    let (four, six): (Vec<IpAddr>, Vec<IpAddr>) = addresses.partition(IpAddr::is_ipv4);
    let text = |list: Vec<IpAddr>| list.into_iter().map(|address| address.to_string()).collect();
    (text(four), text(six))
}
