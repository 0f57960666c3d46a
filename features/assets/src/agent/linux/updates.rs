//! Updates that wait, as apt would say: from the lists that it fetched last, without asking anybody.
//!
//! Apt's preferences are followed (`agent/apt_pins.rs`); of their forms regular expressions are not, and the machine says so.

use std::{cmp::Ordering, collections::HashMap, fs::File, io::Read};

use yagura_versions::Scheme;

use super::{Kernel, Root};
use crate::{
    agent::apt_pins::{Counts, Pins, Release},
    model::{PendingUpdate, Software, Updates},
};

const LISTS: &str = "/var/lib/apt/lists";
/// Of a machine that nobody looked after for years, the first ones tell enough.
const MOST: usize = 500;
/// No package describes itself at greater length.
const LONGEST_STANZA: usize = 1 << 20;

/// A version of an installed package that the lists have, the installed one among them.
struct Offer {
    version: String,
    counts: Counts,
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
    let mut offers: HashMap<usize, Vec<Offer>> = HashMap::new();
    let pins = pins(root);
    for list in lists {
        let release = release(root, &names, list);
        let path = root.path(&format!("{LISTS}/{list}"));
        let opened: Option<Box<dyn Read>> = if list.ends_with("_Packages") {
            File::open(path).ok().map(|file| Box::new(file) as Box<dyn Read>)
        } else {
            kernel.unpacked(&path)
        };
        let read = opened.map(|list| {
            stanzas(list, |stanza| {
                offered(stanza, software, &installed, (&release, &pins), &mut offers);
            })
        });
        if !matches!(read, Some(Ok(()))) {
            missing.push(format!("a list of apt cannot be read, so updates may be missing: {list}"));
        }
    }
    if pins.unread > 0 {
        let count = pins.unread;
        missing.push(format!(
            "{count} of apt's preferences cannot be followed: updates may be named that it would not install"
        ));
    }
    let mut packages: Vec<PendingUpdate> =
        offers.into_iter().filter_map(|(at, offers)| pending(&software[at], &offers)).collect();
    packages.sort_unstable();
    packages.dedup();
    let security = packages.iter().filter(|update| update.security).count();
    let all = packages.len();
    if all > MOST {
        // What closes a hole is told of in any case.
        packages.sort_by_key(|update| !update.security);
        packages.truncate(MOST);
        packages.sort_unstable();
    }
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Some(Updates {
        source: "apt".to_owned(),
        lists_at: ["/var/lib/apt/periodic/update-success-stamp", "/var/lib/apt/lists/partial"]
            .iter()
            .filter_map(|name| root.modified(name))
            .max(),
        count: count(all),
        security: count(security),
        restart: None,
        packages,
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
    // `deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages`.
    let component = list.split("_binary-").next().and_then(|stem| stem.rsplit('_').next());
    Release {
        site: list.split('_').next().unwrap_or_default().to_owned(),
        component: component.unwrap_or_default().to_owned(),
        ..Release::parse(&text)
    }
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
    (release, pins): (&Release, &Pins),
    offers: &mut HashMap<usize, Vec<Offer>>,
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
        let counts = pins.counts(&software[*at].name, &version, release);
        let offers = offers.entry(*at).or_default();
        let room = offers.len() < MOST_VERSIONS;
        match offers.iter_mut().find(|offer| offer.version == version) {
            Some(offer) => {
                offer.counts = offer.counts.and(counts);
                offer.security |= release.is_security();
            }
            None if room => {
                offers.push(Offer { version: version.clone().into_owned(), counts, security: release.is_security() });
            }
            None => {}
        }
    }
}

/// A repository keeps a few versions of a package, and some keep all that there ever were.
const MOST_VERSIONS: usize = 1000;
/// From here on, a lower version is taken in the place of the installed one.
const INSISTED: i32 = 1000;
/// What a version counts that is installed, wherever it came from.
const INSTALLED: i32 = 100;

/// The order of Debian's versions. What is none, which dpkg would not have installed, stands by its letters.
fn debian(one: &str, other: &str) -> Ordering {
    Scheme::Dpkg.compare(one, other).unwrap_or_else(|_| one.cmp(other))
}

/// The version that apt would take: what counts most, and of that the newest.
fn pending(installed: &Software, offers: &[Offer]) -> Option<PendingUpdate> {
    let order = |offer: &Offer| debian(&offer.version, &installed.version);
    let own = offers.iter().filter(|offer| order(offer).is_eq()).map(|offer| offer.counts.priority()).max();
    let own = own.unwrap_or(INSTALLED).max(INSTALLED);
    let best = offers
        .iter()
        .filter(|offer| {
            let priority = offer.counts.priority();
            // Apt takes no lower version, unless somebody insists.
            priority >= own && (order(offer).is_gt() || priority >= INSISTED)
        })
        .max_by(|one, other| {
            let counts = |offer: &Offer| offer.counts.priority();
            counts(one).cmp(&counts(other)).then_with(|| debian(&one.version, &other.version))
        })
        .filter(|best| order(best).is_gt())?;
    Some(PendingUpdate {
        name: installed.name.clone(),
        installed: installed.version.clone(),
        available: best.version.clone(),
        security: offers.iter().any(|it| it.security && order(it).is_gt() && it.counts.priority() > 0),
    })
}

fn pins(root: &Root) -> Pins {
    let mut pins = Pins::default();
    // Apt leaves out what other programs leave behind: backups and the like.
    let is_one =
        |name: &String| name.rsplit_once('.').is_none_or(|(_, ending)| ending == "pref") && !name.ends_with('~');
    let parts = root.names("/etc/apt/preferences.d").into_iter().filter(is_one);
    for file in parts.map(|name| format!("/etc/apt/preferences.d/{name}")).chain(["/etc/apt/preferences".to_owned()]) {
        pins.read(&root.text(&file).unwrap_or_default());
    }
    pins
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
    Some(replaced || kernels.any(|kernel| debian(kernel, running).is_gt()))
}
