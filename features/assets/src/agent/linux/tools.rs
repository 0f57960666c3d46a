//! Programs beside the system's packages: flatpak, snap, and what pip and npm installed for everybody.

use serde::Deserialize;
use yagura_vocabulary::Time;

use super::Root;
use crate::model::Software;

/// More than this of one kind is a fault of that kind.
const MOST: usize = 2000;

/// What is installed for everybody.
pub(super) fn read(root: &Root) -> Vec<Software> {
    let mut found = flatpaks(root, "/var/lib/flatpak/app", None);
    found.extend(snaps(root));
    found.extend(python(root));
    found.extend(npm(root));
    found
}

/// Applications of flatpak below `apps`, of one account or of all.
pub(super) fn flatpaks(root: &Root, apps: &str, account: Option<&str>) -> Vec<Software> {
    let read = |id: String| {
        // Of an account's own, links may lead anywhere; flatpak's two are the only ones that are followed.
        let active = format!("{apps}/{id}/current/active");
        let part = |name: &str| root.ordinary_text(&format!("{active}/{name}"));
        let metadata = part("metadata")?;
        let about = part(&format!("files/share/metainfo/{id}.metainfo.xml"))
            .or_else(|| part(&format!("files/share/appdata/{id}.appdata.xml")))
            .unwrap_or_default();
        let runtime = || metadata.lines().find_map(|line| line.strip_prefix("runtime="));
        Some(Software {
            name: between(&about, "<name>", "</name>").unwrap_or(&id).to_owned(),
            version: between(&about, "<release ", ">")
                .and_then(|it| attribute(it, "version"))
                .unwrap_or_default()
                .to_owned(),
            publisher: between(&about, "<developer_name>", "</developer_name>").map(str::to_owned),
            source: "flatpak".to_owned(),
            architecture: runtime().and_then(|runtime| runtime.split('/').nth(1)).map(str::to_owned),
            installed_at: root.modified(&format!("{active}/metadata")),
            account: account.map(str::to_owned),
            id: Some(id),
            ..Software::default()
        })
    };
    root.names(apps).into_iter().take(MOST).filter_map(read).collect()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(rest[..rest.find(after)?].trim()).filter(|text| !text.is_empty())
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let rest = &tag[tag.find(&format!("{name}="))? + name.len() + 1..];
    let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    rest[1..].split(quote).next()
}

fn snaps(root: &Root) -> Vec<Software> {
    let read = |name: String| {
        let at = format!("/snap/{name}/current/meta/snap.yaml");
        let text = root.text(&at)?;
        let field = |wanted: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(wanted)?.strip_prefix(':'))?;
            Some(value.trim().trim_matches(['"', '\''])).filter(|value| !value.is_empty())
        };
        Some(Software {
            name: field("name").unwrap_or(&name).to_owned(),
            version: field("version").unwrap_or_default().to_owned(),
            source: "snap".to_owned(),
            installed_at: root.modified(&format!(
                "/var/lib/snapd/snaps/{name}_{}.snap",
                root.link(&format!("/snap/{name}/current"))?
            )),
            ..Software::default()
        })
    };
    root.names("/snap").into_iter().take(MOST).filter_map(read).collect()
}

/// Distributions of Python that no other package system brought (PyPA: recording installed projects).
fn python(root: &Root) -> Vec<Software> {
    let mut found = Vec::new();
    for lib in ["/usr/local/lib", "/usr/lib", "/usr/local/lib64", "/usr/lib64"] {
        for version in root.names(lib).into_iter().filter(|name| name.starts_with("python3")) {
            for packages in ["dist-packages", "site-packages"] {
                let folder = format!("{lib}/{version}/{packages}");
                let names = root.names(&folder);
                let infos = names.iter().filter(|name| name.ends_with(".dist-info")).take(MOST);
                found.extend(infos.filter_map(|info| distribution(root, &format!("{folder}/{info}"))));
            }
        }
    }
    found
}

fn distribution(root: &Root, at: &str) -> Option<Software> {
    // Debian and Red Hat write their own names or none; those are packages of theirs.
    let installer = root.text(&format!("{at}/INSTALLER"))?.to_lowercase();
    if matches!(installer.as_str(), "debian" | "rpm" | "dpkg") {
        return None;
    }
    let text = root.text(&format!("{at}/METADATA"))?;
    let head = text.split("\n\n").next().unwrap_or_default();
    let field = |wanted: &str| {
        let value = head.lines().find_map(|line| line.strip_prefix(wanted)?.strip_prefix(':'))?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty() && value != "UNKNOWN")
    };
    Some(Software {
        name: field("Name")?,
        version: field("Version")?,
        publisher: field("Author"),
        source: "pip".to_owned(),
        installed_at: root.modified(&format!("{at}/METADATA")),
        ..Software::default()
    })
}

/// The part of package.json that matters here.
#[derive(Deserialize)]
struct NodePackage {
    name: String,
    version: String,
    #[serde(default)]
    author: Option<Author>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Author {
    Text(String),
    Object { name: String },
    Other(serde::de::IgnoredAny),
}

fn npm(root: &Root) -> Vec<Software> {
    let mut found = Vec::new();
    for lib in ["/usr/local/lib/node_modules", "/usr/lib/node_modules"] {
        for name in root.names(lib).into_iter().take(MOST) {
            if name.starts_with('@') {
                let inner = root.names(&format!("{lib}/{name}")).into_iter().take(MOST);
                found.extend(inner.filter_map(|inner| node_package(root, &format!("{lib}/{name}/{inner}"))));
            } else {
                found.extend(node_package(root, &format!("{lib}/{name}")));
            }
        }
    }
    found
}

fn node_package(root: &Root, at: &str) -> Option<Software> {
    let file = format!("{at}/package.json");
    let package: NodePackage = serde_json::from_str(&root.text(&file)?).ok()?;
    let publisher = package.author.and_then(|author| match author {
        // `Name <mail> (page)`.
        Author::Text(text) => Some(text.split(['<', '(']).next()?.trim().to_owned()),
        Author::Object { name } => Some(name),
        Author::Other(_) => None,
    });
    let installed_at: Option<Time> = root.modified(&file);
    Some(Software {
        name: package.name,
        version: package.version,
        publisher: publisher.filter(|name| !name.is_empty()),
        source: "npm".to_owned(),
        installed_at,
        ..Software::default()
    })
}
