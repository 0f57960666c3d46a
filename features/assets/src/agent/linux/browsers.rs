//! Extensions of browsers, and flatpaks of people, from the home folders of accounts.
//!
//! What stands there is other people's: links are not followed, pipes and devices not opened, files capped; and homes on
//! network file systems are left alone.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use yagura_vocabulary::Time;

use super::{Root, storage::filesystem_of, tools};
use crate::model::Software;

/// Most accounts looked at, profiles of one browser, extensions of one profile.
const MOST_HOMES: usize = 100;
const MOST_PROFILES: usize = 16;
const MOST_EXTENSIONS: usize = 200;

/// Browsers of the Chromium family, by where they keep their profiles below the home.
const CHROMIUM: &[(&str, &str)] = &[
    ("Google Chrome", ".config/google-chrome"),
    ("Google Chrome", ".var/app/com.google.Chrome/config/google-chrome"),
    ("Chromium", ".config/chromium"),
    ("Chromium", "snap/chromium/common/chromium"),
    ("Chromium", ".var/app/org.chromium.Chromium/config/chromium"),
    ("Microsoft Edge", ".config/microsoft-edge"),
    ("Microsoft Edge", ".var/app/com.microsoft.Edge/config/microsoft-edge"),
    ("Brave", ".config/BraveSoftware/Brave-Browser"),
    ("Brave", ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser"),
    ("Vivaldi", ".config/vivaldi"),
];

const FIREFOX: &[(&str, &str)] = &[
    ("Firefox", ".mozilla/firefox"),
    ("Firefox", "snap/firefox/common/.mozilla/firefox"),
    ("Firefox", ".var/app/org.mozilla.firefox/.mozilla/firefox"),
];

/// File systems whose server may be gone, so that a look would never end.
fn is_remote(filesystem: &str) -> bool {
    let fuse = filesystem.starts_with("fuse.") && filesystem != "fuse.gocryptfs";
    fuse || matches!(
        filesystem,
        "nfs"
            | "nfs4"
            | "cifs"
            | "smb3"
            | "smbfs"
            | "ncpfs"
            | "afs"
            | "ceph"
            | "lustre"
            | "gfs2"
            | "ocfs2"
            | "9p"
            | "autofs"
    )
}

pub(super) fn read(root: &Root) -> Vec<Software> {
    let passwd = root.text("/etc/passwd").unwrap_or_default();
    let mounts = root.text("/proc/self/mountinfo").unwrap_or_default();
    let mut found = Vec::new();
    let homes: Vec<(&str, &str)> = passwd.lines().filter_map(home).take(MOST_HOMES).collect();
    for (account, home) in homes {
        if filesystem_of(&mounts, home).is_some_and(|filesystem| is_remote(&filesystem)) {
            continue;
        }
        for (browser, place) in CHROMIUM {
            if let Some(at) = descend(root, home, place) {
                found.extend(chromium(root, &at, account, browser));
            }
        }
        for (browser, place) in FIREFOX {
            if let Some(at) = descend(root, home, place) {
                found.extend(firefox(root, &at, account, browser));
            }
        }
        if let Some(apps) = descend(root, home, ".local/share/flatpak/app") {
            found.extend(tools::flatpaks(root, &apps, Some(account)));
        }
    }
    found
}

/// The account and home of a line of passwd(5), for people and root.
fn home(line: &str) -> Option<(&str, &str)> {
    const FIRST_PERSON: u32 = 1000;
    const NOBODY: u32 = 65_534;
    let mut fields = line.split(':');
    let (name, uid, home) = (fields.next()?, fields.nth(1)?.parse::<u32>().ok()?, fields.nth(2)?);
    let person = uid == 0 || uid >= FIRST_PERSON && uid != NOBODY;
    (person && home.starts_with('/') && home.len() > 1).then_some((name, home.trim_end_matches('/')))
}

/// The path of `place` below `home`, if each step to it is a folder and none a link.
fn descend(root: &Root, home: &str, place: &str) -> Option<String> {
    let mut at = home.to_owned();
    for step in place.split('/') {
        at.push('/');
        at.push_str(step);
        if !root.is_own_folder(&at) {
            return None;
        }
    }
    Some(at)
}

fn folders(root: &Root, at: &str) -> Vec<String> {
    root.names(at).into_iter().filter(|name| root.is_own_folder(&format!("{at}/{name}"))).collect()
}

fn chromium(root: &Root, at: &str, account: &str, browser: &str) -> Vec<Software> {
    let mut found: BTreeMap<String, Software> = BTreeMap::new();
    let profiles = folders(root, at).into_iter().filter(|name| name == "Default" || name.starts_with("Profile "));
    for profile in profiles.take(MOST_PROFILES) {
        let Some(extensions) = descend(root, at, &format!("{profile}/Extensions")) else { continue };
        for id in folders(root, &extensions).into_iter().take(MOST_EXTENSIONS) {
            // An update stands beside the version before it until the browser is started anew.
            let versions = folders(root, &format!("{extensions}/{id}"));
            let Some(newest) = versions.iter().max_by_key(|version| numbers(version)) else { continue };
            if let Some(one) = chromium_extension(root, &format!("{extensions}/{id}/{newest}"), &id, account, browser) {
                found.entry(id).or_insert(one);
            }
        }
    }
    found.into_values().collect()
}

/// `1.2.10_0` as numbers.
fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '_']).map(|part| part.parse().unwrap_or(0)).collect()
}

#[derive(Deserialize)]
struct Manifest {
    name: String,
    version: String,
    default_locale: Option<String>,
    author: Option<Value>,
}

fn chromium_extension(root: &Root, at: &str, id: &str, account: &str, browser: &str) -> Option<Software> {
    let file = format!("{at}/manifest.json");
    let text = root.ordinary_text(&file)?;
    let manifest: Manifest = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let name = match manifest.name.strip_prefix("__MSG_").and_then(|name| name.strip_suffix("__")) {
        Some(message) => manifest.default_locale.and_then(|locale| localised(root, at, &locale, message)),
        None => Some(manifest.name.clone()),
    };
    Some(Software {
        name: name.unwrap_or_else(|| id.to_owned()),
        version: manifest.version,
        publisher: manifest.author.and_then(|author| author.as_str().map(str::to_owned)),
        source: "chromium".to_owned(),
        installed_at: root.modified(&file),
        id: Some(id.to_owned()),
        account: Some(account.to_owned()),
        browser: Some(browser.to_owned()),
        ..Software::default()
    })
}

fn localised(root: &Root, at: &str, locale: &str, message: &str) -> Option<String> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if !locale.chars().all(plain) {
        return None;
    }
    let folder = descend(root, at, &format!("_locales/{locale}"))?;
    let text = root.ordinary_text(&format!("{folder}/messages.json"))?;
    let messages: BTreeMap<String, Value> = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    // The names of messages have no case.
    let found = messages.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(message))?;
    Some(found.1.get("message")?.as_str()?.to_owned())
}

#[derive(Deserialize)]
struct Addons {
    addons: Vec<Addon>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Addon {
    id: String,
    version: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    location: String,
    default_locale: Option<Words>,
    /// Milliseconds since 1970.
    update_date: Option<i64>,
}

#[derive(Deserialize)]
struct Words {
    name: Option<String>,
    creator: Option<String>,
}

fn firefox(root: &Root, at: &str, account: &str, browser: &str) -> Vec<Software> {
    let mut found: BTreeMap<String, Software> = BTreeMap::new();
    for profile in folders(root, at).into_iter().take(MOST_PROFILES) {
        let text = root.ordinary_text(&format!("{at}/{profile}/extensions.json")).unwrap_or_default();
        let Ok(list) = serde_json::from_str::<Addons>(&text) else { continue };
        // The browser's own parts stand in the same list.
        let own = |addon: &Addon| addon.location.starts_with("app-system") || addon.location.starts_with("app-builtin");
        let chosen = list.addons.into_iter().filter(|addon| addon.kind == "extension" && !own(addon));
        for addon in chosen.take(MOST_EXTENSIONS) {
            let words = addon.default_locale.unwrap_or(Words { name: None, creator: None });
            let one = Software {
                name: words.name.unwrap_or_else(|| addon.id.clone()),
                version: addon.version,
                publisher: words.creator,
                source: "firefox".to_owned(),
                installed_at: addon.update_date.map(|at| Time::from_micros(at.saturating_mul(1000))),
                id: Some(addon.id.clone()),
                account: Some(account.to_owned()),
                browser: Some(browser.to_owned()),
                ..Software::default()
            };
            found.entry(addon.id).or_insert(one);
        }
    }
    found.into_values().collect()
}
