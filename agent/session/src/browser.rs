//! The person's own browser.

use std::{io, process::Stdio};

use tokio::process::Command;

/// Opens a page in whatever the person's desktop opens pages with, and waits until that has taken it.
///
/// The address is on the opener's command line for a moment, where others on this machine may see it: a link of this kind
/// works once and for minutes only, and our own records mask it.
///
/// # Errors
/// When it is no page, or nothing opens it.
pub(crate) async fn open(url: &str) -> io::Result<()> {
    // The address comes from the agent; that it is no option and no file is nevertheless seen to here.
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the agent gave something to open that is no page"));
    }
    let mut opener = Command::new("xdg-open");
    opener.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = opener.status().await.map_err(|error| io::Error::new(error.kind(), format!("xdg-open: {error}")))?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("xdg-open: {status}"))) }
}
