//! The feeds that every server knows from the beginning. None is fetched before an administrator enables it.

use yagura_advisories::Format;
use yagura_server_kit::{ApiError, Context};

struct BuiltIn {
    id: &'static str,
    name: &'static str,
    format: Format,
    url: &'static str,
    every_h: i64,
    licence: &'static str,
}

const OSV: &str = "OSV, of the databases behind it: CC-BY-4.0, CC0-1.0 or MIT";
const UBUNTU: &str = "Canonical: for use with Ubuntu, see ubuntu.com/legal";
const RED_HAT: &str = "Red Hat: CC-BY-4.0";

const fn feed(
    id: &'static str,
    name: &'static str,
    format: Format,
    url: &'static str,
    every_h: i64,
    licence: &'static str,
) -> BuiltIn {
    BuiltIn { id, name, format, url, every_h, licence }
}

/// Addresses and licences as their publishers document them.
const FEEDS: [BuiltIn; 19] = [
    feed(
        "debian",
        "Debian Security Tracker",
        Format::DebianTracker,
        "https://security-tracker.debian.org/tracker/data/json",
        6,
        "Debian: MIT (Expat)",
    ),
    feed(
        "ubuntu-22.04",
        "Ubuntu 22.04 OVAL",
        Format::UbuntuOval,
        "https://security-metadata.canonical.com/oval/com.ubuntu.jammy.cve.oval.xml.bz2",
        12,
        UBUNTU,
    ),
    feed(
        "ubuntu-24.04",
        "Ubuntu 24.04 OVAL",
        Format::UbuntuOval,
        "https://security-metadata.canonical.com/oval/com.ubuntu.noble.cve.oval.xml.bz2",
        12,
        UBUNTU,
    ),
    feed(
        "rhel-8",
        "Red Hat Enterprise Linux 8 OVAL",
        Format::RhelOval,
        "https://security.access.redhat.com/data/oval/v2/RHEL8/rhel-8.oval.xml.bz2",
        12,
        RED_HAT,
    ),
    feed(
        "rhel-9",
        "Red Hat Enterprise Linux 9 OVAL",
        Format::RhelOval,
        "https://security.access.redhat.com/data/oval/v2/RHEL9/rhel-9.oval.xml.bz2",
        12,
        RED_HAT,
    ),
    feed(
        "osv-debian",
        "OSV: Debian",
        Format::Osv,
        "https://osv-vulnerabilities.storage.googleapis.com/Debian/all.zip",
        12,
        OSV,
    ),
    feed(
        "osv-pypi",
        "OSV: PyPI",
        Format::Osv,
        "https://osv-vulnerabilities.storage.googleapis.com/PyPI/all.zip",
        12,
        OSV,
    ),
    feed("osv-npm", "OSV: npm", Format::Osv, "https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip", 12, OSV),
    feed(
        "osv-crates",
        "OSV: crates.io",
        Format::Osv,
        "https://osv-vulnerabilities.storage.googleapis.com/crates.io/all.zip",
        12,
        OSV,
    ),
    feed(
        "nvd",
        "NVD",
        Format::Nvd,
        "https://services.nvd.nist.gov/rest/json/cves/2.0",
        3,
        "NIST: public domain in the United States; this product uses data from the NVD API but is not endorsed by the NVD",
    ),
    feed(
        "jvn",
        "JVN iPedia",
        Format::JvnRss,
        "https://jvndb.jvn.jp/ja/rss/jvndb.rdf",
        3,
        "IPA, JPCERT/CC: may be used with the source named, see jvndb.jvn.jp/nav/jvndb.html",
    ),
    feed(
        "kev",
        "CISA Known Exploited Vulnerabilities",
        Format::Kev,
        "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
        3,
        "CISA: CC0-1.0",
    ),
    feed(
        "epss",
        "FIRST EPSS",
        Format::Epss,
        "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz",
        24,
        "FIRST: may be used with the source named",
    ),
    feed(
        "msrc",
        "Microsoft CSAF",
        Format::MsrcCsaf,
        "https://msrc.microsoft.com/csaf/advisories/changes.csv",
        6,
        "Microsoft: MSRC terms of use",
    ),
    feed(
        "msrc-cvrf",
        "Microsoft's monthly documents (CVRF), from files",
        Format::MsrcCvrf,
        "",
        24,
        "Microsoft: MSRC terms of use",
    ),
    feed("end-of-life", "endoflife.date", Format::EndOfLife, "https://endoflife.date/api/v1/products/full", 24, "MIT"),
    feed("own", "Appliances and VPN clients, written by yourselves", Format::Yagura, "", 24, "your own"),
    feed("csaf-file", "Microsoft CSAF, from files", Format::MsrcCsaf, "", 24, "Microsoft: MSRC terms of use"),
    feed("osv-file", "OSV, from files", Format::Osv, "", 24, OSV),
];

/// Writes down those that are not there yet.
pub(super) async fn ensure(ctx: &Context) -> Result<(), ApiError> {
    let mut tx = ctx.db().write().await?;
    for one in &FEEDS {
        sqlx::query(
            "INSERT INTO vulnerabilities_feed (id, name, format, url, every_s, enabled, built_in, licence, public_key, records,
             etag, last_modified, failure, skipped, next_at, removed, version)
             VALUES ($1, $2, $3, $4, $5, 0, 1, $6, '', 0, '', '', '', 0, 0, 0, 1) ON CONFLICT (id) DO NOTHING",
        )
        .bind(one.id)
        .bind(one.name)
        .bind(one.format.as_str())
        .bind(one.url)
        .bind(one.every_h * 3_600)
        .bind(one.licence)
        .execute(tx.on())
        .await?;
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::server::feeds::body::address;

    #[test]
    fn each_has_a_name_of_its_own_and_an_address_that_can_be_asked() {
        let ids: BTreeSet<_> = FEEDS.iter().map(|one| one.id).collect();
        let names: BTreeSet<_> = FEEDS.iter().map(|one| one.name).collect();
        assert_eq!((ids.len(), names.len()), (FEEDS.len(), FEEDS.len()));
        for one in &FEEDS {
            assert!(one.url.is_empty() || address(one.url).is_some_and(|(target, _)| target.tls), "{}", one.url);
            assert!(one.every_h >= 3 && !one.licence.is_empty(), "{}", one.name);
        }
    }

    #[test]
    fn there_is_one_for_each_format() {
        for format in Format::ALL {
            assert!(FEEDS.iter().any(|one| one.format == format), "{format}");
        }
    }
}
