//! Every endpoint holds two connections and some files open.

use anyhow::Context as _;
use rustix::process::{Resource, getrlimit, setrlimit};

/// Files of one endpoint: two connections, three lanes, and a few while something is written.
const EACH: u64 = 10;
const REST: u64 = 200;

/// Raises the limit of open files of this process to what so many endpoints need.
pub(crate) fn allow(endpoints: u32) -> anyhow::Result<()> {
    let needed = u64::from(endpoints) * EACH + REST;
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    limit.current = Some(limit.maximum.map_or(needed, |maximum| maximum.min(needed)));
    setrlimit(Resource::Nofile, limit).context("failed to raise the limit of open files")
}
