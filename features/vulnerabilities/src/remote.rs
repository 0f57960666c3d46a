//! What networks and people come in by: VPN clients and appliances, remote desktops, virtual desktops. Pure.
//!
//! `data/remote.txt` is the table of them: how a package's name or a device's banner says which product it is, and under which key
//! statements of the ecosystem `vendor` speak of it.

use std::sync::LazyLock;

const TEXT: &str = include_str!("../data/remote.txt");

/// A product by which somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteProduct {
    /// `vpn_client`, `gateway`, `remote_desktop`, `vdi`.
    pub class: &'static str,
    /// The name under which statements speak of it, `fortinet:fortios`.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
}

struct Line {
    product: RemoteProduct,
    how: How,
}

enum How {
    /// A package's name begins so.
    Name(&'static str),
    /// A banner has all of these, in order, and the version behind the last one.
    Banner(Vec<&'static str>),
}

static LINES: LazyLock<Vec<Line>> = LazyLock::new(|| TEXT.lines().filter_map(line).collect());

fn line(text: &'static str) -> Option<Line> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('#') {
        return None;
    }
    let [class, key, name, how, what] = text.split('|').map(str::trim).collect::<Vec<_>>().try_into().ok()?;
    let how = match how {
        "name" => How::Name(what),
        "banner" => How::Banner(what.split('&').map(str::trim).collect()),
        _ => return None,
    };
    Some(Line { product: RemoteProduct { class, key, name }, how })
}

/// All products, each key once.
#[must_use]
pub fn remote_products() -> Vec<RemoteProduct> {
    let mut found: Vec<RemoteProduct> = Vec::new();
    for line in LINES.iter() {
        if !found.iter().any(|it| it.key == line.product.key) {
            found.push(line.product);
        }
    }
    found
}

/// The product that a package is, by its publisher and its name; none where nobody comes in by it.
#[must_use]
pub fn remote_product(publisher: &str, name: &str) -> Option<RemoteProduct> {
    let begins = |name: &str, with: &str| {
        let rest = name.strip_prefix(with)?;
        // `openvpnagent` is not OpenVPN.
        rest.chars().next().is_none_or(|letter| !letter.is_alphanumeric()).then_some(())
    };
    let name = name.trim().to_lowercase();
    let with_publisher = format!("{} {name}", publisher.trim().to_lowercase());
    let found = LINES.iter().find(|line| match line.how {
        How::Name(text) => begins(&name, text).or_else(|| begins(&with_publisher, text)).is_some(),
        How::Banner(_) => false,
    });
    found.map(|line| line.product)
}

/// The product and version that a banner or a sysDescr tells of; none where it is no product of the table, or tells no version.
#[must_use]
pub fn product_of_banner(banner: &str) -> Option<(RemoteProduct, String)> {
    // Banners have lines; and what follows the first thousand characters of one is not its beginning.
    let banner: String =
        banner.chars().take(1000).map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    let small = banner.to_ascii_lowercase();
    LINES.iter().find_map(|line| {
        let How::Banner(texts) = &line.how else { return None };
        let (last, before) = texts.split_last()?;
        if !before.iter().all(|text| small.contains(text)) {
            return None;
        }
        // Behind the first place of the last text at which a version follows.
        let places = small.match_indices(last).map(|(at, _)| at);
        let version =
            places.filter(|at| begins_word(&small, *at, last)).find_map(|at| version(&banner[at + last.len()..]))?;
        Some((line.product, version))
    })
}

/// Whether a text of one or two letters stands by itself there: the `v` of `FortiGate v7.2`, not the one of `server`.
fn begins_word(banner: &str, at: usize, text: &str) -> bool {
    text.len() > 2 || banner[..at].chars().next_back().is_none_or(|letter| !letter.is_alphanumeric())
}

/// The version at the beginning of a text.
fn version(text: &str) -> Option<String> {
    let text = text.trim_start_matches([' ', ':', '=', '/', '-', ',', '(', '[', '"']);
    let text = text.strip_prefix("Version ").or_else(|| text.strip_prefix("version ")).unwrap_or(text);
    let rest = text.trim_start_matches([' ', ':']);
    // `V5.38`, `v7.2.8`; Check Point's `R81.20` is the version itself.
    let rest = rest.strip_prefix(['v', 'V']).filter(|it| it.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(rest);
    let begins = rest.starts_with(|letter: char| letter.is_ascii_digit())
        || (rest.starts_with(['R', 'r']) && rest[1..].starts_with(|letter: char| letter.is_ascii_digit()));
    if !begins {
        return None;
    }
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | '(' | ')');
    let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
    let mut found = &rest[..end];
    // Cisco's versions have numbers in brackets; letters in brackets name the model.
    if let Some(at) = found.find('(').filter(|at| !found[at + 1..].starts_with(|letter: char| letter.is_ascii_digit()))
    {
        found = &found[..at];
    }
    // A bracket that closes what was opened before it is not the version's.
    if found.matches(')').count() > found.matches('(').count() {
        found = found.trim_end_matches(')');
    }
    let found = found.trim_end_matches(['.', '-', '_']);
    // A build behind a colon or the word belongs to NetScaler's.
    let behind = rest[end..].trim_start_matches(':').trim_start();
    if let Some(build) = behind.strip_prefix("Build ").filter(|_| rest[end..].starts_with(':')) {
        let end = build.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(build.len());
        return Some(format!("{found}-{}", build[..end].trim_end_matches('.')));
    }
    found.contains(|letter: char| letter.is_ascii_digit()).then(|| found.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = TEXT.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).count();
        assert_eq!(LINES.len(), lines);
        for line in LINES.iter() {
            assert!(
                ["vpn_client", "gateway", "remote_desktop", "vdi"].contains(&line.product.class),
                "{:?}",
                line.product
            );
            assert!(line.product.key.contains(':'), "{:?}", line.product);
        }
    }

    #[test]
    fn banners_tell_their_product_and_version() {
        let text = include_str!("../golden/banners.txt");
        let mut count = 0;
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            let (wanted, banner) = line.split_once(" <- ").unwrap();
            let found = product_of_banner(&banner.replace("\\n", "\r\n"));
            let found = found.map_or_else(|| "-".to_owned(), |(product, version)| format!("{} {version}", product.key));
            assert_eq!(found, wanted.trim(), "{banner}");
            count += 1;
        }
        assert!(count >= 25, "{count}");
    }

    #[test]
    fn packages_are_known_by_the_beginning_of_their_names() {
        let check = |publisher, name, wanted: &str| {
            assert_eq!(remote_product(publisher, name).map_or("", |it| it.key), wanted, "{publisher} {name}");
        };
        check("Cisco Systems, Inc.", "Cisco Secure Client - AnyConnect VPN", "cisco:secure_client");
        check("Fortinet Technologies (Canada) Inc.", "FortiClient VPN", "fortinet:forticlient");
        check("TeamViewer", "TeamViewer", "teamviewer:teamviewer");
        check("Omnissa, LLC.", "Omnissa Horizon Client", "omnissa:horizon_client");
        check("", "openvpn", "openvpn:openvpn");
        check("", "openvpnagent", "");
        check("Debian", "bash", "");
    }

    proptest! {
        #[test]
        fn no_banner_is_too_strange(text in "\\PC{0,300}") {
            let version = product_of_banner(&format!("FortiGate v{text}")).map(|(_, version)| version);
            prop_assert!(version.is_none_or(|version| !version.is_empty() && version.len() < 1000));
            prop_assert!(product_of_banner(&text).is_none_or(|(product, _)| product.class == "gateway"));
            prop_assert!(remote_product(&text, &text).is_none_or(|product| product.class != "gateway"));
        }
    }
}
