//! The formats of feeds, one file each.

mod cpe;
mod cvrf;
mod debian_tracker;
mod end_of_life;
mod epss;
mod jvn;
mod kev;
mod msrc;
mod nvd;
mod osv;
mod oval;
mod windows;
mod yagura;

use std::{
    fmt::{self, Display},
    io::BufRead,
};

use serde::{Deserialize, Serialize};

use crate::{ReadError, source::Feed};

/// What a feed is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// osv.dev: one object, an array, or one object a line.
    Osv,
    /// The security tracker of Debian, its one large JSON.
    DebianTracker,
    /// Ubuntu's OVAL definitions.
    UbuntuOval,
    /// Red Hat's OVAL definitions.
    RhelOval,
    /// The API 2.0 of the NVD, a page of it or all.
    Nvd,
    /// JVN iPedia: the overview (RSS 1.0 of MyJVN) or the details (VULDEF).
    JvnRss,
    /// The CISA's catalogue of known exploited vulnerabilities, JSON.
    Kev,
    /// FIRST's EPSS, CSV.
    Epss,
    /// Microsoft's advisories, CSAF 2.0.
    MsrcCsaf,
    /// Microsoft's monthly documents, CVRF 1.1 as XML or JSON: they say which update takes the place of which.
    MsrcCvrf,
    /// Our own JSON lines: `README.md` beside this crate.
    Yagura,
    /// endoflife.date, its API v1.
    EndOfLife,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Osv,
        Self::DebianTracker,
        Self::UbuntuOval,
        Self::RhelOval,
        Self::Nvd,
        Self::JvnRss,
        Self::Kev,
        Self::Epss,
        Self::MsrcCsaf,
        Self::MsrcCvrf,
        Self::Yagura,
        Self::EndOfLife,
    ];

    /// Its name as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Osv => "osv",
            Self::DebianTracker => "debian_tracker",
            Self::UbuntuOval => "ubuntu_oval",
            Self::RhelOval => "rhel_oval",
            Self::Nvd => "nvd",
            Self::JvnRss => "jvn_rss",
            Self::Kev => "kev",
            Self::Epss => "epss",
            Self::MsrcCsaf => "msrc_csaf",
            Self::MsrcCvrf => "msrc_cvrf",
            Self::Yagura => "yagura",
            Self::EndOfLife => "end_of_life",
        }
    }

    /// The format of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }
}

impl Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads a feed in the format that it is said to be in.
pub(crate) fn read(input: impl BufRead, feed: &mut Feed<'_>) -> Result<(), ReadError> {
    match feed.format {
        Format::Osv => osv::read(input, feed),
        Format::DebianTracker => debian_tracker::read(input, feed),
        Format::UbuntuOval => oval::read(input, feed, oval::Distribution::Ubuntu),
        Format::RhelOval => oval::read(input, feed, oval::Distribution::Rhel),
        Format::Nvd => nvd::read(input, feed),
        Format::JvnRss => jvn::read(input, feed),
        Format::Kev => kev::read(input, feed),
        Format::Epss => epss::read(input, feed),
        Format::MsrcCsaf => msrc::read(input, feed),
        Format::MsrcCvrf => cvrf::read(input, feed),
        Format::Yagura => yagura::read(input, feed),
        Format::EndOfLife => end_of_life::read(input, feed),
    }
}

/// Most feeds have hundreds of addresses for a few vulnerabilities; nobody opens the 21st.
const MOST_REFERENCES: usize = 20;

/// Addresses that a console may show as links, each once.
fn web<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for address in addresses {
        let address = address.trim();
        let is_web = address.starts_with("https://") || address.starts_with("http://");
        if is_web && !kept.iter().any(|it| it == address) {
            kept.push(address.to_owned());
            if kept.len() == MOST_REFERENCES {
                break;
            }
        }
    }
    kept
}

/// The number of a CVE as the CVE programme writes it: `CVE-2024-3094`.
fn cve(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text.get(..4).filter(|head| head.eq_ignore_ascii_case("CVE-")).and_then(|_| text.get(4..))?;
    let (year, number) = rest.split_once('-')?;
    let digits = |text: &str, least| text.len() >= least && text.bytes().all(|byte| byte.is_ascii_digit());
    (year.len() == 4 && digits(year, 4) && digits(number, 4) && number.len() <= 19)
        .then(|| format!("CVE-{year}-{number}"))
}

/// Adds what is not there yet.
fn add(list: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for one in more {
        if !list.contains(&one) {
            list.push(one);
        }
    }
}
