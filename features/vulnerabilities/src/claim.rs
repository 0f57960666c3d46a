//! What is known of one package: the shapes that judging gives and the board counts.

use serde::{Deserialize, Serialize};

/// Whether there is something to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = WeaknessStanding))]
pub enum Standing {
    /// A version without it is to be had.
    Open,
    /// Its maker has no version without it yet.
    NoFix,
    /// Its maker will not mend it.
    WillNotFix,
}

impl Standing {
    /// Its word, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::NoFix => "no_fix",
            Self::WillNotFix => "will_not_fix",
        }
    }
}

/// How it is known that a package has it, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = WeaknessEvidence))]
pub enum Evidence {
    /// The endpoint's own package system says that a security update waits.
    Updater,
    /// Whoever made the package says so of this package.
    Vendor,
    /// A database that names the package in its own ecosystem says so.
    Database,
    /// The name was taken for that of a product: a guess, always marked as one.
    Guess,
}

impl Evidence {
    /// Its word, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Updater => "updater",
            Self::Vendor => "vendor",
            Self::Database => "database",
            Self::Guess => "guess",
        }
    }
}

/// Which part of looking after machines a finding belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = WeaknessPart))]
pub enum Part {
    /// The operating system's release itself: out of support, or a build that is behind.
    Os,
    /// Security updates of the operating system's own packages.
    Patches,
    /// Programs of others.
    ThirdParty,
    /// What networks and people come in by: VPN appliances and clients, remote desktop, virtual desktops.
    Remote,
}

impl Part {
    /// Its word, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Os => "os",
            Self::Patches => "patches",
            Self::ThirdParty => "third_party",
            Self::Remote => "remote",
        }
    }
}
