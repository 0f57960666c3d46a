//! Linux: everything from files, so that a tree of files can stand for a machine in tests.

mod administrators;
mod ask;
mod browsers;
mod dnf;
mod gateway;
mod hardware;
mod network;
mod os;
mod peripherals;
mod ports;
mod printers;
mod protection;
mod root;
mod rpm;
mod services;
mod software;
mod storage;
mod tools;
mod unpack;
mod updates;
mod users;

use std::{io::Read, net::IpAddr, path::Path};

use yagura_agent_kit::FeatureError;
use yagura_platform::{DiskSpace, InterfaceAddress};
use yagura_vocabulary::Time;

use self::root::{Root, modified};
use super::Collected;
use crate::{Assets, model::Updates, whereabouts::Attached};

pub(super) const SOURCE: &str = "linux";

/// What no file tells.
pub trait Kernel {
    /// The processor architecture.
    fn architecture(&self) -> String;
    /// The addresses of the network interfaces.
    fn addresses(&self) -> Vec<InterfaceAddress>;
    /// The room of the file system mounted at `mount`.
    fn disk_space(&self, mount: &Path) -> Option<DiskSpace>;
    /// What an NVMe controller says of its health (`yagura_platform::nvme_health_log`).
    fn nvme_health(&self, controller: &Path) -> Option<[u8; yagura_platform::NVME_HEALTH_LENGTH]>;
    /// The content of a list that apt keeps packed.
    fn unpacked(&self, list: &Path) -> Option<Box<dyn Read>>;
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

    fn nvme_health(&self, controller: &Path) -> Option<[u8; yagura_platform::NVME_HEALTH_LENGTH]> {
        yagura_platform::nvme_health_log(controller).ok()
    }

    fn unpacked(&self, list: &Path) -> Option<Box<dyn Read>> {
        unpack::Unpacked::open(list).map(|list| Box::new(list) as Box<dyn Read>)
    }
}

/// Looks at the machine whose files are under `root`. Packages of rpm are not among them: they are asked for.
#[must_use]
pub fn collect_from(root: &Path, kernel: &dyn Kernel, now: Time) -> Collected {
    let root = Root::new(root);
    let mut missing = Vec::new();
    let (hardware, memory) = hardware::read(&root, &mut missing);
    let os = os::read(&root, kernel);
    let (mut software, unread) = software::read(&root);
    missing.extend(unread);
    let updates = updates::read(&root, kernel, &software, &mut missing);
    let updates = updates.map(|it| Updates { restart: updates::restart(&root, &os.kernel, os.boot_at), ..it });
    let services = services::read(&root);
    let protection = protection::read(&root, &services, &software);
    software.extend(tools::read(&root));
    software.extend(browsers::read(&root));
    software.sort_unstable();
    let (printers, unread) = printers::read(&root);
    missing.extend(unread);
    let assets = Assets {
        collected_at: now,
        hardware,
        os,
        network: network::read(&root, &kernel.addresses()),
        disks: storage::disks(&root, kernel),
        volumes: storage::volumes(&root, kernel),
        software,
        users: users::read(&root),
        memory,
        displays: peripherals::displays(&root),
        batteries: peripherals::batteries(&root),
        usb: peripherals::usb(&root),
        printers,
        services,
        ports: ports::read(&root),
        administrators: administrators::read(&root),
        protection,
        updates,
        whereabouts: None,
        device: None,
    };
    Collected { assets, missing }
}

/// The network that this machine is in now. It is asked often, and costs little.
#[must_use]
pub(super) fn attached() -> Attached {
    let root = Root::new(Path::new("/"));
    let addresses = network::read(&root, &RunningKernel.addresses());
    let own = addresses.iter().filter(|one| one.up).flat_map(|one| one.ipv4.iter().chain(&one.ipv6));
    let elsewhere = |address: &IpAddr| match address {
        IpAddr::V4(address) => !address.is_link_local(),
        IpAddr::V6(address) => !address.is_unicast_link_local(),
    };
    Attached {
        addresses: own.filter_map(|address| address.parse().ok()).filter(elsewhere).collect(),
        gateway: gateway::read(&root),
    }
}

/// Looks at this machine.
///
/// # Errors
/// When the look crashed.
pub async fn collect(now: Time) -> Result<Collected, FeatureError> {
    let look = tokio::task::spawn_blocking(move || collect_from(Path::new("/"), &RunningKernel, now));
    let mut collected = look.await?;
    ask_rpm(Path::new("/"), &mut collected).await;
    Ok(collected)
}

/// Adds what no file tells: packages of rpm, and the updates of them that wait. `root` is where the machine's files are; anything but `/`
/// is a tree of a test.
pub async fn ask_rpm(root: &Path, collected: &mut Collected) {
    let assets = &mut collected.assets;
    match rpm::packages(root).await {
        Ok(packages) => {
            assets.software.extend(packages);
            assets.software.sort_unstable();
        }
        Err(error) => collected.missing.push(error),
    }
    // Debian has dnf too, for those who make packages; what waits there is apt's.
    if assets.updates.is_some() {
        return;
    }
    match dnf::updates(root, &assets.software).await {
        Ok(None) => {}
        Ok(Some(found)) => {
            let restart = updates::restart(&Root::new(root), &assets.os.kernel, assets.os.boot_at);
            assets.updates = Some(Updates { restart, ..found });
        }
        Err(error) => collected.missing.push(error),
    }
}

/// The addresses of one interface, by family.
fn by_family(addresses: impl Iterator<Item = IpAddr>) -> (Vec<String>, Vec<String>) {
    let (four, six): (Vec<IpAddr>, Vec<IpAddr>) = addresses.partition(IpAddr::is_ipv4);
    let text = |list: Vec<IpAddr>| list.into_iter().map(|address| address.to_string()).collect();
    (text(four), text(six))
}
