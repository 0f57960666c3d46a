//! `yagura-agent status`.

use std::{io::Write as _, path::Path};

use anyhow::Context as _;
use serde::Serialize;
use yagura_channel::agent::{identity::IdentityDir, spool::peek};
use yagura_vocabulary::{Id, id};

use crate::lock;

#[derive(Debug, Serialize)]
struct Status {
    version: &'static str,
    data: String,
    running: bool,
    enrolled: bool,
    endpoint: Option<Id<id::Endpoint>>,
    server: Option<Id<id::Server>>,
    url: Option<String>,
    key_set: Option<u64>,
    /// Bytes of events on disk.
    spool_bytes: u64,
}

/// Shows how the agent with this data folder stands. Reads only, so it may be asked while the agent runs.
pub(super) fn status(dir: &Path, json: bool) -> anyhow::Result<()> {
    let identity = IdentityDir::new(dir).load()?;
    let record = identity.as_ref().map(|identity| &identity.record);
    let status = Status {
        version: env!("CARGO_PKG_VERSION"),
        data: dir.display().to_string(),
        running: dir.join("lock").exists() && lock::take(dir).is_err(),
        enrolled: record.is_some(),
        endpoint: record.map(|record| record.endpoint),
        server: record.map(|record| record.server),
        url: record.map(|record| record.url.clone()),
        key_set: record.map(|record| record.keys.set.version),
        spool_bytes: peek::bytes(&dir.join("spool")),
    };
    let text =
        if json { serde_json::to_string_pretty(&status).context("failed to write the status")? } else { status.text() };
    writeln!(std::io::stdout(), "{text}").context("failed to write to standard output")
}

impl Status {
    fn text(&self) -> String {
        let yes = |is: bool| if is { "yes" } else { "no" };
        let mut lines = vec![
            format!("version   {}", self.version),
            format!("data      {}", self.data),
            format!("running   {}", yes(self.running)),
            format!("enrolled  {}", yes(self.enrolled)),
        ];
        if let (Some(endpoint), Some(server), Some(url)) = (self.endpoint, self.server, &self.url) {
            lines.push(format!("endpoint  {endpoint}"));
            lines.push(format!("server    {server} at {url}"));
        }
        lines.push(format!("spool     {} KiB on disk", self.spool_bytes.div_ceil(1024)));
        lines.join("\n")
    }
}
