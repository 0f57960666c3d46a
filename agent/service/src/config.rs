//! The agent's own settings: few, because everything else is policy.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;
use yagura_dial::{Proxy, ProxyChoice};

/// `agent.toml` in the data folder; it may be missing, and so may every entry.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// `none`, or `http://[name:password@]host:port`; the environment decides where absent.
    proxy: Option<String>,
    /// Most megabytes of events that wait on disk.
    spool_megabytes: Option<u64>,
}

impl Config {
    pub(crate) fn load(dir: &Path) -> anyhow::Result<Self> {
        let path = dir.join("agent.toml");
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text.with_context(|| format!("failed to read {}", path.display()))?,
        };
        toml::from_str(&text).with_context(|| format!("failed to understand {}", path.display()))
    }

    pub(crate) fn proxy(&self) -> anyhow::Result<ProxyChoice> {
        Ok(match self.proxy.as_deref() {
            None => ProxyChoice::Environment,
            Some("none") => ProxyChoice::Direct,
            Some(address) => ProxyChoice::Explicit(Proxy::parse(address)?),
        })
    }

    pub(crate) fn spool_bytes(&self) -> u64 {
        self.spool_megabytes.unwrap_or(1024).max(1) << 20
    }
}

/// Where the agent keeps its data unless told otherwise.
pub(crate) fn default_dir() -> PathBuf {
    match std::env::var_os("HOME") {
        Some(home) if !yagura_platform::is_superuser() => PathBuf::from(home).join(".local/share/yagura-agent"),
        _ => PathBuf::from("/var/lib/yagura-agent"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<u64, &str>) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("agent.toml"), text).unwrap();
        match (Config::load(dir.path()), expected) {
            (Ok(config), Ok(bytes)) => assert_eq!(config.spool_bytes(), bytes),
            (Err(error), Err(part)) => assert!(format!("{error:#}").contains(part), "{error:#}"),
            (got, expected) => panic!("{got:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn settings_may_be_missing_but_not_misspelt() {
        check("", Ok(1 << 30));
        check("spool_megabytes = 64\nproxy = \"none\"", Ok(64 << 20));
        check("spool_megabyte = 64", Err("spool_megabyte"));
    }
}
