//! What is installed, and what waits to be.

use serde::{Deserialize, Serialize};
use yagura_vocabulary::Time;

/// An installed package, or an extension of a browser.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Software {
    /// Its name.
    pub name: String,
    /// Its version, as its package system writes it.
    pub version: String,
    /// Who made the package.
    pub publisher: Option<String>,
    /// The package system: `dpkg`, `rpm`, `flatpak`, `snap`, `pip`, `npm`; `firefox`, `chromium` for their extensions.
    pub source: String,
    /// `amd64`, `noarch`.
    pub architecture: Option<String>,
    /// When it was installed or last updated.
    pub installed_at: Option<Time>,
    /// The room it takes, in bytes, by its own account.
    pub size_bytes: Option<u64>,
    /// What its package system knows it by, where that is not the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The account it is installed for; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The browser that an extension is of: `Google Chrome`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// The source package it was built from, where that has another name or version. Makers tell of weaknesses under its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_from: Option<BuiltFrom>,
}

/// A source package.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BuiltFrom {
    /// Its name.
    pub name: String,
    /// Its version, as the package system writes it.
    pub version: String,
}

/// Updates that wait.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Updates {
    /// The package system that says so: `apt`, `dnf`.
    pub source: String,
    /// When its lists of what there is were last fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lists_at: Option<Time>,
    /// How many wait: all of them, also where `packages` has only the first.
    pub count: u32,
    /// How many of them close a hole in security, counted in the same way.
    pub security: u32,
    /// Whether the machine must be started anew for updates that are installed already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart: Option<bool>,
    /// Which; 500 of them where there are more, before others those that close a hole in security.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<PendingUpdate>,
}

/// An update that waits.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PendingUpdate {
    /// The package.
    pub name: String,
    /// The version that is installed.
    pub installed: String,
    /// The version that it would become.
    pub available: String,
    /// Whether it closes a hole in security.
    pub security: bool,
}

/// A program that protects the machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Protection {
    /// `antivirus`, `firewall`.
    pub kind: String,
    /// Its name: `ClamAV`, `ufw`.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it does its work now; `None` where that cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// When its signatures were last renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatures_at: Option<Time>,
}
