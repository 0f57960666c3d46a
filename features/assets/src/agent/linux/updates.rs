//! Updates that wait, as apt would say: from the lists that it fetched last, without asking anybody.
//!
//! Of apt's preferences (apt_preferences(5)) what repositories say of themselves is followed (`NotAutomatic`), not what
//! an administrator wrote; the machine says so where there is such a file.

use std::{collections::HashMap, fs::File, io::Read};

use super::{Kernel, Root};
use crate::{
    agent::deb_version,
    model::{PendingUpdate, Software, Updates},
};

const LISTS: &str = "/var/lib/apt/lists";
/// Of a machine that nobody looked after for years, the first ones tell enough.
const MOST: usize = 500;
/// No package describes itself at greater length.
const LONGEST_STANZA: usize = 1 << 20;

/// What a repository says of itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Release {
    security: bool,
    /// Only who asks for it gets anything of it.
    not_automatic: bool,
    /// Once installed, its packages are kept up to date all the same.
    upgrades: bool,
}

/// What the lists have for an installed package.
#[derive(Default)]
struct Offer {
    newest: Option<String>,
    newest_on_request: Option<String>,
    /// Ordinary repositories have the very version that is installed.
    is_ordinary: bool,
    security: bool,
}

/// The updates, none where there is no apt; or what is missing.
pub(super) fn read(
    root: &Root,
    kernel: &dyn Kernel,
    software: &[Software],
    missing: &mut Vec<String>,
) -> Option<Updates> {
    let names = root.names(LISTS);
    let lists: Vec<&String> = names.iter().filter(|name| is_list(name)).collect();
    if !root.exists(LISTS) {
        if root.exists("/usr/bin/dnf") {
            missing.push("the updates that wait are not read from dnf yet".to_owned());
        }
        return None;
    }
    if lists.is_empty() {
        missing.push("apt has no lists, so the updates that wait are unknown".to_owned());
        return None;
    }
    let mut installed: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (at, one) in software.iter().enumerate().filter(|(_, one)| one.source == "dpkg") {
        installed.entry(one.name.as_bytes()).or_default().push(at);
    }
    let mut offers: HashMap<usize, Offer> = HashMap::new();
    for list in lists {
        let release = release(root, &names, list);
        if release.not_automatic && !release.upgrades {
            continue;
        }
        let path = root.path(&format!("{LISTS}/{list}"));
        let opened: Option<Box<dyn Read>> = if list.ends_with("_Packages") {
            File::open(path).ok().map(|file| Box::new(file) as Box<dyn Read>)
        } else {
            kernel.unpacked(&path)
        };
        let read = opened.map(|list| {
            stanzas(list, |stanza| {
                offered(stanza, software, &installed, release, &mut offers);
            })
        });
        if !matches!(read, Some(Ok(()))) {
            missing.push(format!("a list of apt cannot be read, so updates may be missing: {list}"));
        }
    }
    if has_preferences(root) {
        missing.push(
            "apt's preferences on this machine are not followed: updates may be named that it would not install"
                .to_owned(),
        );
    }
    let mut packages: Vec<PendingUpdate> =
        offers.into_iter().filter_map(|(at, offer)| pending(&software[at], offer)).collect();
    packages.sort_unstable();
    packages.dedup();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Some(Updates {
        source: "apt".to_owned(),
        lists_at: ["/var/lib/apt/periodic/update-success-stamp", "/var/lib/apt/lists/partial"]
            .iter()
            .filter_map(|name| root.modified(name))
            .max(),
        count: count(packages.len()),
        security: count(packages.iter().filter(|update| update.security).count()),
        restart: None,
        packages: packages.into_iter().take(MOST).collect(),
    })
}

fn is_list(name: &str) -> bool {
    name.rsplit_once("_Packages").is_some_and(|(_, ending)| ending.is_empty() || ending.starts_with('.'))
}

/// The file in which the repository of a list says what it is, by the longest name that both begin with.
fn release(root: &Root, names: &[String], list: &str) -> Release {
    let of = |name: &str| {
        let stem = name.strip_suffix("InRelease").or_else(|| name.strip_suffix("Release"))?;
        list.starts_with(stem).then_some(stem.len())
    };
    let own = names.iter().filter(|name| of(name).is_some()).max_by_key(|name| of(name));
    let text = own.and_then(|own| root.text(&format!("{LISTS}/{own}"))).unwrap_or_default();
    let mut release = Release::default();
    // The sums of files follow the head, indented.
    for (field, value) in text.lines().filter_map(|line| line.split_once(": ")) {
        let yes = value.trim().eq_ignore_ascii_case("yes");
        match field {
            "Label" | "Suite" | "Codename" => release.security |= value.to_lowercase().contains("security"),
            "NotAutomatic" => release.not_automatic = yes,
            "ButAutomaticUpgrades" => release.upgrades = yes,
            _ => {}
        }
    }
    release
}

/// Gives each paragraph of a list.
fn stanzas(mut list: impl Read, mut give: impl FnMut(&[u8])) -> std::io::Result<()> {
    let mut buffer = vec![0; 256 << 10];
    let mut held: Vec<u8> = Vec::new();
    loop {
        let length = list.read(&mut buffer)?;
        if length == 0 {
            give(&held);
            return Ok(());
        }
        held.extend_from_slice(&buffer[..length]);
        let mut from = 0;
        while let Some(end) = memchr::memmem::find(&held[from..], b"\n\n") {
            give(&held[from..from + end]);
            from += end + 2;
        }
        held.drain(..from);
        if held.len() > LONGEST_STANZA {
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, "it is no list of packages"));
        }
    }
}

fn offered(
    stanza: &[u8],
    software: &[Software],
    installed: &HashMap<&[u8], Vec<usize>>,
    release: Release,
    offers: &mut HashMap<usize, Offer>,
) {
    // Nearly all of a list is about packages that are not installed: the first line is all that is read of them.
    let field = |name: &[u8]| {
        let line = stanza.split(|byte| *byte == b'\n').find(|line| line.starts_with(name))?;
        Some(line[name.len()..].trim_ascii())
    };
    let Some(places) = field(b"Package:").and_then(|name| installed.get(name)) else { return };
    let (Some(version), Some(architecture)) = (field(b"Version:"), field(b"Architecture:")) else { return };
    let (version, architecture) = (String::from_utf8_lossy(version), String::from_utf8_lossy(architecture));
    for at in places {
        let own = software[*at].architecture.as_deref().unwrap_or("all");
        if own != architecture && own != "all" && architecture != "all" {
            continue;
        }
        let order = deb_version::compare(&version, &software[*at].version);
        if order.is_lt() {
            continue;
        }
        let offer = offers.entry(*at).or_default();
        if order.is_eq() {
            offer.is_ordinary |= !release.not_automatic;
            continue;
        }
        let place = if release.not_automatic { &mut offer.newest_on_request } else { &mut offer.newest };
        if place.as_ref().is_none_or(|known| deb_version::compare(known, &version).is_lt()) {
            *place = Some(version.clone().into_owned());
        }
        offer.security |= release.security && !release.not_automatic;
    }
}

fn pending(installed: &Software, offer: Offer) -> Option<PendingUpdate> {
    // What came from a repository on request is kept up to date by it, and by others as soon as they have something newer.
    let available = offer.newest.or(offer.newest_on_request.filter(|_| !offer.is_ordinary))?;
    Some(PendingUpdate {
        name: installed.name.clone(),
        installed: installed.version.clone(),
        available,
        security: offer.security,
    })
}

fn has_preferences(root: &Root) -> bool {
    // Ubuntu pins what its paid repositories have to `never`, and does not fetch their lists here.
    let counts = |line: &str| line.strip_prefix("Pin-Priority:").is_some_and(|priority| priority.trim() != "never");
    let pins = |file: String| root.text(&file).is_some_and(|text| text.lines().any(counts));
    let parts = root.names("/etc/apt/preferences.d").into_iter().map(|name| format!("/etc/apt/preferences.d/{name}"));
    std::iter::once("/etc/apt/preferences".to_owned()).chain(parts).any(pins)
}

/// Whether the machine must be started anew: a package asked for it, or its kernel is not the newest one or was replaced.
pub(super) fn restart(root: &Root, running: &str, boot_at: Option<yagura_vocabulary::Time>) -> Option<bool> {
    if root.exists("/run/reboot-required") || root.exists("/var/run/reboot-required") {
        return Some(true);
    }
    let boot = root.names("/boot");
    let mut kernels = boot.iter().filter_map(|name| name.strip_prefix("vmlinuz-")).peekable();
    kernels.peek()?;
    let replaced = root.modified(&format!("/var/lib/dpkg/info/linux-image-{running}.list"));
    let replaced = boot_at.zip(replaced).is_some_and(|(boot, replaced)| replaced > boot);
    Some(replaced || kernels.any(|kernel| deb_version::compare(kernel, running).is_gt()))
}
